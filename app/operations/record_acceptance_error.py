"""Record an error at acceptance (受理差错): a gap found after acceptance, which moves no limit."""

from dataclasses import dataclass

from app.domain.authority import Person
from app.domain.clock_guards import refuse_unfit
from app.domain.errors import Conflict, RuleViolation
from app.domain.request_key import RequestKey
from app.domain.vocabulary import CardCause, CardColour, ClockName, Role
from app.runtime.access import actor_of, refuse_without_role
from app.runtime.advance import Result, Target, case_summary, change_case
from app.runtime.cards import CardSubject, issue_card
from app.runtime.casework import Casework
from app.runtime.context import Context, in_transaction
from app.runtime.materials import mark_materials, requirements_of
from app.runtime.notices import tell_applicant, tell_card

FINDING_ROLES = (Role.REVIEWER, Role.DECIDER, Role.UNIT_HEAD)


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptanceError:
    """What was found. requirement: code of the material; wants_supplement: the applicant is asked for it again.

    consent_document: the written consent of the applicant, without which nothing may be asked.
    """

    requirement: str
    reason: str
    wants_supplement: bool = False
    consent_document: str = ""


def record_acceptance_error(
    context: Context, person: Person, *, case_id: int, found: AcceptanceError, request: RequestKey | None = None
) -> Result:
    """Record that a material should not have been accepted; whoever held the check gets an abnormal card.

    Acceptance binds: no clock moves. A supplement is brought to the window, and marked there. Raises Forbidden
    `not_permitted`, RuleViolation `clock_not_started`, `clock_after_due`, `clock_reason_missing`,
    `supplement_needs_consent`, Conflict `clock_stopped`, `acceptance_error_known`, InvalidInput `invalid` for a material
    the list does not name.
    Source: 行政许可法 art. 32 (all that is missing is told once, before acceptance); time-limits.md section 7 rule 6.
    """

    def act(work: Casework) -> Result:
        names = {item.code: item.name for item in requirements_of(work)}
        known = found.requirement if found.requirement in names else None
        work.try_clock_act("supplement" if found.wants_supplement else "acceptance_error", material=known)
        refuse_without_role(person, work, FINDING_ROLES)
        _refuse_unfit(work, found)
        mark_materials(work, {found.requirement: ("missing" if found.wants_supplement else "wrong", found.reason)})
        work.record(
            "acceptance_error",
            {
                "material": found.requirement,
                "supplement": found.wants_supplement,
                "consent": found.consent_document.strip() or None,
            },
        )
        _issue_card(work, found)
        if found.wants_supplement:
            facts = {"material": names[found.requirement], "reason": found.reason}
            tell_applicant(work, "supplement_asked", facts)
        return {"case": case_summary(work)}

    return in_transaction(
        context,
        lambda uow: change_case(uow, context, Target(case_id=case_id), act, actor=actor_of(person), request=request),
    )


def _refuse_unfit(work: Casework, found: AcceptanceError) -> None:
    article = work.published.time_rules.articles["acceptance"]
    refuse_unfit(work.clock(ClockName.PROMISED), work.now, article)
    if not found.reason.strip():
        raise RuleViolation("clock_reason_missing", article=article)
    if found.wants_supplement and not found.consent_document.strip():
        raise RuleViolation("supplement_needs_consent", article=article)


def _issue_card(work: Casework, found: AcceptanceError) -> None:
    subject = CardSubject(
        clock="",
        colour=CardColour.ABNORMAL,
        cause=CardCause.ACCEPTANCE_ERROR,
        department_id=work.case.intake_department_id,
        element=f"{CardCause.ACCEPTANCE_ERROR}:{found.requirement}"[:64],
        content=found.reason,
    )
    card = issue_card(work, subject)
    if card is None:
        raise Conflict("acceptance_error_known", material=found.requirement)
    tell_card(work, card, "card_abnormal")
