"""Refusals inside a joint case, on both databases: an optional one stops nobody, a gating one ends who waits for it (J10)."""

import orjson
import pytest
import sqlalchemy as sa

from app.queries.case_page import CaseView, get_case
from app.storage.tables import outbox
from app.worker.jobs import drain_outbox
from tests.world import World

EVERYBODY = {"needs_seal": "yes", "has_employees": "yes", "needs_bank": "yes"}
REGISTRATION, SEAL, BANK = "企业设立登记", "公章刻制备案", "银行预约开户"
OFFICERS = {
    REGISTRATION: ("reviewer.enshi", "decider.enshi"),
    SEAL: ("ga1.enshi", "ga2.enshi"),
    "社会保险登记": ("rs1.enshi", "rs2.enshi"),
    "住房公积金缴存登记": ("gjj1.enshi", "gjj2.enshi"),
}
REPORTERS = {BANK: "bank2.enshi", "发票申领": "sw2.enshi"}


@pytest.fixture
def joint(shared_world: World) -> str:
    shared_world.at(2026, 3, 2, 9, 30)
    number = shared_world.apply_theme("startup", **EVERYBODY)
    shared_world.complete(number, "check", "window.enshi", "accept")
    return number


def view(world: World, number: str) -> CaseView:
    with world.container.context.database.read() as connection:
        return get_case(connection, world.person("supervisor.enshi").scope, number)


def finish(world: World, number: str, name: str, outcome: str = "approve") -> None:
    member = world.member_no(number, name)
    if name in REPORTERS:
        world.complete(member, "report", REPORTERS[name], "done", external_no="外部1号")
    else:
        first, second = OFFICERS[name]
        world.complete(member, "review", first, "pass" if outcome == "approve" else "refuse", opinion="见意见")
        world.complete(member, "decide", second, outcome, **({} if outcome == "approve" else {"reasons": "材料不实"}))
    told(world)


def told(world: World) -> None:
    drain_outbox(world.container.context, world.container.channel, budget_s=60)


def notice_facts(world: World, number: str, kind: str) -> list[dict[str, list[str]]]:
    """Return the facts of the notices of a kind that were queued for a joint case."""
    with world.container.context.database.read() as connection:
        query = sa.select(outbox.c.payload).where(outbox.c.case_id == int(view(world, number).id))
        payloads = [orjson.loads(text) for text in connection.scalars(query.order_by(outbox.c.id))]
    return [payload["facts"] for payload in payloads if payload.get("notice") == kind]


def test_a_refused_optional_member_stops_none_of_the_others(shared_world: World, joint: str) -> None:
    finish(shared_world, joint, REGISTRATION)
    finish(shared_world, joint, SEAL, "refuse")
    for name in (BANK, "发票申领", "社会保险登记", "住房公积金缴存登记"):
        finish(shared_world, joint, name)

    shared_world.complete(joint, "deliver", "delivery.enshi", "delivered", method="counter", recipient="张小芳")

    found = view(shared_world, joint)
    assert (found.state, found.result_kind) == ("closed", "0")
    assert {member.name: member.decision for member in found.members if member.decision == "refuse"} == {SEAL: "refuse"}
    assert len(found.members) == 6
    assert notice_facts(shared_world, joint, "member_refused") == []


def test_a_refused_gating_member_ends_its_successors_with_a_notice_that_names_all(
    shared_world: World, joint: str
) -> None:
    finish(shared_world, joint, REGISTRATION, "refuse")

    found = view(shared_world, joint)
    assert [(member.name, member.decision) for member in found.members] == [(REGISTRATION, "refuse")]
    assert found.state == "delivering"
    facts = notice_facts(shared_world, joint, "member_refused")
    assert [item["refused"] for item in facts] == [[REGISTRATION]]
    assert set(facts[0]["ended"]) == {*OFFICERS, *REPORTERS} - {REGISTRATION}
