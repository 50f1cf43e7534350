"""What people do in a scenario: one function an act, each calls the operation a door would call."""

from collections.abc import Callable, Mapping

from app.domain.authority import Person
from app.domain.event_message import EventMessage
from app.operations.complete_task import Completion, complete_task
from app.operations.extend_clock import extend_clock
from app.operations.receive_message import receive_message
from app.operations.request_corrections import (
    CorrectionRequestInput,
    request_correction,
    settle_correction_request,
)
from app.operations.submit_correction import submit_correction
from app.operations.suspend_clock import SuspensionRequest, resume_clock, suspend_clock
from app.operations.withdraw_case import withdraw_case
from app.queries.case_page import CaseView
from app.scenarios.programs import report_of_program
from app.scenarios.world import Facts, NoSuchTask, World

Act = Callable[[World, CaseView, Person, Facts], object]


def _complete(world: World, case: CaseView, person: Person, facts: Facts) -> object:
    element = facts["task"]
    task = next((row for row in case.tasks if row.element == element and row.state in ("open", "claimed")), None)
    if task is None:
        raise NoSuchTask(element)
    completion = Completion(
        task_id=int(task.id),
        version=task.version,
        outcome=facts.get("outcome", ""),
        data=facts.get("answers", {}),
        marks=_marks(world, case, facts),
    )
    return complete_task(world.context, person, completion)


def _marks(world: World, case: CaseView, facts: Facts) -> dict[str, tuple[str, str]]:
    """Return the marks of a step. `materials = STATE` marks in one word every required material that is still missing."""
    rest = facts.get("materials")
    marks = dict.fromkeys(world.missing_materials(case.case_no), (rest, "")) if rest else {}
    return marks | {requirement: (state, remark) for requirement, (state, remark) in facts.get("marks", {}).items()}


def _correct(world: World, case: CaseView, person: Person, facts: Facts) -> object:
    answers = facts.get("answers", {})
    return submit_correction(world.context, person, case_id=int(case.id), materials=(), answers=answers)


def _suspend(world: World, case: CaseView, person: Person, facts: Facts) -> object:
    asked = SuspensionRequest(
        ground=facts["suspend"],
        document_no=facts.get("document_no", ""),
        expected_days=facts.get("expected_days", 0),
        reason=facts.get("reason", ""),
    )
    return suspend_clock(world.context, person, case_id=int(case.id), asked=asked)


def _resume(world: World, case: CaseView, person: Person, _facts: Facts) -> object:
    return resume_clock(world.context, person, case_id=int(case.id), suspension_id=None)


def _extend(world: World, case: CaseView, person: Person, facts: Facts) -> object:
    days, reason = facts["extend"], facts.get("reason", "")
    return extend_clock(world.context, person, case_id=int(case.id), days=days, reason=reason)


def _withdraw(world: World, case: CaseView, person: Person, facts: Facts) -> object:
    return withdraw_case(world.context, person, case_id=int(case.id), reason=facts["withdraw"])


def _ask_correction(world: World, case: CaseView, person: Person, facts: Facts) -> object:
    asked = CorrectionRequestInput(
        matter_code=facts.get("matter", ""),
        item=facts["ask_correction"],
        shortage=facts.get("shortage", ""),
        remark=facts.get("remark", ""),
    )
    return request_correction(world.context, person, case_id=int(case.id), asked=asked)


def _settle(world: World, case: CaseView, person: Person, facts: Facts) -> object:
    number = world.waiting_request(case, matter_code=facts.get("matter", ""), item=facts["settle"])
    reason = facts.get("reason", "")
    return settle_correction_request(world.context, person, case_id=int(case.id), request_id=number, reason=reason)


def _tell(world: World, case: CaseView, person: Person, facts: Facts) -> object:
    """Send a message as a program does: by its key where the step names one, else to this case."""
    key = str(facts.get("key", ""))
    message = EventMessage(
        name=facts["message"], key=key, case_no="" if key else case.case_no, data=facts.get("variables", {})
    )
    return receive_message(world.context, person, message)


ACTS: Mapping[str, Act] = {
    "task": _complete,
    "correct": _correct,
    "suspend": _suspend,
    "resume": _resume,
    "extend": _extend,
    "withdraw": _withdraw,
    "ask_correction": _ask_correction,
    "settle": _settle,
    "external": report_of_program,
    "message": _tell,
}
