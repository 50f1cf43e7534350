"""Accountability records and releases in the browser, holds on the case page, and releases on the command line."""

import re

import orjson
import pytest
from click.testing import CliRunner

from app.cli import cli
from tests.deemed.conftest import Office, at
from tests.deemed.test_blocked import AFTER, DUE, outage
from tests.deemed.test_hold_pages import browser, post


def record_of(office: Office) -> str:
    """Let an approval fire by default; the number of the accountability record it opens."""
    office.accepted()
    office.move_to(at(AFTER))
    found = re.search(r'href="/accountability/(\d+)"', browser(office, "head.enshi").get("/accountability").text)
    assert found is not None
    return f"/accountability/{found[1]}"


def test_unit_says_why_and_the_supervision_office_finds_and_closes(office: Office) -> None:
    record = record_of(office)
    head, supervisor = browser(office, "head.enshi"), browser(office, "supervisor.enshi")

    before = supervisor.get(record).text
    chosen = post(head, f"{record}/cause", cause="workload", text="当周受理量为平时三倍")
    found = post(supervisor, f"{record}/finding", finding="排班不当", measures="增加一名审查人员")
    closed = post(supervisor, f"{record}/closing")

    assert f"{record}/finding" not in before
    assert "已说明原因，并已告知监察机构" in chosen
    assert "当周受理量为平时三倍" in chosen
    assert "增加一名审查人员" in found
    assert "责任认定已办结" in closed
    assert f"{record}/finding" not in closed


def test_supervision_office_finds_without_the_unit_when_its_three_days_are_over(office: Office) -> None:
    record = record_of(office)
    office.move_to(at("2026-03-12 17:31"))

    page = browser(office, "supervisor.enshi").get(record).text

    assert f"{record}/finding" in page
    assert "逾期" in page


def test_other_county_and_other_roles_see_no_record(office: Office) -> None:
    record = record_of(office)

    assert browser(office, "supervisor.lichuan").get(record).status_code == 404
    assert browser(office, "reviewer.enshi").get(record).status_code == 403
    assert f"{record}/cause" not in browser(office, "supervisor.enshi").get(record).text


def test_two_persons_release_what_an_outage_blocked(office: Office) -> None:
    case_no = office.accepted()
    outage_id = outage(office, "2026-03-09 10:00", "2026-03-09 12:00")
    office.move_to(at("2026-03-11 09:00"))
    first, second = browser(office, "supervisor.es"), browser(office, "duty.es")

    asked = post(first, f"/releases/outage/{outage_id}", **{f"reason.outage.{outage_id}": "已核对"})
    number = re.search(r"/releases/(\d+)/confirmation", second.get("/releases").text)
    assert number is not None
    released = post(second, f"/releases/{number[1]}/confirmation")

    assert "/confirmation" not in asked
    assert "没有等待放行的事项" in released
    office.move_to(at("2026-03-11 09:00:10"))
    assert office.decision(case_no)["effective_at"] == at(DUE)


def test_case_page_leads_to_a_hold_and_shows_it(office: Office) -> None:
    case_no = office.accepted()
    supervisor, reviewer = browser(office, "supervisor.enshi"), browser(office, "reviewer.enshi")

    offered = supervisor.get(f"/cases/{case_no}").text
    office.hold(case_no, "fraud")
    held, seen = supervisor.get(f"/cases/{case_no}").text, reviewer.get(f"/cases/{case_no}").text

    assert f"/holds?case_no={case_no}" in offered
    assert f"/holds?case_no={case_no}" not in held
    assert "涉嫌欺骗" in held
    assert "涉嫌欺骗" in seen
    assert 'href="/holds"' not in seen


def test_command_line_asks_and_confirms(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    case_no = office.accepted()
    outage_id = outage(office, "2026-03-09 10:00", "2026-03-09 12:00")
    office.move_to(at("2026-03-11 09:00"))
    monkeypatch.setattr("app.cli.upkeep.open_set_up", lambda: office.container)

    def run(*arguments: str) -> tuple[int, str]:
        done = CliRunner().invoke(cli, ["deadlines", "release", *arguments])
        return done.exit_code, done.stdout

    listed = orjson.loads(run("supervisor.es")[1])
    asked = orjson.loads(run("supervisor.es", "--outage", outage_id, "--reason", "已核对")[1])
    own = run("supervisor.es", "--confirm", asked["release_id"])[0]
    released = orjson.loads(run("duty.es", "--confirm", asked["release_id"])[1])

    assert [(block["kind"], block["block_id"]) for block in listed] == [("outage", outage_id)]
    assert (asked["blocked_count"], own) == (1, 1)
    assert [item["case_no"] for item in released["items"]] == [case_no]
