"""A load that is killed with SIGKILL in the middle of a batch leaves no case out and touches none twice."""

import sys
from collections import Counter

import sqlalchemy as sa

from app.catalogue.calendar_files import read_calendar_days
from app.domain.calendar_upload import next_version
from app.operations.continue_calendar_loads import continue_calendar_loads
from app.runtime.calendar_progress import carry_on
from app.runtime.calendar_publishing import plan_versions, publish_versions
from app.runtime.context import Context
from app.storage.rules import begin_generation
from app.storage.tables import calendar_load_case, clock_entry, deadline
from tests.integration.calendars.conftest import Town
from tests.killing import LONGEST_KILL_S, kill_inside
from tests.many_cases import copy_case, count_broken_chains

CASES, KILLS = 200, 3


def publish_rest_day(context: Context) -> int:
    """Store a load whose cases all wait."""
    published = context.library.current()
    upload = read_calendar_days([{"on": "2026-03-05", "kind": "off"}], [], layer="ES", document="文1")
    version = next_version(published.layers["ES"], upload)
    load_id = context.ids.next_id("422800")
    with context.database.write() as uow:
        begin_generation(uow, by="staff:1")
        plan = plan_versions(uow.connection, [version], hours=published.time_rules.office_hours)
        publish_versions(uow, plan, [version], load_id=load_id, document="文1", by="staff:1")
    return load_id


def waiting(context: Context) -> int:
    with context.database.read() as connection:
        query = sa.select(sa.func.count()).where(calendar_load_case.c.outcome == "waiting")
        return int(connection.scalar(query) or 0)


def test_a_killed_load_touches_every_case_once(town: Town, kind: str) -> None:
    copies = copy_case(town, town.accepted(), CASES - 1)
    context = town.container.context
    load_id = publish_rest_day(context)

    left = []
    for _kill in range(KILLS):
        kill_inside(context, carry_on, load_id, waiting=waiting)
        left.append(waiting(context))
    continue_calendar_loads(context, budget_s=LONGEST_KILL_S)

    with context.database.read() as connection:
        entries = Counter(connection.scalars(sa.select(clock_entry.c.case_id).where(clock_entry.c.kind == "calendar")))
        due = set(connection.scalars(sa.select(deadline.c.due_at).where(deadline.c.name == "promised")))
        assert count_broken_chains(connection) == 0
    sys.stdout.write(f"{kind}: {CASES} cases, {KILLS} kills, waiting after each {left}\n")
    assert len(copies) == CASES - 1
    assert left[0] < CASES
    assert left[-1] > 0
    assert (len(entries), set(entries.values()), len(due)) == (CASES, {1}, 1)
