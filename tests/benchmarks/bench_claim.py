"""The claim of due deadlines among a million that wait, on PostgreSQL.

Run `python -m tests.benchmarks.bench_claim`.
"""

import os
import shutil
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from statistics import quantiles

import sqlalchemy as sa

from app.domain.deadline_instants import DEEMED
from app.domain.vocabulary import Lane
from app.storage.database import Database, open_database
from app.storage.deadlines import DUE, claim_due
from app.storage.dialects import refresh_statistics, skip_locked
from app.storage.migrate import migrate
from app.storage.tables import calendar_load, calendar_load_case, case_file, deadline
from app.worker.jobs import BATCH_OF_LANE
from tests.benchmarks.figures import report, run_statement, say_conditions, url_of
from tests.conftest import start_server
from tests.many_rows import SPAN, copy_deadlines

CASES, DEADLINES, DUE_COUNT = 500_000, 1_000_000, 2_000
HELD_COUNT, WAITING_COUNT = 10_000, 50_000
ROUNDS, WARM_UP = 400, 50
BATCH = BATCH_OF_LANE[Lane.MOVE]
TARGET_MS = 2.0
NOW = datetime(2026, 3, 9, 2, 0, tzinfo=UTC)


@contextmanager
def scratch_database() -> Iterator[Database]:
    """Open a migrated PostgreSQL database that is gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="lianban-bench-"))
    given = os.environ.get("TEST_DATABASE_URL")
    server = None if given else start_server(folder)
    base, name = sa.make_url(given or server.get_uri()), f"lianban_bench_{uuid.uuid4().hex[:8]}"
    try:
        run_statement(base, f"CREATE DATABASE {name}")
        database = open_database(url_of(base, name))
        migrate(database)
        yield database
        database.close()
        run_statement(base, f"DROP DATABASE {name} WITH (FORCE)")
    finally:
        if server is not None:
            server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


def hold_approvals(database: Database) -> None:
    """Let approvals by default that nobody may grant now stand before everything else that is due."""
    with database.write() as uow:
        ids = sa.select(deadline.c.id).where(deadline.c.lane == int(Lane.MOVE)).order_by(deadline.c.id.desc())
        held = deadline.update().where(deadline.c.id.in_(ids.limit(HELD_COUNT)))
        uow.connection.execute(held.values(name=DEEMED, fire_at=NOW - SPAN))


def let_cases_wait(database: Database) -> None:
    """Let cases wait for a calendar that was just loaded; none of them has anything due."""
    load = {"id": 1, "document": "d", "versions": "[]", "calendars": "{}", "spans": "[]", "loaded_by": "bench"}
    with database.write() as uow:
        uow.connection.execute(calendar_load.insert(), {**load, "loaded_at": NOW})
        waiting = sa.select(sa.literal(1), case_file.c.id, sa.literal("waiting"), sa.literal("[]"))
        columns = ["load_id", "case_id", "outcome", "facts"]
        last = waiting.order_by(case_file.c.id.desc()).limit(WAITING_COUNT)
        uow.connection.execute(calendar_load_case.insert().from_select(columns, last))
        refresh_statistics(uow.connection, calendar_load_case)


def claims_ms(database: Database, *, may_approve: bool) -> list[float]:
    """Return how long single claims took, their rows given back each time."""
    taken = []
    for _ in range(WARM_UP + ROUNDS):
        with database.write() as uow:
            began = time.perf_counter()
            claimed = claim_due(uow, lane=Lane.MOVE, now=NOW, limit=BATCH, may_approve=may_approve)
            taken.append((time.perf_counter() - began) * 1_000)
            assert len(claimed) == BATCH
    return taken[WARM_UP:]


def pages_touched(database: Database) -> int:
    """Return how many pages the server looks at for a claim, which no other load of the machine changes."""
    with database.engine.connect() as connection:
        claim = skip_locked(DUE, deadline, case_file).compile(dialect=connection.dialect)
        given = {**claim.params, "lane": int(Lane.MOVE), "now": NOW, "limit": BATCH}
        found = connection.exec_driver_sql(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {claim}", given).scalar_one()
        return int(found[0]["Plan"]["Shared Hit Blocks"] + found[0]["Plan"]["Shared Read Blocks"])


def report_claims(database: Database, name: str, *, may_approve: bool = True) -> None:
    taken = quantiles(claims_ms(database, may_approve=may_approve), n=100)
    report(f"{name}, median", taken[49], None, "ms")
    report(f"{name}, p95", taken[94], TARGET_MS, "ms", at_most=True)


def main() -> None:
    say_conditions(f"Claim of {BATCH} among {DEADLINES:,} armed deadlines, PostgreSQL")
    with scratch_database() as database:
        began = time.perf_counter()
        copy_deadlines(database, cases=CASES, deadlines=DEADLINES, since=NOW - DUE_COUNT * SPAN / DEADLINES)
        report("rows copied in", time.perf_counter() - began, None, "s")
        report_claims(database, "claim")
        report("pages a claim looks at", pages_touched(database), None, "")
        report_claims(database, "claim that leaves approvals", may_approve=False)
        let_cases_wait(database)
        report_claims(database, f"claim while {WAITING_COUNT:,} cases wait for a calendar")
        hold_approvals(database)
        report_claims(database, f"claim that leaves {HELD_COUNT:,} overdue approvals", may_approve=False)


if __name__ == "__main__":
    main()
