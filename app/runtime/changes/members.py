"""Member cases (子办件): call activities that wait become cases of their own; those no longer waited for are withdrawn."""

from app.domain.snapshot import Snapshot
from app.runtime.casework import Casework


def reconcile_members(work: Casework, snapshot: Snapshot) -> None:
    """Note the members to open in this commit, and ask for the withdrawal of those the diagram left behind."""
    known = {member.parent_task: member for member in work.loaded.members}
    waiting = {member.task_id: member for member in snapshot.members}
    work.members_to_open = [member for task_id, member in waiting.items() if task_id not in known]
    for task_id, row in known.items():
        if task_id not in waiting and row.closed_at is None:
            work.queue(
                "internal",
                {"message": "withdraw_member_case", "case_id": str(row.id)},
                key=f"withdraw-member:{row.id}",
                ordered=False,
            )
