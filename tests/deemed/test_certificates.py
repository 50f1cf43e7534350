"""The register of certificates: entered with the result, found by who may see it, older ones with their source."""

import re

from tests.deemed.conftest import Office, at
from tests.deemed.test_hold_pages import browser, post
from tests.deemed.test_seals import deemed, filed

OLDER = {
    "certificate_no": "JY14228010000001",
    "matter_code": "restaurant-food",
    "region_code": "422801",
    "holder_name": "张小芳",
    "holder_id_type": "111",
    "holder_id_number": "422801199003071228",
    "valid_from_on": "2021-04-11",
    "valid_to_on": "2026-04-10",
    "source_document": "2021年食品经营许可档案第17卷",
}


def of_case(office: Office, case_no: str, login: str = "decider.enshi") -> list[dict[str, object]]:
    items: list[dict[str, object]] = office.call(login, "GET", f"/cases/{case_no}/certificates").json["items"]
    return items


def listed(office: Office, login: str, query: str = "") -> list[str]:
    items = office.call(login, "GET", f"/certificates{query}").json["items"]
    return [item["certificate_no"] for item in items]


def approved(office: Office, **answers: object) -> str:
    """Return the number of a case a person approved on Tue 2026-03-03."""
    case_no = office.accepted()
    office.clock.set(at("2026-03-03 10:00"))
    office.complete(case_no, "review", "reviewer.enshi", "pass", {"opinion": "同意"})
    office.complete(case_no, "decide", "decider.enshi", "approve", answers)
    return case_no


def test_decision_of_a_person_gives_a_certificate_for_its_five_years(office: Office) -> None:
    case_no = approved(office)

    (found,) = of_case(office, case_no)

    assert (found["valid_from_on"], found["valid_to_on"], found["state"]) == ("2026-03-03", "2031-03-02", "valid")
    assert (found["name"], found["holder_name"]) == ("食品经营许可证", "张小芳")
    assert "准予第" in str(found["certificate_no"])


def test_decider_may_give_number_and_last_day(office: Office) -> None:
    (found,) = of_case(office, approved(office, certificate_no=" JY9 ", valid_to_on="2027-03-02"))

    assert (found["certificate_no"], found["valid_to_on"]) == ("JY9", "2027-03-02")


def test_approval_by_default_gives_it_from_the_due_date_with_the_number_that_was_filed(office: Office) -> None:
    case_no = deemed(office)
    assert of_case(office, case_no) == []

    filed(office, case_no)

    (found,) = of_case(office, case_no)
    assert (found["certificate_no"], found["valid_from_on"]) == ("JY1", "2026-03-09")


def test_refusal_gives_no_certificate(office: Office) -> None:
    case_no = office.accepted()
    office.complete(case_no, "review", "reviewer.enshi", "refuse", {"opinion": "不符合"})
    office.complete(case_no, "decide", "decider.enshi", "refuse", {"reasons": "不符合条件"})

    assert of_case(office, case_no) == []


def test_number_that_is_taken_is_refused_to_who_files(office: Office) -> None:
    entered = office.post("decider.enshi", "/certificates", {**OLDER, "certificate_no": "JY1"})
    case_no = deemed(office)
    office.move_to(at("2026-03-10 10:00"))
    office.complete(case_no, "prepare_filing", "reviewer.enshi", "prepared", {"certificate_no": "JY1"})
    task = next(item for item in office.case(case_no).tasks if item.element == "sign_filing")

    refused = {
        language: office.post(
            "decider.enshi",
            f"/tasks/{task.id}/completion",
            {"outcome": "signed", "data": {}},
            If_Match=f'"{task.version}"',
            Accept_Language=language,
        )
        for language in ("zh", "en")
    }

    assert entered.status_code == 201
    assert {answer.json["code"] for answer in refused.values()} == {"certificate_exists"}
    assert {answer.status_code for answer in refused.values()} == {409}
    assert "未使用的编号" in refused["zh"].json["detail"]
    assert "not given yet" in refused["en"].json["detail"]


def test_each_reader_finds_the_certificates_in_scope(office: Office) -> None:
    (found,) = of_case(office, approved(office))
    number, path = str(found["certificate_no"]), f"/certificates/{found['certificate_id']}"

    assert listed(office, "decider.enshi") == listed(office, "supervisor.es") == [number]
    assert listed(office, "supervisor.lichuan") == listed(office, "decider.lichuan") == []
    assert listed(office, "applicant1") == [number]
    assert office.call("supervisor.lichuan", "GET", path).status_code == 404
    assert office.call("supervisor.enshi", "GET", path).json["holder_name"] == "张*"
    assert office.call("decider.enshi", "GET", path).json["holder_name"] == "张小芳"


def test_valid_certificate_expires_by_itself(office: Office) -> None:
    office.post("head.enshi", "/certificates", OLDER)
    before = listed(office, "decider.enshi", "?state=valid"), listed(office, "decider.enshi", "?state=expired")

    office.clock.set(at("2026-04-11 00:00"))

    after = listed(office, "decider.enshi", "?state=valid"), listed(office, "decider.enshi", "?state=expired")
    assert (before, after) == (([OLDER["certificate_no"]], []), ([], [OLDER["certificate_no"]]))


def test_older_certificate_is_entered_once_by_its_own_department(office: Office) -> None:
    foreign = office.post("decider.lichuan", "/certificates", OLDER)
    clerk = office.post("window.enshi", "/certificates", OLDER)
    turned = office.post("decider.enshi", "/certificates", {**OLDER, "valid_to_on": "2020-01-01"})
    unknown = office.post("decider.enshi", "/certificates", {**OLDER, "matter_code": "no-such"})
    entered = office.post("decider.enshi", "/certificates", OLDER)
    again = office.post("head.enshi", "/certificates", OLDER)

    assert [foreign.status_code, clerk.status_code] == [403, 403]
    assert [turned.json["code"], unknown.json["code"]] == ["certificate_span", "matter_unknown"]
    assert (entered.status_code, again.status_code, again.json["code"]) == (201, 409, "certificate_exists")


def test_register_is_read_and_added_to_in_the_browser(office: Office) -> None:
    case_no = approved(office)
    (found,) = of_case(office, case_no)
    head = browser(office, "head.enshi")

    listed_page = head.get("/certificates").text
    case_page = head.get(f"/cases/{case_no}").text
    refused = post(head, "/certificates/new", **{**OLDER, "valid_from_on": "soon"})
    entered = post(head, "/certificates/new", **OLDER)
    by_number = head.get(f"/certificates?q={OLDER['certificate_no']}").text

    assert str(found["certificate_no"]) in listed_page
    assert re.search(r'href="/certificates/\d+"', case_page)
    assert "日期读不懂" in refused
    assert "证照已登记" in entered
    assert str(OLDER["certificate_no"]) in by_number
    assert str(found["certificate_no"]) not in by_number
