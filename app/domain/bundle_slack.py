"""Slack (机动时间) of the members of a bundle: how long each may take longer before the plan moves (time-limits.md J7)."""

from collections.abc import Mapping, Sequence
from datetime import date

from app.domain.bundle import BundlePlan, MemberPlan, in_order
from app.domain.calendar import ResolvedCalendar


def slack_of_members(
    members: Sequence[MemberPlan], plan: BundlePlan, calendar: ResolvedCalendar
) -> Mapping[str, int | None]:
    """Return the working days each member may finish later without moving the plan; None where that is not known.

    None for a member that has closed, and for all while a suspension keeps the plan open.
    """
    if plan.due_at is None:
        return dict.fromkeys(plan.members)
    latest: dict[str, int] = {}
    ordered = in_order(members)
    end = calendar.rank(plan.due_at.date())
    for item in reversed(ordered):
        after = [other for other in ordered if item.code in other.after]
        latest[item.code] = min(
            (latest[other.code] - _length(plan, other.code, calendar) for other in after), default=end
        )
    return {
        item.code: None
        if item.finished_at is not None
        else latest[item.code] - calendar.rank(_known(plan.members[item.code].finish_on))
        for item in members
    }


def _length(plan: BundlePlan, code: str, calendar: ResolvedCalendar) -> int:
    times = plan.members[code]
    return calendar.rank(_known(times.finish_on)) - calendar.rank(_known(times.start_on))


def _known(day: date | None) -> date:
    assert day is not None, "a plan with an end knows every day"
    return day
