"""Approvals that a guard blocks: outages, closures, what nobody checked; and their release by two persons."""

from datetime import timedelta

import pytest

from app.domain.outage import Gap
from app.operations.receive_theme_application import receive_theme_application
from app.operations.release_deemed import recheck_blocked
from app.runtime.application import ApplicationInput
from app.storage import tables
from app.storage.beats import add_outage
from tests.deemed.conftest import APPLICANT, FORM, Office, at

AFTER = "2026-03-09 17:32:10"
DUE = "2026-03-09 17:30"


@pytest.fixture
def case_no(office: Office) -> str:
    return office.accepted()


def outage(office: Office, began: str, ended: str) -> str:
    with office.context.database.write() as uow:
        add_outage(uow, Gap(began_at=at(began), ended_at=at(ended)))
        return str(uow.connection.exec_driver_sql("SELECT max(id) FROM outage").scalar_one())


def closure(office: Office, region: str, began: str, ended: str) -> str:
    with office.context.database.write() as uow:
        row_id = office.context.ids.next_id(region)
        row = {"id": row_id, "region_code": region, "began_at": at(began), "ended_at": at(ended), "reason": "暴雪"}
        row |= {"confirmed_at": at(began), "confirmed_by": "staff:1"}
        uow.connection.execute(tables.closure.insert(), row)
    return str(row_id)


@pytest.mark.parametrize(
    ("began", "ended", "state"),
    [
        ("2026-03-09 10:00", "2026-03-09 10:31", "blocked"),
        ("2026-03-06 09:00", "2026-03-06 09:31", "blocked"),
        ("2026-03-09 10:00", "2026-03-09 10:30", "fired"),
        ("2026-03-05 09:00", "2026-03-05 17:30", "fired"),
        ("2026-03-09 12:00", "2026-03-09 13:30", "fired"),
        ("2026-03-07 09:00", "2026-03-08 20:00", "fired"),
        ("2026-03-09 17:10", "2026-03-10 12:00", "fired"),
    ],
)
def test_outage_blocks_when_it_took_office_time_of_the_last_two_working_days(
    office: Office, case_no: str, began: str, ended: str, state: str
) -> None:
    outage(office, began, ended)

    office.move_to(at(AFTER))

    assert office.deemed(case_no) == (state, "outage" if state == "blocked" else None)


def test_release_after_an_outage_needs_two_persons_and_approves_from_the_due_instant(
    office: Office, case_no: str
) -> None:
    outage_id = outage(office, "2026-03-09 10:00", "2026-03-09 12:00")
    office.move_to(at("2026-03-11 09:00"))
    asked = office.post("supervisor.es", "/supervision/deemed-releases", {"outage_id": outage_id, "reason": "已核对"})
    path = f"/supervision/deemed-releases/{asked.json['release_id']}/confirmation"

    refused = [office.post(login, path).json["code"] for login in ("supervisor.es", "supervisor.enshi", "head.enshi")]
    released = office.post("duty.es", path)

    assert refused == ["second_person_needed", "hold_not_allowed", "not_permitted"]
    assert asked.json["blocked_count"] == 1
    assert released.json["items"] == [{"case_no": case_no, "state": "armed", "guards": [], "code": None}]
    office.move_to(at("2026-03-11 09:00:10"))
    assert office.decision(case_no)["effective_at"] == at(DUE)


def test_closure_blocks_until_it_is_released(office: Office, case_no: str) -> None:
    closure_id = closure(office, "422801", "2026-03-09 08:00", "2026-03-10 08:00")
    office.move_to(at("2026-03-09 20:00"))
    body = {"closure_id": closure_id, "reason": "已核对"}
    lasting = office.post("supervisor.enshi", "/supervision/deemed-releases", body)
    office.move_to(at("2026-03-10 10:00"))
    foreign = office.post("supervisor.lichuan", "/supervision/deemed-releases", body)

    asked = office.post("supervisor.enshi", "/supervision/deemed-releases", body)
    listed = office.call("supervisor.es", "GET", "/supervision/deemed-releases").json["items"]
    office.post("supervisor.es", f"/supervision/deemed-releases/{asked.json['release_id']}/confirmation")

    assert (lasting.status_code, lasting.json["code"]) == (409, "block_lasts")
    assert foreign.status_code == 403
    assert [(item["kind"], item["release_id"]) for item in listed] == [("closure", asked.json["release_id"])]
    office.move_to(at("2026-03-10 10:00:10"))
    assert office.deemed(case_no)[0] == "fired"


def test_release_leaves_what_another_guard_blocks(office: Office, case_no: str) -> None:
    closure(office, "422801", "2026-03-09 08:00", "2026-03-09 09:00")
    outage_id = outage(office, "2026-03-09 10:00", "2026-03-09 12:00")
    office.move_to(at("2026-03-11 09:00"))

    asked = office.post("supervisor.es", "/supervision/deemed-releases", {"outage_id": outage_id, "reason": "已核对"})
    released = office.post("duty.es", f"/supervision/deemed-releases/{asked.json['release_id']}/confirmation")

    assert released.json["items"][0]["guards"] == ["closure"]
    office.move_to(at("2026-03-20 09:00"))
    assert office.decision(case_no) == {}


def test_case_nobody_accepted_is_blocked_for_good(office: Office) -> None:
    office.clock.set(at("2026-03-02 10:00"))
    case_no = office.received()
    office.move_to(at("2026-03-10 09:00"))
    assert office.deemed(case_no) == ("blocked", "never_reviewed")

    office.complete(case_no, "review", "reviewer.enshi", "pass", {"opinion": "同意"})
    assert recheck_blocked(office.context) == 0
    office.move_to(at("2026-03-20 09:00"))

    assert office.decision(case_no) == {}
    office.complete(case_no, "decide", "decider.enshi", "approve")
    assert office.decision(case_no)["is_late"] is True


@pytest.mark.parametrize("check", ["accept", "silence"])
def test_member_of_a_theme_nobody_checked_is_never_approved_by_default(office: Office, check: str) -> None:
    office.clock.set(at("2026-03-02 10:00"))
    entered = ApplicationInput(
        code="startup",
        region_code="422801",
        intake_mode="online",
        applicant=APPLICANT,
        form={**FORM, "capital_wan": 10},
        guidance={"needs_seal": "no", "has_employees": "no", "needs_bank": "no"},
    )
    theme_no = str(receive_theme_application(office.context, office.person("applicant1"), entered)["case_no"])
    if check == "accept":
        office.complete(theme_no, "check", "window.enshi", "accept")
    else:
        office.move_to(at("2026-03-09 17:31"))
    member = next(item for item in office.case(theme_no).members if item.name == "企业设立登记")

    office.move_to(office.clock.now() + timedelta(days=10))

    assert office.deemed(member.case_no) == (("fired", None) if check == "accept" else ("blocked", "never_reviewed"))
