"""A version of a calendar layer moves the open clocks it concerns, once each, and nothing else."""

from collections.abc import Callable

import pytest
import sqlalchemy as sa

from app.catalogue.calendar_files import read_calendar_days
from app.domain.actor import system_actor
from app.domain.audit import verify_chain
from app.domain.calendar import to_local
from app.domain.calendar_upload import next_version
from app.domain.vocabulary import Lane
from app.operations.continue_calendar_loads import continue_calendar_loads
from app.operations.deploy_rules import deploy_rules
from app.operations.extend_clock import extend_clock
from app.operations.fire_due_deadlines import fire_due_deadlines
from app.operations.sign_in import sign_in
from app.operations.suspend_clock import SuspensionRequest, resume_clock, suspend_clock
from app.queries.clock import list_clocks
from app.runtime.calendar_progress import carry_on
from app.runtime.calendar_publishing import plan_versions, publish_versions
from app.storage.calendar_loads import claim_waiting
from app.storage.cases import case_chain, case_head
from app.storage.database import Database
from app.storage.rules import begin_generation
from app.storage.tables import calendar_load, calendar_load_case, case_file, outbox, user_task
from app.web.sign_in import COOKIE
from tests.integration.calendars.conftest import Town
from tests.many_cases import copy_case, count_broken_chains
from tests.racing import race
from tests.world import PASSWORD, World

TWO_DAYS = [{"on": "2026-03-05", "kind": "off"}, {"on": "2026-03-06", "kind": "off"}]
NOTICE = "州政办发〔2026〕1号"


def test_open_clocks_that_span_a_new_rest_day_move(town: Town) -> None:
    case_no = town.accepted("startup-reg")
    assert town.due(case_no) == "2026-03-03 17:30"

    answer = town.load(document=NOTICE, days=[{"on": "2026-03-03", "kind": "off", "reason": "州庆"}])

    assert answer.status_code == 201
    assert {name: town.due(case_no, name) for name in ("promised", "deemed")} == {
        "promised": "2026-03-04 17:30",
        "deemed": "2026-03-04 17:30",
    }
    assert (answer.json["state"], answer.json["cases"]) == ("done", {"concerned": 1, "moved": 1})
    first = answer.json["items"][0]
    assert (first["case_no"], first["clock"], first["outcome"], first["reason"]) == (
        case_no,
        "promised",
        "moved",
        NOTICE,
    )
    assert (first["old_due_at"], first["new_due_at"]) == ("2026-03-03T17:30:00+08:00", "2026-03-04T17:30:00+08:00")


def test_a_moved_case_gets_one_entry_one_audit_entry_and_one_notice(town: Town) -> None:
    case_no = town.accepted()
    case_id = town.case_id(case_no)

    town.load(document=NOTICE, days=TWO_DAYS)

    (entry,) = town.entries(case_no)
    assert (entry.clock, entry.document_no, entry.not_before and entry.not_before.isoformat()) == (
        None,
        NOTICE,
        "2026-03-03",
    )
    database = town.container.context.database
    with database.read() as connection:
        head = case_head(connection, case_id)
        assert head is not None
        assert verify_chain(case_chain(connection, case_id), last_seq=head[0], last_hash=head[1]) is None
        assert head[0] == entry.seq
        told = connection.scalars(sa.select(outbox.c.dedup_key).where(outbox.c.dedup_key.like("due_moved:%"))).all()
        task_due = connection.scalar(
            sa.select(user_task.c.due_at).where(user_task.c.case_id == case_id, user_task.c.state < 2)
        )
    assert told == [f"due_moved:{case_id}:{entry.seq}:applicant"]
    assert f"{to_local(task_due):%m-%d}" == town.due(case_no)[5:10] == "03-11"


def test_rows_say_after_a_load_what_the_ledger_says(town: Town) -> None:
    cases = [town.accepted(), town.accepted("startup-reg"), town.apply("restaurant-food")]
    town.at(2026, 3, 3, 11, 0)

    town.load(document=NOTICE, days=[*TWO_DAYS, {"on": "2026-03-07", "kind": "work"}])
    town.load("422801-scjg", document="文2", hours=[{"valid_from": "2026-03-04", "blocks": "08:00-12:00,14:00-18:00"}])

    view = town.container.view()
    with town.container.context.database.reading() as opened:
        for case_no in cases:
            for clock in list_clocks(opened.connection, view, town.case_id(case_no), now=opened.now):
                if clock.state == "running":
                    row = town.row(case_no, clock.clock)
                    stored = (row.due_at, row.yellow_at, row.red_at, row.is_provisional)
                    assert stored == (clock.due_at, clock.yellow_at, clock.red_at, clock.provisional)


def test_dry_run_tells_the_same_and_writes_nothing(town: Town) -> None:
    case_no = town.accepted()
    before = town.due(case_no)

    preview = town.load(document=NOTICE, days=TWO_DAYS, dry_run=True)

    assert preview.status_code == 200
    assert preview.json["state"] == "dry_run"
    assert preview.json["cases"] == {"concerned": 1, "examined": 1, "moved": 1}
    assert (town.due(case_no), town.entries(case_no)) == (before, [])
    with town.container.context.database.read() as connection:
        assert connection.scalar(sa.select(sa.func.count()).select_from(calendar_load)) == 0
    assert town.load(document=NOTICE, days=TWO_DAYS).json["items"] == preview.json["items"]


def test_a_case_that_spans_no_changed_day_is_not_touched(town: Town) -> None:
    case_no = town.accepted()
    version = town.case(case_no).version

    answer = town.load(document=NOTICE, days=[{"on": "2026-05-08", "kind": "off"}])

    assert answer.json["cases"] == {"concerned": 0}
    assert town.case(case_no).version == version


def test_another_county_is_not_touched(town: Town) -> None:
    enshi, lichuan = town.accepted(), town.accepted(region="422802")

    answer = town.load("422802", document=NOTICE, days=TWO_DAYS, login="supervisor.lichuan")

    assert answer.status_code == 201
    assert (town.due(enshi), town.due(lichuan)) == ("2026-03-09 17:30", "2026-03-11 17:30")
    assert [item["case_no"] for item in answer.json["items"]] == [lichuan, lichuan]


def test_an_office_has_its_own_days_and_hours(town: Town) -> None:
    case_no = town.accepted()

    town.load(
        "422801-scjg",
        document="恩市监〔2026〕2号",
        days=[{"on": "2026-03-09", "kind": "off"}],
        hours=[{"valid_from": "2026-03-10", "blocks": "08:30-12:00,14:00-18:00"}],
    )

    assert town.due(case_no) == "2026-03-10 18:00"
    assert town.due(town.accepted()) == "2026-03-10 18:00"


def test_no_upload_moves_a_date_before_the_next_working_day(town: Town) -> None:
    early, late = town.accepted(), town.accepted("startup-reg")
    town.at(2026, 3, 3, 9, 0)
    worked = [{"on": day, "kind": "work"} for day in ("2026-03-07", "2026-03-08")]

    town.load(document=NOTICE, days=worked)

    assert town.due(early) == "2026-03-07 17:30"
    assert town.due(late) == "2026-03-03 17:30"


def test_the_floor_holds_for_a_make_up_day_loaded_on_that_day(town: Town) -> None:
    case_no = town.accepted()
    town.at(2026, 3, 7, 10, 0)

    answer = town.load(document=NOTICE, days=[{"on": "2026-03-07", "kind": "work"}])

    assert town.due(case_no) == "2026-03-09 17:30"
    assert answer.json["cases"] == {"concerned": 1, "moved": 1}
    assert town.due(case_no, "statutory") == "2026-03-13 17:30"


def test_an_expired_clock_is_left_alone_and_reported(town: Town) -> None:
    case_no = town.accepted()
    town.at(2026, 3, 9, 18, 0)

    answer = town.load(document=NOTICE, days=[{"on": "2026-03-09", "kind": "off"}])

    assert town.due(case_no) == "2026-03-09 17:30"
    assert town.due(case_no, "statutory") == "2026-03-17 17:30"
    outcomes = {item["clock"]: item["outcome"] for item in answer.json["items"]}
    assert outcomes == {"promised": "past_due", "statutory": "moved"}


def test_a_case_wholly_expired_gets_no_entry(town: Town) -> None:
    case_no = town.accepted()
    town.at(2026, 3, 17, 9, 0)

    answer = town.load(document=NOTICE, days=[{"on": "2026-03-09", "kind": "off"}])

    assert answer.json["cases"] == {"concerned": 1, "past_due": 1}
    assert town.entries(case_no) == []


def test_a_paused_clock_resumes_with_the_new_calendar(town: Town) -> None:
    case_no = town.accepted()
    context, case_id = town.container.context, town.case_id(case_no)
    town.at(2026, 3, 3, 10, 0)
    suspended = suspend_clock(
        context,
        town.person("reviewer.enshi"),
        case_id=case_id,
        asked=SuspensionRequest(ground="expert_review", document_no="恩市监评〔2026〕1号", expected_days=5),
    )

    town.load(document=NOTICE, days=[{"on": "2026-03-13", "kind": "off"}])
    town.at(2026, 3, 10, 10, 0)
    resume_clock(
        context,
        town.person("reviewer.enshi"),
        case_id=case_id,
        suspension_id=int(str(suspended["suspension_id"])),
        document_no="恩市监评结〔2026〕1号",
    )

    assert len(town.entries(case_no)) == 1
    assert town.due(case_no) == "2026-03-17 17:30"


def test_the_end_of_the_expected_days_of_a_special_procedure_moves_as_well(town: Town) -> None:
    case_no = town.accepted()
    town.at(2026, 3, 3, 10, 0)
    suspend_clock(
        town.container.context,
        town.person("reviewer.enshi"),
        case_id=town.case_id(case_no),
        asked=SuspensionRequest(ground="expert_review", document_no="恩市监评〔2026〕1号", expected_days=5),
    )
    before = town.due(case_no, "suspension_overrun")

    town.load(document=NOTICE, days=[{"on": "2026-03-06", "kind": "off"}])

    assert (before, town.due(case_no, "suspension_overrun")) == ("2026-03-10 17:30", "2026-03-11 17:30")


def test_an_extension_into_changed_days_follows_the_calendar_first(town: Town) -> None:
    case_no = town.accepted()
    context, case_id = town.container.context, town.case_id(case_no)
    town.load(document=NOTICE, days=[{"on": "2026-03-18", "kind": "off"}])
    assert town.entries(case_no) == []

    extend_clock(context, town.person("head.enshi"), case_id=case_id, days=5, reason="情况复杂")

    (entry,) = town.entries(case_no)
    assert (entry.document_no, entry.actor) == (NOTICE, "system:calendar")
    assert town.due(case_no, "statutory") == "2026-03-24 17:30"


def test_two_loads_leave_one_entry_each(town: Town) -> None:
    case_no = town.accepted()

    town.load(document="文1", days=[{"on": "2026-03-05", "kind": "off"}])
    town.load(
        "422801", document="文2", days=[{"on": "2026-03-05", "kind": "work"}, {"on": "2026-03-06", "kind": "off"}]
    )

    assert [entry.document_no for entry in town.entries(case_no)] == ["文1", "文2"]
    assert town.due(case_no) == "2026-03-10 17:30"


def test_the_same_file_twice_is_nothing_new(town: Town) -> None:
    town.load(document=NOTICE, days=TWO_DAYS)

    again = town.load(document=NOTICE, days=TWO_DAYS)

    assert (again.status_code, again.json["code"]) == (409, "calendar_unchanged")


def test_a_killed_load_is_carried_on_by_another_process(town: Town, open_town: Callable[..., World]) -> None:
    cases = [town.accepted() for _case in range(5)]
    context = town.container.context
    load_id = _waiting_load(town)

    with pytest.raises(RuntimeError, match="killed"):
        _die_inside_a_batch(town, load_id)
    assert not carry_on(context, load_id, budget_s=0, batch=2)
    assert sum(len(town.entries(case_no)) for case_no in cases) == 2
    other = open_town().container.context
    continue_calendar_loads(other, budget_s=10)

    assert [len(town.entries(case_no)) for case_no in cases] == [1] * 5
    assert {town.due(case_no) for case_no in cases} == {"2026-03-10 17:30"}
    continue_calendar_loads(other, budget_s=10)
    assert [len(town.entries(case_no)) for case_no in cases] == [1] * 5


def test_a_deadline_waits_for_a_load_that_is_about_to_move_it(town: Town) -> None:
    case_no = town.accepted("startup-reg")
    town.complete(case_no, "review", "reviewer.enshi", "pass", opinion="同意")
    town.at(2026, 3, 3, 17, 0)
    load_id = _waiting_load(town, day="2026-03-03")

    town.at(2026, 3, 3, 17, 40)
    town.tick()
    assert town.case(case_no).state == "accepted"
    carry_on(town.container.context, load_id, budget_s=10)
    town.tick()

    assert town.case(case_no).state == "accepted"
    assert town.due(case_no, "deemed") == "2026-03-04 17:30"
    town.at(2026, 3, 4, 17, 40)
    town.tick()
    assert town.case(case_no).state == "deemed"


def test_a_load_and_a_deadline_at_once_have_one_winner(town: Town, open_town: Callable[..., World]) -> None:
    """The load is made a minute before the due instant, the tick comes after it; whoever is first decides each case."""
    case_no = town.accepted("startup-reg")
    town.complete(case_no, "review", "reviewer.enshi", "pass", opinion="同意")
    copies = copy_case(town, case_no, 30)
    town.at(2026, 3, 3, 17, 29)
    ticking = open_town(2026, 3, 3, 17, 33).container.context

    race(
        [
            lambda: town.load(document=NOTICE, days=[{"on": "2026-03-03", "kind": "off"}]),
            lambda: [fire_due_deadlines(ticking, lane, limit=5) for _round in range(20) for lane in Lane],
        ]
    )
    continue_calendar_loads(town.container.context, budget_s=20)

    database = town.container.context.database
    with database.read() as connection:
        states = dict(connection.execute(sa.select(case_file.c.id, case_file.c.state)).all())
        moved = set(
            connection.scalars(
                sa.select(calendar_load_case.c.case_id).where(
                    calendar_load_case.c.outcome == "moved", calendar_load_case.c.facts.like('%"clock":"promised"%')
                )
            )
        )
        assert count_broken_chains(connection) == 0
    assert len(states) == len(copies) + 1
    assert {case_id for case_id, state in states.items() if state != "deemed"} == moved
    assert waiting_count(database) == 0


def test_a_load_after_the_approval_changes_nothing(town: Town) -> None:
    case_no = town.accepted("startup-reg")
    town.complete(case_no, "review", "reviewer.enshi", "pass", opinion="同意")
    town.at(2026, 3, 3, 17, 40)
    town.tick()

    answer = town.load(document=NOTICE, days=[{"on": "2026-03-03", "kind": "off"}])

    assert town.case(case_no).state == "deemed"
    assert "moved" not in answer.json["cases"]


def test_history_says_who_when_which_document_and_which_days(town: Town) -> None:
    town.load(document=NOTICE, days=TWO_DAYS)

    answer = town.client.get("/api/v1/calendars/ES/versions", headers=town.token("admin.es"))

    newest, first = answer.json["items"]
    assert (newest["number"], newest["document"], first["number"]) == (2, NOTICE, 1)
    assert newest["loaded_by"] == f"staff:{town.person('admin.es').staff_id}"
    assert newest["days"] == [{"on": day["on"], "before": "", "after": "off"} for day in TWO_DAYS]
    assert newest["loaded_at"].startswith("2026-03-02T09:30")


def test_explanations_say_why_the_date_moved(town: Town) -> None:
    case_no = town.accepted()
    town.load(document=NOTICE, days=TWO_DAYS)

    clocks = town.client.get(f"/api/v1/cases/{case_no}/clock", headers=town.token("supervisor.enshi")).json

    sentences = [item for clock in clocks["clocks"] for item in clock["explanation"] if NOTICE in item["zh"]]
    assert sentences[0]["en"].startswith(f"{NOTICE} loaded 2026-03-02 09:30: due moved from 2026-03-09 to 2026-03-11")
    assert "到期日由 2026-03-09 变为 2026-03-11" in sentences[0]["zh"]


def test_the_case_page_says_why_the_date_moved(town: Town) -> None:
    case_no = town.accepted()
    town.load(document=NOTICE, days=TWO_DAYS)
    client = town.client.application.test_client()
    client.set_cookie(COOKIE, sign_in(town.container.context, login="supervisor.enshi", password=PASSWORD).token)

    page = client.get(f"/cases/{case_no}").text

    assert f"载入{NOTICE}" in page


def test_a_deployment_keeps_what_was_uploaded(town: Town) -> None:
    town.load(document=NOTICE, days=TWO_DAYS)
    context, settings = town.container.context, town.container.settings

    deploy_rules(context, bpmn_dir=settings.bpmn_dir, rules_dir=settings.rules_dir, actor=system_actor("setup"))

    assert town.due(town.accepted()) == "2026-03-11 17:30"


def waiting_count(database: Database) -> int:
    """How many cases wait for a load."""
    with database.read() as connection:
        query = sa.select(sa.func.count()).where(calendar_load_case.c.outcome == "waiting")
        return int(connection.scalar(query) or 0)


def _die_inside_a_batch(town: Town, load_id: int) -> None:
    with town.container.context.database.write() as uow:
        claim_waiting(uow, load_id, limit=3)
        raise RuntimeError("killed")


def _waiting_load(town: Town, day: str = "2026-03-05") -> int:
    """Store a load whose cases all wait, as if its process were killed right after the first commit."""
    context = town.container.context
    published = context.library.current()
    upload = read_calendar_days([{"on": day, "kind": "off"}], [], layer="ES", document=NOTICE)
    version = next_version(published.layers["ES"], upload)
    load_id = context.ids.next_id("422800")
    with context.database.write() as uow:
        begin_generation(uow, by="staff:1")
        plan = plan_versions(uow.connection, [version], hours=published.time_rules.office_hours)
        publish_versions(uow, plan, [version], load_id=load_id, document=NOTICE, by="staff:1")
    return load_id
