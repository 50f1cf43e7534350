"""Limits of a joint case: the critical path where the theme promises nothing, and the extension of joint licences."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from app.domain.actor import system_actor
from app.domain.errors import DiagramRefused
from app.operations.deploy_rules import Deployment, deploy_rules
from tests.web.api_world import (
    ALL_MEMBERS,
    APPLICANT,
    HEAD,
    SUPERVISOR,
    WINDOW,
    Call,
    call,
    clock_of,
    done,
    refused,
    site,
)
from tests.web.conftest import World

__all__ = ["call", "site"]
FEW = {"needs_seal": "no", "has_employees": "no", "needs_bank": "no"}
THEME, REG, TAX = "themes/startup/theme.toml", "matters/scjg/startup-reg.toml", "matters/sw/startup-tax.toml"
PROMISE = 'promised_limit = "3WD"'
LONGER_REG = (REG, 'promised_limit = "1WD"', 'promised_limit = "3WD"')
LICENCES = (
    (THEME, PROMISE, f'{PROMISE}\nstatutory_limit = "45WD"'),
    (TAX, 'item_type = "20"', 'item_type = "01"'),
)
GOVERNOR = "governor.enshi"
LONGER = {"days": 15, "reason": "需要上级部门会商"}


def publish(world: World, folder: Path, *changes: tuple[str, str, str]) -> Deployment:
    settings = world.container.settings
    shutil.copytree(settings.rules_dir, folder)
    for name, old, new in changes:
        text = (folder / name).read_text(encoding="utf-8")
        assert old in text
        (folder / name).write_text(text.replace(old, new, 1), encoding="utf-8")
    return deploy_rules(
        world.container.context, bpmn_dir=settings.bpmn_dir, rules_dir=folder, actor=system_actor("test")
    )


def accepted(call: Call, guidance: dict[str, str]) -> str:
    number = str(call(APPLICANT).apply_theme(**guidance)["case_no"])
    call(WINDOW).do(number, "check", "accept")
    return number


@pytest.mark.parametrize(
    ("guidance", "due", "path"),
    [
        (ALL_MEMBERS, "2026-03-09T17:30:00+08:00", "企业设立登记 → 公章刻制备案 → 银行预约开户"),
        (FEW, "2026-03-06T17:30:00+08:00", "企业设立登记 → 发票申领"),
    ],
)
def test_a_theme_without_a_promise_promises_the_critical_path_of_the_chosen_members(
    call: Call, world: World, tmp_path: Path, guidance: dict[str, str], due: str, path: str
) -> None:
    publish(world, tmp_path / "rules", (THEME, f"{PROMISE}\n", ""), LONGER_REG)

    number = accepted(call, guidance)

    clock = clock_of(call(SUPERVISOR).case(number), "bundle_promised")
    said = [sentence["zh"] for sentence in clock["explanation"]]
    assert clock["due_at"] == due
    assert any(path in sentence and "最长的办理路径" in sentence for sentence in said)


def test_a_stated_promise_is_kept_and_names_no_path(call: Call) -> None:
    clock = clock_of(call(SUPERVISOR).case(accepted(call, FEW)), "bundle_promised")

    assert clock["due_at"] == "2026-03-05T17:30:00+08:00"
    assert not any("最长的办理路径" in sentence["zh"] for sentence in clock["explanation"])


def test_a_theme_that_promises_less_than_its_critical_path_is_not_deployed(world: World, tmp_path: Path) -> None:
    with pytest.raises(DiagramRefused) as refusal:
        publish(world, tmp_path / "rules", (THEME, PROMISE, 'promised_limit = "2WD"'))

    (item,) = refusal.value.items
    assert (item["code"], item["file"]) == ("theme-promise-under-path", THEME)
    path = "startup-reg → startup-seal → startup-bank"
    assert item["facts"] == {"promised": 2, "days": 3, "path": path, "region": "422801"}


@pytest.mark.parametrize(("promise", "warned"), [("6WD", []), ("7WD", ["theme-promise-over-serial"])])
def test_a_theme_that_promises_more_than_the_serial_sum_is_warned_about(
    world: World, tmp_path: Path, promise: str, warned: list[str]
) -> None:
    deployed = publish(world, tmp_path / "rules", (THEME, PROMISE, f'promised_limit = "{promise}"'))

    assert [item.code for item in deployed.findings if item.code.startswith("theme-")] == warned


def test_the_head_of_government_extends_the_limit_of_joint_licences_once(
    call: Call, world: World, tmp_path: Path
) -> None:
    publish(world, tmp_path / "rules", *LICENCES)
    number = accepted(call, FEW)
    before = call(SUPERVISOR).case(number)

    done(call(GOVERNOR).post(f"/cases/{number}/extensions", LONGER), 201)

    after = call(SUPERVISOR).case(number)
    assert clock_of(before, "bundle_statutory")["due_at"] == "2026-05-08T17:30:00+08:00"
    assert clock_of(after, "bundle_statutory")["due_at"] == "2026-05-28T17:30:00+08:00"
    assert clock_of(after, "bundle_promised")["due_at"] == clock_of(before, "bundle_promised")["due_at"]
    again = refused(call(GOVERNOR).post(f"/cases/{number}/extensions", LONGER), 422, "clock_extension_count")
    assert again["article"] == "行政许可法42(2)"


def test_the_page_offers_the_extension_to_the_head_of_government_alone(
    call: Call, world: World, tmp_path: Path, browse: Callable[[str], FlaskClient]
) -> None:
    publish(world, tmp_path / "rules", *LICENCES)
    number = accepted(call, FEW)

    head, lead = browse(GOVERNOR).get(f"/cases/{number}"), browse(HEAD).get(f"/cases/{number}")
    form = browse(GOVERNOR).get(f"/cases/{number}/extension").text

    assert f'href="/cases/{number}/extension"' in head.text
    assert f'href="/cases/{number}/extension"' not in lead.text
    assert "行政许可法42(2)" in form
    assert "联合办理法定时限" in form


def test_an_extension_of_joint_licences_is_refused_with_the_article(call: Call, world: World, tmp_path: Path) -> None:
    publish(world, tmp_path / "rules", *LICENCES)
    number = accepted(call, FEW)
    path = f"/cases/{number}/extensions"

    long = refused(call(GOVERNOR).post(path, {**LONGER, "days": 16}), 422, "clock_extension_too_long")
    other = refused(call(HEAD).post(path, LONGER), 403, "clock_approver")
    world.at(2026, 5, 8, 17, 31)
    late = refused(call(GOVERNOR).post(path, LONGER), 422, "clock_after_due")

    assert {item["article"] for item in (long, other, late)} == {"行政许可法42(2)"}


def test_a_bundle_without_a_limit_of_the_law_is_not_extended(call: Call) -> None:
    number = accepted(call, FEW)

    refusal = refused(call(GOVERNOR).post(f"/cases/{number}/extensions", LONGER), 422, "clock_not_started")

    assert refusal["article"] == "行政许可法42(2)"


def test_the_head_of_another_government_sees_nothing(call: Call) -> None:
    number = accepted(call, FEW)

    refused(call("governor.lichuan").post(f"/cases/{number}/extensions", LONGER), 404, "case_unknown")
