"""Compare what the instance waits for with the rows there are; the difference goes into the ChangeSet."""

from app.domain.snapshot import Snapshot
from app.runtime.casework import Casework
from app.runtime.changes.deadlines import reconcile_deadlines
from app.runtime.changes.external_tasks import reconcile_external_tasks
from app.runtime.changes.joint_clocks import reconcile_joint_clocks
from app.runtime.changes.members import reconcile_members
from app.runtime.changes.messages import reconcile_messages
from app.runtime.changes.operations import reconcile_operations
from app.runtime.changes.tasks import reconcile_tasks

CONCEPTS = (
    reconcile_members,
    reconcile_joint_clocks,
    reconcile_tasks,
    reconcile_external_tasks,
    reconcile_deadlines,
    reconcile_operations,
    reconcile_messages,
)


def reconcile(work: Casework, snapshot: Snapshot) -> None:
    """Let every concept add its part. Members come first: what they close or open may move a clock of the parent."""
    for concept in CONCEPTS:
        concept(work, snapshot)
