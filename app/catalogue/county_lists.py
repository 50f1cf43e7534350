"""The implementation list of each matter in each county (实施清单): as its file says, with what themes say of the county."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from app.catalogue.matters import MatterFile
from app.catalogue.themes import COUNTIES
from app.domain.theme import MemberInCounty, ThemeVersion


@dataclass(frozen=True, slots=True, kw_only=True)
class CountyList:
    """A matter as one region has it. files: what it comes from, relative to `rules/`."""

    matter: MatterFile
    region_code: str
    files: frozenset[str]


def lists_by_county(matters: Iterable[MatterFile], themes: Iterable[ThemeVersion]) -> Iterator[CountyList]:
    """Yield each matter as each of its regions has it. Themes that share a matter say the same of it in a county."""
    said = _said(themes)
    for matter in matters:
        for region in matter.regions:
            path, member = said.get((matter.code, region), (matter.path, None))
            files = frozenset({matter.path, path})
            yield CountyList(matter=matter.in_county(member), region_code=region, files=files)


def changes_list(member: MemberInCounty) -> bool:
    """Say whether a county changes the implementation list of a member, not only whether the theme has it there."""
    return bool(member.department) or member.promised_limit is not None or member.statutory_limit is not None


def _said(themes: Iterable[ThemeVersion]) -> Mapping[tuple[str, str], tuple[str, MemberInCounty]]:
    """What counties say otherwise about lists of matters, by (matter, region), with the file that says it."""
    return {
        (member.matter_code, overlay.region_code): (
            f"themes/{theme.code}/{COUNTIES}/{overlay.region_code}.toml",
            member,
        )
        for theme in themes
        for overlay in theme.counties
        for member in overlay.members
        if changes_list(member)
    }
