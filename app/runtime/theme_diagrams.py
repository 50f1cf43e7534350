"""Check themes (主题) against their diagrams and what they promise. Source: time-limits.md section 9 (J1, J3)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from app.catalogue.county_lists import CountyList
from app.catalogue.files import RuleFile, fault, read_toml
from app.catalogue.matter_checks import working_days
from app.catalogue.themes import COUNTIES, THEME_FILE
from app.diagrams.member_calls import MemberCall, member_calls
from app.diagrams.member_order import circle_of_members, order_of_members
from app.domain.bundle import (
    PROMISE_OVER_SERIAL,
    PROMISE_UNDER_PATH,
    MemberPlan,
    critical_path,
    critical_path_wd,
    promise_fault,
)
from app.domain.bundle_order import Order, order_among
from app.domain.diagram import Finding
from app.domain.errors import DiagramRefused
from app.domain.theme import ThemeVersion

Limits = Mapping[tuple[str, str], int | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class ThemeDiagram:
    """A theme with the diagram that opens its members. file: path of the diagram, as findings name it."""

    theme: ThemeVersion
    source: bytes
    file: str


def check_theme_diagrams(
    rules_dir: Path, drawn: Sequence[ThemeDiagram], lists: Sequence[CountyList]
) -> Iterator[Finding]:
    """Return what is wrong between themes and their diagrams: members, their order, and promises in each county.

    A limit in another unit than working days takes unknown time: it counts as none on the path, and no sum is judged.
    """
    limits = {
        (item.matter.code, item.region_code): working_days(str(item.matter.fields["promised_limit"])) for item in lists
    }
    for item in drawn:
        try:
            calls, order = member_calls(item.source), order_of_members(item.source)
            circle = circle_of_members(item.source)
        except DiagramRefused:
            continue
        file = read_toml(rules_dir, rules_dir / "themes" / item.theme.code / THEME_FILE)
        yield from _check_calls(item, file, calls)
        path = order_among(order, [member.matter_code for member in item.theme.members])
        if circle:
            yield _drawn(item, "theme-circle", next(call for call in calls if call.matter_code in circle), circle)
        else:
            yield from _check_promises(rules_dir, item.theme, path, limits)


def _check_calls(item: ThemeDiagram, file: RuleFile, calls: Sequence[MemberCall]) -> Iterator[Finding]:
    """Each member is opened at one place, and nobody else is."""
    codes, seen = [member.matter_code for member in item.theme.members], set[str]()
    for call in calls:
        if call.matter_code not in codes:
            yield _drawn(item, "theme-call-unknown", call, (call.matter_code,))
        elif call.matter_code in seen:
            yield _drawn(item, "theme-call-twice", call, (call.matter_code,))
        seen.add(call.matter_code)
    for number, code in enumerate(codes):
        if code not in seen:
            yield fault("theme-member-uncalled", file, at=f"/member/{number}/code", member=code, diagram=item.file)


def _drawn(item: ThemeDiagram, code: str, call: MemberCall, members: Sequence[str]) -> Finding:
    return Finding(
        severity="error",
        code=code,
        file=item.file,
        line=call.line,
        element=call.element,
        name=call.name,
        facts={"members": ", ".join(members), "theme": item.theme.code},
    )


def _check_promises(rules_dir: Path, theme: ThemeVersion, order: Order, limits: Limits) -> Iterator[Finding]:
    """A promise of a theme is judged in every county, by the limits the members have there; the first fault is told."""
    told = set[tuple[str, str]]()
    for region in theme.region_codes:
        here = theme.in_county(region)
        promised = working_days(here.promised_limit)
        if promised is None:
            continue
        path = rules_dir / "themes" / theme.code / THEME_FILE
        if here.here is not None and here.here.promised_limit is not None:
            path = path.parent / COUNTIES / f"{region}.toml"
        known = {code: limits.get((code, region)) for code in order if here.left_out(code) is None}
        for found in _promise_of(read_toml(rules_dir, path), region, promised, order, known):
            if (found.code, found.file) not in told:
                told.add((found.code, found.file))
                yield found


def _promise_of(
    file: RuleFile, region: str, promised: int, order: Order, known: Mapping[str, int | None]
) -> Iterator[Finding]:
    chosen = order_among(order, known)
    plans = [MemberPlan(code=code, limit_wd=known[code] or 0, after=after) for code, after in chosen.items()]
    found, at = promise_fault(plans, promised), "/promised_limit"
    if found == PROMISE_UNDER_PATH:
        path, days = " → ".join(critical_path(plans)), critical_path_wd(plans)
        yield fault("theme-promise-under-path", file, at=at, promised=promised, days=days, path=path, region=region)
    elif found == PROMISE_OVER_SERIAL and None not in known.values():
        total = sum(item.limit_wd for item in plans)
        yield fault("theme-promise-over-serial", file, at=at, severity="warning", promised=promised, days=total)
