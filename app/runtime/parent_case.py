"""What a member case tells the joint case it belongs to (主办件): that it ended, or that its clocks stopped or run again."""

from app.runtime.casework import Casework


def tell_parent(work: Casework, *, key: str) -> None:
    """Queue the message that lets the parent join its members and follow their clocks. key: unique for ever."""
    if work.case.parent_case_id is not None:
        work.queue(
            "internal",
            {"message": "join_member_cases", "case_id": str(work.case.parent_case_id)},
            key=key,
            ordered=False,
        )


def follow_in_parent(work: Casework) -> None:
    """Tell the parent that the clocks of this member moved; one message for each move (time-limits.md J6)."""
    tell_parent(work, key=f"follow:{work.case.id}:{work.last_seq}")
