"""What tests of cards do over and over: let the timer run, read cards, take a task, send what is due."""

import shutil
from pathlib import Path

import orjson
import sqlalchemy as sa

from app.channels.file import FileChannel
from app.domain.actor import system_actor
from app.domain.calendar import to_local
from app.domain.notice import OutboundMessage
from app.domain.vocabulary import Lane
from app.operations.claim_task import claim_task
from app.operations.deploy_rules import deploy_rules
from app.operations.fire_due_deadlines import fire_due_deadlines
from app.queries.cards import CardView, list_case_cards
from app.queries.case_page import find_case_id, list_history
from app.runtime.card_acts import CardTarget
from app.storage.tables import outbox
from app.worker.jobs import drain_outbox
from tests.world import World

CLERK, REVIEWER, SECOND, DECIDER, HEAD, SUPERVISOR = (
    "window.enshi",
    "reviewer.enshi",
    "reviewer2.enshi",
    "decider.enshi",
    "head.enshi",
    "supervisor.enshi",
)
FOOD = "restaurant-food"
REVIEW = '<bpmn:userTask id="review"'
# 5 WD from Mon 2026-03-02 09:30: half is used on Thu 03-05 11:15, nine tenths on Mon 03-09 13:58.
YELLOW, RED, LATE = (2026, 3, 5, 14, 0), (2026, 3, 9, 15, 0), (2026, 3, 9, 17, 31)


def accepted(world: World, *, claimed_by: str = "", matter: str = FOOD) -> str:
    """Return the number of a case that is in review, claimed by somebody where a login is given."""
    case_no = world.apply(matter)
    world.complete(case_no, "check", CLERK, "accept")
    if claimed_by:
        take(world, case_no, "review", claimed_by)
    return case_no


def take(world: World, case_no: str, element: str, login: str) -> None:
    """Let an officer claim a task."""
    claim_task(world.container.context, world.person(login), task_id=int(world.open_task(case_no, element).id))


def run_timer(world: World, *moment: int) -> None:
    """Move the clock there and fire everything that is due, as the worker would."""
    world.at(*moment)
    fire_all(world)


def fire_all(world: World) -> None:
    """Fire everything that is due at the instant the clock shows."""
    while any(fire_due_deadlines(world.container.context, lane, limit=50, budget_ms=60_000).fired for lane in Lane):
        continue


def case_id_of(world: World, case_no: str) -> int:
    """Return the id of a case."""
    with world.container.context.database.read() as connection:
        return find_case_id(connection, world.person("supervisor.es").scope, case_no)


def cards_of(world: World, case_no: str) -> list[CardView]:
    """Return the cards of a case, oldest first."""
    case_id = case_id_of(world, case_no)
    with world.container.context.database.read() as connection:
        return list(reversed(list_case_cards(connection, case_id)))


def colours(world: World, case_no: str) -> list[tuple[str, str]]:
    """Return clock and colour of the cards of a case, oldest first; those of the statutory clock come later, the same."""
    return [(card.clock, card.colour) for card in cards_of(world, case_no) if card.clock != "statutory"]


def target(card: CardView, *, version: int | None = None) -> CardTarget:
    """Return a card as an act names it."""
    return CardTarget(case_id=int(card.case_id), card_id=int(card.id), version=version)


def acts_on(world: World, case_no: str) -> list[str]:
    """Return the audit entries of a case that are about cards, oldest first."""
    case_id = case_id_of(world, case_no)
    with world.container.context.database.read() as connection:
        return [entry.kind for entry in list_history(connection, case_id) if entry.kind.startswith("card")]


def queued(world: World, *kinds: str) -> list[dict[str, object]]:
    """Return the queued notices of some kinds with the local instant they wait for."""
    with world.container.context.database.read() as connection:
        rows = connection.execute(sa.select(outbox).order_by(outbox.c.id)).all()
    notices = [{**orjson.loads(row.payload), "at": f"{to_local(row.next_at):%m-%d %H:%M}"} for row in rows]
    return [notice for notice in notices if notice.get("notice") in kinds]


def sent(world: World, folder: Path) -> list[OutboundMessage]:
    """Send what is due now and return those messages, in their order."""
    channel = FileChannel(folder)
    before = len(channel.read())
    drain_outbox(world.container.context, channel, budget_s=60)
    return channel.read()[before:]


def told(messages: list[OutboundMessage], *kinds: str) -> list[tuple[str, str]]:
    """Return kind and addressee of the messages of some kinds, sorted."""
    return sorted((message.notice, message.addressee) for message in messages if message.notice in kinds)


def deploy_with(world: World, folder: Path, *, limit_of_review: str = "", **fields: str) -> None:
    """Deploy what is shipped with other values in the list of the food licence, and a limit of its review step."""
    settings = world.container.settings
    rules, diagrams = folder / "rules", folder / "bpmn"
    shutil.copytree(settings.rules_dir, rules)
    shutil.copytree(settings.bpmn_dir, diagrams)
    path = rules / "matters" / "scjg" / f"{FOOD}.toml"
    lines = path.read_text(encoding="utf-8").splitlines()
    kept = [line for line in lines if line.split(" = ")[0] not in fields]
    added = [f'{name} = "{value}"' for name, value in fields.items()]
    path.write_text("\n".join([*added, *kept]), encoding="utf-8")
    if limit_of_review:
        drawn = diagrams / "patterns" / "committed-with-special-procedure" / "process.bpmn"
        text = drawn.read_text(encoding="utf-8")
        drawn.write_text(text.replace(REVIEW, f'{REVIEW} lb:limit="{limit_of_review}"'), encoding="utf-8")
    deploy_rules(world.container.context, bpmn_dir=diagrams, rules_dir=rules, actor=system_actor("test"))
