"""A hundred cases at once, acted on at random through the operations: the stored rows are what the ledger says."""

from collections import Counter
from datetime import datetime, timedelta
from random import Random

import sqlalchemy as sa

from app.domain.authority import Person
from app.domain.calendar import ZONE
from app.domain.clock_ledger import fold
from app.domain.errors import CaseworkError
from app.domain.vocabulary import DeadlineState, Lane, LedgerKind
from app.operations.correct_ledger import CorrectionRequest, correct_ledger
from app.operations.extend_clock import extend_clock
from app.operations.suspend_clock import SuspensionRequest, resume_clock, suspend_clock
from app.queries.case_page import find_case_id
from app.queries.clock import ledger_of
from app.storage.tables import deadline
from app.worker.jobs import drain_lane
from tests.web.conftest import World

CASES, ACTS = 100, 300
FIRST = datetime(2026, 3, 2, 9, 30, tzinfo=ZONE)
CLOCKS = ("promised", "statutory")


def accepted_case(world: World) -> int:
    case_no = world.apply("restaurant-food")
    world.complete(case_no, "check", "window.enshi", "accept")
    with world.container.context.database.read() as connection:
        return find_case_id(connection, world.person("supervisor.enshi").scope, case_no)


class Office:
    """The people who act, each at random and often against the rules."""

    def __init__(self, world: World, random: Random) -> None:
        self.world, self.random, self.context = world, random, world.container.context
        logins = ("reviewer.enshi", "head.enshi", "supervisor.enshi")
        self.reviewer, self.head, self.supervisor = (world.person(login) for login in logins)
        self.now = FIRST

    def asked_at(self) -> datetime:
        return self.now - timedelta(minutes=self.random.choice((0, 0, self.random.randrange(5000))))

    def suspend(self, case_id: int) -> None:
        asked = SuspensionRequest(
            ground=self.random.choice(("hearing", "testing", "site_visit")),
            document_no="N1",
            expected_days=self.random.randrange(4),
            occurred_at=self.asked_at(),
        )
        suspend_clock(self.context, self.reviewer, case_id=case_id, asked=asked)

    def resume(self, case_id: int) -> None:
        resume_clock(
            self.context,
            self.reviewer,
            case_id=case_id,
            suspension_id=None,
            occurred_at=self.asked_at(),
            document_no=self.random.choice(("R1", "R1", "")),
        )

    def extend(self, case_id: int) -> None:
        extend_clock(
            self.context,
            self.head,
            case_id=case_id,
            days=self.random.randrange(8),
            reason="情况复杂",
            occurred_at=self.asked_at(),
            document_no="E1",
        )

    def correct(self, case_id: int) -> None:
        with self.context.database.read() as connection:
            entries = ledger_of(connection, case_id)
        entry = self.random.choice(entries)
        moved = entry.occurred_at + timedelta(minutes=self.random.randrange(-1500, 1500))
        person: Person = self.random.choice((self.head, self.supervisor))
        asked = CorrectionRequest(corrects=entry.seq, reason="笔误", occurred_at=moved)
        correct_ledger(self.context, person, case_id=case_id, asked=asked)


def test_stored_deadlines_are_what_the_ledger_says_after_random_histories(world: World) -> None:
    random = Random(20260302)
    office = Office(world, random)
    cases = [accepted_case(world) for _ in range(CASES)]
    acts = (office.suspend, office.suspend, office.resume, office.resume, office.extend, office.correct)
    codes: Counter[str] = Counter()

    for _ in range(ACTS):
        office.now += timedelta(minutes=random.randrange(60))
        world.clock.set(office.now)
        try:
            random.choice(acts)(random.choice(cases))
            codes["done"] += 1
        except CaseworkError as refused:
            codes[refused.code] += 1
        if random.random() < 0.1:
            drain_lane(world.container.context, Lane.NOTICE, budget_s=60)

    assert codes["done"] > ACTS // 4
    assert "failed" not in codes
    compared = [compared_rows(world, case_id) for case_id in cases]
    assert sum(len(rows) for rows in compared) == len(CLOCKS) * CASES
    assert [rows for rows in compared for stored, folded in rows.values() if stored != folded] == []


def compared_rows(world: World, case_id: int) -> dict[str, tuple[object, object]]:
    """Return name -> (instants of the stored row, instants of the ledger) of the clocks of a case."""
    view = world.container.view()
    with world.container.context.database.read() as connection:
        entries = ledger_of(connection, case_id)
        rows = connection.execute(sa.select(deadline).where(deadline.c.case_id == case_id)).all()
    assert {entry.kind for entry in entries} <= set(LedgerKind)
    rule_set = view.rule_sets[view.default_rule_set]
    found: dict[str, tuple[object, object]] = {}
    for row in rows:
        if row.name not in CLOCKS or row.state == DeadlineState.DISARMED:
            continue
        clock = fold(entries, row.name, calendars=view.calendars, counting=view.counting, rule_set=rule_set)
        is_paused = row.state == DeadlineState.PAUSED
        found[row.name] = (
            (row.due_at, row.yellow_at, row.red_at, row.is_provisional, is_paused),
            (clock.due_at, clock.yellow_at, clock.red_at, clock.is_provisional, clock.status == "paused"),
        )
    return found
