"""What stays of an act that was refused: an act on a clock in the audit chain, a fault of the diagram as an incident."""

import orjson

from app.domain.change_rows.incidents import OPEN, IncidentChange
from app.domain.change_set import ChangeSet, IncidentRow
from app.domain.errors import CaseworkError, NotFound
from app.domain.loaded_case import LoadedCase
from app.runtime.casework import Casework, Desk, take_up
from app.runtime.faults import is_fault
from app.storage.apply_changes import apply_changes
from app.storage.unit_of_work import RefusalKept, UnitOfWork

KEPT_FACTS = ("article", "due_at", "needs", "most", "count", "days")


def keep_refusal(uow: UnitOfWork, loaded: LoadedCase, desk: Desk, tried: Casework, refusal: CaseworkError) -> None:
    """Write down what is kept of a refused act, on the case as it was loaded; everything `tried` had gathered is dropped.

    An act on a clock leaves one audit entry (time-limits.md section 10: the attempt is written to the audit trail). A
    move the diagram cannot make leaves an incident, because no other answer of the person would help. Does nothing for
    another act, or for a case its actor may not see. Raises RefusalKept, with which the transaction commits and then
    raises `refusal`.
    """
    if isinstance(refusal, NotFound):
        return
    if is_fault(refusal):
        _keep_fault(uow, loaded, desk, refusal)
        raise RefusalKept(refusal) from refusal
    act = tried.clock_act
    if act is None:
        return
    work = take_up(loaded, desk, ChangeSet())
    told = {name: refusal.facts[name] for name in KEPT_FACTS if name in refusal.facts}
    work.record("clock_act_refused", {"act": act.kind, "code": refusal.code, **act.facts, **told})
    work.finish()
    apply_changes(uow, work.changes)
    raise RefusalKept(refusal) from refusal


def _keep_fault(uow: UnitOfWork, loaded: LoadedCase, desk: Desk, refusal: CaseworkError) -> None:
    """Open an incident for a fault of the diagram, or count one more attempt in the one that is open."""
    element = str(refusal.facts.get("element") or "")
    known = next((item for item in loaded.incidents if (item.code, item.element) == (refusal.code, element)), None)
    attempts = int(orjson.loads(known.facts)["attempts"]) + 1 if known else 1
    facts = orjson.dumps({"error": str(refusal), "attempts": attempts}).decode()
    changes = ChangeSet()
    if known is not None:
        changes.incidents_changed.append(IncidentChange(id=known.id, state=OPEN, facts=facts))
    else:
        row = IncidentRow(
            id=desk.ports.next_id(),
            case_id=loaded.case.id,
            element=element,
            code=refusal.code,
            opened_at=loaded.now,
            state=OPEN,
            facts=facts,
        )
        changes.incidents.append(row)
    apply_changes(uow, changes)
