"""Submit corrections (补正): the applicant brings what the one-time notice asked for."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from app.domain.authority import Person
from app.domain.errors import Conflict
from app.domain.materials import NOT_IN_ORDER
from app.domain.moves import CompleteTask
from app.domain.request_key import RequestKey
from app.domain.vocabulary import CaseState, Role
from app.runtime.access import actor_of, refuse_unless_applicant_or_window
from app.runtime.advance import Result, Target, case_summary, change_case, moved
from app.runtime.answers import checked_answers
from app.runtime.application import HandedIn, take_materials
from app.runtime.casework import Casework
from app.runtime.context import Context, in_transaction
from app.runtime.evidence import current_materials
from app.runtime.materials import requirements_of
from app.storage.unit_of_work import UnitOfWork


def submit_correction(
    context: Context,
    person: Person,
    *,
    case_id: int,
    materials: Sequence[HandedIn],
    answers: Mapping[str, object],
    request: RequestKey | None = None,
) -> Result:
    """Hand in corrections; a new check of five working days begins.

    A window clerk may take them in for the applicant. Raises Forbidden `not_permitted` for anybody else, Conflict
    `no_correction_open` when none was asked, InvalidInput `invalid` with one item per fault.
    """

    def change(uow: UnitOfWork) -> Result:
        def act(work: Casework) -> Result:
            refuse_unless_applicant_or_window(person, work)
            task = next((row for row in work.loaded.tasks if row.role == Role.APPLICANT), None)
            if work.state != CaseState.CORRECTING or task is None:
                raise Conflict("no_correction_open", state=work.state)
            checked = checked_answers(work, task, answers, outcome="submitted")
            _take(uow, work, person, materials)
            moved(work, CompleteTask(task_id=task.engine_task, outcome="submitted", data=checked))
            return {"case": case_summary(work)}

        return change_case(uow, context, Target(case_id=case_id), act, actor=actor_of(person), request=request)

    return in_transaction(context, change)


def _take(uow: UnitOfWork, work: Casework, person: Person, materials: Sequence[HandedIn]) -> None:
    """Add the new materials; one that answers a requirement already met replaces it, and the mark is taken back."""
    assert work.loaded.party is not None
    rows = take_materials(
        uow,
        requirements_of(work),
        materials,
        party=work.loaded.party,
        owner_account_id=person.account_id,
        settled={row.requirement for row in current_materials(work).values() if row.state not in NOT_IN_ORDER},
    )
    held = {row.requirement for row in work.loaded.materials}
    for row in rows:
        kept = replace(row, case_id=work.case.id)
        (work.changes.materials_replaced if row.requirement in held else work.changes.case_materials).append(kept)
