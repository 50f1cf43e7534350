"""Revoke a decision (撤销): the head of the authority that decided, or of its superior."""

from app.domain.authority import Person
from app.domain.request_key import RequestKey
from app.domain.revocation import RevocationInput
from app.runtime.access import actor_of
from app.runtime.advance import Result, Target, case_summary, change_case
from app.runtime.casework import Casework
from app.runtime.context import Context, in_transaction
from app.runtime.revocation import require_authority, revoke


def revoke_case(
    context: Context, person: Person, *, case_id: int, asked: RevocationInput, request: RequestKey | None = None
) -> Result:
    """Revoke what a case granted; its certificate is revoked and cancelled in the same commit.

    Raises NotFound `case_unknown`, Forbidden `not_permitted`, Conflict `revocation_done`, `revocation_not_granted`,
    RuleViolation `revocation_hearing_missing`, `revocation_harms_public`, `revocation_reasons_missing`,
    `revocation_compensation_missing`. A refused try leaves one audit entry.
    Source: 行政许可法 art. 69.
    """

    def act(work: Casework) -> Result:
        require_authority(person, work)
        work.try_clock_act("revocation", ground=asked.ground.value)
        row = revoke(work, asked)
        bars = work.changes.bars
        return {
            "case": case_summary(work),
            "revocation_id": str(row.id),
            "article": row.article,
            "document_nos": [paper.document_no for paper in work.changes.documents],
            "barred_until_on": bars[0].until_on.isoformat() if bars else None,
        }

    return in_transaction(
        context,
        lambda uow: change_case(uow, context, Target(case_id=case_id), act, actor=actor_of(person), request=request),
    )
