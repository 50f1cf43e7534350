"""What will be approved by default, what warns of it, and the notice that explains it."""

import io

import orjson
import pypdf
import pytest
import sqlalchemy as sa

from app.storage.tables import outbox
from tests.deemed.conftest import Office, at
from tests.deemed.test_blocked import closure


@pytest.fixture
def case_no(office: Office) -> str:
    return office.accepted()


def listed(office: Office, login: str = "supervisor.enshi", **asked: object) -> list[tuple[str, list[str]]]:
    query = "&".join(f"{name}={value}" for name, value in asked.items())
    answer = office.call(login, "GET", f"/supervision/cases?state=to_be_deemed&{query}")
    assert answer.status_code == 200, answer.json
    return [(item["case_no"], item["guards"]) for item in answer.json["items"]]


def notices(office: Office, case_no: str, kind: str) -> list[dict[str, object]]:
    with office.context.database.read() as connection:
        texts = connection.scalars(
            sa.select(outbox.c.payload).where(outbox.c.case_id == office.case_id(case_no)).order_by(outbox.c.id)
        ).all()
    return [found["facts"] for text in texts if (found := orjson.loads(text))["notice"] == kind]


def test_list_looks_as_many_days_ahead_as_asked(office: Office, case_no: str) -> None:
    assert listed(office, days=6) == []
    assert listed(office, days=8) == [(case_no, [])]
    assert listed(office, days=8, matter="startup-reg") == []
    assert listed(office, "supervisor.lichuan", days=8) == []
    assert office.call("supervisor.enshi", "GET", "/supervision/cases?state=to_be_deemed&days=x").status_code == 422


def test_list_names_the_guards_that_the_firing_would_name(office: Office, case_no: str) -> None:
    closure(office, "422801", "2026-03-02 08:00", "2026-03-02 09:00")
    office.hold(case_no)

    assert listed(office, days=8) == [(case_no, ["hold", "closure"])]

    office.move_to(at("2026-03-10 12:00:10"))
    assert office.deemed(case_no) == ("blocked", "closure")
    blocked = office.call("supervisor.enshi", "GET", "/supervision/cases?state=blocked").json["items"]
    assert [(item["case_no"], item["guards"]) for item in blocked] == [(case_no, ["closure"])]


def test_list_writes_nothing(office: Office, case_no: str) -> None:
    before = office.call("supervisor.enshi", "GET", f"/cases/{case_no}").json["version"]

    listed(office, days=30)

    assert office.call("supervisor.enshi", "GET", f"/cases/{case_no}").json["version"] == before


def test_handlers_are_warned_a_working_day_before_and_at_red(office: Office, case_no: str) -> None:
    office.move_to(at("2026-03-06 17:30"))
    assert notices(office, case_no, "deemed_warning") == []

    office.move_to(at("2026-03-06 17:30:10"))
    first = notices(office, case_no, "deemed_warning")
    office.move_to(at("2026-03-09 17:30"))

    assert {item["due_at"] for item in first} == {"2026-03-09T09:30:00+00:00"}
    assert len(first) == 3
    assert len(notices(office, case_no, "deemed_warning")) == 6
    assert office.decision(case_no) == {}


def test_another_due_instant_is_announced_anew(office: Office, case_no: str) -> None:
    office.move_to(at("2026-03-09 09:00"))
    told = len(notices(office, case_no, "deemed_warning"))
    body = {"ground": "expert_review", "document_no": "恩市监〔2026〕1号", "expected_days": 2}
    office.post("reviewer.enshi", f"/cases/{case_no}/suspensions", body)
    office.move_to(at("2026-03-11 09:00"))
    office.post("reviewer.enshi", f"/cases/{case_no}/resumptions", {"document_no": "评审〔2026〕1号"})

    office.move_to(at("2026-03-11 17:30"))

    again = notices(office, case_no, "deemed_warning")[told:]
    assert {item["due_at"] for item in again} == {"2026-03-11T09:30:00+00:00"}


def test_warning_names_the_guard_that_is_false_already(office: Office, case_no: str) -> None:
    closure(office, "422801", "2026-03-02 08:00", "2026-03-02 09:00")

    office.move_to(at("2026-03-06 18:00"))

    assert notices(office, case_no, "deemed_warning") == []
    assert notices(office, case_no, "deemed_warning_blocked")[0]["guards"] == ["closure"]


def test_warnings_that_were_missed_do_not_bring_the_approval_forward(office: Office, case_no: str) -> None:
    office.clock.set(at("2026-03-09 17:31"))

    office.move_to(at("2026-03-09 17:31:30"))

    assert office.decision(case_no) == {}
    office.move_to(at("2026-03-09 17:32:10"))
    assert office.decision(case_no)["effective_at"] == at("2026-03-09 17:30")


def test_notice_explains_the_approval(office: Office, case_no: str) -> None:
    office.move_to(at("2026-03-10 09:00"))

    papers = office.call("supervisor.enshi", "GET", f"/cases/{case_no}/documents").json["items"]
    paper = next(item for item in papers if item["kind"] == "deemed_notice")
    content = office.call("supervisor.enshi", "GET", f"/cases/{case_no}/documents/{paper['id']}").data

    text = "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(content)).pages)
    said = "".join(text.split())
    for fact in (
        case_no,
        "食品经营许可",
        "张小芳",
        "5个工作日",
        "2026-03-0917:30",
        "2026-03-0210:00受理",
        "超时默认事项清单",
        "恩施市政务服务中心",
        "恩施市市场监督管理局",
        "行政复议",
    ):
        assert fact in said, fact


def test_decision_names_rule_calendar_chain_and_guards(office: Office, case_no: str) -> None:
    office.move_to(at("2026-03-10 09:00"))

    decision = office.decision(case_no)

    facts = orjson.loads(decision["facts"]) if isinstance(decision["facts"], str) else decision["facts"]
    assert decision["decided_by"] == "system:deemed_approval"
    assert facts["rule"] == "deemed_approval"
    assert set(facts["guards"].values()) == {True}
    assert {"never_reviewed", "closure", "hold", "outage"} <= set(facts["guards"])
    assert len(facts["chain_head"]) == 64
    assert facts["calendar"]
