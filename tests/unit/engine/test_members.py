"""Member cases of a theme: opened by the diagram, closed by the host, withdrawn when their task is gone."""

import pytest

from app.domain.errors import Conflict
from app.domain.moves import CloseMember, CompleteTask
from tests.unit.engine.conftest import Run
from tests.unit.engine.kit import (
    Host,
    boundary,
    chain,
    end,
    ends,
    flow,
    gateway,
    instances,
    matter,
    message,
    node,
    start,
    timer,
    user,
    users,
)

THEME = (
    start()
    + matter("reg", "startup-reg")
    + node("exclusiveGateway", "ok", default="no")
    + gateway("parallel", "fork", "join")
    + matter("seal", "startup-seal")
    + matter("tax", "startup-tax")
    + users("deliver", "tell")
    + ends("end", "e2")
    + chain("start", "reg", "ok")
    + flow("ok", "fork", "members.reg.granted")
    + flow("ok", "tell", flow_id="no")
    + chain("fork", "seal", "join", "deliver", "end")
    + chain("fork", "tax", "join")
    + chain("tell", "e2")
)


def open_members(host: Host) -> list[str]:
    return [member.matter_code for member in host.now.members]


def test_result_of_a_member_decides_the_way_of_the_theme(run: Run) -> None:
    host = run(THEME)

    assert (open_members(host), host.open) == (["startup-reg"], [])
    host.close("reg", granted=True, case_no="42-1")
    assert open_members(host) == ["startup-seal", "startup-tax"]
    assert host.variables["members"] == {"reg": {"granted": True, "case_no": "42-1"}}

    assert run(THEME).close("reg", granted=False).open == ["tell"]


def test_members_are_joined_in_any_order(run: Run) -> None:
    host = run(THEME).close("reg", granted=True).close("tax", granted=True)

    assert open_members(host) == ["startup-seal"]
    assert host.close("seal", granted=False).open == ["deliver"]


def test_closing_a_member_twice_is_no_error(run: Run) -> None:
    host = run(THEME)
    twice = CloseMember(task_id=host.member("reg").task_id, result={"granted": True})

    host.apply(twice)
    host.apply(CloseMember(task_id=twice.task_id, result={"granted": False}))

    assert open_members(host) == ["startup-seal", "startup-tax"]
    assert host.variables["members"] == {"reg": {"granted": True}}


def test_member_task_is_not_completed_like_a_human_task_nor_the_other_way_round(run: Run) -> None:
    host = run(THEME)
    with pytest.raises(Conflict):
        host.apply(CompleteTask(task_id=host.member("reg").task_id))

    host.close("reg", granted=False)
    with pytest.raises(Conflict):
        host.apply(CloseMember(task_id=host.task("tell").task_id))


def test_list_of_premises_opens_one_member_each(run: Run) -> None:
    body = (
        start()
        + matter("food", "food", instances("shops", item="shop", outputs="results", output="result"))
        + user("hand_out")
        + end()
        + chain("start", "food", "hand_out", "end")
    )
    host = run(body, {"shops": ["no 1", "no 2"]})

    assert [(member.matter_code, member.locals) for member in host.now.members] == [
        ("food", {"shop": "no 1"}),
        ("food", {"shop": "no 2"}),
    ]
    host.close("food", granted=True).close("food", granted=False)
    assert (host.open, host.variables["results"]) == (["hand_out"], [{"granted": True}, {"granted": False}])


def test_first_refusal_may_end_all(run: Run) -> None:
    marker = instances("codes", until="members.any.granted = false")
    body = start() + matter("any", "m", marker) + user("tell") + end() + chain("start", "any", "tell", "end")
    host = run(body, {"codes": ["a", "b", "c"]})

    host.close("any", granted=True)
    assert len(host.now.members) == 2
    assert (host.close("any", granted=False).open, open_members(host)) == (["tell"], [])


def test_deadline_beside_and_on_a_member(run: Run) -> None:
    body = (
        start()
        + matter("food", "food")
        + users("chase", "report")
        + ends("end", "e2", "e3")
        + chain("start", "food", "end")
        + boundary("slow", "food", timer("promised 50%"), interrupting=False)
        + chain("slow", "chase", "e2")
        + boundary("over", "food", timer("promised"))
        + chain("over", "report", "e3")
    )

    beside = run(body).fire("slow")
    assert (beside.open, open_members(beside)) == (["chase"], ["food"])
    assert beside.close("food").open == ["chase"]

    over = run(body).fire("over")
    assert (over.open, open_members(over)) == (["report"], [])


def test_withdrawn_theme_takes_open_members_away_and_keeps_closed_ones(run: Run) -> None:
    inner = (
        start("s")
        + gateway("parallel", "f", "j")
        + matter("food", "food")
        + matter("sign", "sign", instances("list"))
        + end("e")
        + chain("s", "f", "food", "j", "e")
        + chain("f", "sign", "j")
    )
    body = (
        start()
        + node("subProcess", "all", inner)
        + boundary("give_up", "all", message())
        + user("close")
        + end()
        + chain("start", "all", "close", "end")
        + chain("give_up", "close")
    )
    host = run(body, {"list": [1, 2]})

    host.close("food", granted=True)
    assert open_members(host) == ["sign", "sign"]
    host.tell("give_up")

    assert (host.open, open_members(host)) == (["close"], [])
    assert host.variables["members"] == {"food": {"granted": True}}


def test_external_member_says_so(run: Run) -> None:
    body = (
        start()
        + matter("bank", "startup-bank").replace("calledElement", 'lb:handledBy="external" calledElement')
        + end()
    )

    assert run(body + chain("start", "bank", "end")).member("bank").handled_by == "external"
