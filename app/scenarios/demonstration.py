"""The demonstration: four cases on a virtual clock, and a timeline with the reason of each date."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

import structlog

from app.domain.calendar import ZONE
from app.operations.receive_application import receive_application
from app.operations.receive_theme_application import receive_theme_application
from app.queries.case_page import find_case_id, find_decision, list_cards, list_history
from app.queries.clock import list_clocks
from app.runtime.application import ApplicantInput, ApplicationInput
from app.scenarios.world import World, scratch_world
from app.settings import Settings

APPLICANT = ApplicantInput(
    kind="person", name="张小芳", id_type="111", id_number="422801199003071228", mobile="13800000000"
)
FORM = {
    "company_name": "恩施好味餐饮有限公司",
    "company_type": "limited",
    "address": "恩施市舞阳大道1号",
    "scope": "餐饮服务",
}
COUNTY = "422801"
OPINION = {"opinion": "同意"}


def play_demonstration(settings: Settings, language: str) -> Iterator[str]:
    """Yield the lines of four timelines: in time, suspended and resumed, approved by default, a joint case."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    with scratch_world(settings, _at(3, 2, 9, 30)) as world:
        for title, play in (
            ("in_time", _in_time),
            ("suspended", _suspended),
            ("deemed", _deemed),
            ("joint", _joint),
        ):
            world.clock.set(_at(3, 2, 9, 30))
            case_no = play(world)
            yield ""
            yield f"== {world.context.messages.text(language, f'demonstration.{title}')}"
            yield from _timeline(world, case_no, language)


def _at(month: int, day: int, hour: int, minute: int) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=ZONE)


def _apply(world: World, matter: str) -> str:
    application = ApplicationInput(
        code=matter, region_code=COUNTY, intake_mode="online", applicant=APPLICANT, form=FORM
    )
    return str(receive_application(world.context, world.person("applicant1"), application)["case_no"])


def _in_time(world: World) -> str:
    case_no = _apply(world, "restaurant-food")
    world.complete(case_no, "check", "window.enshi", "accept")
    world.move_to(_at(3, 4, 10, 0))
    world.complete(case_no, "review", "reviewer.enshi", "pass", OPINION)
    world.move_to(_at(3, 5, 15, 0))
    world.complete(case_no, "decide", "decider.enshi", "approve")
    world.move_to(_at(3, 6, 9, 30))
    world.complete(case_no, "deliver", "delivery.enshi", "delivered", {"method": "counter", "recipient": "张小芳"})
    return case_no


def _suspended(world: World) -> str:
    case_no = _apply(world, "restaurant-food")
    world.complete(case_no, "check", "window.enshi", "accept")
    world.move_to(_at(3, 3, 10, 0))
    asked = {**OPINION, "ground": "expert_review", "expected_days": 5, "reason": "需专家评审"}
    world.complete(case_no, "review", "reviewer.enshi", "special", asked)
    world.complete(case_no, "approve_special", "head.enshi", "approve")
    world.move_to(_at(3, 10, 10, 0))
    world.complete(case_no, "finish_special", "reviewer.enshi", "finished", {"result": "评审通过"})
    world.complete(case_no, "review", "reviewer.enshi", "pass", OPINION)
    world.move_to(_at(3, 11, 11, 0))
    world.complete(case_no, "decide", "decider.enshi", "approve")
    world.complete(case_no, "deliver", "delivery.enshi", "delivered", {"method": "post", "recipient": "张小芳"})
    return case_no


def _deemed(world: World) -> str:
    case_no = _apply(world, "startup-reg")
    world.complete(case_no, "check", "window.enshi", "accept")
    world.complete(case_no, "review", "reviewer.enshi", "pass", OPINION)
    world.move_to(_at(3, 4, 10, 0))
    world.complete(case_no, "prepare_filing", "reviewer.enshi", "prepared", {"certificate_no": "92422801MADEMO0001"})
    world.complete(case_no, "sign_filing", "decider.enshi", "signed")
    world.complete(case_no, "deliver", "delivery.enshi", "delivered", {"method": "counter", "recipient": "张小芳"})
    return case_no


def _joint(world: World) -> str:
    application = ApplicationInput(
        code="startup",
        region_code=COUNTY,
        intake_mode="online",
        applicant=replace(APPLICANT, kind="company"),
        form=FORM,
        guidance={"needs_seal": "yes", "has_employees": "yes", "needs_bank": "yes"},
    )
    parent = str(receive_theme_application(world.context, world.person("applicant1"), application)["case_no"])
    world.complete(parent, "check", "window.enshi", "accept")
    world.move_to(_at(3, 2, 15, 0))
    _decide_member(world, parent, "企业设立登记", "reviewer.enshi", "decider.enshi")
    world.move_to(_at(3, 3, 10, 0))
    for name, office in (("公章刻制备案", "ga"), ("社会保险登记", "rs"), ("住房公积金缴存登记", "gjj")):
        _decide_member(world, parent, name, f"{office}1.enshi", f"{office}2.enshi")
    _report_member(world, parent, "发票申领", "sw2.enshi")
    world.move_to(_at(3, 4, 9, 30))
    _report_member(world, parent, "银行预约开户", "bank2.enshi")
    world.complete(parent, "deliver", "delivery.enshi", "delivered", {"method": "counter", "recipient": "张小芳"})
    return parent


def _decide_member(world: World, parent: str, name: str, reviewer: str, decider: str) -> None:
    member = next(item for item in world.case(parent).members if item.name == name)
    world.complete(member.case_no, "review", reviewer, "pass", OPINION)
    world.complete(member.case_no, "decide", decider, "approve")
    world.join(parent)


def _report_member(world: World, parent: str, name: str, liaison: str) -> None:
    member = next(item for item in world.case(parent).members if item.name == name)
    world.complete(member.case_no, "report", liaison, "done", {"external_no": "WB-2026-001"})
    world.join(parent)


def _timeline(world: World, case_no: str, language: str) -> Iterator[str]:
    """Yield what happened, when and why: the audit chain, the cards, and each clock with its sentences."""
    messages, scope = world.context.messages, world.person("supervisor.es").scope
    with world.context.database.reading() as reading:
        case_id = find_case_id(reading.connection, scope, case_no)
        view = world.case(case_no)
        yield f"{view.name} · {case_no} · {messages.text(language, f'states.{view.state}')}"
        for entry in list_history(reading.connection, case_id):
            at = entry.at.astimezone(ZONE).strftime("%Y-%m-%d %H:%M")
            detail = ", ".join(
                str(entry.facts[name]) for name in ("element", "outcome", "clock", "colour") if entry.facts.get(name)
            )
            yield f"  {at}  {messages.text(language, f'history.{entry.kind}')}  {detail}"
        for member in view.members:
            yield f"  - {member.name} · {member.department} · {messages.text(language, f'states.{member.state}')}"
        cards = list_cards(reading.connection, case_id)
        if cards:
            yield f"  {messages.text(language, 'demonstration.cards')}: " + ", ".join(
                f"{card['clock']} {card['colour']}" for card in reversed(cards)
            )
        decision = find_decision(reading.connection, case_id)
        if decision is not None:
            effective = decision["effective_at"]
            assert isinstance(effective, datetime)
            yield messages.text(
                language,
                "demonstration.decision",
                decision=str(decision["decision"]),
                effective=effective.astimezone(ZONE).strftime("%Y-%m-%d %H:%M"),
                by=str(decision["decided_by"]),
            )
        for clock in list_clocks(reading.connection, world.container.view(), case_id, now=reading.now):
            yield f"  [{clock.clock} {clock.limit}]"
            for sentence in clock.sentences:
                yield f"    {messages.text(language, sentence.key, **sentence.facts)}"
