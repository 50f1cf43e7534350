"""Every act that section 10 of the rule book refuses, tried through the API.

Each function brings a case to the point and returns the attempt: called with a language, it tries and returns the answer.
"""

import shutil
from collections.abc import Callable
from pathlib import Path

from werkzeug.test import TestResponse

from app.domain.actor import system_actor
from app.domain.vocabulary import Lane
from app.operations.deploy_rules import deploy_rules
from app.storage.people import set_roles
from app.worker.jobs import drain_lane
from tests.card_desk import YELLOW, accepted, run_timer
from tests.web.api_world import (
    APPLICANT,
    DECIDER,
    HEAD,
    REVIEWER,
    SECOND,
    SUPERVISOR,
    WINDOW,
    Body,
    Call,
    done,
)
from tests.web.conftest import World

Attempt = Callable[[str], TestResponse]
STOP = {"ground": "hearing", "document_no": "恩听〔2026〕1号", "expected_days": 2}
RESULT = {"document_no": "听证笔录1号"}
FOOD = "matters/scjg/restaurant-food.toml"
DISCLOSURE = (
    ('item_type = "01"', 'item_type = "21"'),
    ("is_deemed_whitelisted = true", "is_deemed_whitelisted = false"),
)
CLASSES = """
[[class]]
code = "own"
promised_limit = "5WD"

[[class]]
code = "joint"
promised_limit = "10WD"

"""
WITH_CLASSES = ("[extension]\n", f"{CLASSES}[extension]\n")
LONGER = {"days": 5, "reason": "情况复杂"}
DAY = {"on": "2026-05-08", "kind": "off"}


def attempt(call: Call, login: str, path: str, body: Body | None = None) -> Attempt:
    """Return the attempt of somebody to post a body."""
    return lambda language: call(login).post(path, body, Accept_Language=language)


def taken(call: Call) -> str:
    """A case accepted on Monday 2026-03-02 at 09:30: five working days promised, due on Monday 03-09 at 17:30."""
    case_no = str(call(APPLICANT).apply()["case_no"])
    call(WINDOW).do(case_no, "check", "accept")
    return case_no


def redeployed(world: World, folder: Path, file: str, *changes: tuple[str, str]) -> None:
    """Deploy the shipped rules with changes in one of their files."""
    settings = world.container.settings
    shutil.copytree(settings.rules_dir, folder)
    text = (folder / file).read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    (folder / file).write_text(text, encoding="utf-8")
    context = world.container.context
    deploy_rules(context, bpmn_dir=settings.bpmn_dir, rules_dir=folder, actor=system_actor("test"))


def _suspending(login: str = REVIEWER, **changes: object) -> Callable[[Call, World, Path], Attempt]:
    def tried(call: Call, _world: World, _folder: Path) -> Attempt:
        return attempt(call, login, f"/cases/{taken(call)}/suspensions", {**STOP, **changes})

    return tried


def _extending(login: str = HEAD, **changes: object) -> Callable[[Call, World, Path], Attempt]:
    def tried(call: Call, _world: World, _folder: Path) -> Attempt:
        return attempt(call, login, f"/cases/{taken(call)}/extensions", {**LONGER, **changes})

    return tried


def stopped(call: Call, _world: World, _folder: Path) -> Attempt:
    case_no = taken(call)
    call(REVIEWER).do(case_no, "review", "pass", opinion="符合")
    call(DECIDER).do(case_no, "decide", "approve", opinion="同意")
    return attempt(call, HEAD, f"/cases/{case_no}/extensions", LONGER)


def after_due(call: Call, world: World, _folder: Path) -> Attempt:
    case_no = taken(call)
    world.at(2026, 3, 9, 17, 30, 1)
    return attempt(call, HEAD, f"/cases/{case_no}/extensions", LONGER)


def used_up(call: Call, world: World, folder: Path) -> Attempt:
    """A matter of administrative consideration knows the ground `supplement`, for thirty days in all."""
    changes = (
        ('item_type = "01"', 'item_type = "11"'),
        ("is_deemed_whitelisted = true", "is_deemed_whitelisted = false"),
    )
    redeployed(world, folder / "rules", FOOD, *changes)
    asked = {"ground": "supplement", "document_no": "恩补〔2026〕1号", "expected_days": 20}
    case_no = taken(call)
    done(call(REVIEWER).post(f"/cases/{case_no}/suspensions", asked), 201)
    world.at(2026, 4, 1, 9, 30)
    done(call(REVIEWER).post(f"/cases/{case_no}/resumptions"), 201)
    world.at(2026, 4, 1, 9, 40)
    return attempt(call, REVIEWER, f"/cases/{case_no}/suspensions", asked)


def not_suspended(call: Call, _world: World, _folder: Path) -> Attempt:
    return attempt(call, REVIEWER, f"/cases/{taken(call)}/resumptions", RESULT)


def resumed_too_early(call: Call, world: World, _folder: Path) -> Attempt:
    case_no = taken(call)
    world.at(2026, 3, 3, 10, 0)
    done(call(REVIEWER).post(f"/cases/{case_no}/suspensions", STOP), 201)
    body = {**RESULT, "at": "2026-03-03T09:59:00+08:00"}
    return attempt(call, REVIEWER, f"/cases/{case_no}/resumptions", body)


def extended_twice(call: Call, _world: World, _folder: Path) -> Attempt:
    case_no = taken(call)
    done(call(HEAD).post(f"/cases/{case_no}/extensions", LONGER), 201)
    return attempt(call, HEAD, f"/cases/{case_no}/extensions", LONGER)


def backdated(call: Call, world: World, _folder: Path) -> Attempt:
    case_no = taken(call)
    world.at(2026, 3, 6, 10, 0)
    return attempt(call, REVIEWER, f"/cases/{case_no}/suspensions", {**STOP, "from": "2026-03-02T10:00:00+08:00"})


def class_expired(call: Call, world: World, folder: Path) -> Attempt:
    redeployed(world, folder / "rules", FOOD, *DISCLOSURE, WITH_CLASSES)
    case_no = taken(call)
    world.at(2026, 3, 9, 17, 30, 1)
    body = {"class": "joint", "reason": "须会同办理"}
    return attempt(call, REVIEWER, f"/cases/{case_no}/reclassifications", body)


def promise_alone(call: Call, world: World, folder: Path) -> Attempt:
    """The list was published while promises could be extended alone, which they cannot be any more."""
    settings = world.container.settings
    rules = folder / "rules"
    shutil.copytree(settings.rules_dir, rules)
    limits = (rules / "time_limits.toml").read_text(encoding="utf-8")
    (rules / "time_limits.toml").write_text(limits.replace("extendable = false", "extendable = true"), encoding="utf-8")
    matter = (rules / FOOD).read_text(encoding="utf-8")
    (rules / FOOD).write_text(
        matter.replace("[extension]\n", '[extension]\ntouches = ["promised"]\n'), encoding="utf-8"
    )
    context, actor = world.container.context, system_actor("test")
    deploy_rules(context, bpmn_dir=settings.bpmn_dir, rules_dir=rules, actor=actor)
    case_no = taken(call)
    deploy_rules(context, bpmn_dir=settings.bpmn_dir, rules_dir=settings.rules_dir, actor=actor)
    return attempt(call, HEAD, f"/cases/{case_no}/extensions", LONGER)


def supplement_without_consent(call: Call, _world: World, _folder: Path) -> Attempt:
    body = {"requirement": "premises", "reason": "证明已过期", "wants_supplement": True}
    return attempt(call, REVIEWER, f"/cases/{taken(call)}/acceptance-errors", body)


def unproven_service(call: Call, _world: World, _folder: Path) -> Attempt:
    case_no = str(call(APPLICANT).apply()["case_no"])
    call(WINDOW).do(case_no, "check", "correct", remark="缺平面图", correction_days=5, service_channel="post")
    papers = done(call(WINDOW).get(f"/cases/{case_no}/documents"))["items"]
    paper = next(paper["id"] for paper in papers if paper["kind"] == "correction_notice")
    body = {"channel": "post", "served_at": "2026-03-02T09:30:00+08:00", "proof": " "}
    return attempt(call, WINDOW, f"/cases/{case_no}/documents/{paper}/service", body)


def second_notice(call: Call, _world: World, _folder: Path) -> Attempt:
    """The first notice names one material as wrong; at the second check another one is marked too."""
    applicant, window = call(APPLICANT), call(WINDOW)
    uploaded = [
        {
            "requirement": name,
            "material_id": done(applicant.upload(f"%PDF-1.7 {name}\n%%EOF".encode()), 201)["material_id"],
        }
        for name in ("premises", "floor_plan", "food_rules", "health")
    ]
    case_no = str(applicant.apply(materials=uploaded)["case_no"])
    marks = [{"requirement": "premises", "state": "wrong", "remark": "过期"}]
    window.do(case_no, "check", "correct", remark="请更换", correction_days=5, materials=marks)
    done(applicant.post(f"/cases/{case_no}/corrections", {"materials": uploaded[:1]}), 201)
    more = [{"requirement": "premises", "state": "accepted"}, {"requirement": "health", "state": "wrong"}]
    task = window.task(case_no, "check")
    body = {"outcome": "correct", "data": {"remark": "再补"}, "materials": more}
    path, version = f"/tasks/{task['id']}/completion", f'"{task["version"]}"'
    return lambda language: window.post(path, body, If_Match=version, Accept_Language=language)


def late_closure(call: Call, _world: World, _folder: Path) -> Attempt:
    body = {
        "scope": "region",
        "region_code": "422801",
        "from": "2026-02-24T08:00:00+08:00",
        "to": "2026-02-25T08:00:00+08:00",
        "reason": "暴雪",
        "document": "恩应急〔2026〕1号",
    }
    return attempt(call, SUPERVISOR, "/closures", body)


def broken_promise(call: Call, world: World, folder: Path) -> Attempt:
    """Five working days end later than three calendar days: that is seen only on dates."""
    change = ('statutory_limit = "10WD"', 'statutory_limit = "3D"')
    redeployed(world, folder / "rules", FOOD, change)
    case_no = str(call(APPLICANT).apply()["case_no"])
    task = call(WINDOW).task(case_no, "check")
    path, version = f"/tasks/{task['id']}/completion", f'"{task["version"]}"'
    body = {"outcome": "accept", "materials": call(WINDOW).seen(case_no)}
    return lambda language: call(WINDOW).post(path, body, If_Match=version, Accept_Language=language)


def day_named_twice(call: Call, _world: World, _folder: Path) -> Attempt:
    body = {"document": "恩州办〔2026〕1号", "days": [DAY, {**DAY, "kind": "work"}]}
    return attempt(call, "admin.es", "/calendars/ES/versions", body)


def _deciding(call: Call, world: World, *, is_fired: bool) -> Attempt:
    case_no = taken(call)
    call(REVIEWER).do(case_no, "review", "pass", opinion="符合")
    task = call(DECIDER).task(case_no, "decide")
    world.at(2026, 3, 9, 17, 33)
    if is_fired:
        drain_lane(world.container.context, Lane.NOTICE, budget_s=60)
        drain_lane(world.container.context, Lane.MOVE, budget_s=60)
    body = {"outcome": "approve", "data": {"opinion": "同意"}}
    path, version = f"/tasks/{task['id']}/completion", f'"{task["version"]}"'
    return lambda language: call(DECIDER).post(path, body, If_Match=version, Accept_Language=language)


def decided_after_due(call: Call, world: World, _folder: Path) -> Attempt:
    return _deciding(call, world, is_fired=False)


def decided_after_deemed(call: Call, world: World, _folder: Path) -> Attempt:
    return _deciding(call, world, is_fired=True)


def _held(call: Call, reason: str) -> tuple[Body, str]:
    asked = {"case_nos": [taken(call)], "reason": reason, "text": "核查"}
    return asked, str(done(call(SUPERVISOR).post("/holds", asked), 201)["items"][0]["hold_id"])


def hold_by_nobody(call: Call, _world: World, _folder: Path) -> Attempt:
    return attempt(call, HEAD, "/holds", {"case_nos": [taken(call)], "reason": "fraud", "text": "核查"})


def hold_too_long(call: Call, _world: World, _folder: Path) -> Attempt:
    _, hold_id = _held(call, "outage")
    return attempt(call, "supervisor.es", f"/holds/{hold_id}/confirmation", {"working_days": 4})


def hold_repeated(call: Call, _world: World, _folder: Path) -> Attempt:
    asked, hold_id = _held(call, "outage")
    done(call("supervisor.es").post(f"/holds/{hold_id}/rejection"))
    return attempt(call, SUPERVISOR, "/holds", asked)


def finding_missing(call: Call, _world: World, _folder: Path) -> Attempt:
    _, hold_id = _held(call, "fraud")
    done(call("supervisor.es").post(f"/holds/{hold_id}/confirmation"))
    done(call("supervisor.es").post(f"/holds/{hold_id}/lifting"))
    return attempt(call, "supervisor.es", f"/holds/{hold_id}/lifting")


def own_card(call: Call, world: World, _folder: Path) -> Attempt:
    """The reviewer whose case the card is about became a supervisor since."""
    case_no = accepted(world, claimed_by=SECOND)
    run_timer(world, *YELLOW)
    person, office = world.person(SECOND), world.person(SUPERVISOR)
    assert person.staff_id is not None
    with world.container.context.database.write() as uow:
        hall = office.memberships[0].department_id
        set_roles(uow, person.staff_id, department_id=hall, roles=["supervisor"], now=uow.now())
    (card,) = done(call(SUPERVISOR).get(f"/cases/{case_no}/cards"))["items"]
    return attempt(call, SECOND, f"/cards/{card['id']}/cancellation", {"reason": "本人撤回"})


def seal_without_leave(call: Call, _world: World, _folder: Path) -> Attempt:
    """Nobody authorised the system to seal a result."""
    case_no = taken(call)
    call(REVIEWER).do(case_no, "review", "pass", opinion="同意")
    call(DECIDER).do(case_no, "decide", "approve")
    papers = done(call(DECIDER).get(f"/cases/{case_no}/documents"))["items"]
    (result,) = [paper for paper in papers if paper["kind"] == "decision"]
    return attempt(call, DECIDER, f"/cases/{case_no}/documents/{result['id']}/seal", {"by": "system"})


before_start = _suspending(**{"from": "2026-03-02T09:00:00+08:00"})
unlawful_ground = _suspending(ground="site_visit")
ground_of_another_law = _suspending(ground="third_party")
without_notice = _suspending(document_no="")
without_days = _suspending(expected_days=0)
in_the_future = _suspending(**{"from": "2026-03-03T09:00:00+08:00"})
too_long = _extending(days=6)
wrong_approver = _extending(REVIEWER)
without_reason = _extending(reason=" ")


def part_of_a_change_set(call: Call, _world: World, _folder: Path) -> Attempt:
    """A change set without any of its parts."""
    return attempt(call, "designer.es", "/catalogue-changes", {})
