"""Check what counties say otherwise about a theme (县市差异): places, members and departments that exist, lawful limits."""

from collections.abc import Collection, Iterator, Mapping

from app.catalogue.county_lists import changes_list
from app.catalogue.files import RuleFile, fault
from app.catalogue.matter_checks import is_time_limit, working_days
from app.domain.diagram import Finding
from app.domain.theme import CountyOverlay, MemberInCounty

LIMITS = ("promised_limit", "statutory_limit")
Said = tuple[RuleFile, CountyOverlay]


def check_overlays(
    theme: RuleFile,
    said: Collection[Said],
    departments: Collection[str],
    regions: Collection[str],
    matters: Mapping[str, RuleFile],
) -> Iterator[Finding]:
    """Return every fault of the overlays of one theme, whose files have known keys."""
    rows = {row["code"]: row for row in theme.fields["member"]}
    for file, overlay in said:
        region = overlay.region_code
        if region not in regions or region not in theme.fields["regions"]:
            yield fault("overlay-region", file, region=region)
            continue
        if overlay.lead_department and f"{region}-{overlay.lead_department}" not in departments:
            department = f"{region}-{overlay.lead_department}"
            yield fault("overlay-department", file, at="/lead_department", department=department)
        yield from _check_limits(file, "", overlay)
        for number, member in enumerate(overlay.members):
            at = f"/member/{number}"
            if member.matter_code not in rows:
                yield fault("overlay-member", file, at=f"{at}/code", member=member.matter_code)
                continue
            if not member.is_offered and not _may_be_left_out(rows[member.matter_code]):
                yield fault("overlay-member-needed", file, at=f"{at}/is_offered", member=member.matter_code)
            yield from _check_member(file, at, member, region, departments)
            yield from _check_promise(file, at, member, matters.get(member.matter_code))


def check_agreement(said: Collection[Said]) -> Iterator[Finding]:
    """Two themes that share a matter say the same of its list in a county: it has one list there."""
    first: dict[tuple[str, str], tuple[str, MemberInCounty]] = {}
    for file, overlay in said:
        for number, member in enumerate(overlay.members):
            if not changes_list(member):
                continue
            key = (member.matter_code, overlay.region_code)
            path, known = first.setdefault(key, (file.path, member))
            if _of_list(known) != _of_list(member):
                yield fault("overlay-conflict", file, at=f"/member/{number}", member=member.matter_code, other=path)


def _of_list(member: MemberInCounty) -> tuple[object, ...]:
    return member.department, member.promised_limit, member.statutory_limit


def _may_be_left_out(row: Mapping[str, object]) -> bool:
    return row.get("is_optional") is True or "when" in row


def _check_member(
    file: RuleFile, at: str, member: MemberInCounty, region: str, departments: Collection[str]
) -> Iterator[Finding]:
    if member.department and f"{region}-{member.department}" not in departments:
        yield fault("overlay-department", file, at=f"{at}/department", department=f"{region}-{member.department}")
    yield from _check_limits(file, at, member)


def _check_limits(file: RuleFile, at: str, said: CountyOverlay | MemberInCounty) -> Iterator[Finding]:
    for name in LIMITS:
        text = getattr(said, name)
        if not is_time_limit(text or ""):
            yield fault("matter-limit", file, at=f"{at}/{name}", name=name, text=text)


def _check_promise(file: RuleFile, at: str, member: MemberInCounty, matter: RuleFile | None) -> Iterator[Finding]:
    """A county promises no more time than the law gives, with what its overlay leaves as the list has it."""
    texts = {
        name: getattr(member, name) if getattr(member, name) is not None else matter.fields.get(name, "")
        for name in LIMITS
        if matter is not None
    }
    promised, statutory = (working_days(str(texts.get(name, ""))) for name in LIMITS)
    if changes_list(member) and promised is not None and statutory is not None and promised > statutory:
        yield fault("promise-over-statutory", file, at=f"{at}/promised_limit", promised=promised, statutory=statutory)
