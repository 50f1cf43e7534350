"""Warning about a deadline (预警): cards of the stages behind now, and what is told without a card. No diagram moves."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from app.domain.calendar import to_local, to_utc
from app.domain.cards import colour_of_card
from app.domain.change_set import DeadlineChange
from app.domain.deadline_instants import DEEMED_WARNING, RENEWAL_WARNING, SUSPENSION_OVERRUN, UNSERVED, fire_at
from app.domain.loaded_case import DeadlineFacts
from app.domain.service_record import FALLBACKS
from app.domain.vocabulary import CardCause, ClockName, DeadlineState, Lane, Role, Stage
from app.runtime.cards import CardSubject, card_of, issue_card, limit_behind, responsible_department, rule_set_of
from app.runtime.casework import Casework
from app.runtime.changes.deadlines import CARD_ANSWER, CARD_DECISION, STEP
from app.runtime.deadline_row import instant_of, row_after, text_of
from app.runtime.deemed_facts import blocking_guards
from app.runtime.notices import tell_card, tell_role, tell_supervision_office
from app.runtime.renewal import warn_of_renewal

CARDED_CLOCKS = ("promised", "statutory", "filing", "notice5", "delivery", "bundle_promised", "bundle_statutory")
CARD_DEADLINES = (CARD_ANSWER, CARD_DECISION)
NOTICES = {Stage.YELLOW: "card_yellow", Stage.RED: "card_red", Stage.DUE: "card_overdue"}


def warn(work: Casework, deadline: DeadlineFacts) -> None:
    """Issue the cards of every stage that lies behind now; the worst one is told (time-limits.md section 6)."""
    if _is_filing_told(deadline):
        _repeat_filing(work, deadline)
        return
    is_wait = deadline.engine_task is not None and deadline.name != STEP
    passed = [stage for stage in _passed(work, deadline) if not is_wait or stage != Stage.DUE]
    if passed:
        _tell_passing(work, deadline, passed[-1])
    _issue_cards(work, deadline, passed)
    worst = passed[-1] if passed else Stage(deadline.stage)
    if deadline.name == ClockName.FILING and worst == Stage.DUE:
        _repeat_filing(work, deadline)
        return
    following = next((stage for stage in Stage if stage > worst and instant_of(deadline, stage)), None)
    change = _next_stage(work, deadline, following, is_wait=is_wait)
    if deadline.name == DEEMED_WARNING and following is None:
        change = replace(change, element=text_of(work.clock(ClockName.PROMISED).due_at))
    work.changes.deadlines_changed.append(change)


def _is_filing_told(deadline: DeadlineFacts) -> bool:
    """The card of an overdue filing was issued at its due instant; a row that failed then was put off, not told."""
    if deadline.name != ClockName.FILING or deadline.stage != Stage.DUE or deadline.attempts:
        return False
    return deadline.due_at is not None and deadline.fire_at is not None and deadline.fire_at > deadline.due_at


def _repeat_filing(work: Casework, deadline: DeadlineFacts) -> None:
    """Tell the head of the unit each working day, at its close, that the result is still not filed (section 8)."""
    calendar, today = work.published.calendar_of(work.case.department_id), to_local(work.now).date()
    due_at = text_of(deadline.due_at)
    key = f"filing-overdue:{deadline.id}:{today}"
    tell_role(work, Role.UNIT_HEAD, "filing_overdue", {"due_at": due_at}, key=key)
    tell_supervision_office(work, "filing_overdue", {"due_at": due_at}, key=key)
    again = calendar.close_of(calendar.next_working(today + timedelta(days=1)))
    work.changes.deadlines_changed.append(
        replace(row_after(deadline, state=DeadlineState.ARMED), stage=Stage.DUE, fire_at=to_utc(again))
    )


def issue_cards_behind(work: Casework) -> None:
    """Issue what a move would overtake: the diagram goes on, and with it the rows whose warnings lie behind now.

    The end of the time for the one-time notice has no card of its own: acceptance by silence cards the intake office.
    """
    for row in work.loaded.deadlines:
        if row.state == DeadlineState.ARMED:
            passed = [stage for stage in _passed(work, row) if row.name != ClockName.NOTICE5 or stage != Stage.DUE]
            _issue_cards(work, row, passed)


def _issue_cards(work: Casework, deadline: DeadlineFacts, passed: Sequence[Stage]) -> None:
    """Issue the card of each stage once; people hear of the worst one that is new."""
    if deadline.name not in CARDED_CLOCKS and deadline.name != STEP:
        return
    limit, is_step = limit_behind(work, deadline), deadline.name == STEP
    is_on_the_spot = limit is not None and limit.amount == 0 if is_step else work.clock(deadline.name).is_on_the_spot
    for stage in passed:
        if is_on_the_spot and stage != Stage.DUE:
            continue
        subject = CardSubject(
            clock=deadline.name,
            colour=colour_of_card(stage, rule_set_of(work), is_on_the_spot=is_on_the_spot),
            cause=CardCause.STEP_OVERTIME if is_step else CardCause.LIMIT,
            department_id=responsible_department(work, deadline),
            element=(deadline.element or "") if is_step else "",
            engine_task=deadline.engine_task if is_step else None,
            due_at=deadline.due_at,
            effective_at=instant_of(deadline, stage),
        )
        card = issue_card(work, subject)
        if card is not None and stage == passed[-1]:
            tell_card(work, card, NOTICES[stage], limit=limit)


def _tell_passing(work: Casework, deadline: DeadlineFacts, stage: Stage) -> None:
    """Tell what has passed without a card: who was to answer or to act did not."""
    if deadline.name in CARD_DEADLINES:
        _tell_unanswered(work, deadline)
    elif deadline.name == SUSPENSION_OVERRUN:
        _tell_overrun(work, deadline)
    elif deadline.name == UNSERVED:
        _tell_unserved(work, deadline)
    elif deadline.name == DEEMED_WARNING:
        _warn_of_approval(work, stage)
    elif deadline.name == RENEWAL_WARNING:
        warn_of_renewal(work, stage)


def _tell_unanswered(work: Casework, deadline: DeadlineFacts) -> None:
    """The handler did not explain in time: their unit head hears. An appeal waits: the supervision office hears."""
    card = card_of(work, int(deadline.element or 0))
    facts = {"card": card.supervision_no or str(card.id), "due_at": text_of(deadline.due_at)}
    work.record(f"{deadline.name}_missed", {"card": facts["card"], "effective_at": facts["due_at"]})
    key = f"{deadline.name}:{card.id}"
    if deadline.name == CARD_ANSWER:
        tell_role(work, Role.UNIT_HEAD, "card_unanswered", facts, key=key, department_id=card.department_id)
    else:
        tell_supervision_office(work, "card_undecided", facts, key=key)


def _tell_overrun(work: Casework, deadline: DeadlineFacts) -> None:
    """The expected days of a special procedure have passed and it is still open; its clock stays paused."""
    work.record("suspension_overrun", {"suspension_id": deadline.element, "due_at": text_of(deadline.due_at)})
    facts, key = {"due_at": text_of(deadline.due_at)}, f"suspension-overrun:{deadline.id}"
    tell_role(work, Role.UNIT_HEAD, "suspension_overrun", facts, key=key)
    tell_supervision_office(work, "suspension_overrun", facts, key=key)


def _tell_unserved(work: Casework, deadline: DeadlineFacts) -> None:
    """A document was sent and nobody can prove its service: the period stands still, another way is asked for (K23)."""
    row = next((row for row in work.loaded.services if str(row.id) == deadline.element), None)
    channel = FALLBACKS.get(row.channel, row.channel) if row else ""
    work.record("document_unserved", {"service": deadline.element, "ask_for": channel})
    for department_id in {work.case.intake_department_id, work.case.department_id}:
        tell_role(
            work,
            Role.WINDOW_CLERK,
            "document_unserved",
            {"due_at": text_of(deadline.due_at), "channel": channel},
            key=f"unserved:{deadline.id}:{department_id}",
            department_id=department_id,
        )


def _warn_of_approval(work: Casework, stage: Stage) -> None:
    """Say that the case will be approved by default, or which guard is false already (time-limits section 8)."""
    guards, due_at = blocking_guards(work), text_of(work.clock(ClockName.PROMISED).due_at)
    for role in (Role.REVIEWER, Role.DECIDER, Role.UNIT_HEAD):
        key = f"deemed-warning:{work.case.id}:{stage}:{due_at}"
        if guards:
            tell_role(work, role, "deemed_warning_blocked", {"due_at": due_at, "guards": list(guards)}, key=key)
        else:
            tell_role(work, role, "deemed_warning", {"due_at": due_at}, key=key)


def _next_stage(work: Casework, deadline: DeadlineFacts, following: Stage | None, *, is_wait: bool) -> DeadlineChange:
    stage = Stage.DUE if following is None else following
    return replace(
        row_after(deadline, state=DeadlineState.FIRED if following is None else DeadlineState.ARMED),
        stage=stage,
        lane=Lane.MOVE if is_wait and stage == Stage.DUE else Lane.NOTICE,
        fire_at=fire_at(deadline.name, instant_of(deadline, stage), stage, rules=work.published.time_rules.deemed),
    )


def _passed(work: Casework, deadline: DeadlineFacts) -> list[Stage]:
    """Return the stages that lie behind now and were not fired, mildest first."""
    waiting = ((stage, instant_of(deadline, stage)) for stage in Stage if stage >= deadline.stage)
    return [stage for stage, at in waiting if at is not None and work.now > at]
