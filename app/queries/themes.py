"""Themes (一事联办主题) as applicants and programs see them, each as it holds in a county."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime

import sqlalchemy as sa

from app.domain.errors import NotFound
from app.domain.matter import EXTERNAL, OfferingVersion
from app.domain.theme import COUNTY_DIGITS, MemberMatter, ThemeVersion, choose_members
from app.storage.catalogue import offerings_in_force


@dataclass(frozen=True, slots=True, kw_only=True)
class ThemeMember:
    """A member of a theme. Department and limit are those of its list in the county, empty without a county.

    is_offered: False where the county leaves it out or has no list of it; reason, reason_en: why, as far as it is said.
    """

    matter_code: str
    name: str
    is_optional: bool
    is_offered: bool = True
    is_external: bool = False
    department_code: str = ""
    promised_limit: str = ""
    reason: str = ""
    reason_en: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ThemeView:
    """A theme as it is chosen and filled in.

    region: the county it was asked for, empty for none. is_offered: whether that county offers it. place: where to go
    there, in Chinese and in English.
    """

    code: str
    name: str
    name_en: str
    region: str
    is_offered: bool
    regions: tuple[str, ...]
    lead_department: str
    promised_limit: str
    place: str
    place_en: str
    questions: tuple[dict[str, object], ...]
    members: tuple[ThemeMember, ...]
    materials: tuple[dict[str, object], ...]
    form_key: str


def list_themes(themes: Mapping[str, ThemeVersion], *, region_code: str = "") -> tuple[ThemeView, ...]:
    """Return the themes by code; those a county offers, as they hold there, when one is named."""
    found = (theme.in_county(region_code) for _code, theme in sorted(themes.items()))
    return tuple(
        view_theme(theme, region_code=region_code)
        for theme in found
        if not region_code or region_code[:COUNTY_DIGITS] in theme.region_codes
    )


def find_theme(themes: Mapping[str, ThemeVersion], code: str, *, region_code: str = "") -> ThemeVersion:
    """Return a theme as published, as it holds in a county when one is named. Raises NotFound `theme_unknown`."""
    theme = themes.get(code)
    if theme is None:
        raise NotFound("theme_unknown", theme=code)
    return theme.in_county(region_code)


def offered_members(
    connection: sa.Connection, theme: ThemeVersion, *, region_code: str, at: datetime
) -> dict[str, OfferingVersion]:
    """Return the lists of the members a county offers in a theme, by code. theme: as it holds there. at: aware."""
    codes = [member.matter_code for member in theme.members if theme.left_out(member.matter_code) is None]
    return offerings_in_force(connection, codes, region_code, at)


def chosen_members(theme: ThemeVersion, decided: tuple[str, ...], answers: Mapping[str, object]) -> tuple[str, ...]:
    """Return the members a situation asks for."""
    return choose_members(theme, decided, answers)


def view_theme(
    theme: ThemeVersion, *, region_code: str = "", offered: Mapping[str, OfferingVersion] | None = None
) -> ThemeView:
    """Return what is shown of a theme as it holds in a county. offered: lists of the members there, where known."""
    county = region_code[:COUNTY_DIGITS]
    return ThemeView(
        code=theme.code,
        name=theme.name,
        name_en=theme.name_en,
        region=county,
        is_offered=not county or county in theme.region_codes,
        regions=theme.region_codes,
        lead_department=theme.lead_department,
        promised_limit=theme.promised_limit,
        place=theme.here.place if theme.here else "",
        place_en=theme.here.place_en if theme.here else "",
        questions=tuple(
            {
                "key": item.key,
                "label": item.label,
                "options": [{"value": option.value, "label": option.label} for option in item.options],
            }
            for item in theme.questions
        ),
        members=tuple(_member(theme, member, offered) for member in theme.members),
        materials=tuple(asdict(item) for item in theme.materials),
        form_key=theme.form_key,
    )


def _member(theme: ThemeVersion, member: MemberMatter, offered: Mapping[str, OfferingVersion] | None) -> ThemeMember:
    said, offering = theme.left_out(member.matter_code), (offered or {}).get(member.matter_code)
    return ThemeMember(
        matter_code=member.matter_code,
        name=offering.name if offering else member.name,
        is_optional=member.is_optional,
        is_offered=said is None and (offered is None or offering is not None),
        is_external=offering is not None and offering.handled_by == EXTERNAL,
        department_code=offering.department_code if offering else "",
        promised_limit=offering.promised_limit if offering else "",
        reason=said.reason if said else "",
        reason_en=said.reason_en if said else "",
    )
