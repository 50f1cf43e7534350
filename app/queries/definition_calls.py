"""What a version of a diagram calls of other files, and which deployed diagrams call a version of it."""

from collections.abc import Collection
from dataclasses import dataclass

import sqlalchemy as sa

from app.queries.definitions import get_version
from app.storage.definitions import forms_of, in_force
from app.storage.tables import definition, normalised_diagram


@dataclass(frozen=True, slots=True, kw_only=True)
class CalledVersion:
    """A definition that is called. version: the one that runs; deployed_version: the one a new deployment would take."""

    key: str
    version: int
    deployed_version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """A deployed diagram that calls this definition. version: its own; called_version: the one it runs."""

    key: str
    version: int
    called_version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DefinitionCalls:
    """calls: near and far, by key; nothing before a version is deployed. callers: of any version of the definition."""

    calls: tuple[CalledVersion, ...]
    callers: tuple[Caller, ...]


def get_calls(connection: sa.Connection, key: str, version: int) -> DefinitionCalls:
    """Return what a version calls and who calls its definition. Raises NotFound `definition_unknown`."""
    row = get_version(connection, key, version)
    deployed = forms_of(connection, [item.diagram_id for item in in_force(connection)])
    calls = _newest_calls(connection, row.id)
    named = _versions_of(
        connection, {*calls, *(each for form in deployed.values() for each in (form.id, *form.called_ids))}
    )
    return DefinitionCalls(
        calls=tuple(
            CalledVersion(key=name, version=number, deployed_version=named[deployed[name].id][1])
            for name, number in sorted(named[diagram_id] for diagram_id in calls)
        ),
        callers=tuple(
            Caller(key=name, version=named[form.id][1], called_version=number)
            for name, form in sorted(deployed.items())
            for called, number in (named[diagram_id] for diagram_id in form.called_ids)
            if called == key
        ),
    )


def _newest_calls(connection: sa.Connection, definition_id: int) -> tuple[int, ...]:
    """Return the forms the newest form of a version calls, nothing for one that has no form."""
    columns = normalised_diagram.c
    query = sa.select(columns.calls).where(columns.definition_id == definition_id)
    text = connection.scalar(query.order_by(columns.edition.desc()).limit(1)) or ""
    return tuple(int(part) for part in text.split(",") if part)


def _versions_of(connection: sa.Connection, diagram_ids: Collection[int]) -> dict[int, tuple[str, int]]:
    """Return key and version of the definition of each executable form."""
    query = (
        sa.select(normalised_diagram.c.id, definition.c.key, definition.c.version)
        .join(definition, definition.c.id == normalised_diagram.c.definition_id)
        .where(normalised_diagram.c.id.in_(diagram_ids))
    )
    return {row.id: (row.key, row.version) for row in connection.execute(query)}
