"""The diagram of a case as drawn, with where it stands."""

from collections.abc import Mapping
from dataclasses import dataclass

import orjson
import sqlalchemy as sa

from app.domain.snapshot import STROKE
from app.domain.vocabulary import TaskState
from app.storage.tables import case_file, definition, instance_state, normalised_diagram, user_task


@dataclass(frozen=True, slots=True, kw_only=True)
class DiagramView:
    """xml: the author's diagram. current: elements where it waits; done: elements completed by a person."""

    key: str
    version: int
    xml: str
    current: tuple[str, ...]
    done: tuple[str, ...]


def get_diagram(connection: sa.Connection, case_id: int) -> DiagramView:
    """Return the diagram version the case runs on. Added elements are shown as what they stand for.

    For what happens in a called file the call activity stands, open as long as anything inside is.
    """
    row = connection.execute(
        sa.select(definition.c.key, definition.c.version, definition.c.source, normalised_diagram.c.origin)
        .add_columns(instance_state.c.waits_at)
        .join(case_file, case_file.c.definition_id == definition.c.id)
        .outerjoin(instance_state, instance_state.c.case_id == case_file.c.id)
        .outerjoin(normalised_diagram, normalised_diagram.c.id == instance_state.c.diagram_id)
        .where(case_file.c.id == case_id)
    ).one()
    origin = orjson.loads(row.origin) if row.origin else {}
    tasks = connection.execute(
        sa.select(user_task.c.element, user_task.c.state).where(user_task.c.case_id == case_id)
    ).all()
    waits_at = filter(None, (row.waits_at or "").split(","))
    current = {_shown(task.element, origin) for task in tasks if task.state <= TaskState.CLAIMED}
    current |= {_shown(place, origin) for place in waits_at}
    done = {_shown(task.element, origin) for task in tasks if task.state == TaskState.COMPLETED}
    members = connection.execute(
        sa.select(case_file.c.closed_at, case_file.c.parent_element).where(case_file.c.parent_case_id == case_id)
    ).all()
    for member in members:
        if member.parent_element:
            (done if member.closed_at else current).add(_shown(member.parent_element, origin))
    return DiagramView(
        key=row.key,
        version=row.version,
        xml=bytes(row.source).decode(),
        current=tuple(sorted(current)),
        done=tuple(sorted(done - current)),
    )


def _shown(place: str, origin: Mapping[str, str]) -> str:
    """Return the element of the drawing that stands for a place: the first call that leads there, or the step itself."""
    element = place.partition(STROKE)[0]
    return origin.get(element, element)
