"""After an outage: the backlog is fired in legal order, each stage once, by night without waking anybody."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

import orjson
import pytest
import sqlalchemy as sa

from app.domain.calendar import ZONE
from app.domain.vocabulary import DeadlineState, Lane
from app.operations.fire_due_deadlines import fire_due_deadlines
from app.runtime.fire import Fired
from app.storage.tables import audit_entry, case_file, deadline, outbox, warning_card
from tests.world import World

BACK_AT = datetime(2026, 3, 26, 10, 0, tzinfo=ZONE)
NIGHT = datetime(2026, 3, 26, 2, 0, tzinfo=ZONE)
FROM_HISTORY = ("card_issued", "deadline_fired")


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A deadline as it stood before the workers came back."""

    id: int
    fire_at: datetime
    due_at: datetime


def three_cases(world: World) -> list[str]:
    """Hand in cases of three days that are accepted, each a day after the other."""
    numbers = []
    for day in (2, 3, 4):
        world.at(2026, 3, day, 10, 0)
        numbers.append(world.apply("restaurant-food"))
        world.complete(numbers[-1], "check", "window.enshi", "accept")
    return numbers


def waiting(world: World, lane: Lane) -> list[Waiting]:
    columns = deadline.c
    query = sa.select(columns.id, columns.fire_at, columns.due_at).where(
        columns.state == int(DeadlineState.ARMED), columns.lane == int(lane)
    )
    with world.container.context.database.read() as connection:
        return [Waiting(**row._asdict()) for row in connection.execute(query.order_by(columns.fire_at, columns.id))]


def drain(world: World, lane: Lane, *, batch: int = 2) -> list[Fired]:
    fired: list[Fired] = []
    while done := fire_due_deadlines(world.container.context, lane, limit=batch, budget_ms=10_000).fired:
        fired.extend(done)
    return fired


def history(world: World, kind: str) -> list[tuple[dict[str, str], datetime]]:
    columns = audit_entry.c
    with world.container.context.database.read() as connection:
        rows = connection.execute(sa.select(columns.body, columns.at).where(columns.kind == kind)).all()
    return [(orjson.loads(row.body)["facts"], row.at) for row in rows]


def test_backlog_is_fired_in_the_order_of_the_law(installed: World) -> None:
    three_cases(installed)
    expected = [row.id for row in waiting(installed, Lane.NOTICE)]
    installed.clock.set(BACK_AT)

    fired = drain(installed, Lane.NOTICE)

    assert [item.deadline_id for item in fired][: len(expected)] == expected


def test_each_stage_passes_once_and_the_last_is_final(installed: World) -> None:
    cases = three_cases(installed)
    installed.clock.set(BACK_AT)

    drain(installed, Lane.NOTICE)
    drain(installed, Lane.MOVE)
    again = [*drain(installed, Lane.NOTICE), *drain(installed, Lane.MOVE)]

    columns = warning_card.c
    with installed.container.context.database.read() as connection:
        rows = connection.execute(sa.select(columns.case_id, columns.clock, columns.element, columns.colour)).all()
        first_case = connection.scalar(sa.select(case_file.c.id).where(case_file.c.case_no == cases[0]))
    assert again == []
    assert max(Counter(tuple(row) for row in rows).values()) == 1
    promised = [row.colour for row in rows if (row.case_id, row.clock) == (first_case, "promised")]
    assert sorted(promised) == ["overdue", "red", "yellow"]


@pytest.mark.parametrize("kind_of_entry", FROM_HISTORY)
def test_history_names_the_legal_instant_and_the_real_one(installed: World, kind_of_entry: str) -> None:
    installed.at(2026, 3, 2, 10, 0)
    installed.apply("restaurant-food")
    legal = {instant for row in waiting(installed, Lane.NOTICE) for instant in (row.fire_at, row.due_at)}
    installed.clock.set(BACK_AT)

    drain(installed, Lane.NOTICE)
    drain(installed, Lane.MOVE)

    found = history(installed, kind_of_entry)
    assert found
    for facts, at in found:
        assert datetime.fromisoformat(facts["effective_at"]) < BACK_AT
        assert at == BACK_AT
    assert legal & {datetime.fromisoformat(facts["effective_at"]) for facts, _at in found}


def test_lanes_do_not_wait_for_each_other(installed: World) -> None:
    installed.at(2026, 3, 2, 10, 0)
    installed.apply("restaurant-food")
    installed.clock.set(BACK_AT)
    with installed.container.context.database.write() as uow:
        uow.connection.execute(
            deadline.update().where(deadline.c.name == "notice5").values(stage=2, lane=0, fire_at=deadline.c.due_at)
        )

    moved = drain(installed, Lane.MOVE)

    assert [item.name for item in moved][:1] == ["notice5"]


def test_restart_at_night_wakes_nobody(installed: World) -> None:
    three_cases(installed)
    installed.clock.set(NIGHT)
    with installed.container.context.database.write() as uow:
        uow.connection.execute(outbox.delete())

    drain(installed, Lane.NOTICE)
    drain(installed, Lane.MOVE)

    with installed.container.context.database.read() as connection:
        notices = sa.select(outbox.c.next_at).where(outbox.c.channel != "internal")
        instants = set(connection.scalars(notices))
    assert instants
    assert min(instants) >= NIGHT + timedelta(hours=7)
