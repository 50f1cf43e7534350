"""A town at work: cases in every state a page can show, made by the operations that people use."""

from dataclasses import dataclass, fields

from app.domain.vocabulary import Lane
from app.operations.fire_due_deadlines import fire_due_deadlines
from app.operations.request_corrections import (
    CorrectionRequestInput,
    request_correction,
    settle_correction_request,
)
from app.operations.withdraw_case import withdraw_case
from app.queries.case_page import find_case_id, get_case
from tests.world import World

FOOD = "restaurant-food"
CLERK, REVIEWER, DECIDER, HEAD, DELIVERY, POLICE, SOCIAL = (
    "window.enshi",
    "reviewer.enshi",
    "decider.enshi",
    "head.enshi",
    "delivery.enshi",
    "ga1.enshi",
    "rs1.enshi",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Town:
    """Case numbers by what is going on in them. The clock stands at a Wednesday afternoon."""

    received: str
    reviewing: str
    correcting: str
    suspended: str
    closed: str
    deemed: str
    refused: str
    withdrawn: str
    joint: str
    asked: str

    @property
    def all(self) -> tuple[str, ...]:
        """Every case number."""
        return tuple(getattr(self, field.name) for field in fields(self))


def settle(world: World) -> Town:
    """Let the town work for a week and a half; deadlines fire as a timer would let them."""
    deemed, closed, refused, suspended, withdrawn = (world.apply(FOOD) for _ in range(5))
    for case_no in (deemed, closed, refused, suspended):
        world.complete(case_no, "check", CLERK, "accept")
        if case_no != suspended:
            world.complete(case_no, "review", REVIEWER, "pass", opinion="材料齐全，同意。")
    world.complete(closed, "decide", DECIDER, "approve", opinion="准予许可。")
    world.complete(refused, "decide", DECIDER, "refuse", reasons="经营场所不符合卫生要求。")
    _special(world, suspended)
    _elapse(world)
    world.complete(closed, "deliver", DELIVERY, "delivered", method="counter", recipient="张小芳")
    joint = world.apply_theme("startup", needs_seal="yes", has_employees="yes", needs_bank="no")
    world.complete(joint, "check", CLERK, "accept")
    correcting, reviewing, received = (world.apply(FOOD) for _ in range(3))
    world.complete(correcting, "check", CLERK, "correct", remark="缺少经营场所平面图。", correction_days=5)
    world.complete(reviewing, "check", CLERK, "accept")
    _withdraw(world, withdrawn)
    asked = world.apply_theme("startup", needs_seal="yes", has_employees="yes", needs_bank="no")
    _ask_corrections(world, asked)
    return Town(
        received=received,
        reviewing=reviewing,
        correcting=correcting,
        suspended=suspended,
        closed=closed,
        deemed=deemed,
        refused=refused,
        withdrawn=withdrawn,
        joint=joint,
        asked=asked,
    )


def _special(world: World, case_no: str) -> None:
    answers = {
        "opinion": "需要专家评审。",
        "ground": "expert_review",
        "expected_days": 10,
        "reason": "首次从事该经营项目",
    }
    world.complete(case_no, "review", REVIEWER, "special", **answers)
    world.complete(case_no, "approve_special", HEAD, "approve", opinion="同意。")


def _elapse(world: World) -> None:
    """Let every deadline up to 11 March 15:00 fire, each day's in its order."""
    for day in range(3, 12):
        world.at(2026, 3, day, 15, 0)
        for lane in Lane:
            fire_due_deadlines(world.container.context, lane, limit=50)


def _withdraw(world: World, case_no: str) -> None:
    applicant = world.person("applicant1")
    with world.container.context.database.read() as connection:
        case_id = int(get_case(connection, applicant.scope, case_no).id)
    withdraw_case(world.container.context, applicant, case_id=case_id, reason="不再开店")


def _ask_corrections(world: World, case_no: str) -> None:
    """Two departments ask; the window settles what one of them asked for."""
    context, clerk = world.container.context, world.person(CLERK)
    with context.database.read() as connection:
        case_id = find_case_id(connection, clerk.scope, case_no)
    seal = CorrectionRequestInput(matter_code="startup-seal", item="resolution", shortage="wrong", remark="缺少签名。")
    social = CorrectionRequestInput(matter_code="startup-social", item="用工人数说明", shortage="missing")
    request_correction(context, world.person(POLICE), case_id=case_id, asked=seal)
    shown = request_correction(context, world.person(SOCIAL), case_id=case_id, asked=social)
    number = int(str(shown["request_id"]))
    settle_correction_request(context, clerk, case_id=case_id, request_id=number, reason="窗口已核对。")
