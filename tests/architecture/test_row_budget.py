"""What a finished case leaves behind: rows of all tables and the bytes of their values, counted on both databases."""

import sys
from collections.abc import Mapping
from datetime import datetime

import pytest
import sqlalchemy as sa

from app.operations.suspend_clock import SuspensionRequest, resume_clock, suspend_clock
from app.queries.case_page import find_case_id
from app.storage.tables import metadata
from tests.world import World

# Leaves later by the rules of retention: engine state and inputs 30 days after the closing, messages that went out.
PASSING = ("instance_state", "case_input", "outbox", "idempotency_key")
# The case, its party, its engine state, three tasks, the decision, and the chain: five acts that cover two entries of
# one clock.
BARE_ROWS, BARE_BYTES = 15, 8 * 1024
FULL_ROWS = 40
MANY = 8
Sizes = Mapping[str, tuple[int, int]]


def sizes_of(world: World, case_no: str) -> Sizes:
    """Return table -> (rows, bytes of their values) of a case."""
    found: dict[str, tuple[int, int]] = {}
    with world.container.context.database.read() as connection:
        case_file = metadata.tables["case_file"]
        case_id = connection.scalar(sa.select(case_file.c.id).where(case_file.c.case_no == case_no))
        for table in metadata.sorted_tables:
            key = table.c.id if table is case_file else table.c.get("case_id")
            if key is not None:
                rows = connection.execute(sa.select(table).where(key == case_id)).all()
                found[table.name] = (len(rows), sum(size_of(value) for row in rows for value in row))
    return {name: size for name, size in found.items() if size[0]}


def size_of(value: object) -> int:
    """Return the bytes a value needs: texts and bytes as they are, numbers and instants eight each."""
    if isinstance(value, bytes):
        return len(value)
    if isinstance(value, str):
        return len(value.encode())
    if isinstance(value, bool):
        return 1
    return 8 if isinstance(value, int | float | datetime) else 0


def total(sizes: Sizes, *, at_rest: bool = False) -> tuple[int, int]:
    counted = [size for name, size in sizes.items() if not (at_rest and name in PASSING)]
    return sum(rows for rows, _bytes in counted), sum(size for _rows, size in counted)


def show(kind: str, name: str, sizes: Sizes) -> None:
    rows, size = total(sizes)
    resting, resting_size = total(sizes, at_rest=True)
    sys.stdout.write(f"{kind} {name}: {rows} rows, {size} B; at rest {resting} rows, {resting_size} B; {dict(sizes)}\n")


@pytest.fixture(scope="module")
def bare(shared_world: World, kind: str) -> Sizes:
    """Sizes of a case of three tasks and one promise."""
    case_no = shared_world.apply("bench-three-tasks")
    shared_world.complete(case_no, "first", "reviewer.enshi", "accept")
    shared_world.complete(case_no, "second", "reviewer2.enshi", "pass")
    shared_world.complete(case_no, "third", "decider.enshi", "approve")
    sizes = sizes_of(shared_world, case_no)
    show(kind, "bare case", sizes)
    return sizes


def test_bare_case_stays_small(bare: Sizes) -> None:
    rows, size = total(bare)

    assert rows <= BARE_ROWS
    assert size <= BARE_BYTES


def test_deadlines_leave_with_the_closing(bare: Sizes) -> None:
    assert "deadline" not in bare


def test_an_act_is_one_audit_entry(bare: Sizes) -> None:
    acts, entries = bare["audit_entry"][0], bare["clock_entry"][0]

    assert (acts, entries) == (5, 2)


def test_full_case_stays_small(shared_world: World, kind: str) -> None:
    case_no = shared_world.apply("restaurant-food")

    shared_world.complete(case_no, "check", "window.enshi", "accept")
    shared_world.complete(case_no, "review", "reviewer.enshi", "pass", opinion="同意")
    shared_world.complete(case_no, "decide", "decider.enshi", "approve")
    handed_over = {"method": "counter", "recipient": "张小芳"}
    shared_world.complete(case_no, "deliver", "delivery.enshi", "delivered", **handed_over)

    sizes = sizes_of(shared_world, case_no)
    show(kind, "committed case", sizes)
    assert shared_world.state_of(case_no) == "closed"
    assert total(sizes)[0] <= FULL_ROWS


def test_suspending_and_resuming_adds_no_deadline_but_its_own(shared_world: World) -> None:
    case_no = shared_world.apply("restaurant-food")
    shared_world.complete(case_no, "check", "window.enshi", "accept")
    before = sizes_of(shared_world, case_no)["deadline"][0]

    for _ in range(MANY):
        suspend_and_resume(shared_world, case_no)

    assert sizes_of(shared_world, case_no)["deadline"][0] == before


def suspend_and_resume(world: World, case_no: str) -> None:
    context, reviewer = world.container.context, world.person("reviewer.enshi")
    with context.database.read() as connection:
        case_id = find_case_id(connection, reviewer.scope, case_no)
    asked = SuspensionRequest(ground="hearing", document_no="1", expected_days=5)
    begun = suspend_clock(context, reviewer, case_id=case_id, asked=asked)
    resume_clock(context, reviewer, case_id=case_id, suspension_id=int(str(begun["suspension_id"])), document_no="2")
