"""Section 10 of the rule book, row by row: what is refused says code, article, due instant and remedy in both languages."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.web import refused_acts as acts
from tests.web.api_world import REVIEWER, Body, Call, call, clock_of, done, refused, site
from tests.web.conftest import World
from tests.web.refused_acts import Attempt

__all__ = ["call", "site"]
RULE_BOOK = Path(__file__).parents[2] / "docs/time-limits.md"
STOPPING, LONGER, ACCEPTING = "行政许可法45", "《食品经营许可和备案管理办法》", "行政许可法32"
HEARING, DATA = "行政许可法45、46", "政府采购法实施条例58、招标投标法实施条例61"
DUE = "2026-03-09T17:30:00+08:00"
Tried = Callable[[Call, World, Path], Attempt]


class Row(NamedTuple):
    """A refusal. article: empty where the rule is no statute's; due_at: where it speaks of one; tried: what is refused."""

    code: str
    status: int
    article: str
    due_at: str
    tried: Tried


ROWS = [
    Row("clock_not_started", 422, STOPPING, "", acts.before_start),
    Row("clock_stopped", 409, LONGER, DUE, acts.stopped),
    Row("clock_after_due", 422, LONGER, DUE, acts.after_due),
    Row("clock_ground_not_allowed", 422, STOPPING, DUE, acts.unlawful_ground),
    Row("clock_ground_not_allowed", 422, STOPPING, DUE, acts.ground_of_another_law),
    Row("clock_notice_missing", 422, HEARING, DUE, acts.without_notice),
    Row("clock_expected_days_missing", 422, HEARING, DUE, acts.without_days),
    Row("clock_suspension_limit", 422, DATA, "", acts.used_up),
    Row("clock_not_suspended", 409, STOPPING, "", acts.not_suspended),
    Row("clock_resume_before_suspend", 422, HEARING, "", acts.resumed_too_early),
    Row("clock_extension_count", 422, LONGER, "2026-03-16T17:30:00+08:00", acts.extended_twice),
    Row("clock_extension_too_long", 422, LONGER, DUE, acts.too_long),
    Row("clock_approver", 403, LONGER, DUE, acts.wrong_approver),
    Row("clock_reason_missing", 422, LONGER, DUE, acts.without_reason),
    Row("clock_backdated", 422, "", "", acts.backdated),
    Row("clock_future", 422, "", "", acts.in_the_future),
    Row("class_due_passed", 422, "", DUE, acts.class_expired),
    Row("promised_not_extendable", 422, LONGER, "", acts.promise_alone),
    Row("supplement_needs_consent", 422, ACCEPTING, "", acts.supplement_without_consent),
    Row("service_proof_missing", 422, "", "", acts.unproven_service),
    Row("closure_late", 422, "", "", acts.late_closure),
    Row("promise_over_statutory", 422, "", "", acts.broken_promise),
    Row("notice_already_given", 422, ACCEPTING, "", acts.second_notice),
    Row("calendar_conflict", 422, "", "", acts.day_named_twice),
    Row("decision_after_due", 409, "", DUE, acts.decided_after_due),
    Row("decision_after_deemed", 409, "", "", acts.decided_after_deemed),
    Row("hold_not_allowed", 403, "", "", acts.hold_by_nobody),
    Row("hold_too_long", 422, "", "", acts.hold_too_long),
    Row("hold_repeated", 409, "", "", acts.hold_repeated),
    Row("finding_missing", 409, "", "", acts.finding_missing),
    Row("seal_not_authorised", 403, "", "", acts.seal_without_leave),
    Row("card_not_yours", 403, "", "", acts.own_card),
    Row("change_set_incomplete", 422, "", "", acts.part_of_a_change_set),
]
# Refused elsewhere than by an answer of the API: an expired clock stands in the report of a calendar.
REPORTED = {"calendar_past_due"}


@pytest.mark.parametrize("row", ROWS, ids=[row.tried.__name__ for row in ROWS])
def test_refusal_says_code_article_and_remedy_in_both_languages(
    call: Call, world: World, tmp_path: Path, row: Row
) -> None:
    attempt = row.tried(call, world, tmp_path)
    messages = world.container.context.messages

    said = {language: refused(attempt(language), row.status, row.code) for language in ("zh", "en")}

    for language, problem in said.items():
        assert (problem.get("article", ""), problem.get("due_at", "")) == (row.article, row.due_at)
        assert problem["title"] == messages.text(language, f"errors.{row.code}.title")
        assert problem["remedy"]
        assert problem["detail"].endswith(problem["remedy"])
        assert "…" not in problem["detail"]
    assert said["zh"]["remedy"] != said["en"]["remedy"]


def test_every_row_of_the_rule_book_is_tried() -> None:
    section = RULE_BOOK.read_text(encoding="utf-8").split("## 10. What is rejected")[1].split("\n## ")[0]
    rows = [line.split("|")[1] for line in section.splitlines() if re.match(r"\| [a-z_]+ ", line)]
    named = {
        code: int(status or 422) for cell in rows for code, status in re.findall(r"([a-z_]{6,})(?: \((\d{3})\))?", cell)
    }
    named["decision_after_due"] = named["decision_after_deemed"]

    assert {row.code: row.status for row in ROWS} == {
        code: status for code, status in named.items() if code not in REPORTED
    }
    assert named.keys() > REPORTED


def test_an_expired_clock_is_reported_and_left_alone(call: Call, world: World) -> None:
    case_no = acts.taken(call)
    done(call("supervisor.es").post("/holds", {"case_nos": [case_no], "reason": "outage", "text": "核查"}), 201)
    world.at(2026, 3, 10, 9, 0)
    body = {"document": "恩州办〔2026〕2号", "days": [{"on": "2026-03-09", "kind": "off"}]}

    loaded = done(call("admin.es").post("/calendars/ES/versions", body), 201)

    report = done(call("supervisor.es").get(f"/calendar-loads/{loaded['load_id']}"))["items"]
    assert [row["clock"] for row in report if row["outcome"] == "past_due"] == ["promised"]
    assert clock_of(call(REVIEWER).case(case_no), "promised")["due_at"] == DUE


NAIVE = "2026-03-02T09:00:00"
START = f"{NAIVE}+08:00"


@pytest.mark.parametrize(
    ("path", "body", "code"),
    [
        ("/time-limits/due-dates", {"items": [{"start": START, "limit": -5}]}, "limit_negative"),
        ("/time-limits/due-dates", {"items": [{"start": "2041-03-02T09:00:00+08:00", "limit": 5}]}, "calendar_missing"),
        ("/time-limits/due-dates", {"items": [{"start": NAIVE, "limit": 5}]}, "instant_naive"),
        (
            "/time-limits/due-dates",
            {"items": [{"start": START, "limit": 5, "suspensions": [{"from": NAIVE, "to": START}]}]},
            "instant_naive",
        ),
        ("/cases/{case_no}/suspensions", {**acts.STOP, "from": NAIVE}, "instant_naive"),
        ("/cases/{case_no}/resumptions", {**acts.RESULT, "at": NAIVE}, "instant_naive"),
        ("/cases/{case_no}/extensions", {**acts.LONGER, "at": NAIVE}, "instant_naive"),
    ],
)
def test_bad_input_is_refused_with_its_remedy(call: Call, path: str, body: Body, code: str) -> None:
    case_no = acts.taken(call)

    said = {
        language: refused(acts.attempt(call, REVIEWER, path.format(case_no=case_no), body)(language), 422, code)
        for language in ("zh", "en")
    }

    assert said["zh"]["remedy"] != said["en"]["remedy"]
    assert all("…" not in problem["detail"] for problem in said.values())
    assert all(item["pointer"] for problem in said.values() for item in problem["errors"])


@pytest.mark.parametrize(
    ("fact", "code", "article"),
    [
        ({"suspensions": [{"to": "2026-03-04T09:00:00+08:00"}]}, "clock_not_suspended", STOPPING),
        ({"suspensions": [{"from": "2026-03-10T09:00:00+08:00", "to": None}]}, "clock_after_due", STOPPING),
        (
            {"suspensions": [{"from": START, "to": "2026-03-03T09:00:00+08:00", "ground": "leave"}]},
            "clock_ground_not_allowed",
            STOPPING,
        ),
        ({"extensions": [{"at": "2026-03-10T09:00:00+08:00", "days": 5}]}, "clock_after_due", "行政许可法42"),
    ],
)
def test_a_computed_limit_names_the_facts_that_count_for_nothing(
    call: Call, fact: Body, code: str, article: str
) -> None:
    asked = {"items": [{"start": START, "limit": 5, **fact}]}

    (answer,) = done(call(REVIEWER).post("/time-limits/due-dates", asked))["items"]

    (outcome,) = answer["outcomes"]
    assert (outcome["code"], outcome["article"], answer["due_at"]) == (code, article, DUE)
    assert outcome["title"].keys() == outcome["remedy"].keys() == {"zh", "en"}
    assert outcome["remedy"]["zh"] != outcome["remedy"]["en"]


def test_a_refused_revocation_of_ones_own_card_stays_in_the_history(call: Call, world: World, tmp_path: Path) -> None:
    attempt = acts.own_card(call, world, tmp_path)

    problem = refused(attempt("zh"), 403, "card_not_yours")

    (case_no,) = {item["case_no"] for item in done(call(REVIEWER).get("/cases"))["items"]}
    entry = done(call(REVIEWER).get(f"/cases/{case_no}/events"))["items"][-1]
    assert (entry["kind"], entry["facts"]["act"], entry["facts"]["code"]) == (
        "clock_act_refused",
        "card_revoked",
        "card_not_yours",
    )
    assert entry["facts"]["card"] == problem["card"]
