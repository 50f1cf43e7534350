"""A refusal that no person makes cannot be recorded."""

import pytest

from app.domain.actor import system_actor
from app.domain.change_set import ChangeSet
from app.domain.errors import Forbidden
from app.domain.vocabulary import Decision
from app.runtime.advance import desk
from app.runtime.casework import take_up
from app.runtime.decision import decide
from app.storage.case_loading import load_case
from tests.deemed.conftest import Office


@pytest.mark.parametrize("decision", [Decision.REFUSE, Decision.PARTIAL, Decision.APPROVE])
@pytest.mark.parametrize("decided_by", ["system:deemed_approval", None])
def test_system_refuses_nothing(office: Office, decision: Decision, decided_by: str | None) -> None:
    case_id = office.case_id(office.accepted())
    with office.context.database.write() as uow:
        loaded = load_case(uow, case_id)
        assert loaded is not None
        work = take_up(loaded, desk(uow, office.context, loaded, system_actor("deadline")), ChangeSet())

        with pytest.raises(Forbidden) as refused:
            decide(work, decision, seq=1, effective_at=work.now, reasons="x", facts={}, decided_by=decided_by)

    assert refused.value.code == "decision_needs_person"
    assert work.changes.decisions == []
