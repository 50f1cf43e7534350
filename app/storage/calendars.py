"""Working calendars (工作日历): versions of layers, and which of them a running clock counts with."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

import orjson
import sqlalchemy as sa

from app.domain.calendar_layers import CalendarLayerVersion
from app.storage import dialects
from app.storage.offering_doc import hash_text
from app.storage.tables import calendar_version, resolved_calendar
from app.storage.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarVersionRow:
    """One version of a layer. document: the notice it follows. published_through: the last year it knows, 0 = none."""

    layer: str
    number: int
    document: str
    published_through: int
    doc: str
    sha256: str
    loaded_at: datetime
    loaded_by: str

    @property
    def days(self) -> CalendarLayerVersion:
        """The days off and the make-up days of this version."""
        return read_layer(self.doc)


def add_calendar_version(uow: UnitOfWork, layer: CalendarLayerVersion, *, document: str, by: str) -> CalendarVersionRow:
    """Add a version of a layer, numbered from 1; the content of a stored version gives that version back.

    document: the notice it follows. by: the actor.
    """
    columns, doc = calendar_version.c, write_layer(layer)
    known = uow.connection.execute(
        sa.select(calendar_version).where(columns.layer == layer.layer, columns.sha256 == hash_text(doc))
    ).one_or_none()
    if known is not None:
        return CalendarVersionRow(**known._asdict())
    newest = uow.connection.scalar(sa.select(sa.func.max(columns.number)).where(columns.layer == layer.layer)) or 0
    row = CalendarVersionRow(
        layer=layer.layer,
        number=newest + 1,
        document=document,
        published_through=layer.published_through,
        doc=doc,
        sha256=hash_text(doc),
        loaded_at=uow.now(),
        loaded_by=by,
    )
    values = {name: getattr(row, name) for name in row.__dataclass_fields__}
    uow.connection.execute(calendar_version.insert(), values)
    return row


def current_calendars(connection: sa.Connection) -> dict[str, CalendarVersionRow]:
    """Return the newest version of every layer."""
    rows = connection.execute(sa.select(calendar_version).order_by(calendar_version.c.number))
    return {row.layer: CalendarVersionRow(**row._asdict()) for row in rows}


def list_calendar_versions(connection: sa.Connection) -> tuple[CalendarVersionRow, ...]:
    """Return all versions of all layers."""
    query = sa.select(calendar_version).order_by(calendar_version.c.layer, calendar_version.c.number)
    return tuple(CalendarVersionRow(**row._asdict()) for row in connection.execute(query))


def keep_resolved(uow: UnitOfWork, calendar_id: str, versions: Iterable[CalendarVersionRow]) -> None:
    """Keep what a resolved calendar is made of: one version a layer, the most general first."""
    rows = [
        {"id": calendar_id, "layer": version.layer, "number": version.number, "position": position}
        for position, version in enumerate(versions)
    ]
    if rows:
        uow.connection.execute(dialects.insert_ignore(uow.connection, resolved_calendar), rows)


def resolved_calendars(connection: sa.Connection) -> dict[str, Mapping[str, CalendarLayerVersion]]:
    """Return every resolved calendar that was kept, by id: its layers by code, the most general first.

    Running clocks name their calendar by this id, also long after newer versions are in force.
    """
    columns, version = resolved_calendar.c, calendar_version.c
    query = (
        sa.select(columns.id, columns.layer, version.doc)
        .join(calendar_version, sa.and_(version.layer == columns.layer, version.number == columns.number))
        .order_by(columns.id, columns.position)
    )
    found: dict[str, dict[str, CalendarLayerVersion]] = {}
    for row in connection.execute(query):
        found.setdefault(row.id, {})[row.layer] = read_layer(row.doc)
    return dict(found)


def write_layer(layer: CalendarLayerVersion) -> str:
    """Return the stored text of a layer: canonical JSON, so that equal days have one hash."""
    return orjson.dumps(layer.to_facts(), option=orjson.OPT_SORT_KEYS).decode()


def read_layer(doc: str) -> CalendarLayerVersion:
    """Return the layer of a stored text."""
    return CalendarLayerVersion.from_facts(orjson.loads(doc))
