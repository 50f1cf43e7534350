"""Revocation and cancellation: by whom, only after a hearing, with which effect, and who may not apply again."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from werkzeug.test import TestResponse

from app.domain.errors import RuleViolation
from app.domain.revocation import BarRow, is_above, refuse_barred
from app.operations.receive_application import receive_application
from app.runtime.application import ApplicationInput
from tests.deemed.conftest import APPLICANT, FORM, Office, at
from tests.deemed.test_certificates import OLDER, approved, of_case
from tests.deemed.test_hold_pages import browser, post
from tests.deemed.test_seals import deemed, filed

REVOKED: dict[str, Any] = {
    "ground": "fraud",
    "reasons": "提交的房屋使用证明系伪造",
    "heard_at": "2026-03-16T10:00:00+08:00",
    "hearing_record": "恩市市监听〔2026〕3号",
    "concerns_safety": True,
}


def revoke(office: Office, case_no: str, login: str = "head.enshi", **changes: object) -> TestResponse:
    language = str(changes.pop("language", "zh"))
    body = {**REVOKED, **changes}
    return office.post(login, f"/cases/{case_no}/revocation", body, Accept_Language=language)


def history(office: Office, case_no: str) -> list[str]:
    items = office.call("head.enshi", "GET", f"/cases/{case_no}/events").json["items"]
    return [item["kind"] for item in items]


@pytest.fixture
def case_no(office: Office) -> str:
    """A case a person approved, on a day after the holder was heard about its revocation."""
    case_no = approved(office)
    office.clock.set(at("2026-03-17 09:30"))
    return case_no


def test_revocation_ends_case_and_certificate_and_tells_everybody(office: Office, case_no: str) -> None:
    done = revoke(office, case_no)

    case = office.call("head.enshi", "GET", f"/cases/{case_no}").json
    (certificate,) = of_case(office, case_no)
    clocks = office.call("head.enshi", "GET", f"/cases/{case_no}/clock").json["clocks"]
    papers = office.call("head.enshi", "GET", f"/cases/{case_no}/documents").json["items"]
    assert (done.status_code, done.json["article"], done.json["barred_until_on"]) == (
        201,
        "行政许可法69(2)",
        "2029-03-17",
    )
    assert (case["state"], [task["state"] for task in case["tasks"] if task["state"] in ("open", "claimed")]) == (
        "revoked",
        [],
    )
    assert certificate["state"] == "revoked"
    assert [paper["kind"] for paper in papers][-2:] == ["revocation", "cancellation"]
    assert {clock["state"] for clock in clocks} == {"stopped"}
    assert [kind for kind in history(office, case_no) if kind in ("case_revoked", "certificate_cancelled")] == [
        "case_revoked",
        "certificate_cancelled",
    ]
    assert "revoked" in office.told(case_no)
    assert office.decision(case_no)["decision"] == "approve"


def test_papers_of_a_revocation_are_typeset(office: Office, case_no: str) -> None:
    revoke(office, case_no)

    papers = office.call("head.enshi", "GET", f"/cases/{case_no}/documents").json["items"]

    for paper in papers[-2:]:
        content = office.call("head.enshi", "GET", f"/cases/{case_no}/documents/{paper['id']}").data
        assert content.startswith(b"%PDF")


@pytest.mark.parametrize(
    ("changes", "code", "article", "remedies"),
    [
        ({"hearing_record": " "}, "revocation_hearing_missing", "行政许可法7", ("听取陈述申辩", "Hear the holder")),
        ({"heard_at": None}, "revocation_hearing_missing", "行政许可法7", ("听取陈述申辩", "Hear the holder")),
        (
            {"heard_at": "2026-03-02T10:00:00+08:00"},
            "revocation_hearing_missing",
            "行政许可法7",
            ("听取陈述申辩", "Hear the holder"),
        ),
        (
            {"heard_at": "2026-03-18T10:00:00+08:00"},
            "revocation_hearing_missing",
            "行政许可法7",
            ("听取陈述申辩", "Hear the holder"),
        ),
        ({"would_harm_public": True}, "revocation_harms_public", "行政许可法69(3)", ("补救措施", "other measures")),
        ({"reasons": " "}, "revocation_reasons_missing", "行政许可法69(2)", ("事实和理由", "facts and reasons")),
        (
            {"ground": "unqualified"},
            "revocation_compensation_missing",
            "行政许可法69(4)",
            ("赔偿的办法", "made good"),
        ),
    ],
)
def test_unlawful_revocation_is_refused_with_article_and_remedy(
    office: Office, case_no: str, changes: dict[str, object], code: str, article: str, remedies: tuple[str, str]
) -> None:
    answers = [revoke(office, case_no, language=language, **changes) for language in ("zh", "en")]

    for answer, remedy in zip(answers, remedies, strict=True):
        assert (answer.status_code, answer.json["code"]) == (422, code)
        assert article in answer.json["detail"]
        assert remedy in answer.json["detail"]
    assert office.call("head.enshi", "GET", f"/cases/{case_no}").json["state"] == "delivering"
    assert [item["state"] for item in of_case(office, case_no)] == ["valid"]
    assert history(office, case_no).count("clock_act_refused") == 2


def test_revocation_after_a_cancellation_cancels_nothing_twice(office: Office, case_no: str) -> None:
    (certificate,) = of_case(office, case_no)
    cancel(office, certificate["certificate_id"])

    done = revoke(office, case_no)

    (after,) = of_case(office, case_no)
    assert (done.status_code, after["state"]) == (201, "revoked")
    assert history(office, case_no).count("certificate_cancelled") == 1


def test_departments_outside_any_system_are_no_superiors_of_each_other() -> None:
    regions = {"422800": "422800", "422801": "422801", "422800-ga": "422800", "422801-ga": "422801"}

    assert is_above("422800-ga", "422801-ga", regions)
    assert not is_above("422800", "422801", regions)


def test_case_is_revoked_once(office: Office, case_no: str) -> None:
    revoke(office, case_no)

    again = revoke(office, case_no)

    assert (again.status_code, again.json["code"]) == (409, "revocation_done")


def test_only_what_was_granted_is_revoked(office: Office) -> None:
    case_no = office.accepted()
    office.clock.set(at("2026-03-03 09:30"))

    refused = revoke(office, case_no)

    assert (refused.status_code, refused.json["code"]) == (409, "revocation_not_granted")


def test_only_the_head_of_the_authority_or_of_its_superior_revokes(office: Office, case_no: str) -> None:
    refused = [revoke(office, case_no, login).status_code for login in ("decider.enshi", "supervisor.enshi")]
    hidden = revoke(office, case_no, "decider.lichuan").status_code

    done = revoke(office, case_no, "head.es")

    assert (refused, hidden, done.status_code) == ([403, 403], 404, 201)


def test_ground_that_may_lead_to_it_bars_nobody_and_keeps_the_compensation(office: Office, case_no: str) -> None:
    done = revoke(office, case_no, ground="against_procedure", compensation_note="退还已缴费用")

    (line,) = office.call("supervisor.enshi", "GET", "/revocations").json["items"]
    assert (done.json["article"], done.json["barred_until_on"]) == ("行政许可法69(1)", None)
    assert (line["compensation_note"], line["barred_until_on"]) == ("退还已缴费用", None)
    assert office.call("supervisor.lichuan", "GET", "/revocations").json["items"] == []
    assert office.received()


def test_holder_of_a_licence_got_by_fraud_may_not_apply_for_it_for_three_years(office: Office, case_no: str) -> None:
    revoke(office, case_no)

    with pytest.raises(RuleViolation) as barred:
        office.received()
    other = office.received("startup-reg")

    assert barred.value.code == "application_barred"
    facts = barred.value.facts
    assert (facts["article"], facts["until"]) == ("行政许可法79", "2029-03-17")
    said = office.context.messages.both("errors.application_barred.detail", **facts)
    remedy = office.context.messages.both("errors.application_barred.remedy", **facts)
    assert all("行政许可法79" in text and "2029-03-17" in text for text in said.values())
    assert ("行政复议" in remedy["zh"], "review" in remedy["en"]) == (True, True)
    assert other


def test_a_small_letter_in_the_number_evades_no_bar(office: Office) -> None:
    applicant = replace(APPLICANT, id_number="42280119900307123X")
    entered = ApplicationInput(
        code="restaurant-food", region_code="422801", intake_mode="online", applicant=applicant, form=FORM
    )
    case_no = str(receive_application(office.context, office.person("applicant1"), entered)["case_no"])
    office.complete(case_no, "check", "window.enshi", "accept")
    office.complete(case_no, "review", "reviewer.enshi", "pass", {"opinion": "同意"})
    office.complete(case_no, "decide", "decider.enshi", "approve")
    office.clock.set(at("2026-03-17 09:30"))
    revoke(office, case_no)

    again = replace(entered, applicant=replace(applicant, id_number="42280119900307123x"))
    with pytest.raises(RuleViolation, match="application_barred"):
        receive_application(office.context, office.person("applicant1"), again)


def test_bar_ends_with_its_last_day() -> None:
    bar = BarRow(
        id=1,
        revocation_id=1,
        matter_code="restaurant-food",
        holder_id_type="111",
        holder_id_number="422801199003071228",
        until_on=date(2029, 3, 17),
    )

    articles = {"bar": "行政许可法79"}
    refuse_barred([bar], date(2029, 3, 18), articles)
    refuse_barred([], date(2029, 3, 17), articles)

    with pytest.raises(RuleViolation, match="application_barred"):
        refuse_barred([bar], date(2029, 3, 17), articles)


def test_approval_by_default_that_was_filed_is_revoked_like_any_other(office: Office) -> None:
    case_no = deemed(office)
    filed(office, case_no)
    office.move_to(at("2026-03-17 09:30"))

    done = revoke(office, case_no, concerns_safety=False)

    assert (done.status_code, done.json["barred_until_on"]) == (201, None)
    assert office.call("head.enshi", "GET", f"/cases/{case_no}").json["state"] == "revoked"
    assert [item["state"] for item in of_case(office, case_no)] == ["revoked"]


def test_approval_by_default_without_its_result_is_revoked_and_its_filing_ends(office: Office) -> None:
    case_no = deemed(office)
    office.clock.set(at("2026-03-10 10:00"))

    done = revoke(office, case_no, heard_at="2026-03-10T09:30:00+08:00")
    office.move_to(at("2026-03-16 10:00"))

    clocks = office.call("head.enshi", "GET", f"/cases/{case_no}/clock").json["clocks"]
    assert done.status_code == 201
    assert {clock["state"] for clock in clocks} == {"stopped"}
    assert of_case(office, case_no) == []
    assert "certificate_entered" not in history(office, case_no)


def cancel(office: Office, certificate_id: object, login: str = "head.enshi", **changes: object) -> TestResponse:
    language = str(changes.pop("language", "zh"))
    body = {"ground": "death", "reasons": "持有人死亡", "source_document": "死亡证明 2026-17", **changes}
    return office.post(login, f"/certificates/{certificate_id}/cancellation", body, Accept_Language=language)


def test_cancellation_ends_the_certificate_and_not_the_decision(office: Office, case_no: str) -> None:
    (certificate,) = of_case(office, case_no)
    number = certificate["certificate_id"]

    refused = [cancel(office, number, login).status_code for login in ("decider.enshi", "decider.lichuan")]
    done = cancel(office, number)
    again = cancel(office, number)

    assert refused == [403, 404]
    assert (done.status_code, done.json["state"], done.json["article"]) == (201, "cancelled", "行政许可法70")
    assert (again.status_code, again.json["code"]) == (409, "certificate_ended")
    assert office.call("head.enshi", "GET", f"/cases/{case_no}").json["state"] == "delivering"
    assert "cancelled" in office.told(case_no)


@pytest.mark.parametrize(
    ("changes", "code", "remedies"),
    [
        ({"ground": "expired"}, "cancellation_not_expired", ("有效期届满后注销", "after its last day")),
        ({"reasons": " "}, "cancellation_reasons_missing", ("来源文件", "the document")),
        ({"source_document": " "}, "cancellation_reasons_missing", ("来源文件", "the document")),
    ],
)
def test_unlawful_cancellation_is_refused_with_article_and_remedy(
    office: Office, case_no: str, changes: dict[str, object], code: str, remedies: tuple[str, str]
) -> None:
    (certificate,) = of_case(office, case_no)

    answers = [cancel(office, certificate["certificate_id"], language=language, **changes) for language in ("zh", "en")]

    for answer, remedy in zip(answers, remedies, strict=True):
        assert (answer.status_code, answer.json["code"]) == (422, code)
        assert "行政许可法70" in answer.json["detail"]
        assert remedy in answer.json["detail"]


def test_cancellation_asked_twice_with_one_key_is_answered_alike(office: Office) -> None:
    number = office.post("head.enshi", "/certificates", OLDER).json["certificate_id"]
    body = {"ground": "death", "reasons": "持有人死亡", "source_document": "死亡证明 2026-17"}

    first, second = (
        office.post("head.enshi", f"/certificates/{number}/cancellation", body, Idempotency_Key="cancel-1")
        for _ in range(2)
    )

    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json == second.json


def test_older_certificate_is_cancelled_after_it_expired(office: Office) -> None:
    number = office.post("head.enshi", "/certificates", OLDER).json["certificate_id"]
    early = cancel(office, number, ground="expired")
    office.clock.set(at("2026-04-13 09:00"))

    done = cancel(office, number, ground="expired", reasons="未申请延续", source_document="期满清单 2026-4")

    assert (early.status_code, done.status_code) == (422, 201)
    assert office.call("head.enshi", "GET", f"/certificates/{number}").json["state"] == "cancelled"


def test_case_is_revoked_and_a_certificate_cancelled_in_the_browser(office: Office, case_no: str) -> None:
    head, supervisor = browser(office, "head.enshi"), browser(office, "supervisor.enshi")
    number = office.post("head.enshi", "/certificates", OLDER).json["certificate_id"]
    assert f"/cases/{case_no}/revocation" in head.get(f"/cases/{case_no}").text
    assert f"/cases/{case_no}/revocation" not in supervisor.get(f"/cases/{case_no}").text

    path = f"/cases/{case_no}/revocation"
    unheard = post(head, path, ground="fraud", reasons="伪造", marks="concerns_safety")
    heard = {"heard_at": "2026-03-16T10:00", "hearing_record": "听〔2026〕3号"}
    done = post(head, path, ground="fraud", reasons="伪造", marks="concerns_safety", **heard)
    listed = supervisor.get("/revocations").text
    groundless = post(head, f"/certificates/{number}/cancellation", reasons="停业", source_document="申请书")
    cancelled = post(
        head, f"/certificates/{number}/cancellation", ground="body_ended", reasons="停业", source_document="申请书"
    )

    assert "行政许可法7" in unheard
    assert "准予决定已撤销" in done
    assert ("听〔2026〕3号" in listed, "2029-03-17" in listed) == (True, True)
    assert "请从所列的选项中选择" in groundless
    assert "已注销" in cancelled
