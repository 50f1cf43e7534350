"""Compare what a scenario expects with what the world holds."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from app.domain.calendar import ZONE
from app.domain.scenario import Expectation
from app.queries.cards import list_case_cards
from app.queries.case_page import find_decision, list_documents, list_history
from app.queries.clock import list_clocks
from app.queries.message_waits import list_message_waits
from app.scenarios.world import World

Found = tuple[str, object, object]


def compare(world: World, case_no: str, expected: Expectation) -> Iterator[tuple[str, str, str]]:
    """Yield (what, expected, found) for everything that differs."""
    for what, wanted, found in _looked_at(world, case_no, expected):
        if wanted != found:
            yield what, _text(wanted), _text(found)


def _looked_at(world: World, case_no: str, expected: Expectation) -> Iterator[Found]:
    case = world.case(case_no)
    if expected.state is not None:
        yield "state", expected.state, case.state
    if expected.open is not None:
        yield "open", expected.open, frozenset(row.element for row in case.tasks if row.state in ("open", "claimed"))
    if expected.members:
        states = {member.element: member.state for member in case.members}
        yield "members", dict(expected.members), {element: states.get(element) for element in expected.members}
    yield from _in_rows(world, int(case.id), expected)


def _in_rows(world: World, case_id: int, expected: Expectation) -> Iterator[Found]:
    with world.context.database.reading() as reading:
        link = reading.connection
        decision: Mapping[str, object] = find_decision(link, case_id) or {}
        clocks = {row.clock: row.due_at for row in list_clocks(link, world.container.view(), case_id, now=reading.now)}
        cards = frozenset((card.clock, card.colour) for card in list_case_cards(link, case_id))
        documents = tuple(str(row["kind"]) for row in list_documents(link, case_id))
        kinds = [entry.kind for entry in list_history(link, case_id)]
        waits = frozenset(item.name for item in list_message_waits(link, case_id))
    if expected.waits is not None:
        yield "waits", expected.waits, waits
    if expected.decision is not None:
        yield "decision", expected.decision, decision.get("decision")
    if expected.effective_at is not None:
        yield "effective_at", expected.effective_at, decision.get("effective_at")
    if expected.due:
        yield "due", dict(expected.due), {clock: clocks.get(clock) for clock in expected.due}
    if expected.cards is not None:
        yield "cards", expected.cards, cards
    if expected.documents is not None:
        yield "documents", expected.documents, documents
    if expected.history and not _is_in_order(expected.history, kinds):
        yield "history", expected.history, tuple(kinds)


def _is_in_order(wanted: Iterable[str], kinds: Iterable[str]) -> bool:
    remaining = iter(kinds)
    return all(kind in remaining for kind in wanted)


def _text(value: object) -> str:
    if isinstance(value, datetime):
        return value.astimezone(ZONE).strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(value, Mapping):
        return ", ".join(f"{key}={_text(item)}" for key, item in value.items())
    if isinstance(value, frozenset):
        return ", ".join(sorted(_text(item) for item in value)) or "-"
    if isinstance(value, tuple):
        return " ".join(_text(item) for item in value) or "-"
    return "-" if value is None else str(value)
