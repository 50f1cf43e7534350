"""A refused act on a clock changes nothing of the case, but that it was tried stays in the audit chain."""

from app.domain.change_set import ChangeSet
from app.domain.errors import CaseworkError, NotFound
from app.domain.loaded_case import LoadedCase
from app.runtime.casework import Casework, Desk, take_up
from app.storage.apply_changes import apply_changes
from app.storage.unit_of_work import RefusalKept, UnitOfWork

KEPT_FACTS = ("article", "due_at", "needs", "most", "count", "days")


def keep_refusal(uow: UnitOfWork, loaded: LoadedCase, desk: Desk, tried: Casework, refusal: CaseworkError) -> None:
    """Write one audit entry for a refused act on a clock, on the case as it was loaded.

    Everything `tried` had gathered is dropped. Does nothing for another act, or for a case its actor may not see.
    Raises RefusalKept, with which the transaction commits and then raises `refusal`.
    Source: time-limits.md section 10 (the attempt is written to the audit trail).
    """
    act = tried.clock_act
    if act is None or isinstance(refusal, NotFound):
        return
    work = take_up(loaded, desk, ChangeSet())
    told = {name: refusal.facts[name] for name in KEPT_FACTS if name in refusal.facts}
    work.record("clock_act_refused", {"act": act.kind, "code": refusal.code, **act.facts, **told})
    work.finish()
    apply_changes(uow, work.changes)
    raise RefusalKept(refusal) from refusal
