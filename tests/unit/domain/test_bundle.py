from datetime import datetime

import pytest

from app.domain.bundle import (
    MemberPlan,
    bundle_colour,
    bundle_due,
    critical_path_wd,
    ended_by_refusal,
    plan_bundle,
    project_bundle,
    promise_fault,
    statutory_limit_wd,
)
from app.domain.errors import InvalidInput
from app.domain.vocabulary import Colour
from tests.unit.domain.clock_kit import COUNTING, NATIONAL

Pause = tuple[datetime, datetime | None]
START = datetime.fromisoformat("2026-03-02T10:00")
WHEN = {"started_at": START, "calendar": NATIONAL, "counting": COUNTING}


def diamond(**suspensions: list[Pause]) -> list[MemberPlan]:
    limits = {"A": (3, ()), "B": (5, ("A",)), "C": (10, ("A",)), "D": (2, ("B", "C"))}
    return [
        MemberPlan(code=code, limit_wd=limit, after=after, suspensions=tuple(suspensions.get(code, ())))
        for code, (limit, after) in limits.items()
    ]


def span(first: str, last: str | None) -> Pause:
    return datetime.fromisoformat(first), datetime.fromisoformat(last) if last else None


def test_pause_on_the_critical_path_moves_the_plan_and_is_named() -> None:
    members = diamond(C=[span("2026-03-10 10:00", "2026-03-23 10:00")])

    plan = plan_bundle(members, **WHEN)

    assert str(plan.due_at) == "2026-04-03 17:30:00"
    assert plan.critical == ("A", "C", "D")
    assert plan.moved_by == ("C",)
    assert str(bundle_due(members, plan, 20, **WHEN)) == "2026-04-08 17:30:00"


def test_pause_inside_the_slack_moves_nothing() -> None:
    members = diamond(B=[span("2026-03-09 10:00", "2026-03-12 10:00")])

    plan = plan_bundle(members, **WHEN)

    assert str(plan.due_at) == "2026-03-23 17:30:00"
    assert plan.moved_by == ()
    assert str(bundle_due(members, plan, 20, **WHEN)) == "2026-03-30 17:30:00"


def test_open_suspension_on_the_critical_path_opens_the_plan_and_can_be_projected() -> None:
    members = diamond(C=[span("2026-03-10 10:00", None)])

    plan = plan_bundle(members, **WHEN)
    projection = project_bundle(members, {"C": 9}, **WHEN)

    assert plan.due_at is None
    assert plan.members["C"].finish_on is None
    assert plan.members["D"].start_on is None
    assert bundle_due(members, plan, 20, **WHEN) is None
    assert str(projection.due_at) == "2026-04-03 17:30:00"


def test_promise_is_measured_against_the_critical_path() -> None:
    members = diamond()

    assert critical_path_wd(members) == 15
    assert [promise_fault(members, days) for days in (14, 15, 20, 21)] == [
        "promise_under_path", None, None, "promise_over_serial",
    ]  # fmt: skip


def test_joint_licences_alone_have_a_statutory_clock() -> None:
    assert statutory_limit_wd([True, True]) == 45
    assert statutory_limit_wd([True, False]) is None
    assert statutory_limit_wd([]) is None


def test_the_worst_colour_wins_and_paused_only_when_nothing_runs() -> None:
    assert bundle_colour(Colour.GREEN, [Colour.PAUSED, Colour.RED], is_standing_still=False) == "red"
    assert bundle_colour(Colour.GREEN, [Colour.PAUSED], is_standing_still=True) == "paused"


def test_refusal_of_a_gating_member_ends_its_successors() -> None:
    assert ended_by_refusal(diamond(), "A", is_optional=False) == ("B", "C", "D")
    assert ended_by_refusal(diamond(), "B", is_optional=False) == ("D",)
    assert ended_by_refusal(diamond(), "B", is_optional=True) == ()


def test_members_that_wait_for_each_other_are_refused() -> None:
    members = [MemberPlan(code="A", limit_wd=1, after=("B",)), MemberPlan(code="B", limit_wd=1, after=("A",))]

    with pytest.raises(InvalidInput) as refused:
        plan_bundle(members, **WHEN)

    assert refused.value.code == "bundle_circle"
