"""Bring a case to rest: do what its instance asks of the host, then put its rows in step with what it waits for."""

from app.domain.change_set import StateRow
from app.domain.errors import RuleViolation
from app.domain.snapshot import Snapshot
from app.engine import codec, runner, snapshot
from app.runtime.casework import Casework
from app.runtime.closing import close_ended
from app.runtime.host_calls import call_operation, next_service
from app.runtime.reconcile import reconcile
from app.runtime.rule_decisions import record_decided

MAX_OPERATIONS_PER_MOVE = 100


def settle(work: Casework) -> Snapshot:
    """Run the host operations the instance waits for, close it when it ended, and reconcile the rows."""
    waiting = _run_host_operations(work)
    if waiting.ended:
        close_ended(work)
    reconcile(work, waiting)
    return waiting


def saved_state(work: Casework, diagram_id: int, waiting: Snapshot) -> StateRow:
    """Return the instance as bytes, with where it stands beside its tasks and members."""
    assert work.instance is not None
    return StateRow(
        case_id=work.case.id,
        codec=codec.CODEC_VERSION,
        diagram_id=diagram_id,
        tokens=codec.dump(work.instance),
        variables=codec.dump_variables(work.instance.variables),
        waits_at=",".join(waiting.waits_at),
    )


def _run_host_operations(work: Casework) -> Snapshot:
    assert work.instance is not None
    for _ in range(MAX_OPERATIONS_PER_MOVE):
        record_decided(work)
        waiting = snapshot.take(work.instance)
        service = next_service(work, waiting)
        if service is None:
            return waiting
        reported = call_operation(work, service)
        if reported is not None:
            runner.apply(work.instance, reported)
    raise RuleViolation("too_many_operations", limit=MAX_OPERATIONS_PER_MOVE)
