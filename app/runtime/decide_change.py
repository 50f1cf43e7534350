"""Decide what a move changes. Pure: rows in, ChangeSet out."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from app.domain.errors import Conflict
from app.domain.moves import CloseMember, CompleteTask, Correlate, Move
from app.domain.snapshot import Snapshot
from app.engine import codec, runner, snapshot
from app.engine.runner import Instance
from app.runtime.casework import Casework
from app.runtime.completion import prepare_completion
from app.runtime.intake import open_members
from app.runtime.settle import saved_state, settle

T = TypeVar("T")
CASE_PAUSED = "case_paused"


def decide_change(work: Casework, move: Move) -> Snapshot:
    """Apply `move` to the instance of `work` and put everything that follows into `work.changes`.

    Returns what the instance waits for afterwards. Raises Conflict when the move does not fit the instance or is an
    officer's while the case is paused, and RuleViolation when a rule refuses; nothing was written then.
    """
    refuse_paused(work)
    instance = _take_up_instance(work)
    if isinstance(move, CompleteTask):
        move = prepare_completion(work, snapshot.take(instance), move)
    runner.apply(instance, move)
    return _conclude(work)


def go_on(work: Casework) -> Snapshot:
    """Let the instance of `work` go on from where it stands: a host operation that failed is tried again."""
    _take_up_instance(work)
    return _conclude(work)


def decide_joins(work: Casework, moves: Sequence[CloseMember]) -> int:
    """Apply those `CloseMember` moves whose call activity still waits, all in one change. Returns how many did.

    What follows from it for the joint case counts from the closing of its last member, however late it is joined. A
    paused joint case takes in nobody; it does when it goes on.
    """
    if work.is_paused:
        return 0
    instance = _take_up_instance(work)
    waiting = {member.task_id: member for member in snapshot.take(instance).members}
    joining = [move for move in moves if move.task_id in waiting]
    for move in joining:
        work.record("member_joined", {"element": waiting[move.task_id].element, "case_no": move.result.get("case_no")})
        runner.apply(instance, move)
    if joining:
        closed = [row.closed_at for row in work.loaded.members if row.closed_at is not None]
        work.joined_at = min(max(closed, default=work.now), work.now)
        _conclude(work)
    return len(joining)


def decide_heard(work: Casework, choose: Callable[[Snapshot], Sequence[Correlate]]) -> int:
    """Let open waits of a case happen for which something arrived, all in one change. Returns how many did.

    choose: says which, and refuses by raising. One that ends with another of them is passed over. Raises Conflict
    `case_paused`: a case that stands still hears nothing before it goes on.
    """
    if work.is_paused:
        assert work.loaded.pause is not None
        raise Conflict(CASE_PAUSED, paused_at=work.loaded.pause.paused_at.isoformat())
    instance = _take_up_instance(work)
    count = 0
    for move in choose(snapshot.take(instance)):
        if runner.waits(instance, move.task_id, move.key):
            runner.apply(instance, move)
            count += 1
    if count:
        _conclude(work)
    return count


def intervene(work: Casework, act: Callable[[Instance], T]) -> T:
    """Do something to the instance of `work` that is no move of its diagram; everything that follows lies in the changes.

    Raises what `act` raises, and RuleViolation when a rule refuses what comes after.
    """
    done = act(_take_up_instance(work))
    _conclude(work)
    return done


def is_caught(work: Casework, task_id: str, error_code: str) -> bool:
    """Say whether the diagram has a way out for an error of a running service. Raises Conflict `service_not_running`."""
    return runner.catches(_take_up_instance(work), task_id, error_code)


def refuse_paused(work: Casework) -> None:
    """Raise Conflict `case_paused` for an officer's move on a paused case. What an applicant hands in is taken."""
    if work.is_paused and work.actor.staff_id is not None:
        assert work.loaded.pause is not None
        raise Conflict(CASE_PAUSED, paused_at=work.loaded.pause.paused_at.isoformat())


def _take_up_instance(work: Casework) -> Instance:
    stored = work.loaded.state
    assert stored is not None
    definition = work.definitions(stored.diagram_id)
    work.instance = codec.load(stored.tokens, codec.load_variables(stored.variables), definition)
    return work.instance


def _conclude(work: Casework) -> Snapshot:
    assert work.loaded.state is not None
    waiting = settle(work)
    open_members(work)
    work.changes.state = saved_state(work, work.loaded.state.diagram_id, waiting)
    work.finish()
    return waiting
