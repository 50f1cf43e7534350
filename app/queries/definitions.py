"""Definitions and their versions, as the designer's pages show them."""

import re
from dataclasses import dataclass
from datetime import datetime
from html import unescape

import orjson
import sqlalchemy as sa

from app.diagrams.naming import DrawnNode, list_nodes
from app.domain.errors import NotFound
from app.storage.definitions import DRAFT, REFUSED, DefinitionRow, find_version, list_versions, open_version
from app.storage.tables import case_file, staff

KINDS = ("bpmn", "dmn")
PROCESS_NAME = re.compile(rb'<(?:\w+:)?(?:process|decision)\b[^>]*\bname="([^"]*)"')


@dataclass(frozen=True, slots=True, kw_only=True)
class DefinitionLine:
    """One version of a definition. findings: counts by severity; open_cases: cases that run on it."""

    id: str
    key: str
    kind: str
    name: str
    version: int
    state: str
    created_by: str
    created_at: datetime
    submitted_by: str | None
    approved_by: str | None
    deployed_at: datetime | None
    findings: dict[str, int]
    open_cases: int


def list_definitions(connection: sa.Connection) -> tuple[DefinitionLine, ...]:
    """Return all versions of diagrams and of decision files, by key, newest first."""
    columns = case_file.c
    query = sa.select(columns.definition_id, sa.func.count()).where(sa.text("closed_at IS NULL"))
    counts = {row[0]: int(row[1]) for row in connection.execute(query.group_by(columns.definition_id))}
    rows = [row for row in list_versions(connection) if row.kind in KINDS]
    ordered = sorted(rows, key=lambda row: (row.key, -row.version))
    return tuple(_line(row, counts.get(row.id, 0)) for row in ordered)


def get_version(connection: sa.Connection, key: str, version: int) -> DefinitionRow:
    """Return a version. Raises NotFound `definition_unknown`."""
    row = find_version(connection, key, version)
    if row is None:
        raise NotFound("definition_unknown", definition=key)
    return row


def require_definition(connection: sa.Connection, key: str) -> None:
    """Raise NotFound `definition_unknown` when there is no version of a key."""
    if not list_versions(connection, key):
        raise NotFound("definition_unknown", definition=key)


def nodes_of_version(connection: sa.Connection, key: str, version: int) -> tuple[DrawnNode, ...]:
    """Return the flow nodes of a version as drawn. Raises NotFound `definition_unknown`."""
    return list_nodes(get_version(connection, key, version).source)


def _line(row: DefinitionRow, open_cases: int) -> DefinitionLine:
    counts: dict[str, int] = {}
    for item in orjson.loads(row.findings):
        counts[item["severity"]] = counts.get(item["severity"], 0) + 1
    return DefinitionLine(
        id=str(row.id),
        key=row.key,
        kind=row.kind,
        name=process_name(row.source),
        version=row.version,
        state=row.state,
        created_by=row.created_by,
        created_at=row.created_at,
        submitted_by=row.submitted_by,
        approved_by=row.approved_by,
        deployed_at=row.deployed_at,
        findings=counts,
        open_cases=open_cases,
    )


def can_be_drawn(connection: sa.Connection, row: DefinitionRow) -> bool:
    """Say whether a version may be drawn on: the draft itself, any other as the beginning of one while there is none."""
    waiting = open_version(connection, row.key)
    if row.kind != "bpmn" or waiting is None:
        return row.kind == "bpmn"
    return waiting.id == row.id and row.state in (DRAFT, REFUSED)


def draft_edit(connection: sa.Connection, key: str) -> int:
    """Return the edit of the draft of a key as it is now, 0 when there is none."""
    row = open_version(connection, key)
    return row.edit if row else 0


def names_of_actors(connection: sa.Connection, actors: tuple[str | None, ...]) -> dict[str, str]:
    """Return the names of officers behind actor codes; rules of the system keep their code."""
    ids = [int(actor.removeprefix("staff:")) for actor in actors if actor and actor.startswith("staff:")]
    rows = connection.execute(sa.select(staff.c.id, staff.c.name).where(staff.c.id.in_(ids)))
    found = {f"staff:{row.id}": row.name for row in rows}
    return {actor: found.get(actor, actor) for actor in actors if actor}


def process_name(source: bytes) -> str:
    """Return the name of the first process or decision as drawn, without opening the file as XML."""
    match = PROCESS_NAME.search(source)
    return unescape(match[1].decode("utf-8", "replace")) if match else ""
