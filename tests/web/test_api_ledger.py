"""The clock ledger through the API: what it said at any instant, back-dated acts, corrections, and overrunning procedures."""

import pytest
import sqlalchemy as sa

from app.domain.vocabulary import Lane
from app.storage.tables import outbox
from app.worker.jobs import drain_lane
from tests.web.api_world import (
    APPLICANT,
    HEAD,
    REVIEWER,
    SUPERVISOR,
    WINDOW,
    Body,
    Call,
    call,
    clock_of,
    done,
    kinds,
    refused,
    site,
)
from tests.web.conftest import World

__all__ = ["call", "site"]
STOP = {"ground": "hearing", "document_no": "恩听〔2026〕1号", "expected_days": 2}
RESULT = {"document_no": "听证笔录1号"}


@pytest.fixture
def case_no(call: Call) -> str:
    """A case accepted on Monday 2026-03-02 at 09:30, five working days promised: due on Monday 03-09."""
    number = str(call(APPLICANT).apply()["case_no"])
    call(WINDOW).do(number, "check", "accept")
    return number


def ledger(call: Call, case_no: str, **query: str) -> Body:
    return done(call(REVIEWER).get(f"/cases/{case_no}/clock", **query))


def due(shown: Body, clock: str = "promised") -> str | None:
    found: str | None = clock_of(shown, clock)["due_at"]
    return found


def entry_of(shown: Body, kind: str) -> Body:
    return next(dict(entry) for entry in shown["entries"] if entry["kind"] == kind)


@pytest.fixture
def resumed(call: Call, world: World, case_no: str) -> str:
    """The same case, stopped from Tuesday 10:00 to Thursday 16:00: two days are lost, due on Wednesday 03-11."""
    world.at(2026, 3, 3, 10, 0)
    done(call(REVIEWER).post(f"/cases/{case_no}/suspensions", STOP), 201)
    world.at(2026, 3, 5, 16, 0)
    done(call(REVIEWER).post(f"/cases/{case_no}/resumptions", RESULT), 201)
    return case_no


def test_the_ledger_is_asked_as_of_any_instant(call: Call, resumed: str) -> None:
    now = ledger(call, resumed)
    before = ledger(call, resumed, as_of="2026-03-03T09:59:59+08:00")
    during = ledger(call, resumed, as_of="2026-03-04T12:00:00+08:00")

    assert due(now) == "2026-03-11T17:30:00+08:00"
    assert (due(before), clock_of(before, "promised")["state"]) == ("2026-03-09T17:30:00+08:00", "running")
    assert (due(during), clock_of(during, "promised")["state"]) == (None, "paused")
    assert [entry["kind"] for entry in before["entries"]].count("suspend") == 0
    assert "2026-03-09" in clock_of(before, "promised")["explanation"][0]["zh"]
    assert (now["as_of"], before["deadlines"]) == (None, [])
    assert before["as_of"] == "2026-03-03T09:59:59+08:00"


@pytest.mark.parametrize(
    ("text", "code"),
    [("yesterday", "invalid"), ("2026-03-03T10:00:00", "instant_naive"), ("2026-03-03", "instant_naive")],
)
def test_an_instant_that_cannot_be_read_is_refused(call: Call, case_no: str, text: str, code: str) -> None:
    refused(call(REVIEWER).get(f"/cases/{case_no}/clock", as_of=text), 422, code)


def test_a_second_person_corrects_an_entry_and_both_stay_visible(call: Call, world: World, resumed: str) -> None:
    world.at(2026, 3, 6, 9, 0)
    entry = entry_of(ledger(call, resumed), "resume")
    right = {"corrects": entry["seq"], "reason": "笔录载明4日结束", "at": "2026-03-04T16:00:00+08:00"}

    answer = done(call(HEAD).post(f"/cases/{resumed}/ledger-corrections", right), 201)

    shown = ledger(call, resumed)
    assert (answer["corrects"], due(answer)) == (entry["seq"], "2026-03-10T17:30:00+08:00")
    assert (due(shown), due(shown, "statutory")) == ("2026-03-10T17:30:00+08:00", "2026-03-17T17:30:00+08:00")
    assert [item["kind"] for item in shown["entries"]].count("resume") == 1
    correction = entry_of(shown, "correct")
    assert (correction["corrects"], correction["second_person"]) == (
        entry["seq"],
        f"staff:{world.person(HEAD).staff_id}",
    )
    said = [sentence["zh"] for sentence in clock_of(shown, "promised")["explanation"]]
    assert any("更正：笔录载明4日结束；原记录为 2026-03-05 16:00" in sentence for sentence in said)
    assert due(ledger(call, resumed, as_of="2026-03-05T16:00:00+08:00")) == "2026-03-11T17:30:00+08:00"
    assert "clock_corrected" in kinds(done(call(REVIEWER).get(f"/cases/{resumed}/events"))["items"])


def test_the_deadline_rows_follow_a_correction(call: Call, world: World, resumed: str) -> None:
    entry = entry_of(ledger(call, resumed), "resume")
    right = {"corrects": entry["seq"], "reason": "笔误", "at": "2026-03-04T16:00:00+08:00"}

    done(call(SUPERVISOR).post(f"/cases/{resumed}/ledger-corrections", right), 201)

    rows = {row["name"]: row["due_at"] for row in ledger(call, resumed)["deadlines"]}
    assert rows["promised"] == "2026-03-10T17:30:00+08:00"


@pytest.mark.parametrize(
    ("login", "named", "change", "expected"),
    [
        (REVIEWER, "resume", {}, (403, "not_permitted")),
        (WINDOW, "resume", {}, (403, "not_permitted")),
        (HEAD, "resume", {"reason": " "}, (422, "clock_reason_missing")),
        (HEAD, "resume", {"corrects": 9999}, (404, "clock_entry_unknown")),
        (HEAD, "stop", {}, (422, "clock_entry_fixed")),
        (HEAD, "resume", {"at": "2027-03-05T16:00:00+08:00"}, (422, "clock_future")),
        (HEAD, "resume", {"at": "2026-03-03T09:00:00+08:00"}, (422, "clock_resume_before_suspend")),
        (HEAD, "suspend", {"at": "2026-03-02T09:00:00+08:00"}, (422, "clock_not_started")),
        (HEAD, "suspend", {"ground": "site_visit"}, (422, "clock_ground_not_allowed")),
        (HEAD, "suspend", {"expected_days": 0}, (422, "clock_expected_days_missing")),
    ],
)
def test_refused_correction_changes_nothing(
    call: Call, resumed: str, login: str, named: str, change: Body, expected: tuple[int, str]
) -> None:
    before = ledger(call, resumed)
    body = {"corrects": entry_of(before, named)["seq"], "reason": "笔误", **change}

    problem = refused(call(login).post(f"/cases/{resumed}/ledger-corrections", body), *expected)

    assert ledger(call, resumed) == before
    assert "…" not in problem["detail"]


def test_who_made_an_entry_does_not_correct_it(call: Call, world: World, case_no: str) -> None:
    world.at(2026, 3, 3, 10, 0)
    done(call(HEAD).post(f"/cases/{case_no}/suspensions", STOP), 201)
    body = {"corrects": entry_of(ledger(call, case_no), "suspend")["seq"], "reason": "笔误"}

    refused(call(HEAD).post(f"/cases/{case_no}/ledger-corrections", body), 403, "second_person_needed")

    done(call(SUPERVISOR).post(f"/cases/{case_no}/ledger-corrections", body), 201)


def test_no_correction_reaches_behind_a_fired_deadline(call: Call, world: World, resumed: str) -> None:
    entry = entry_of(ledger(call, resumed), "resume")
    world.at(2026, 3, 11, 18, 0)
    drain_lane(world.container.context, Lane.NOTICE, budget_s=60)
    drain_lane(world.container.context, Lane.MOVE, budget_s=60)
    body = {"corrects": entry["seq"], "reason": "笔误", "at": "2026-03-05T17:00:00+08:00"}

    refused(call(HEAD).post(f"/cases/{resumed}/ledger-corrections", body), 422, "clock_backdated")


@pytest.mark.parametrize(
    ("at", "document_no", "status"),
    [
        ("2026-03-05T10:00:00+08:00", "恩听〔2026〕1号", 201),
        ("2026-03-03T09:59:59+08:00", "恩听〔2026〕1号", 422),
        ("2026-03-02T09:00:00+08:00", "恩听〔2026〕1号", 422),
    ],
)
def test_a_suspension_is_dated_back_three_days_at_most(
    call: Call, world: World, case_no: str, at: str, document_no: str, status: int
) -> None:
    world.at(2026, 3, 6, 10, 0)
    body = {**STOP, "document_no": document_no, "from": at}

    answer = call(REVIEWER).post(f"/cases/{case_no}/suspensions", body)

    if status == 201:
        done(answer, 201)
        assert entry_of(ledger(call, case_no), "suspend")["occurred_at"] == at
    else:
        refused(answer, 422, "clock_not_started" if at < "2026-03-02T09:30" else "clock_backdated")


def test_no_act_is_dated_before_the_last_entry_of_the_clock(call: Call, world: World, resumed: str) -> None:
    world.at(2026, 3, 6, 10, 0)
    body = {**STOP, "from": "2026-03-05T15:59:00+08:00"}

    problem = refused(call(REVIEWER).post(f"/cases/{resumed}/suspensions", body), 422, "clock_backdated")

    assert "3" in problem["detail"]


def test_an_extension_is_dated_back_only_with_its_written_approval(call: Call, world: World, case_no: str) -> None:
    world.at(2026, 3, 5, 10, 0)
    asked = {"days": 5, "reason": "情况复杂", "at": "2026-03-04T10:00:00+08:00"}

    refused(call(HEAD).post(f"/cases/{case_no}/extensions", asked), 422, "clock_backdated")
    done(call(HEAD).post(f"/cases/{case_no}/extensions", {**asked, "document_no": "恩延〔2026〕1号"}), 201)

    shown = ledger(call, case_no)
    assert entry_of(shown, "extend")["occurred_at"] == "2026-03-04T10:00:00+08:00"
    assert due(shown) == "2026-03-16T17:30:00+08:00"


def test_a_refused_extension_does_not_use_up_the_one_there_is(call: Call, world: World, case_no: str) -> None:
    asked = {"days": 5, "reason": "情况复杂"}
    refused(call(HEAD).post(f"/cases/{case_no}/extensions", {**asked, "days": 50}), 422, "clock_extension_too_long")

    done(call(HEAD).post(f"/cases/{case_no}/extensions", asked), 201)

    refused(call(HEAD).post(f"/cases/{case_no}/extensions", asked), 422, "clock_extension_count")
    assert due(ledger(call, case_no)) == "2026-03-16T17:30:00+08:00"


def test_an_extension_after_the_due_instant_is_refused(call: Call, world: World, case_no: str) -> None:
    world.at(2026, 3, 9, 17, 30, 1)

    problem = refused(
        call(HEAD).post(f"/cases/{case_no}/extensions", {"days": 5, "reason": "情况复杂"}), 422, "clock_after_due"
    )

    assert problem["due_at"] == "2026-03-09T17:30:00+08:00"


def test_an_extension_exactly_at_the_due_instant_is_in_time(call: Call, world: World, case_no: str) -> None:
    world.at(2026, 3, 9, 17, 30)

    done(call(HEAD).post(f"/cases/{case_no}/extensions", {"days": 5, "reason": "情况复杂"}), 201)

    assert due(ledger(call, case_no)) == "2026-03-16T17:30:00+08:00"


def test_a_procedure_that_takes_longer_than_expected_is_told_once_and_stays_paused(
    call: Call, world: World, case_no: str
) -> None:
    done(call(REVIEWER).post(f"/cases/{case_no}/suspensions", STOP), 201)
    rows = {row["name"]: row for row in ledger(call, case_no)["deadlines"]}
    assert rows["suspension_overrun"]["due_at"] == "2026-03-04T17:30:00+08:00"

    for day in (4, 5, 6):
        world.at(2026, 3, day, 18, 0)
        drain_lane(world.container.context, Lane.NOTICE, budget_s=60)

    with world.container.context.database.read() as connection:
        payloads = connection.scalars(sa.select(outbox.c.payload)).all()
    told = [payload for payload in payloads if '"notice":"suspension_overrun"' in payload]
    assert sorted('"role":"supervisor"' in payload for payload in told) == [False, True]
    assert clock_of(ledger(call, case_no), "promised")["state"] == "paused"
    assert kinds(done(call(REVIEWER).get(f"/cases/{case_no}/events"))["items"]).count("suspension_overrun") == 1


def test_a_procedure_that_ends_in_time_tells_nobody(call: Call, world: World, resumed: str) -> None:
    world.at(2026, 3, 10, 9, 0)
    drain_lane(world.container.context, Lane.NOTICE, budget_s=60)

    assert "suspension_overrun" not in kinds(done(call(REVIEWER).get(f"/cases/{resumed}/events"))["items"])
