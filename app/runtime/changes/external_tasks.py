"""Work for outside programs: a row for each step that waits for one, which leaves with its token."""

import orjson

from app.domain.change_rows.external_tasks import (
    ExternalTaskChange,
    ExternalTaskEnd,
    ExternalTaskFacts,
    ExternalTaskRow,
)
from app.domain.change_rows.incidents import RESOLVED, IncidentChange
from app.domain.external_task import handed_out
from app.domain.snapshot import OpenService, Snapshot
from app.runtime.casework import Casework


def reconcile_external_tasks(work: Casework, snapshot: Snapshot) -> None:
    """Open a row for each new step, end rows whose step is gone with their incidents, and keep what is handed out true.

    What a program has already fetched it does not see change; its lease goes on.
    """
    waiting = {} if work.is_closed else {item.task_id: item for item in snapshot.services if item.topic}
    rows = {row.engine_task: row for row in work.loaded.external_tasks}
    for engine_task, row in rows.items():
        if engine_task not in waiting:
            _end(work, row)
    for engine_task, item in waiting.items():
        found = rows.get(engine_task)
        if found is None:
            _open(work, item)
        else:
            _refresh(work, found, item)


def _end(work: Casework, row: ExternalTaskFacts) -> None:
    version = row.version if row.id == work.reported_task_id else None
    work.changes.external_ended.append(ExternalTaskEnd(id=row.id, version=version))
    for incident in work.loaded.incidents:
        if incident.external_task_id == row.id:
            work.changes.incidents_changed.append(IncidentChange(id=incident.id, state=RESOLVED, facts=incident.facts))


def _open(work: Casework, item: OpenService) -> None:
    topic = work.published.topics.get(item.topic)
    work.changes.external_opened.append(
        ExternalTaskRow(
            id=work.ports.next_id(),
            case_id=work.case.id,
            engine_task=item.task_id,
            element=item.element,
            name=item.name,
            topic=item.topic,
            variables=_variables(work, item),
            opened_at=work.now,
            retries=topic.retries if topic else 1,
            available_at=work.now,
        )
    )


def _refresh(work: Casework, row: ExternalTaskFacts, item: OpenService) -> None:
    variables = _variables(work, item)
    if (row.element, row.name, row.variables) != (item.element, item.name, variables):
        change = ExternalTaskChange(id=row.id, element=item.element, name=item.name, variables=variables)
        work.changes.external_changed.append(change)


def _variables(work: Casework, item: OpenService) -> str:
    assert work.instance is not None
    given = handed_out(work.published.topics.get(item.topic), item, work.instance.variables)
    return orjson.dumps(given, option=orjson.OPT_SORT_KEYS, default=str).decode()
