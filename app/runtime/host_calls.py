"""Calls of host operations: what one of them does stands or falls as a whole, and a failure stays at its step.

A rule that refuses is an answer to the diagram where a boundary event catches its code, else to whoever acts. Anything
else is a fault of the installation: the act of the person stands, the step waits, and the worker tries it again.
"""

from collections.abc import Callable
from dataclasses import fields

import structlog

from app.domain.deadline_instants import OPERATION
from app.domain.errors import CaseworkError, RuleViolation
from app.domain.moves import FailService, FinishService
from app.domain.snapshot import OpenService, Snapshot
from app.engine import runner
from app.runtime.casework import Casework
from app.runtime.containment import describe
from app.runtime.host_operations import HOST_OPERATIONS

log = structlog.get_logger()
FIXED = frozenset({"loaded", "published", "ports", "definitions", "changes", "instance"})


def next_service(work: Casework, waiting: Snapshot) -> OpenService | None:
    """Return the first step that waits for an operation now; one that failed waits for its own row."""
    waits = {
        row.engine_task for row in work.loaded.deadlines if row.name == OPERATION and row.id != work.fired_deadline_id
    }
    return next(
        (
            item
            for item in waiting.services
            if not item.topic and item.task_id not in waits and item.task_id not in work.failed_operations
        ),
        None,
    )


def call_operation(work: Casework, service: OpenService) -> FinishService | FailService | None:
    """Do what a step asks for. Returns how the diagram goes on; None when the step failed and waits to be tried again.

    Raises CaseworkError when a rule refuses and no boundary event catches its code. While a deadline fires every
    failure is raised: the deadline itself is tried again.
    """
    assert work.instance is not None
    go_back = _checkpoint(work)
    operation = HOST_OPERATIONS.get(service.operation)
    if operation is None:
        raise RuleViolation("operation_unknown", operation=service.operation, element=service.element)
    try:
        return FinishService(task_id=service.task_id, data=operation(work, service))
    except CaseworkError as refusal:
        if not runner.catches(work.instance, service.task_id, refusal.code):
            raise
        go_back()
        work.record("operation_refused", {"element": service.element, "code": refusal.code})
        return FailService(task_id=service.task_id, error_code=refusal.code)
    except Exception as error:
        if work.fired_deadline_id is not None:
            raise
        go_back()
        told = describe(error)
        log.warning("Operation failed", action="operation_failed", operation=service.operation, exc_info=True)
        work.failed_operations[service.task_id] = told
        work.record("operation_failed", {"element": service.element, "operation": service.operation})
        return None


def _checkpoint(work: Casework) -> Callable[[], None]:
    """Return what takes the case in hand back to how it is now, with the numbers it gave to papers.

    The instance is not touched by an operation.
    """
    kept = {item.name: _copied(getattr(work, item.name)) for item in fields(work) if item.name not in FIXED}
    changes = {item.name: _copied(getattr(work.changes, item.name)) for item in fields(work.changes)}
    given_count = work.ports.given_count

    def go_back() -> None:
        for name, value in kept.items():
            setattr(work, name, value)
        for name, value in changes.items():
            setattr(work.changes, name, value)
        work.ports.take_back(given_count)

    return go_back


def _copied(value: object) -> object:
    return value.copy() if isinstance(value, list | dict) else value
