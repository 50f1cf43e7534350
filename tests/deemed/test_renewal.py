"""Renewal by law: asked in time and undecided at expiry it takes place; a guard that is false leaves it to a person."""

from datetime import date

import pytest

from app.domain.errors import Conflict
from app.domain.matter import RenewalRule
from app.domain.renewal import is_asked_late, last_day_to_ask, renewed_until
from app.operations.complete_task import Completion, complete_task
from app.operations.invite_renewals import invite_renewals
from app.operations.receive_application import receive_application
from app.runtime.application import ApplicationInput
from app.storage.certificates import find_certificate
from tests.deemed.conftest import APPLICANT, Office, at
from tests.deemed.test_certificates import OLDER
from tests.deemed.test_forecast import notices
from tests.deemed.test_hold_pages import browser
from tests.deemed.test_revocation import history

NUMBER = OLDER["certificate_no"]
MATTER = "food-renewal"


def entered(office: Office, **changes: object) -> str:
    """Enter an older certificate of the applicant, valid until Fri 2026-04-10, and return its id."""
    answer = office.post("decider.enshi", "/certificates", {**OLDER, **changes})
    assert answer.status_code == 201, answer.json
    return str(answer.json["certificate_id"])


def asked(office: Office, number: object = NUMBER, matter: str = MATTER) -> dict[str, object]:
    """Hand in an application for renewal now; the answer."""
    form = {"certificate_no": str(number), "company_name": "恩施好味餐饮有限公司"}
    entered_now = ApplicationInput(
        code=matter, region_code="422801", intake_mode="online", applicant=APPLICANT, form=form
    )
    return dict(receive_application(office.context, office.person("applicant1"), entered_now))


def in_hand(office: Office) -> str:
    """Return a case that asks for renewal, accepted and reviewed on Mon 2026-03-02."""
    case_no = str(asked(office)["case_no"])
    office.complete(case_no, "check", "window.enshi", "accept")
    office.complete(case_no, "review", "reviewer.enshi", "pass", {"opinion": "同意"})
    return case_no


def renewal(office: Office, case_no: str) -> dict[str, object]:
    return dict(office.call("decider.enshi", "GET", f"/cases/{case_no}/renewal").json)


def state_of(office: Office, certificate_id: str) -> str:
    return str(office.call("decider.enshi", "GET", f"/certificates/{certificate_id}").json["state"])


def cards(office: Office, case_no: str) -> set[tuple[str, str]]:
    items = office.call("supervisor.enshi", "GET", f"/cases/{case_no}/cards").json["items"]
    return {(item["clock"], item["colour"]) for item in items}


def test_undecided_at_expiry_is_renewed_with_effect_from_expiry_however_late_it_fires(office: Office) -> None:
    old = entered(office)
    case_no = in_hand(office)

    office.clock.set(at("2026-04-20 09:00"))
    office.move_to(at("2026-04-20 09:01"))

    decision = office.decision(case_no)
    assert (decision["decision"], decision["decided_by"]) == ("deemed_renew", "system:deemed_renewal")
    assert decision["effective_at"] == at("2026-04-10 23:59:59")
    assert set(decision["facts"]["guards"].values()) == {True}
    assert state_of(office, old) == "renewed"
    assert "deemed_renewed" in office.told(case_no)
    records = office.call("supervisor.enshi", "GET", "/accountability-records").json["items"]
    assert [item["clock"] for item in records if item["case_no"] == case_no] == ["renewal"]


def test_new_certificate_holds_as_long_as_the_old_one_from_the_day_after(office: Office) -> None:
    old = entered(office)
    case_no = in_hand(office)
    office.move_to(at("2026-04-13 09:00"))
    office.complete(case_no, "prepare_filing", "reviewer.enshi", "prepared", {"certificate_no": f"{NUMBER}-1"})
    office.complete(case_no, "sign_filing", "decider.enshi", "signed")

    (new,) = office.call("decider.enshi", "GET", f"/cases/{case_no}/certificates").json["items"]
    clocks = office.call("decider.enshi", "GET", f"/cases/{case_no}/clock").json["clocks"]
    filing = next(item for item in clocks if item["clock"] == "filing")

    assert (new["valid_from_on"], new["valid_to_on"]) == ("2026-04-11", "2031-04-10")
    assert (new["previous_no"], new["state"]) == (NUMBER, "valid")
    assert state_of(office, old) == "renewed"
    assert filing["due_at"] == "2026-04-13T17:30:00+08:00"


def test_person_who_decides_in_time_renews_and_nothing_happens_at_expiry(office: Office) -> None:
    old = entered(office)
    case_no = in_hand(office)
    office.complete(case_no, "decide", "decider.enshi", "approve")
    office.move_to(at("2026-04-13 09:00"))

    (new,) = office.call("decider.enshi", "GET", f"/cases/{case_no}/certificates").json["items"]
    assert office.decision(case_no)["decision"] == "approve"
    assert (new["valid_from_on"], new["valid_to_on"], state_of(office, old)) == ("2026-04-11", "2031-04-10", "renewed")


@pytest.mark.parametrize(
    ("moment", "decision"), [("2026-04-10 23:59:59", "refuse"), ("2026-04-11 00:00:30", "deemed_renew")]
)
def test_decision_counts_until_expiry(office: Office, moment: str, decision: str) -> None:
    entered(office)
    case_no = in_hand(office)
    office.move_to(at("2026-04-10 23:00"))
    office.clock.set(at(moment))

    if decision == "refuse":
        office.complete(case_no, "decide", "decider.enshi", "refuse", {"reasons": "条件已变化"})
    else:
        with pytest.raises(Conflict, match="decision_after_due"):
            office.complete(case_no, "decide", "decider.enshi", "refuse", {"reasons": "条件已变化"})
    office.move_to(at("2026-04-11 09:00"))

    assert office.decision(case_no)["decision"] == decision


def test_there_is_exactly_one_decision(office: Office) -> None:
    entered(office)
    case_no = in_hand(office)
    task = next(item for item in office.case(case_no).tasks if item.element == "decide")
    office.move_to(at("2026-04-11 09:00"))

    for outcome in ("approve", "refuse"):
        completion = Completion(task_id=int(task.id), version=task.version, outcome=outcome, data={})
        with pytest.raises(Conflict, match="decision_after_deemed"):
            complete_task(office.context, office.person("decider.enshi"), completion)
    office.move_to(at("2026-04-20 09:00"))

    assert office.decision(case_no)["decision"] == "deemed_renew"


def test_asked_late_is_said_on_the_receipt_and_expiry_renews_nothing(office: Office) -> None:
    entered(office)
    office.clock.set(at("2026-03-11 23:59"))
    assert asked(office)["renewal"]["is_late"] is False  # type: ignore[index]
    office.clock.set(at("2026-03-12 09:00"))

    late = asked(office)

    assert late["renewal"] == {
        "certificate_no": NUMBER,
        "is_known": True,
        "expiry_on": "2026-04-10",
        "last_day_to_ask_on": "2026-03-11",
        "is_late": True,
    }
    case_no = str(late["case_no"])
    office.complete(case_no, "check", "window.enshi", "accept")
    office.move_to(at("2026-04-13 09:00"))
    assert office.decision(case_no) == {}
    assert renewal(office, case_no)["deadline"] is None


def test_certificate_of_somebody_else_is_not_known(office: Office) -> None:
    entered(office, holder_id_number="422801198001011234")

    answer = asked(office)

    assert answer["renewal"]["is_known"] is False  # type: ignore[index]
    case_no = str(answer["case_no"])
    office.complete(case_no, "check", "window.enshi", "accept")
    office.move_to(at("2026-04-13 09:00"))
    assert office.decision(case_no) == {}


def test_certificate_that_was_cancelled_meanwhile_is_not_renewed_and_a_person_decides(office: Office) -> None:
    old = entered(office)
    case_no = in_hand(office)
    body = {"ground": "body_ended", "reasons": "企业注销", "source_document": "注销证明"}
    assert office.post("head.enshi", f"/certificates/{old}/cancellation", body).status_code == 201

    office.move_to(at("2026-04-13 09:00"))

    seen = renewal(office, case_no)
    assert (office.decision(case_no), seen["deadline"], seen["guards"]) == ({}, "blocked", ["certificate_ended"])
    assert ("renewal", "overdue") in cards(office, case_no)
    assert len(notices(office, case_no, "renewal_blocked")) == 2
    with pytest.raises(Conflict, match="certificate_ended"):
        office.complete(case_no, "decide", "decider.enshi", "approve")
    office.complete(case_no, "decide", "decider.enshi", "refuse", {"reasons": "证照已注销"})
    assert office.decision(case_no)["decision"] == "refuse"
    assert state_of(office, old) == "cancelled"


def test_revoked_certificate_is_renewed_neither_by_law_nor_by_a_person(office: Office) -> None:
    entered(office, valid_to_on="2026-04-10")
    first = in_hand(office)
    office.complete(first, "decide", "decider.enshi", "approve", {"certificate_no": "JY2", "valid_to_on": "2031-04-10"})
    office.clock.set(at("2026-03-05 09:00"))
    second = str(asked(office, "JY2")["case_no"])
    office.complete(second, "check", "window.enshi", "accept")
    office.complete(second, "review", "reviewer.enshi", "pass", {"opinion": "同意"})
    office.clock.set(at("2026-03-06 09:00"))
    body = {
        "ground": "fraud",
        "reasons": "伪造",
        "heard_at": "2026-03-05T15:00:00+08:00",
        "hearing_record": "听1号",
    }
    assert office.post("head.enshi", f"/cases/{first}/revocation", body).status_code == 201

    with pytest.raises(Conflict, match="certificate_ended"):
        office.complete(second, "decide", "decider.enshi", "approve")

    (certificate,) = office.call("decider.enshi", "GET", f"/cases/{first}/certificates").json["items"]
    assert certificate["state"] == "revoked"
    assert office.decision(second) == {}


def test_case_that_waits_for_corrections_at_expiry_is_left_to_a_person(office: Office) -> None:
    entered(office)
    case_no = str(asked(office)["case_no"])
    office.complete(case_no, "check", "window.enshi", "correct", {"remark": "补交自查情况", "correction_days": 30})
    office.move_to(at("2026-04-11 09:00"))

    assert office.decision(case_no) == {}
    assert renewal(office, case_no)["deadline"] is None


def test_suspension_moves_the_clocks_and_not_the_expiry(office: Office) -> None:
    entered(office)
    case_no = in_hand(office)
    office.clock.set(at("2026-03-03 10:00"))
    stop = {"ground": "inspection", "document_no": "恩检〔2026〕1号", "expected_days": 60}
    assert office.post("reviewer.enshi", f"/cases/{case_no}/suspensions", stop).status_code == 201
    paused = renewal(office, case_no)

    office.move_to(at("2026-04-11 09:00"))

    assert (paused["deadline"], paused["due_at"]) == ("armed", "2026-04-10T23:59:59+08:00")
    assert office.decision(case_no)["decision"] == "deemed_renew"


def test_local_switch_holds_and_closures_do_not_reach_a_renewal(office: Office) -> None:
    entered(office)
    case_no = in_hand(office)
    hold = {"case_nos": [case_no], "reason": "outage", "text": "核查"}

    refused = office.post("supervisor.enshi", "/holds", hold)
    office.move_to(at("2026-04-11 09:00"))

    assert (refused.status_code, refused.json["code"]) == (403, "hold_not_allowed")
    assert office.decision(case_no)["decision"] == "deemed_renew"


def test_expiry_is_announced_ten_and_three_working_days_before(office: Office) -> None:
    entered(office)
    case_no = in_hand(office)

    office.move_to(at("2026-03-26 09:00"))
    before_first = len(notices(office, case_no, "renewal_warning"))
    office.move_to(at("2026-03-28 09:00"))
    after_first = len(notices(office, case_no, "renewal_warning"))
    office.move_to(at("2026-04-08 09:00"))
    after_last = len(notices(office, case_no, "renewal_warning"))

    # Qingming rests from 4 to 6 April: ten working days before 10 April is 26 March, three is 7 April.
    assert (before_first, after_first, after_last) == (0, 2, 6)


def test_holder_is_invited_once_before_the_window_ends(office: Office) -> None:
    case_no = office.accepted()
    office.complete(case_no, "review", "reviewer.enshi", "pass", {"opinion": "同意"})
    office.complete(case_no, "decide", "decider.enshi", "approve", {"valid_to_on": "2026-06-30"})

    counts = []
    for moment in ("2026-03-31 09:00", "2026-04-01 09:00", "2026-04-01 10:00", "2026-04-02 09:00"):
        office.clock.set(at(moment))
        counts.append(invite_renewals(office.context, worker="test"))

    # Thirty days before 30 June is 31 May, sixty days before that 1 April.
    assert counts == [0, 1, 0, 0]
    assert office.told(case_no).count("renewal_invitation") == 1


def test_case_page_says_what_is_renewed_and_how(office: Office) -> None:
    entered(office)
    case_no = in_hand(office)

    page = browser(office, "decider.enshi").get(f"/cases/{case_no}").text

    assert (str(NUMBER) in page, "在规定期限内申请" in page, "2026-04-10" in page) == (True, True, True)
    other = office.accepted()
    assert office.call("decider.enshi", "GET", f"/cases/{other}/renewal").status_code == 404


RULE = RenewalRule(renews="restaurant-food")


@pytest.mark.parametrize(
    ("first", "last", "until"),
    [
        (date(2021, 4, 11), date(2026, 4, 10), date(2031, 4, 10)),
        (date(2024, 2, 29), date(2026, 2, 27), date(2028, 2, 27)),
        (date(2026, 1, 1), date(2026, 3, 31), date(2026, 6, 30)),
    ],
)
def test_new_validity_is_as_long_as_the_old_one(office: Office, first: date, last: date, until: date) -> None:
    number = entered(office, valid_from_on=first.isoformat(), valid_to_on=last.isoformat())
    with office.context.database.read() as connection:
        row = find_certificate(connection, int(number))

    assert row is not None
    assert renewed_until(row) == until


def test_window_is_counted_in_calendar_days_and_nothing_rolls() -> None:
    last_on = last_day_to_ask(date(2026, 4, 10), RULE)

    assert last_on == date(2026, 3, 11)
    assert is_asked_late(at("2026-03-12 00:00"), date(2026, 4, 10), RULE)
    assert not is_asked_late(at("2026-03-11 23:59:59"), date(2026, 4, 10), RULE)


LONG = {"certificate_no": "JY14228010000032", "valid_from_on": "2027-05-01", "valid_to_on": "2032-04-30"}


def asked_years_before(office: Office) -> str:
    """Return a case that asks, in 2026, to renew a certificate that ends in 2032; nobody touches it again."""
    entered(office, **LONG)
    case_no = str(asked(office, LONG["certificate_no"])["case_no"])
    office.complete(case_no, "check", "window.enshi", "accept")
    return case_no


def announcement(office: Office, case_no: str) -> dict[str, object]:
    items = office.call("decider.enshi", "GET", f"/cases/{case_no}/clock").json["deadlines"]
    return dict(next(item for item in items if item["name"] == "renewal_warning"))


def load_national_years(office: Office, *years: int) -> None:
    for year in years:
        body = {
            "document": f"国办发明电〔{year - 1}〕7号",
            "year": year,
            "days": [{"on": f"{year}-01-01", "kind": "off"}],
        }
        answer = office.post("admin.es", "/calendars/CN/versions", body)
        assert answer.status_code == 201, answer.json


def test_expiry_beyond_the_calendar_is_announced_once_its_years_are_loaded(office: Office) -> None:
    case_no = asked_years_before(office)
    before = announcement(office, case_no)
    entries = len(history(office, case_no))

    load_national_years(office, *range(2027, 2033))

    after = announcement(office, case_no)
    assert (before["due_at"], after["due_at"]) == (None, "2032-04-27T17:30:00+08:00")
    assert after["fire_at"] == "2032-04-16T17:30:00+08:00"
    assert history(office, case_no)[entries:] == ["calendar_changed"] * 6
    counts = []
    for moment in ("2032-04-16 17:30", "2032-04-17 09:00", "2032-04-17 10:00", "2032-04-28 09:00"):
        office.move_to(at(moment))
        counts.append(len(notices(office, case_no, "renewal_warning")))
    assert counts == [0, 2, 2, 6]


def test_a_year_loaded_twice_announces_nothing_twice(office: Office) -> None:
    case_no = asked_years_before(office)
    load_national_years(office, *range(2027, 2033))
    office.move_to(at("2032-04-17 09:00"))

    body = {"document": "国办发明电〔2032〕1号", "year": 2032, "days": [{"on": "2032-04-28", "kind": "off"}]}
    answer = office.post("admin.es", "/calendars/CN/versions", body)
    assert answer.status_code == 201, answer.json
    office.move_to(at("2032-04-26 18:00"))
    told = len(notices(office, case_no, "renewal_warning"))
    office.move_to(at("2032-04-27 09:00"))

    assert announcement(office, case_no)["due_at"] == "2032-04-26T17:30:00+08:00"
    assert (told, len(notices(office, case_no, "renewal_warning"))) == (6, 6)
