"""Check what a theme promises (主题承诺时限) against the members its diagram opens. Source: time-limits.md section 9 (J3)."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from app.catalogue.files import fault
from app.catalogue.matters import MatterFile
from app.catalogue.themes import read_themes
from app.diagrams.member_order import order_of_members
from app.domain.bundle import (
    PROMISE_OVER_SERIAL,
    PROMISE_UNDER_PATH,
    MemberPlan,
    critical_path,
    critical_path_wd,
    promise_fault,
)
from app.domain.bundle_order import order_among
from app.domain.diagram import Finding
from app.domain.errors import InvalidInput
from app.domain.limit import TimeLimit, parse_limit
from app.domain.theme import ThemeVersion
from app.domain.vocabulary import LimitUnit


def check_promises(rules_dir: Path, matters: Iterable[MatterFile], diagrams: Mapping[str, bytes]) -> Iterator[Finding]:
    """Return a fault for each theme that promises less than its critical path, a warning where it is more than the sum.

    diagrams: definition key -> source, those that can be read. A limit in another unit than working days takes unknown
    time: it counts as none on the path, and no sum is judged.
    """
    limits = {matter.code: _working_days(str(matter.fields["promised_limit"])) for matter in matters}
    for theme in read_themes(rules_dir):
        promised, source = _working_days(theme.promised_limit), diagrams.get(theme.definition_key)
        if promised is not None and source is not None:
            yield from _check(theme, promised, source, limits)


def _check(theme: ThemeVersion, promised: int, source: bytes, limits: Mapping[str, int | None]) -> Iterator[Finding]:
    order = order_among(order_of_members(source), [member.matter_code for member in theme.members])
    plans = [MemberPlan(code=code, limit_wd=limits.get(code) or 0, after=after) for code, after in order.items()]
    file = f"themes/{theme.code}/theme.toml"
    try:
        found = promise_fault(plans, promised)
    except InvalidInput as circle:
        yield fault("theme-circle", file, members=circle.facts["members"])
        return
    if found == PROMISE_UNDER_PATH:
        path = " → ".join(critical_path(plans))
        yield fault("theme-promise-under-path", file, promised=promised, days=critical_path_wd(plans), path=path)
    elif found == PROMISE_OVER_SERIAL and all(limits.get(item.code) is not None for item in plans):
        total = sum(item.limit_wd for item in plans)
        yield fault("theme-promise-over-serial", file, severity="warning", promised=promised, days=total)


def _working_days(text: str) -> int | None:
    limit = parse_limit(text) if text else None
    return limit.amount if isinstance(limit, TimeLimit) and limit.unit == LimitUnit.WORKING_DAY else None
