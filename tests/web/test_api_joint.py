"""A joint case over the API: one application, member cases, one delivery."""

import pytest

from app.worker.jobs import drain_outbox
from tests.web.api_world import ALL_MEMBERS, APPLICANT, DELIVERY, WINDOW, Call, call, done, refused, site
from tests.web.conftest import World

__all__ = ["call", "site"]
OFFICERS = {
    "startup-reg": ("reviewer.enshi", "decider.enshi"),
    "startup-seal": ("ga1.enshi", "ga2.enshi"),
    "startup-social": ("rs1.enshi", "rs2.enshi"),
    "startup-fund": ("gjj1.enshi", "gjj2.enshi"),
    "startup-tax": ("sw1.enshi", "sw2.enshi"),
    "startup-bank": ("bank1.enshi", "bank2.enshi"),
}


@pytest.fixture
def joint(call: Call) -> str:
    return str(call(APPLICANT).apply_theme(**ALL_MEMBERS)["case_no"])


def test_guidance_chooses_the_members(call: Call) -> None:
    few = {"needs_seal": "no", "has_employees": "no", "needs_bank": "no"}

    chosen = done(call(APPLICANT).post("/themes/startup/guidance", {"answers": few}))["members"]
    everything = done(call(APPLICANT).post("/themes/startup/guidance", {"answers": ALL_MEMBERS}))["members"]

    assert set(chosen) == {"startup-reg", "startup-tax"}
    assert set(everything) == set(OFFICERS)


def test_a_theme_shows_its_questions_form_and_materials(call: Call) -> None:
    theme = done(call(APPLICANT).get("/themes/startup"))

    assert [question["key"] for question in theme["questions"]] == ["needs_seal", "has_employees", "needs_bank"]
    assert "company_name" in [field["key"] for field in theme["form"]["components"]]
    assert theme["materials"]
    assert "startup" in [item["code"] for item in done(call(APPLICANT).get("/themes"))["items"]]


def test_a_joint_case_opens_its_members_and_ends_with_one_delivery(call: Call, world: World) -> None:
    receipt = call(APPLICANT).apply_theme(**ALL_MEMBERS)
    joint, codes = str(receipt["case_no"]), {item["name"]: item["matter_code"] for item in receipt["members"]}
    assert call(WINDOW).do(joint, "check", "accept")["case"]["state"] == "accepted"

    for _round in codes:
        for member in call(APPLICANT).case(joint)["members"]:
            if member["closed_at"] is None:
                finish(call, str(member["case_no"]), OFFICERS[codes[member["name"]]])
        join(world)
    call(DELIVERY).do(joint, "deliver", "delivered", method="counter", recipient="张小芳")

    case = call(APPLICANT).case(joint)
    members = [call(APPLICANT).case(member["case_no"]) for member in case["members"]]
    delivered = [deliveries(call, str(one["case_no"])) for one in (case, *members)]
    assert (case["state"], case["result_kind"]) == ("closed", "0")
    assert len(members) == len(OFFICERS)
    assert {(member["state"], member["decision"], member["parent_case_no"]) for member in members} == {
        ("closed", "approve", joint)
    }
    assert [len(found) for found in delivered] == [1, *(0 for _ in members)]


def test_the_result_of_an_external_body_is_entered_once(call: Call, world: World) -> None:
    receipt = call(APPLICANT).apply_theme(**ALL_MEMBERS)
    joint, names = str(receipt["case_no"]), {item["matter_code"]: item["name"] for item in receipt["members"]}
    call(WINDOW).do(joint, "check", "accept")
    finish(call, str(call(APPLICANT).case(joint)["members"][0]["case_no"]), OFFICERS["startup-reg"])
    join(world)
    tax = next(
        str(row["case_no"]) for row in call(APPLICANT).case(joint)["members"] if row["name"] == names["startup-tax"]
    )
    liaison = call("sw2.enshi")
    task = liaison.task(tax, "report")
    path, shown = f"/tasks/{task['id']}/completion", f'"{task["version"]}"'

    first = liaison.post(path, {"outcome": "done", "data": {"external_no": "税1号"}}, If_Match=shown)
    second = liaison.post(path, {"outcome": "failed", "data": {"external_no": "税2号"}}, If_Match=shown)

    done(first)
    assert "2026-03-02" in refused(second, 409, "external_result_exists")["detail"]
    assert call(APPLICANT).case(tax)["result_kind"] == "0"


def test_withdrawing_a_joint_case_withdraws_its_members(call: Call, world: World, joint: str) -> None:
    call(WINDOW).do(joint, "check", "accept")

    done(call(APPLICANT).post(f"/cases/{joint}/withdrawal", {"reason": "不办了"}))
    join(world)

    assert {member["state"] for member in call(APPLICANT).case(joint)["members"]} == {"withdrawn"}
    refused(call(APPLICANT).post(f"/cases/{joint}/withdrawal", {}), 409, "withdrawal_too_late")


def finish(call: Call, case_no: str, officers: tuple[str, str]) -> None:
    """Take a member through its diagram: an external one is reported, any other examined and decided."""
    first, second = officers
    waiting = {task["element"] for task in call(APPLICANT).case(case_no)["tasks"]}
    if "report" in waiting:
        call(second).do(case_no, "report", "done", external_no="外部1号")
        return
    call(first).do(case_no, "review", "pass", opinion="同意")
    call(second).do(case_no, "decide", "approve")


def join(world: World) -> None:
    """Deliver what members and their joint case tell each other."""
    drain_outbox(world.container.context, world.container.channel, budget_s=60)


def deliveries(call: Call, case_no: str) -> list[object]:
    return list(done(call(APPLICANT).get(f"/cases/{case_no}/deliveries"))["items"])
