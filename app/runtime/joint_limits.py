"""Limits of the clocks of a joint case (一事联办时限): what it promises, and what the law gives licences handled together."""

from dataclasses import dataclass

from app.domain.bundle import MemberPlan, critical_path, statutory_limit_wd, working_days_of
from app.domain.bundle_order import order_among
from app.domain.calendar import to_local
from app.domain.counting import begin
from app.domain.limit import TimeLimit, parse_limit
from app.domain.matter import ExtensionRule
from app.domain.theme import guided_members
from app.domain.vocabulary import LimitUnit
from app.runtime.answers import variables_of
from app.runtime.casework import Casework

LICENCE = "01"
ARROW = " → "


@dataclass(frozen=True, slots=True, kw_only=True)
class JointPromise:
    """The promise of a joint case. path: names of the members it follows from, empty when the theme states a limit."""

    limit: TimeLimit | None
    path: str = ""


def joint_promise(work: Casework) -> JointPromise:
    """Return what the theme promises, else the critical path over the chosen members from the acceptance (J3).

    Raises InvalidInput `bundle_circle` when the diagram lets chosen members wait for each other.
    """
    theme = work.published.theme_in(work.case.theme_code, work.case.region_code)
    if theme is None or theme.promised_limit:
        return JointPromise(limit=_limit_of(theme.promised_limit) if theme else None)
    plans = _plans(work)
    limits, names = {item.code: item.limit_wd for item in plans}, work.loaded.member_offerings
    path = critical_path(plans)
    days = TimeLimit(amount=sum(limits[code] for code in path), unit=LimitUnit.WORKING_DAY)
    return JointPromise(limit=days, path=ARROW.join(names[code].name for code in path))


def joint_statutory(work: Casework) -> str:
    """Return the limit of the law for a bundle: that of its theme, where every chosen member is a licence (J4).

    Source: 行政许可法 art. 26, 42(2); time-limits.md section 9.
    """
    theme = work.published.theme_in(work.case.theme_code, work.case.region_code)
    offered = work.loaded.member_offerings
    licences = [code in offered and offered[code].item_type == LICENCE for code in chosen_members(work)]
    return theme.statutory_limit if theme and statutory_limit_wd(licences) is not None else ""


def chosen_members(work: Casework) -> tuple[str, ...]:
    """Return the matter codes the guidance chose, every member of the theme where there was no guidance."""
    return guided_members(variables_of(work), work.loaded.member_offerings)


def extension_rule(work: Casework) -> ExtensionRule | None:
    """Return who may extend the limits of a case, how often and how long: its matter says it, for a joint case the law."""
    if work.case.theme_code is not None:
        return work.published.time_rules.joint_extension
    return work.loaded.offering.extension if work.loaded.offering else None


def _plans(work: Casework) -> list[MemberPlan]:
    assert work.instance is not None
    calendar, counting = work.published.calendar_of(work.case.department_id), work.published.time_rules.counting
    began = begin(to_local(work.accepted_at or work.now), calendar, counting.start_policy)
    offered = work.loaded.member_offerings
    order = order_among(
        work.instance.definition.member_order, [code for code in chosen_members(work) if code in offered]
    )
    return [
        MemberPlan(
            code=code,
            limit_wd=working_days_of(_limit_of(offered[code].promised_limit), began, calendar, counting),
            after=after,
        )
        for code, after in order.items()
    ]


def _limit_of(text: str) -> TimeLimit | None:
    limit = parse_limit(text) if text else None
    return limit if isinstance(limit, TimeLimit) else None
