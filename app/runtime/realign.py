"""Bring the deadline rows and the instants of open tasks in step with the ledger, without moving the diagram."""

from app.engine import codec, snapshot
from app.runtime.casework import Casework
from app.runtime.changes.deadlines import reconcile_deadlines
from app.runtime.changes.joint_clocks import reconcile_joint_clocks
from app.runtime.changes.tasks import reconcile_tasks


def realign(work: Casework) -> None:
    """Derive every open deadline of the case again. Used after an act on a clock that completes no task."""
    stored = work.loaded.state
    assert stored is not None
    definition = work.definitions(stored.diagram_id)
    work.instance = codec.load(stored.tokens, codec.load_variables(stored.variables), definition)
    waiting = snapshot.take(work.instance)
    reconcile_joint_clocks(work, waiting)
    reconcile_tasks(work, waiting)
    reconcile_deadlines(work, waiting)
