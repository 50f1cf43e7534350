"""A technical pause: the law counts on, nothing is approved meanwhile, and what fell due comes once when it ends."""

from typing import Any

import sqlalchemy as sa

from app.storage.tables import audit_entry, clock_entry, deadline
from tests.deemed.conftest import Office, at

SUPERVISOR = "supervisor.enshi"
DUE, AFTER, LATER = at("2026-03-09 17:30"), at("2026-03-10 10:00"), at("2026-03-11 10:00")


def intervene(office: Office, case_no: str, kind: str) -> None:
    version = office.call(SUPERVISOR, "GET", f"/cases/{case_no}").json["version"]
    body = {"kind": kind, "reason": "核查数据"}
    answer = office.post(SUPERVISOR, f"/cases/{case_no}/interventions", body, **{"If-Match": f'"{version}"'})
    assert answer.status_code == 200, answer.json


def law_of(office: Office, case_no: str) -> list[tuple[Any, ...]]:
    """Return the ledger and the instants of every deadline of a case: what the law counts."""
    case_id, entries, rows = office.case_id(case_no), clock_entry.c, deadline.c
    counted = sa.select(entries.seq, entries.clock, entries.kind, entries.occurred_at).where(entries.case_id == case_id)
    due = sa.select(rows.name, rows.due_at, rows.yellow_at, rows.red_at).where(rows.case_id == case_id)
    with office.context.database.read() as connection:
        queries = (counted.order_by(entries.seq), due.order_by(rows.id))
        return [tuple(row) for query in queries for row in connection.execute(query)]


def fired(office: Office, case_no: str, element: str) -> int:
    """Return how often the deadline of an event moved the diagram."""
    columns = audit_entry.c
    query = sa.select(columns.body).where(columns.case_id == office.case_id(case_no), columns.kind == "deadline_fired")
    with office.context.database.read() as connection:
        return sum(f'"name":"{element}"'.encode() in bytes(body) for body in connection.scalars(query))


def test_pause_and_its_end_move_no_clock(office: Office) -> None:
    case_no = office.accepted()
    before = law_of(office, case_no)

    intervene(office, case_no, "pause")
    paused = law_of(office, case_no)
    office.clock.set(at("2026-03-04 10:00"))
    intervene(office, case_no, "resume")

    assert paused == law_of(office, case_no) == before


def test_nothing_is_approved_in_a_pause_and_the_list_says_why(office: Office) -> None:
    case_no = office.accepted()
    intervene(office, case_no, "pause")

    office.move_to(AFTER)

    assert (office.case(case_no).state, office.decision(case_no)) == ("accepted", {})
    assert office.deemed(case_no) == ("armed", None)
    listed = office.call(SUPERVISOR, "GET", "/supervision/cases?state=to_be_deemed&days=1").json["items"]
    assert [(item["case_no"], item["guards"]) for item in listed] == [(case_no, ["technical_pause"])]


def test_approval_that_fell_due_in_a_pause_comes_once_with_its_legal_instant(office: Office) -> None:
    case_no = office.accepted()
    intervene(office, case_no, "pause")
    office.move_to(AFTER)

    intervene(office, case_no, "resume")
    office.move_to(LATER)
    office.move_to(at("2026-03-12 10:00"))

    assert office.case(case_no).state == "deemed"
    decision = office.decision(case_no)
    assert (decision["decided_by"], decision["effective_at"]) == ("system:deemed_approval", DUE)
    assert fired(office, case_no, "deemed") == 1


def test_silence_about_an_application_in_a_pause_is_an_acceptance_once_it_ends(office: Office) -> None:
    case_no = office.received()
    intervene(office, case_no, "pause")
    office.move_to(AFTER)
    in_pause = office.case(case_no).state

    intervene(office, case_no, "resume")
    office.move_to(LATER)
    office.move_to(at("2026-03-12 10:00"))

    assert in_pause == "received"
    found = office.case(case_no)
    assert (found.state, found.accepted_at) == ("accepted", found.received_at)
    assert fired(office, case_no, "notice5") == 1


def test_decision_before_the_tick_after_a_pause_is_a_persons_own(office: Office) -> None:
    case_no = office.accepted()
    office.complete(case_no, "review", "reviewer.enshi", "pass", {"opinion": "同意"})
    intervene(office, case_no, "pause")
    office.clock.set(at("2026-03-09 10:00"))

    intervene(office, case_no, "resume")
    office.complete(case_no, "decide", "decider.enshi", "approve")
    office.move_to(LATER)

    assert office.decision(case_no)["decided_by"].startswith("staff:")
    assert fired(office, case_no, "deemed") == 0
