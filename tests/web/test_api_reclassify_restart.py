"""Classes of a matter and new starts of its limits through the API, the pages, and the flags of what an act touches."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from app.domain.errors import DiagramRefused, InvalidInput
from tests.web.api_world import (
    APPLICANT,
    DECIDER,
    FOREIGN,
    HEAD,
    REVIEWER,
    SECOND,
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
from tests.web.conftest import World, csrf_of
from tests.web.refused_acts import CLASSES, DISCLOSURE, FOOD, LONGER, RESULT, STOP, WITH_CLASSES, redeployed, taken

__all__ = ["call", "site"]
GROWS_ALONE = ("[extension]\n", '[extension]\ntouches = ["statutory"]\n')
ASKED = {"class": "joint", "reason": "须会同消防部门办理"}
AFRESH = {"ground": "corrected_request", "document_no": "补正申请1号"}


@pytest.fixture
def case_no(call: Call, world: World, tmp_path: Path) -> str:
    """A case of a matter of disclosure with classes: accepted on Monday 03-02, promised by 03-09, by law by 03-16."""
    redeployed(world, tmp_path / "rules", FOOD, *DISCLOSURE, WITH_CLASSES)
    return taken(call)


def dues(call: Call, case_no: str) -> tuple[str | None, str | None]:
    case = call(REVIEWER).case(case_no)
    return clock_of(case, "promised")["due_at"], clock_of(case, "statutory")["due_at"]


def said(call: Call, case_no: str, language: str, clock: str = "promised") -> list[str]:
    found = clock_of(done(call(REVIEWER).get(f"/cases/{case_no}/clock")), clock)
    return [sentence[language] for sentence in found["explanation"]]


def entry(call: Call, case_no: str, kind: str) -> Body:
    return next(item for item in done(call(REVIEWER).get(f"/cases/{case_no}/clock"))["entries"] if item["kind"] == kind)


def test_another_class_changes_the_promise_from_the_same_start(call: Call, world: World, case_no: str) -> None:
    world.at(2026, 3, 4, 10, 0)

    answer = done(call(REVIEWER).post(f"/cases/{case_no}/reclassifications", ASKED), 201)

    assert clock_of(answer, "promised")["due_at"] == "2026-03-16T17:30:00+08:00"
    assert dues(call, case_no) == ("2026-03-16T17:30:00+08:00", "2026-03-16T17:30:00+08:00")
    moved = entry(call, case_no, "reclassify")
    assert (moved["old_class_code"], moved["class_code"], moved["clock"]) == ("own", "joint", "promised")
    assert any("由自办改为协同办理，理由：须会同消防部门办理" in text for text in said(call, case_no, "zh"))
    assert any("own handling" in text and "joint handling" in text for text in said(call, case_no, "en"))
    assert kinds(done(call(REVIEWER).get(f"/cases/{case_no}/events"))["items"])[-1] == "clock_reclassified"


@pytest.mark.parametrize(
    ("login", "change", "expected"),
    [
        (REVIEWER, {"class": "own"}, (422, "class_unknown")),
        (REVIEWER, {"class": "consult"}, (422, "class_unknown")),
        (REVIEWER, {"reason": " "}, (422, "clock_reason_missing")),
        (WINDOW, {}, (403, "not_permitted")),
        (FOREIGN, {}, (404, "case_unknown")),
    ],
)
def test_refused_class_changes_nothing(
    call: Call, case_no: str, login: str, change: Body, expected: tuple[int, str]
) -> None:
    before = dues(call, case_no)

    refused(call(login).post(f"/cases/{case_no}/reclassifications", {**ASKED, **change}), *expected)

    assert dues(call, case_no) == before
    if expected[0] != 404:
        last = done(call(REVIEWER).get(f"/cases/{case_no}/events"))["items"][-1]
        assert (last["kind"], last["facts"]["act"]) == ("clock_act_refused", "reclassify")


def test_a_matter_without_classes_knows_none(call: Call) -> None:
    refused(call(REVIEWER).post(f"/cases/{taken(call)}/reclassifications", ASKED), 422, "class_unknown")


def test_the_corrected_request_starts_both_limits_afresh(call: Call, world: World, case_no: str) -> None:
    world.at(2026, 3, 5, 10, 0)

    done(call(REVIEWER).post(f"/cases/{case_no}/restarts", {**AFRESH, "at": "2026-03-04T15:00:00+08:00"}), 201)

    assert dues(call, case_no) == ("2026-03-11T17:30:00+08:00", "2026-03-18T17:30:00+08:00")
    shown = done(call(REVIEWER).get(f"/cases/{case_no}/clock"))["entries"]
    assert [item["clock"] for item in shown if item["kind"] == "restart"] == ["promised", "statutory"]
    assert any("重新起算（政府信息公开条例30）" in text for text in said(call, case_no, "zh"))
    before = done(call(REVIEWER).get(f"/cases/{case_no}/clock", as_of="2026-03-04T16:00:00+08:00"))
    assert clock_of(before, "promised")["due_at"] == "2026-03-09T17:30:00+08:00"


def test_a_new_start_keeps_the_class_and_drops_the_extension(call: Call, world: World, case_no: str) -> None:
    done(call(REVIEWER).post(f"/cases/{case_no}/reclassifications", ASKED), 201)
    done(call(HEAD).post(f"/cases/{case_no}/extensions", LONGER), 201)
    world.at(2026, 3, 4, 15, 0)

    done(call(REVIEWER).post(f"/cases/{case_no}/restarts", AFRESH), 201)

    assert dues(call, case_no) == ("2026-03-18T17:30:00+08:00", "2026-03-18T17:30:00+08:00")


@pytest.mark.parametrize(
    ("login", "change", "expected"),
    [
        (REVIEWER, {"ground": "hearing"}, (422, "clock_ground_not_allowed")),
        (REVIEWER, {"document_no": " "}, (422, "clock_notice_missing")),
        (REVIEWER, {"at": "2026-03-02T09:00:00+08:00"}, (422, "clock_not_started")),
        (REVIEWER, {"at": "2026-03-03T09:00:00+08:00"}, (422, "clock_future")),
        (DECIDER, {}, (403, "not_permitted")),
    ],
)
def test_refused_new_start_changes_nothing(
    call: Call, case_no: str, login: str, change: Body, expected: tuple[int, str]
) -> None:
    before = dues(call, case_no)

    problem = refused(call(login).post(f"/cases/{case_no}/restarts", {**AFRESH, **change}), *expected)

    assert dues(call, case_no) == before
    assert expected[1] != "clock_ground_not_allowed" or problem["article"] == "政府信息公开条例30"


def test_a_licence_does_not_start_afresh(call: Call) -> None:
    refused(call(REVIEWER).post(f"/cases/{taken(call)}/restarts", AFRESH), 422, "clock_ground_not_allowed")


def test_no_new_start_after_the_due_instant_nor_while_the_clock_stands(call: Call, world: World, case_no: str) -> None:
    late = taken(call)
    done(call(REVIEWER).post(f"/cases/{case_no}/suspensions", STOP), 201)

    refused(call(REVIEWER).post(f"/cases/{case_no}/restarts", AFRESH), 409, "clock_paused")
    world.at(2026, 3, 9, 17, 31)
    refused(call(SECOND).post(f"/cases/{late}/restarts", AFRESH), 422, "clock_after_due")


def test_an_extension_touches_the_statutory_limit_alone(call: Call, world: World, tmp_path: Path) -> None:
    redeployed(world, tmp_path / "rules", FOOD, GROWS_ALONE)
    case_no = taken(call)

    done(call(HEAD).post(f"/cases/{case_no}/extensions", LONGER), 201)

    assert dues(call, case_no) == ("2026-03-09T17:30:00+08:00", "2026-03-23T17:30:00+08:00")
    assert any("延长 5 个工作日" in text for text in said(call, case_no, "zh", "statutory"))
    assert not any("延长" in text for text in said(call, case_no, "zh"))


def test_a_suspension_touches_the_statutory_limit_alone(call: Call, world: World, tmp_path: Path) -> None:
    flag = ("suspension_grounds = [", 'suspension_touches = ["statutory"]\nsuspension_grounds = [')
    redeployed(world, tmp_path / "rules", FOOD, flag)
    case_no = taken(call)
    done(call(REVIEWER).post(f"/cases/{case_no}/suspensions", STOP), 201)
    paused = call(REVIEWER).case(case_no)
    world.at(2026, 3, 4, 10, 0)

    done(call(REVIEWER).post(f"/cases/{case_no}/resumptions", RESULT), 201)

    assert (paused["state"], clock_of(paused, "statutory")["due_at"]) == ("suspended", None)
    assert clock_of(paused, "promised")["due_at"] == "2026-03-09T17:30:00+08:00"
    assert dues(call, case_no) == ("2026-03-09T17:30:00+08:00", "2026-03-17T17:30:00+08:00")
    assert call(REVIEWER).case(case_no)["state"] == "accepted"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (("[extension]\n", '[extension]\ntouches = ["promised"]\n'), "promised-not-extendable"),
        (("[extension]\n", "[extension]\ntouches = []\n"), "matter-touches"),
        (("[extension]\n", '[extension]\ntouches = ["notice5"]\n'), "matter-touches"),
        (("[extension]\n", f"{CLASSES.replace('own', 'easy')}\n[extension]\n"), "matter-class"),
        (("[extension]\n", f"{CLASSES.replace('5WD', '4WD')}\n[extension]\n"), "matter-class-limit"),
        (("[extension]\n", f"{CLASSES.replace('10WD', '11WD')}\n[extension]\n"), "matter-class-limit"),
    ],
)
def test_a_list_with_impossible_flags_or_classes_is_not_published(
    world: World, tmp_path: Path, change: tuple[str, str], code: str
) -> None:
    with pytest.raises((InvalidInput, DiagramRefused)) as found:
        redeployed(world, tmp_path / "rules", FOOD, change)

    assert code in {dict(item)["code"] if isinstance(item, dict) else item.code for item in found.value.items}


def test_the_case_page_leads_to_both_acts(call: Call, case_no: str, browse: Callable[[str], FlaskClient]) -> None:
    page = browse(REVIEWER)

    shown = page.get(f"/cases/{case_no}").text
    asked = page.get(f"/cases/{case_no}/reclassification").text
    token = csrf_of(page)
    wrong = page.post(f"/cases/{case_no}/reclassification", data={"csrf_token": token, "class": "joint", "reason": ""})
    right = page.post(
        f"/cases/{case_no}/reclassification", data={"csrf_token": token, "class": "joint", "reason": "会同"}
    )
    again = page.post(f"/cases/{case_no}/restart", data={"csrf_token": token, **AFRESH})

    assert f"/cases/{case_no}/restart" in shown
    assert "现为“自办”类别" in asked
    assert re.findall(r'<option value="([a-z]+)"', asked) == ["joint"]
    assert (wrong.status_code, right.status_code, again.status_code) == (422, 302, 302)
    assert "该行为须写明理由" in wrong.text
    assert [item["kind"] for item in done(call(APPLICANT).get(f"/cases/{case_no}/clock"))["entries"]][-3:] == [
        "reclassify",
        "restart",
        "restart",
    ]
