"""Definitions (流程定义): versions as drawn, their way from draft to deployment, and their executable form."""

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

import orjson
import sqlalchemy as sa

from app.domain.errors import Conflict, Stale
from app.storage import dialects
from app.storage.tables import definition, normalised_diagram
from app.storage.unit_of_work import UnitOfWork

DRAFT, SUBMITTED, APPROVED, DEPLOYED, REFUSED = "draft", "submitted", "approved", "deployed", "refused"
# With a list that names it (a change set); cases of other lists keep to the deployed version.
BOUND = "bound"
OPEN_STATES = (DRAFT, SUBMITTED, APPROVED, REFUSED)
STEPS = {
    SUBMITTED: ((DRAFT, REFUSED), "submitted_by", "submitted_at"),
    APPROVED: ((SUBMITTED,), "approved_by", "approved_at"),
    REFUSED: ((SUBMITTED, APPROVED), "approved_by", "approved_at"),
    DEPLOYED: ((APPROVED,), "deployed_by", "deployed_at"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class DefinitionRow:
    """A version of a definition. kind: bpmn, dmn or form. edit: counts the changes of a draft. findings: JSON.

    note: what its author says it changes. remark: why a second person sent it back.
    """

    id: int
    key: str
    kind: str
    version: int
    sha256: str
    source: bytes
    state: str
    edit: int
    findings: str
    created_by: str
    created_at: datetime
    submitted_by: str | None = None
    submitted_at: datetime | None = None
    approved_by: str | None = None
    approved_at: datetime | None = None
    deployed_by: str | None = None
    deployed_at: datetime | None = None
    remark: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NormalisedRow:
    """An executable form (规范化流程图). origin: id of an added node -> id on the author's diagram.

    decisions: ids of the versions of decision files it decides by, ascending, joined by commas. calls: the same of the
    executable forms it calls, near and far. edition: counts the forms of a definition; `add_normalised` gives it.
    """

    id: int
    definition_id: int
    sha256: str
    normaliser: str
    start: str
    process_id: str
    xml: bytes
    origin: Mapping[str, str]
    decisions: str = ""
    calls: str = ""
    edition: int = 1

    @property
    def decision_ids(self) -> tuple[int, ...]:
        """Return `decisions` as numbers."""
        return tuple(int(part) for part in self.decisions.split(",") if part)

    @property
    def called_ids(self) -> tuple[int, ...]:
        """Return `calls` as numbers."""
        return tuple(int(part) for part in self.calls.split(",") if part)


@dataclass(frozen=True, slots=True, kw_only=True)
class InForce:
    """Which version of a diagram new cases start with."""

    key: str
    definition_id: int
    diagram_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FormInForce:
    """A deployed version of a form or of a file of decision tables."""

    definition_id: int
    key: str
    version: int
    source: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class NewDefinition:
    """What is deployed or put into a draft. findings: JSON list. note: what it changes, in words."""

    id: int
    key: str
    kind: str
    source: bytes
    findings: str = "[]"
    note: str | None = None


def add_version(uow: UnitOfWork, new: NewDefinition, *, by: str) -> DefinitionRow:
    """Deploy a definition at once, as the command line does with shipped files. by: the actor.

    The content of the version in force makes no new version; that one is returned.
    """
    current = current_version(uow.connection, new.key)
    if current is not None and current.sha256 == _digest(new.source):
        return current
    now = uow.now()
    acts: dict[str, object] = {}
    for act in ("submitted", "approved", "deployed"):
        acts |= {f"{act}_by": by, f"{act}_at": now}
    return _insert(uow, new, DEPLOYED, by=by, now=now, acts=acts)


def add_bound_version(uow: UnitOfWork, new: NewDefinition, *, by: str, approved_by: str) -> DefinitionRow:
    """Add the diagram of an approved change set: only lists that name this version begin cases on it."""
    now = uow.now()
    acts: dict[str, object] = {"submitted_by": by, "submitted_at": now, "approved_by": approved_by, "approved_at": now}
    return _insert(uow, new, BOUND, by=by, now=now, acts=acts)


def save_draft(uow: UnitOfWork, new: NewDefinition, *, edit: int, by: str) -> DefinitionRow:
    """Save the draft of a key, of which there is one. edit: as last seen, 0 for a new one.

    A refused draft is taken up again; the note of a draft stays until another is given. Raises Stale when somebody else
    saved meanwhile, Conflict `definition_submitted` while it lies with a second person.
    """
    found = open_version(uow.connection, new.key)
    if found is None:
        if edit:
            raise Stale("stale", key=new.key)
        return _insert(uow, new, DRAFT, by=by, now=uow.now(), acts={})
    if found.state not in (DRAFT, REFUSED):
        raise Conflict("definition_submitted", key=new.key, state=found.state)
    columns = definition.c
    values = {
        "source": new.source,
        "sha256": _digest(new.source),
        "findings": new.findings,
        "note": new.note or found.note,
        "edit": found.edit + 1,
        "state": DRAFT,
        "created_by": by,
    }
    touched = uow.connection.execute(
        definition.update().where(columns.id == found.id, columns.edit == edit).values(**values)
    )
    if touched.rowcount != 1:
        raise Stale("stale", key=new.key, edit=found.edit)
    return get_definition(uow.connection, found.id)


def advance_definition(
    uow: UnitOfWork, definition_id: int, state: str, *, by: str, remark: str | None = None
) -> DefinitionRow:
    """Move a version on: submitted, approved, deployed or refused; that two persons differ is for the caller.

    Raises Conflict `definition_state` when it does not come from the state before.
    """
    before, by_column, at_column = STEPS[state]
    columns = definition.c
    values = {"state": state, by_column: by, at_column: uow.now(), "remark": remark}
    touched = uow.connection.execute(
        definition.update().where(columns.id == definition_id, columns.state.in_(before)).values(**values)
    )
    if touched.rowcount != 1:
        raise Conflict("definition_state", definition=str(definition_id), state=state)
    return get_definition(uow.connection, definition_id)


def get_definition(connection: sa.Connection, definition_id: int) -> DefinitionRow:
    """Return a version by its id, which is known to exist."""
    row = connection.execute(sa.select(definition).where(definition.c.id == definition_id)).one()
    return DefinitionRow(**row._asdict())


def find_version(connection: sa.Connection, key: str, version: int) -> DefinitionRow | None:
    """Return a version of a key; None when there is none."""
    return _find(connection, definition.c.key == key, definition.c.version == version)


def open_version(connection: sa.Connection, key: str) -> DefinitionRow | None:
    """Return the version of a key that is on its way to deployment; None when there is none."""
    return _find(connection, definition.c.key == key, definition.c.state.in_(OPEN_STATES))


def current_version(connection: sa.Connection, key: str) -> DefinitionRow | None:
    """Return the deployed version of a key that new cases take; None when there is none."""
    return _find(connection, definition.c.key == key, sa.text("definition.state = 'deployed'"))


def list_versions(connection: sa.Connection, key: str | None = None) -> tuple[DefinitionRow, ...]:
    """Return all versions, or those of a key, the newest first."""
    query = sa.select(definition).order_by(definition.c.key, definition.c.version.desc())
    rows = connection.execute(query.where(definition.c.key == key) if key else query)
    return tuple(DefinitionRow(**row._asdict()) for row in rows)


def add_normalised(uow: UnitOfWork, row: NormalisedRow) -> int:
    """Store an executable form and return its id; one that is the same but for its id stays as it is."""
    columns = normalised_diagram.c
    last = sa.select(sa.func.max(columns.edition)).where(columns.definition_id == row.definition_id)
    values = {name: getattr(row, name) for name in row.__dataclass_fields__} | {
        "origin": orjson.dumps(dict(row.origin)).decode(),
        "edition": (uow.connection.scalar(last) or 0) + 1,
    }
    uow.connection.execute(dialects.insert_ignore(uow.connection, normalised_diagram), values)
    query = sa.select(columns.id).where(
        columns.definition_id == row.definition_id,
        columns.normaliser == row.normaliser,
        columns.start == row.start,
        columns.decisions == row.decisions,
        columns.calls == row.calls,
    )
    return int(uow.connection.execute(query).scalar_one())


def get_normalised(connection: sa.Connection, diagram_id: int) -> NormalisedRow | None:
    """Return an executable form by its id; None when there is none."""
    found = forms_of(connection, [diagram_id])
    return next(iter(found.values()), None)


def forms_of(connection: sa.Connection, diagram_ids: Collection[int]) -> dict[str, NormalisedRow]:
    """Return executable forms by the keys of their definitions. Of a key there is one: no diagram calls two forms of it."""
    query = (
        sa.select(normalised_diagram, definition.c.key)
        .join(definition, definition.c.id == normalised_diagram.c.definition_id)
        .where(normalised_diagram.c.id.in_(diagram_ids))
    )
    found = {}
    for row in connection.execute(query):
        values = {**row._asdict(), "origin": orjson.loads(row.origin)}
        key = values.pop("key")
        found[key] = NormalisedRow(**values)
    return found


def in_force(connection: sa.Connection) -> tuple[InForce, ...]:
    """Return the diagrams new cases start with: of each key the newest deployed version and its newest form."""
    columns, diagram = definition.c, normalised_diagram.c
    query = (
        sa.select(columns.key, columns.id, diagram.id.label("diagram_id"))
        .join(normalised_diagram, diagram.definition_id == columns.id)
        .where(sa.text("definition.state = 'deployed'"), columns.kind == "bpmn")
        .order_by(columns.version, diagram.edition, diagram.id)
    )
    newest = {row.key: row for row in connection.execute(query)}
    return tuple(InForce(key=key, definition_id=row.id, diagram_id=row.diagram_id) for key, row in newest.items())


def bound_diagrams(connection: sa.Connection) -> dict[tuple[str, int], tuple[int, int]]:
    """Return (definition id, id of its newest executable form) of the diagrams lists name, by (key, version)."""
    columns, diagram = definition.c, normalised_diagram.c
    query = (
        sa.select(columns.key, columns.version, columns.id, diagram.id.label("diagram_id"))
        .join(normalised_diagram, diagram.definition_id == columns.id)
        .where(columns.state == BOUND)
        .order_by(diagram.edition, diagram.id)
    )
    return {(row.key, row.version): (row.id, row.diagram_id) for row in connection.execute(query)}


def deployed_forms(connection: sa.Connection) -> tuple[FormInForce, ...]:
    """Return every deployed version of every form, oldest first: open tasks keep the version they were opened with."""
    return tuple(FormInForce(**row._asdict()) for row in connection.execute(_deployed("form")))


def decisions_in_force(connection: sa.Connection) -> tuple[FormInForce, ...]:
    """Return the newest deployed version of every decision table."""
    return _newest_of_kind(connection, "dmn")


def sources_of(connection: sa.Connection, definition_ids: Collection[int]) -> tuple[FormInForce, ...]:
    """Return versions by their ids, in the order of these."""
    columns = definition.c
    query = sa.select(columns.id.label("definition_id"), columns.key, columns.version, columns.source)
    rows = connection.execute(query.where(columns.id.in_(definition_ids)).order_by(columns.id))
    return tuple(FormInForce(**row._asdict()) for row in rows)


def _newest_of_kind(connection: sa.Connection, kind: str) -> tuple[FormInForce, ...]:
    newest = {row.key: FormInForce(**row._asdict()) for row in connection.execute(_deployed(kind))}
    return tuple(newest.values())


def _deployed(kind: str) -> sa.Select[tuple[int, str, int, bytes]]:
    columns = definition.c
    return (
        sa.select(columns.id.label("definition_id"), columns.key, columns.version, columns.source)
        .where(sa.text("definition.state = 'deployed'"), columns.kind == kind)
        .order_by(columns.version)
    )


def _find(connection: sa.Connection, *conditions: sa.ColumnElement[bool] | sa.TextClause) -> DefinitionRow | None:
    query = sa.select(definition).where(*conditions).order_by(definition.c.version.desc()).limit(1)
    row = connection.execute(query).one_or_none()
    return DefinitionRow(**row._asdict()) if row else None


def _insert(
    uow: UnitOfWork, new: NewDefinition, state: str, *, by: str, now: datetime, acts: Mapping[str, object]
) -> DefinitionRow:
    newest = sa.select(sa.func.max(definition.c.version)).where(definition.c.key == new.key)
    values = {
        "id": new.id,
        "key": new.key,
        "kind": new.kind,
        "version": (uow.connection.scalar(newest) or 0) + 1,
        "sha256": _digest(new.source),
        "source": new.source,
        "state": state,
        "edit": 1,
        "findings": new.findings,
        "note": new.note,
        "created_by": by,
        "created_at": now,
    }
    uow.connection.execute(definition.insert(), {**values, **acts})
    return get_definition(uow.connection, new.id)


def _digest(source: bytes) -> str:
    return hashlib.sha256(source).hexdigest()
