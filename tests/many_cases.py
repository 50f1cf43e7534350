"""Many equal cases at once, and what an examination of all of them finds."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from app.domain.audit import verify_chain
from app.queries.audit import list_case_ids
from app.storage.cases import case_chain, case_head
from app.storage.database import Database
from app.storage.tables import audit_entry, case_file, deadline, metadata
from tests.world import World

REGION = "422801"
LEFT_OUT = ("outbox", "idempotency_key")
UNIQUE_TEXTS = ("case_no", "document_no")
FIRED = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What became of deadlines that were all due. lost: cases in which none fired; doubled: in which one fired twice;
    open: rows that still wait; broken: audit chains with a fault."""

    fired: int
    lost: int
    doubled: int
    open: int
    broken: int

    @property
    def is_right(self) -> bool:
        """Say whether each fired exactly once and every chain is whole."""
        return (self.lost, self.doubled, self.open, self.broken) == (0, 0, 0, 0)


def copy_case(world: World, case_no: str, count: int, *, first: int = 1) -> list[int]:
    """Store copies of a case with ids and numbers of their own, far quicker than receiving them. Returns their ids.

    The chain of a copy is whole: its entries hash what the first case did. first: of the numbers put after its texts.
    """
    database, ids = world.container.context.database, world.container.context.ids
    rows = _rows_of(database, case_no)
    copies: dict[str, list[dict[str, Any]]] = {name: [] for name in rows}
    made = []
    for number in range(first, first + count):
        made.append(ids.next_id(REGION))
        for name, found in rows.items():
            for row in found:
                key = "id" if name == case_file.name else "case_id"
                own = {"id": ids.next_id(REGION)} if "id" in row and key != "id" else {}
                texts = {column: f"{row[column]}-{number}" for column in UNIQUE_TEXTS if column in row}
                copies[name].append({**row, **own, **texts, key: made[-1]})
    with database.write() as uow:
        for name, values in copies.items():
            uow.connection.execute(metadata.tables[name].insert(), values)
    return made


def _rows_of(database: Database, case_no: str) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    with database.read() as connection:
        case_id = connection.scalar(sa.select(case_file.c.id).where(case_file.c.case_no == case_no))
        for table in metadata.sorted_tables:
            key = table.c.id if table is case_file else table.c.get("case_id")
            if key is not None and table.name not in LEFT_OUT:
                rows = connection.execute(sa.select(table).where(key == case_id)).all()
                if rows:
                    found[table.name] = [row._asdict() for row in rows]
    return found


def examine(database: Database, name: str) -> Verdict:
    """Count how often the deadline `name` fired in each case that ever had one, and verify every audit chain.

    A row that says "fired" without an entry in the chain counts as lost: nobody was told and nothing moved.
    """
    with database.read() as connection:
        had = set(connection.scalars(sa.select(deadline.c.case_id).where(deadline.c.name == name)))
        waits = sa.select(sa.func.count()).where(deadline.c.name == name, deadline.c.state != FIRED)
        kinds = sa.select(audit_entry.c.case_id).where(audit_entry.c.kind == "deadline_fired")
        times = Counter(connection.scalars(kinds))
        return Verdict(
            fired=sum(times.values()),
            lost=len(had - set(times)),
            doubled=sum(1 for count in times.values() if count > 1),
            open=int(connection.scalar(waits) or 0),
            broken=count_broken_chains(connection),
        )


def count_broken_chains(connection: sa.Connection) -> int:
    """Return how many audit chains have a gap, a wrong hash or another head than their case."""
    broken = 0
    for case_id in list_case_ids(connection):
        seq, link = case_head(connection, case_id) or (None, None)
        broken += verify_chain(case_chain(connection, case_id), last_seq=seq, last_hash=link) is not None
    return broken


def count_fired(database: Database) -> int:
    """Return how many deadlines moved a case so far."""
    with database.read() as connection:
        query = sa.select(sa.func.count()).where(audit_entry.c.kind == "deadline_fired")
        return int(connection.scalar(query) or 0)
