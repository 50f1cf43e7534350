"""Collect what departments find missing before a joint application is accepted (补正意见): ask, and settle at the window."""

from collections.abc import Callable
from dataclasses import dataclass

from app.domain.authority import Person
from app.domain.correction_request import CorrectionRequestRow, ask_correction, settle_correction
from app.domain.request_key import RequestKey
from app.domain.vocabulary import CorrectionRequestState
from app.runtime.access import actor_of
from app.runtime.advance import Result, Target, change_case
from app.runtime.casework import Casework
from app.runtime.context import Context, in_transaction
from app.runtime.correction_requests import department_asking, refuse_unless_window, request_of, told_items
from app.runtime.materials import requirements_of


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectionRequestInput:
    """What a department asks. item: code or name of a material, or what else is concerned. shortage: missing or wrong."""

    matter_code: str
    item: str
    shortage: str
    remark: str = ""


def request_correction(
    context: Context,
    person: Person,
    *,
    case_id: int,
    asked: CorrectionRequestInput,
    request: RequestKey | None = None,
) -> Result:
    """Ask for a correction of a joint application on behalf of the department of one of its chosen members.

    Nothing goes to the applicant: the window merges all requests in its one notice. Raises NotFound `case_unknown`,
    Forbidden `not_permitted`, InvalidInput `invalid`, and the errors of `domain.correction_request.ask_correction`.
    Source: time-limits.md J11; 行政许可法 art. 32(1)(4).
    """

    def act(work: Casework) -> Result:
        department_id = department_asking(work, person, asked.matter_code)
        row = CorrectionRequestRow(
            id=work.ports.next_id(),
            case_id=work.case.id,
            matter_code=asked.matter_code,
            department_id=department_id,
            item=asked.item,
            shortage=asked.shortage,
            remark=asked.remark,
            requested_by=work.actor.code,
            requested_at=work.now,
        )
        kept = ask_correction(
            row,
            work.loaded.correction_requests,
            state=work.state,
            requirements=requirements_of(work),
            told=told_items(work),
            article=work.published.time_rules.articles["acceptance"],
        )
        work.changes.corrections_requested.append(kept)
        work.record("correction_requested", {"request_id": str(kept.id), "matter_code": kept.matter_code})
        return {"request_id": str(kept.id), "state": CorrectionRequestState.WAITING.value}

    return _change(context, person, case_id, act, request)


def settle_correction_request(
    context: Context,
    person: Person,
    *,
    case_id: int,
    request_id: int,
    reason: str,
    request: RequestKey | None = None,
) -> Result:
    """Settle a request at the window without a notice: what was asked for is there, or was shown; the reason says so.

    Raises NotFound `case_unknown`, `correction_request_unknown`, Forbidden `not_permitted`, and the errors of
    `domain.correction_request.settle_correction`.
    """

    def act(work: Casework) -> Result:
        refuse_unless_window(work, person)
        row = request_of(work, request_id)
        settled = settle_correction(row, state=work.state, reason=reason, by=work.actor.code, now=work.now)
        work.changes.corrections_answered.append(settled)
        work.record("correction_request_settled", {"request_id": str(row.id), "matter_code": row.matter_code})
        return {"request_id": str(row.id), "state": CorrectionRequestState.SETTLED.value}

    return _change(context, person, case_id, act, request)


def _change(
    context: Context, person: Person, case_id: int, act: Callable[[Casework], Result], request: RequestKey | None
) -> Result:
    target, actor = Target(case_id=case_id), actor_of(person)
    return in_transaction(context, lambda uow: change_case(uow, context, target, act, actor=actor, request=request))
