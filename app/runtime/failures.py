"""Failures of deadlines (到期失败): tried again later, and made known when a person has to look."""

from datetime import datetime
from functools import partial

import orjson
import structlog

from app.domain.change_set import ChangeSet, IncidentRow, OutboxRow
from app.domain.deadline_instants import BY_DEFAULT, OPERATION
from app.domain.errors import CaseworkError
from app.domain.notice import NOTICE_CLASSES, earliest_send_at
from app.runtime.containment import Containment, describe
from app.runtime.context import Context
from app.runtime.faults import is_fault
from app.runtime.notices import CHANNEL
from app.storage.apply_changes import apply_changes
from app.storage.cases import CaseLabel, case_label
from app.storage.deadlines import ClaimedDeadline, postpone
from app.storage.incidents import OPEN, find_open_incident
from app.storage.rules import current_generation
from app.storage.unit_of_work import UnitOfWork
from app.telemetry.metrics import FIRING_FAILURES

log = structlog.get_logger()
NOTICE = "deadline_failed"


def note_failure(
    uow: UnitOfWork, context: Context, row: ClaimedDeadline, error: Exception, *, now: datetime, contained: Containment
) -> None:
    """Postpone a deadline that failed, and make it known once a person has to look.

    At the end of the tries an incident is opened and the supervision office told; for an approval by default at the
    first failure, because an applicant's right is at stake, and for a fault of the diagram, because time mends none.
    """
    told = describe(error)
    is_dead = postpone(uow, row, now=now, error=told)
    uow.after_commit(partial(_report, row, told, is_dead=is_dead))
    if is_dead or is_fault(error) or (row.name in (*BY_DEFAULT, OPERATION) and row.attempts == 0):
        contained.run(uow, lambda: _open_incident(uow, context, row, error, now))


def _report(row: ClaimedDeadline, error: str, *, is_dead: bool) -> None:
    FIRING_FAILURES.labels(lane=row.lane.name.lower()).inc()
    log.warning(
        "Deadline failed",
        action="deadline_dead" if is_dead else "deadline_postponed",
        deadline_id=str(row.id),
        name=row.name,
        attempts=row.attempts + 1,
        error=error,
    )


def _open_incident(uow: UnitOfWork, context: Context, row: ClaimedDeadline, error: Exception, now: datetime) -> None:
    """Open an incident unless one is open, and tell the supervision office of it once."""
    label = case_label(uow.connection, row.case_id)
    known = find_open_incident(uow.connection, case_id=row.case_id, deadline_id=row.id)
    if known is not None:
        notice = _notice(uow, context, label, row, incident_id=known.id, now=now)
        apply_changes(uow, ChangeSet(outbox=[notice]))
        return
    code, element = _place_of(row, error)
    incident = IncidentRow(
        id=context.ids.next_id(label.region_code),
        case_id=row.case_id,
        element=element,
        code=code,
        opened_at=now,
        state=OPEN,
        facts=orjson.dumps(
            {"deadline_id": str(row.id), "error": describe(error), "attempts": row.attempts + 1}
        ).decode(),
    )
    notice = _notice(uow, context, label, row, incident_id=incident.id, now=now)
    apply_changes(uow, ChangeSet(incidents=[incident], outbox=[notice]))


def _place_of(row: ClaimedDeadline, error: Exception) -> tuple[str, str]:
    """Return code and element of an incident: a fault of the diagram names itself and where it lies.

    For an approval by default that is at stake, whatever stops it.
    """
    if isinstance(error, CaseworkError) and is_fault(error) and row.name not in BY_DEFAULT:
        return error.code, str(error.facts.get("element") or row.name)
    return NOTICE, row.name


def _notice(
    uow: UnitOfWork, context: Context, label: CaseLabel, row: ClaimedDeadline, *, incident_id: int, now: datetime
) -> OutboxRow:
    published = context.library.published(current_generation(uow.connection))
    send_at = earliest_send_at(
        NOTICE_CLASSES[NOTICE],
        now,
        calendar=published.calendar_of(label.department_id),
        immediate_until=published.time_rules.notices_immediate_until,
    )
    payload = {
        "notice": NOTICE,
        "case_no": label.case_no,
        "matter": label.name,
        "addressee": "supervision_office",
        "county": label.county,
        "prefecture": label.prefecture,
        "facts": {"deadline": row.name, "attempts": row.attempts + 1},
    }
    return OutboxRow(
        dedup_key=f"{NOTICE}:{incident_id}",
        channel=CHANNEL,
        payload=orjson.dumps(payload).decode(),
        case_id=None,
        seq=None,
        next_at=send_at,
    )
