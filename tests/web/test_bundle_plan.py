"""The plan of a joint case through API and page, and the clock of the law for bundles of licences."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from app.domain.actor import system_actor
from app.operations.deploy_rules import deploy_rules
from tests.web.api_world import (
    ALL_MEMBERS,
    APPLICANT,
    FOREIGN,
    REVIEWER,
    SUPERVISOR,
    WINDOW,
    Body,
    Call,
    call,
    clock_of,
    done,
    refused,
    site,
)
from tests.web.conftest import World
from tests.web.refused_acts import RESULT, STOP
from tests.web.test_api_joint import OFFICERS, finish, join

__all__ = ["call", "site"]


@pytest.fixture
def joint(call: Call) -> str:
    """Six members of a working day each, accepted on Monday 2026-03-02; the bank waits for the seal, all for the register."""
    number = str(call(APPLICANT).apply_theme(**ALL_MEMBERS)["case_no"])
    call(WINDOW).do(number, "check", "accept")
    return number


def plan_of(call: Call, joint: str) -> Body:
    return done(call(SUPERVISOR).get(f"/cases/{joint}/bundle-plan"))


def member_of(plan: Body, code: str) -> Body:
    return next(dict(member) for member in plan["members"] if member["code"] == code)


def test_the_plan_runs_along_its_longest_chain(call: Call, joint: str) -> None:
    plan = plan_of(call, joint)

    assert plan["critical"] == ["startup-reg", "startup-seal", "startup-bank"]
    assert plan["due_at"] == plan["promised_due_at"] == "2026-03-05T17:30:00+08:00"
    assert plan["serial_due_at"] == "2026-03-10T17:30:00+08:00"
    slack = {member["code"]: member["slack_working_days"] for member in plan["members"]}
    assert slack == {code: 0 if code in plan["critical"] else 1 for code in OFFICERS}
    bank = member_of(plan, "startup-bank")
    assert (bank["case_no"], bank["start_on"], bank["finish_on"]) == ("", "2026-03-04", "2026-03-05")


def test_a_pause_on_the_path_opens_the_plan_and_then_moves_it(call: Call, world: World, joint: str) -> None:
    reg = str(member_of(plan_of(call, joint), "startup-reg")["case_no"])
    done(call(REVIEWER).post(f"/cases/{reg}/suspensions", STOP), 201)
    paused = plan_of(call, joint)
    world.at(2026, 3, 5, 18, 0)

    done(call(REVIEWER).post(f"/cases/{reg}/resumptions", RESULT), 201)

    moved = plan_of(call, joint)
    assert (paused["due_at"], member_of(paused, "startup-reg")["finish_on"]) == (None, None)
    assert paused["projected_due_at"] == "2026-03-06T17:30:00+08:00"
    assert (moved["due_at"], moved["moved_by"]) == ("2026-03-10T17:30:00+08:00", ["startup-reg"])
    assert moved["counted_due_at"] == "2026-03-10T17:30:00+08:00"


def test_a_pause_inside_the_slack_moves_nothing(call: Call, world: World, joint: str) -> None:
    finish(call, str(member_of(plan_of(call, joint), "startup-reg")["case_no"]), OFFICERS["startup-reg"])
    join(world)
    before = plan_of(call, joint)
    social = str(member_of(before, "startup-social")["case_no"])
    world.at(2026, 3, 3, 9, 0)
    done(call("rs1.enshi").post(f"/cases/{social}/suspensions", STOP), 201)
    world.at(2026, 3, 4, 9, 0)

    done(call("rs1.enshi").post(f"/cases/{social}/resumptions", RESULT), 201)

    plan = plan_of(call, joint)
    assert member_of(plan, "startup-reg")["is_finished"]
    assert member_of(plan, "startup-social")["finish_on"] == "2026-03-04"
    assert (plan["due_at"], plan["moved_by"]) == (before["due_at"], [])


def test_only_an_accepted_joint_case_in_sight_has_a_plan(call: Call, joint: str) -> None:
    waiting = str(call(APPLICANT).apply_theme(**ALL_MEMBERS)["case_no"])
    single = str(call(APPLICANT).apply()["case_no"])

    refused(call(SUPERVISOR).get(f"/cases/{waiting}/bundle-plan"), 404, "plan_unknown")
    refused(call(SUPERVISOR).get(f"/cases/{single}/bundle-plan"), 404, "plan_unknown")
    refused(call(FOREIGN).get(f"/cases/{joint}/bundle-plan"), 404, "case_unknown")
    assert plan_of(call, joint)["case_no"] == joint


def test_the_page_draws_the_plan_and_says_the_same_in_a_table(
    call: Call, joint: str, browse: Callable[[str], FlaskClient]
) -> None:
    page = browse(SUPERVISOR)

    linked, shown = page.get(f"/cases/{joint}").text, page.get(f"/cases/{joint}/plan").text

    assert f'href="/cases/{joint}/plan"' in linked
    assert shown.count("network__box--critical") == 3
    assert shown.count('class="network__head') == 5
    assert "企业设立登记 → 公章刻制备案 → 银行预约开户" in shown
    assert page.get(f"/cases/{joint}/plan", headers={"Accept-Language": "en"}).status_code == 200


@pytest.mark.parametrize(("kinds", "due"), [(("01", "01"), "2026-05-08T17:30:00+08:00"), (("01", "20"), None)])
def test_the_clock_of_the_law_runs_only_over_licences(
    call: Call, world: World, tmp_path: Path, kinds: tuple[str, str], due: str | None
) -> None:
    licensed(world, tmp_path / "rules", *kinds)
    few = {"needs_seal": "no", "has_employees": "no", "needs_bank": "no"}
    number = str(call(APPLICANT).apply_theme(**few)["case_no"])

    call(WINDOW).do(number, "check", "accept")

    clocks = {clock["clock"]: clock["due_at"] for clock in call(SUPERVISOR).case(number)["clocks"]}
    assert clocks.get("bundle_statutory") == due
    assert clock_of(call(SUPERVISOR).case(number), "bundle_promised")["due_at"] == "2026-03-05T17:30:00+08:00"


def licensed(world: World, folder: Path, reg: str, tax: str) -> None:
    """Publish the theme with the limit of joint licences, its two members of these types."""
    settings = world.container.settings
    shutil.copytree(settings.rules_dir, folder)
    for name, kind in (("scjg/startup-reg", reg), ("sw/startup-tax", tax)):
        file = folder / f"matters/{name}.toml"
        text = file.read_text(encoding="utf-8")
        known = 'item_type = "01"' if name.startswith("scjg") else 'item_type = "20"'
        file.write_text(text.replace(known, f'item_type = "{kind}"'), encoding="utf-8")
    theme = folder / "themes/startup/theme.toml"
    promise = 'promised_limit = "3WD"'
    text = theme.read_text(encoding="utf-8").replace(promise, f'{promise}\nstatutory_limit = "45WD"')
    theme.write_text(text, encoding="utf-8")
    deploy_rules(world.container.context, bpmn_dir=settings.bpmn_dir, rules_dir=folder, actor=system_actor("test"))
