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
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import quantiles

import sqlalchemy as sa

from app.domain.vocabulary import Lane
from app.storage.database import Database, open_database
from app.storage.deadlines import DUE, claim_due
from app.storage.dialects import skip_locked
from app.storage.migrate import migrate
from app.storage.tables import case_file, deadline
from tests.benchmarks.figures import report, run_statement, say_conditions, url_of
from tests.conftest import start_server

CASES, DEADLINES_A_CASE, DUE_COUNT = 500_000, 2, 2_000
ROUNDS, WARM_UP, BATCH = 400, 50, 5
TARGET_MS = 2.0
NOW = datetime(2026, 3, 9, 2, 0, tzinfo=UTC)
SPAN = timedelta(days=60)
CASE_COLUMNS = (
    "id, case_no, kind, name, definition_id, prefecture, county, region_code, department_id, intake_department_id,"
    " intake_mode, state, received_at, last_hash"
)
DEADLINE_COLUMNS = "id, case_id, name, clock, expression, calendar_id, due_at, stage, lane, fire_at, state"


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


def fill(database: Database) -> None:
    """Copy the cases and their deadlines in: a few are due, the others wait, evenly spread over sixty days."""
    step = SPAN / (CASES * DEADLINES_A_CASE)
    copy(
        database,
        f"COPY case_file ({CASE_COLUMNS}) FROM STDIN",
        (
            f"{number}\tLB{number}\tmatter\t食品经营许可\t1\t4228\t422802\t422802\t7\t8\twindow\taccepted\t{NOW}\t\\\\x00"
            for number in range(CASES)
        ),
    )
    copy(
        database,
        f"COPY deadline ({DEADLINE_COLUMNS}) FROM STDIN",
        (
            f"{number}\t{number % CASES}\tpromised\tpromised\tpromised\t{'c' * 64}\t{at}\t2\t{number % 2}\t{at}\t0"
            for number in range(CASES * DEADLINES_A_CASE)
            for at in (NOW + (number - DUE_COUNT) * step,)
        ),
    )
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("VACUUM ANALYZE")


def copy(database: Database, statement: str, lines: Iterator[str]) -> None:
    with database.engine.begin() as connection:
        driver = connection.connection.driver_connection
        assert driver is not None
        with driver.cursor().copy(statement) as stream:
            for line in lines:
                stream.write(f"{line}\n")


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


def main() -> None:
    say_conditions(f"Claim of {BATCH} among {CASES * DEADLINES_A_CASE} armed deadlines, PostgreSQL")
    with scratch_database() as database:
        began = time.perf_counter()
        fill(database)
        report("rows copied in", time.perf_counter() - began, None, "s")
        for name, may_approve in (("claim", True), ("claim that leaves approvals", False)):
            taken = quantiles(claims_ms(database, may_approve=may_approve), n=100)
            report(f"{name}, median", taken[49], None, "ms")
            report(f"{name}, p95", taken[94], TARGET_MS, "ms", at_most=True)
        report("pages a claim looks at", pages_touched(database), None, "")


if __name__ == "__main__":
    main()
