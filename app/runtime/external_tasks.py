"""What a program reports of the external task (外部任务) it has: done, failed for a reason the diagram knows, or failed."""

from collections.abc import Mapping
from datetime import datetime

from app.domain.authority import Person
from app.domain.change_rows.external_tasks import ExternalTaskFacts, ExternalTaskTry
from app.domain.errors import Conflict
from app.domain.external_task import Failure, Report, check_returned, next_try_at, reach_of
from app.domain.moves import FailService, FinishService
from app.runtime.access import place_of
from app.runtime.advance import moved
from app.runtime.casework import Casework
from app.runtime.decide_change import is_caught
from app.runtime.notices import tell_supervision_office

FAILED = "external_task_failed"
LONGEST_ERROR = 500


def held_task(work: Casework, person: Person, report: Report) -> ExternalTaskFacts:
    """Return the open task a program reports about.

    Raises Conflict `task_closed` when it is open no more, or lies where the program may not look: the same answer;
    `lease_lost` when the lease is not, or no longer, this one; `case_paused` while the case stands still.
    """
    row = next((row for row in work.loaded.external_tasks if row.id == report.task_id), None)
    if row is None or not _is_in_reach(work, person, row):
        raise Conflict("task_closed", task=str(report.task_id))
    if (row.account_id, row.worker_id, row.version) != (report.account_id, report.worker_id, report.lease):
        raise Conflict("lease_lost", task=str(report.task_id))
    if work.is_paused:
        assert work.loaded.pause is not None
        raise Conflict("case_paused", paused_at=work.loaded.pause.paused_at.isoformat())
    return row


def complete(work: Casework, row: ExternalTaskFacts, returned: Mapping[str, object]) -> None:
    """Let the diagram go on with what a program returned; the values are kept apart, the audit chain holds their hash.

    Raises InvalidInput `invalid` with an item per variable that is not as the topic declares it.
    """
    values = check_returned(work.published.topics[row.topic], returned)
    kept = work.keep(row.element, values) if values else None
    work.record("external_task_completed", {"element": row.element, "topic": row.topic, "variables": kept})
    work.reported_task_id = row.id
    moved(work, FinishService(task_id=row.engine_task, data=values))


def fail(work: Casework, row: ExternalTaskFacts, failure: Failure) -> dict[str, object]:
    """Take in that a program failed. Returns how it goes on: `caught` by the diagram, `waiting` for a try, or `stuck`.

    An error code that a boundary event of the step catches lets the diagram go on there. Everything else is tried
    again after a while; when the tries are used up an incident is opened and the supervision office told.
    """
    if failure.error_code and is_caught(work, row.engine_task, failure.error_code):
        work.record("external_task_refused", {"element": row.element, "code": failure.error_code})
        work.reported_task_id = row.id
        moved(work, FailService(task_id=row.engine_task, error_code=failure.error_code))
        return {"state": "caught", "retries": 0, "next_at": None}
    topic, attempts = work.published.topics.get(row.topic), row.attempts + 1
    left = row.retries - 1 if failure.retries is None else min(failure.retries, row.retries - 1)
    next_at = next_try_at(topic, failure, attempts=attempts, now=work.now) if left > 0 else None
    told = {"element": row.element, "topic": row.topic, "code": failure.error_code, "retries": left}
    seq = work.record(FAILED, told)
    work.changes.external_tried.append(
        _tried(row, retries=left, attempts=attempts, at=next_at, error=_said(failure), now=work.now)
    )
    if next_at is None:
        _give_up(work, row, failure, attempts=attempts, seq=seq)
    return {
        "state": "waiting" if next_at else "stuck",
        "retries": left,
        "next_at": next_at.isoformat() if next_at else None,
    }


def hand_out_again(work: Casework, task_id: int) -> bool:
    """Have a task whose tries are used up handed out again, as often as its topic says; False when it is not stuck now."""
    row = next((row for row in work.loaded.external_tasks if row.id == task_id), None)
    if row is None or row.available_at is not None:
        return False
    topic = work.published.topics.get(row.topic)
    work.record("external_task_retried", {"element": row.element, "topic": row.topic})
    again = _tried(row, retries=topic.retries if topic else 1, attempts=0, at=work.now, error=None, now=None)
    work.changes.external_tried.append(again)
    return True


def _is_in_reach(work: Casework, person: Person, row: ExternalTaskFacts) -> bool:
    topic = work.published.topics.get(row.topic)
    return topic is not None and reach_of(person, topic).contains(place_of(work))


def _said(failure: Failure) -> str:
    return " ".join(filter(None, (failure.error_code, failure.message.strip())))[:LONGEST_ERROR]


def _tried(
    row: ExternalTaskFacts, *, retries: int, attempts: int, at: datetime | None, error: str | None, now: datetime | None
) -> ExternalTaskTry:
    return ExternalTaskTry(
        id=row.id,
        version=row.version,
        retries=retries,
        attempts=attempts,
        available_at=at,
        worker_id=None,
        account_id=None,
        last_error=error,
        failed_at=now,
    )


def _give_up(work: Casework, row: ExternalTaskFacts, failure: Failure, *, attempts: int, seq: int) -> None:
    facts = {
        "external_task_id": str(row.id),
        "topic": row.topic,
        "name": row.name,
        "error": _said(failure),
        "attempts": attempts,
    }
    work.open_incident(row.element, FAILED, facts)
    topic = work.published.topics.get(row.topic)
    notice = {"topic": topic.name_zh if topic else row.topic, "step": row.name or row.element}
    tell_supervision_office(work, FAILED, notice, key=f"{FAILED}:{row.id}:{seq}")
