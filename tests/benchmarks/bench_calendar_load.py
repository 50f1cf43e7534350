"""How long a new rest day takes to reach every open clock it concerns.

Run `python -m tests.benchmarks.bench_calendar_load [--clocks 50000] [--database postgresql|sqlite]`. Aims for 500,000 open
clocks on PostgreSQL: 60 s when a tenth of them moves, 180 s when all do. The figures are reported, not enforced: a busy
machine must not fail a build.
"""

import argparse
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import psycopg
import sqlalchemy as sa

from app.catalogue.calendar_files import read_calendar_days
from app.container import Container, build_container
from app.domain.actor import system_actor
from app.domain.audit import GENESIS, audit_body, audit_link
from app.domain.authority import Person
from app.domain.calendar import ZONE
from app.domain.clock_entry import ClockEntry
from app.domain.clock_ledger import fold
from app.domain.clock_state import ClockState
from app.operations.add_demo_people import add_demo_people
from app.operations.deploy_rules import deploy_rules
from app.operations.load_calendar_version import load_calendar_version
from app.runtime.calendar_progress import carry_on
from app.runtime.people import person_by_account
from app.settings import read_settings
from app.storage.clock import FixedClock
from app.storage.migrate import migrate
from app.storage.people import find_account
from app.storage.sqltypes import sqlite_value
from app.storage.tables import audit_entry, calendar_load_case, case_file, case_party, clock_entry, deadline, user_task
from app.telemetry.logs import configure_logs
from tests.conftest import start_server

NOW = datetime(2026, 5, 12, 10, 0, tzinfo=ZONE)
ACCEPTED = datetime(2026, 5, 12, 9, 0, tzinfo=ZONE).astimezone(UTC)
REST_DAY = date(2026, 6, 15)
SHORT, LONG = (5, 10), (30, 45)
TABLES = (case_file, case_party, audit_entry, clock_entry, deadline, user_task)
AIMS = {0.1: 60.0, 1.0: 180.0}
FULL = 500_000
CHUNK = 5_000


def main() -> None:
    """Measure a tenth and the whole, each in a database of its own."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--clocks", type=int, default=50_000)
    options.add_argument("--database", choices=("postgresql", "sqlite"), default="postgresql")
    given = options.parse_args()
    configure_logs()
    with TemporaryDirectory(prefix="lianban-bench-") as folder:
        Path(folder).chmod(0o755)
        for share in AIMS:
            with world(given.database, Path(folder)) as container:
                seed(container, cases=given.clocks // 2, moving=share)
                measure(container, clocks=given.clocks, share=share)


def measure(container: Container, *, clocks: int, share: float) -> None:
    """Load the rest day and print how long it took."""
    context = container.context
    upload = read_calendar_days([{"on": REST_DAY.isoformat(), "kind": "off"}], [], layer="ES", document="bench")
    began, cpu_s, server_s = time.perf_counter(), time.process_time(), server_cpu_s(context.database.engine)
    loaded = load_calendar_version(context, administrator(container), upload)
    first = time.perf_counter() - began
    while not carry_on(context, int(str(loaded["load_id"])), budget_s=600):
        continue
    took, cpu_s = time.perf_counter() - began, time.process_time() - cpu_s
    server_s = server_cpu_s(context.database.engine) - server_s
    with context.database.read() as connection:
        moved = connection.scalar(
            sa.select(sa.func.count()).where(calendar_load_case.c.outcome == "moved").select_from(calendar_load_case)
        )
    aim = AIMS[share] * clocks / FULL
    mark = " OVER" if took > aim else ""
    sys.stdout.write(
        f"{context.database.engine.dialect.name}: {clocks} open clocks, {share:.0%} move: {took:.1f} s"
        f" ({moved} cases, {moved * 2 / took:.0f} clocks/s, answer after {first:.1f} s);"
        f" aim {aim:.1f} s{mark}; {took * FULL / clocks:.0f} s for {FULL} clocks."
        f" CPU: {cpu_s:.1f} s here, {server_s:.1f} s in the server,"
        f" together {(cpu_s + server_s) * FULL / clocks:.0f} s for {FULL} clocks\n"
    )


def server_cpu_s(engine: sa.Engine) -> float:
    """Return the CPU seconds of the server's processes for this database so far; 0 where there is no server.

    What another load takes from the machine shows in the elapsed time, not here.
    """
    title = f" {engine.url.database} ".encode()
    ticks = 0
    for process in Path("/proc").glob("[0-9]*"):
        try:
            command = (process / "cmdline").read_bytes().replace(b"\0", b" ")
            if command.startswith(b"postgres:") and title in command + b" ":
                fields = (process / "stat").read_text().rpartition(")")[2].split()
                ticks += int(fields[11]) + int(fields[12])
        except OSError:
            continue
    return ticks / os.sysconf("SC_CLK_TCK")


def seed(container: Container, *, cases: int, moving: float) -> None:
    """Store cases with a promised and a statutory clock; those that move span the rest day."""
    published = container.context.library.current()
    office = published.department_by_code("422801-scjg")
    assert office is not None
    clocks = {limits: _clocks(published, office.calendar_id, limits) for limits in (SHORT, LONG)}
    rows: dict[str, list[dict[str, Any]]] = {table.name: [] for table in TABLES}
    for number in range(cases):
        is_moving = number % 10 < moving * 10
        _add_case(rows, number, office.id, clocks[LONG if is_moving else SHORT])
        if (number + 1) % CHUNK == 0 or number + 1 == cases:
            _store(container, rows)
    if container.context.database.engine.dialect.name == "postgresql":
        with container.context.database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM ANALYZE")


def _clocks(published: Any, calendar_id: str, limits: tuple[int, int]) -> list[tuple[ClockEntry, ClockState]]:
    found = []
    for seq, (name, amount) in enumerate(zip(("promised", "statutory"), limits, strict=True), start=1):
        entry = ClockEntry(
            seq=seq,
            clock=name,
            kind="start",
            occurred_at=ACCEPTED,
            recorded_at=ACCEPTED,
            actor="staff:1",
            limit_amount=amount,
            limit_unit="WD",
            policy="actual",
            calendar_id=calendar_id,
        )
        rules = published.time_rules
        state = fold(
            [entry], name, calendars=published.calendars, counting=rules.counting, rule_set=rules.rule_set(None)
        )
        found.append((entry, state))
    return found


def _add_case(
    rows: dict[str, list[dict[str, Any]]], number: int, office: int, clocks: list[tuple[ClockEntry, ClockState]]
) -> None:
    case_id, last = 900_000_000 + number, GENESIS
    for seq in (1, 2):
        body = audit_body(case_id=case_id, seq=seq, at=ACCEPTED, kind="clock_started", actor="staff:1", facts={})
        last = audit_link(last, body)
        rows["audit_entry"].append(
            {"case_id": case_id, "seq": seq, "at": ACCEPTED, "kind": "clock_started", "actor": "staff:1"}
            | {"body": body, "hash": last}
        )
    rows["case_file"].append(
        {"id": case_id, "case_no": f"BENCH{case_id}", "kind": "matter", "name": "食品经营许可", "definition_id": 1}
        | {"prefecture": "4228", "county": "422801", "region_code": "422801", "department_id": office}
        | {"intake_department_id": office, "intake_mode": "online", "state": "accepted", "received_at": ACCEPTED}
        | {"accepted_at": ACCEPTED, "version": 2, "last_seq": 2, "last_hash": last}
    )
    rows["case_party"].append(
        {"case_id": case_id, "kind": "person", "name": "张小芳", "id_type": "111", "id_number": "422801199003071228"}
        | {"mobile": "13800000000", "progress_code_hash": b"\x00"}
    )
    for index, (entry, state) in enumerate(clocks):
        row = entry.to_row(case_id)
        rows["clock_entry"].append({name: getattr(row, name) for name in row.__dataclass_fields__})
        instants = {"due_at": state.due_at, "yellow_at": state.yellow_at, "red_at": state.red_at}
        rows["deadline"].append(
            {"id": case_id * 4 + index, "case_id": case_id, "name": entry.clock, "clock": entry.clock}
            | {"expression": entry.clock, "limit_amount": entry.limit_amount, "limit_unit": "WD"}
            | {"calendar_id": entry.calendar_id, "started_at": ACCEPTED, "is_provisional": False, **instants}
            | {"stage": 0, "lane": 1, "fire_at": state.yellow_at, "state": 0, "attempts": 0}
        )
        if index == 0:
            rows["user_task"].append(
                {"id": case_id * 4, "case_id": case_id, "engine_task": "t1", "element": "review", "title": "审查"}
                | {"role": "reviewer", "outcomes": "pass", "group_id": 1, "matter_code": "restaurant-food"}
                | {"department_id": office, "prefecture": "4228", "county": "422801", "state": 0}
                | {"opened_at": ACCEPTED, "sort_at": state.due_at, "paused": False, "priority": 50, "version": 0}
                | instants
            )


def _store(container: Container, rows: dict[str, list[dict[str, Any]]]) -> None:
    engine = container.context.database.engine
    for table in TABLES:
        found = rows[table.name]
        names = list(found[0])
        if engine.dialect.name == "postgresql":
            _copy(engine, table.name, names, found)
        else:
            marks = ", ".join(f":{name}" for name in names)
            statement = f"INSERT INTO {table.name} ({', '.join(names)}) VALUES ({marks})"
            values = [{name: sqlite_value(row[name]) for name in names} for row in found]
            with container.context.database.write() as uow:
                uow.connection.exec_driver_sql(statement, values)
        found.clear()


def _copy(engine: sa.Engine, table: str, names: list[str], rows: list[dict[str, Any]]) -> None:
    url = engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    statement = f"COPY {table} ({', '.join(names)}) FROM STDIN"
    with psycopg.connect(url) as connection, connection.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row([row[name] for name in names])


def administrator(container: Container) -> Person:
    """Return the administrator of the demonstration."""
    with container.context.database.read() as connection:
        account = find_account(connection, "admin.es")
        assert account is not None
        found = person_by_account(connection, account.id)
    assert found is not None
    return found


@contextmanager
def world(kind: str, folder: Path) -> Iterator[Container]:
    """Make an installation with the shipped rules, whose clock stands."""
    name = f"bench_{time.monotonic_ns()}"
    if kind == "postgresql":
        server = sa.make_url(start_server(folder).get_uri())
        with psycopg.connect(server.render_as_string(hide_password=False), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")
        url = server.set(database=name).render_as_string(hide_password=False)
    else:
        url = f"sqlite:///{folder / name}.sqlite"
    settings = read_settings({"LIANBAN_VAR_DIR": str(folder), "DATABASE_URL": url})
    container = build_container(settings, clock=FixedClock(NOW))
    migrate(container.context.database)
    deploy_rules(
        container.context, bpmn_dir=settings.bpmn_dir, rules_dir=settings.rules_dir, actor=system_actor("bench")
    )
    add_demo_people(container.context, password="bench-password")
    yield container
    container.context.database.close()


if __name__ == "__main__":
    main()
