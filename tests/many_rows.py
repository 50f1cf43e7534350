"""A million deadlines, copied straight into PostgreSQL: cases nobody works on, whose rows only fill the tables."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from app.domain.vocabulary import Lane
from app.storage.database import Database

SPAN = timedelta(days=60)
CASE_COLUMNS = (
    "id, case_no, kind, name, definition_id, prefecture, county, region_code, department_id, intake_department_id,"
    " intake_mode, state, received_at, last_hash"
)
DEADLINE_COLUMNS = "id, case_id, name, clock, expression, calendar_id, due_at, stage, lane, fire_at, state"


def copy_deadlines(database: Database, *, cases: int, deadlines: int, since: datetime) -> None:
    """Copy cases and armed deadlines in, half of them in each lane, evenly spread over sixty days from `since`."""
    step = SPAN / deadlines
    _copy(
        database,
        f"COPY case_file ({CASE_COLUMNS}) FROM STDIN",
        (
            f"{number}\tLB{number}\tmatter\t食品经营许可\t1\t4228\t422802\t422802\t7\t8\twindow\taccepted\t{since}\t\\\\x00"
            for number in range(cases)
        ),
    )
    _copy(
        database,
        f"COPY deadline ({DEADLINE_COLUMNS}) FROM STDIN",
        (
            f"{number}\t{number % cases}\tpromised\tpromised\tpromised\t{'c' * 64}\t{at}\t2\t{number % len(Lane)}\t{at}\t0"
            for number in range(deadlines)
            for at in (since + number * step,)
        ),
    )
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("VACUUM ANALYZE")


def _copy(database: Database, statement: str, lines: Iterator[str]) -> None:
    with database.engine.begin() as connection:
        driver = connection.connection.driver_connection
        assert driver is not None
        with driver.cursor().copy(statement) as stream:
            for line in lines:
                stream.write(f"{line}\n")
