"""What the pages of applicants share: asking to sign in, limits in words, stages, the one limit that counts."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from functools import wraps
from typing import ParamSpec

from werkzeug.wrappers import Response

from app.domain.case_life import ENDED
from app.domain.vocabulary import CaseState, Colour, ResultKind, Role
from app.queries.clock import ClockView
from app.queries.progress import TOLD_KINDS
from app.web.pages.case_parts import LIMIT, clock_colour
from app.web.pages.context import Showing
from app.web.presenting import DueView, Remaining, Words, present_due
from app.web.sign_in import current_person

P = ParamSpec("P")
Answer = str | Response | tuple[str, int]
STAGES = ("received", "accepted", "review", "decision", "delivery")
STAGE_OF_STATE = {
    CaseState.RECEIVED: "received",
    CaseState.CORRECTING: "received",
    CaseState.ACCEPTED: "review",
    CaseState.SUSPENDED: "review",
    CaseState.DECIDED: "delivery",
    CaseState.DEEMED: "delivery",
    CaseState.DELIVERING: "delivery",
    CaseState.NOT_ACCEPTED: "accepted",
}
DECIDING_ROLES = frozenset({Role.DECIDER.value, Role.UNIT_HEAD.value})
HALL_ROLES = frozenset({Role.WINDOW_CLERK.value, Role.DELIVERY_CLERK.value})
PROMISES = ("promised", "bundle_promised")
RUNNING = ("running", "paused")


def for_signed_in(view: Callable[P, Answer]) -> Callable[P, Answer]:
    """Ask somebody who is not signed in to do so before anything is looked up. Raises Unauthenticated."""

    @wraps(view)
    def asked(*args: P.args, **kwargs: P.kwargs) -> Answer:
        current_person()
        return view(*args, **kwargs)

    return asked


def limit_in_words(limit: str, words: Words) -> str:
    """Say a limit such as `5WD`; no working day at all means on the spot. Empty for no limit."""
    found = LIMIT.match(limit)
    if found is None:
        return limit
    return (
        words.text(f"pages.limit.{found[2]}", count=found[1]) if int(found[1]) else words.text("pages.applying.at_once")
    )


def stages(state: str, waiting_roles: Iterable[str], words: Words) -> list[dict[str, str]]:
    """Return the five stages of a case, each done, current, next or stopped."""
    at = _stage(CaseState(state), frozenset(waiting_roles))
    place = STAGES.index(at) if at else len(STAGES)
    present = "stopped" if state in ENDED else "current"
    marks = ["done" if index < place else present if index == place else "next" for index in range(len(STAGES))]
    return [
        {"name": words.text(f"pages.stage.{code}"), "state": mark} for code, mark in zip(STAGES, marks, strict=True)
    ]


def holder(state: str, waiting_roles: Iterable[str], words: Words, *, department: str, intake_department: str) -> str:
    """Say in whose hands a case is; empty when it ended."""
    if state in ENDED:
        return ""
    roles = frozenset(waiting_roles)
    if state == CaseState.CORRECTING:
        return words.label("role", Role.APPLICANT)
    return intake_department if roles and roles <= HALL_ROLES else department


def result_in_words(state: str, result_kind: str | None, words: Words) -> str:
    """Say what came out of a case, and what its applicant does next; empty while nothing did."""
    if state == CaseState.CLOSED and result_kind == ResultKind.NOT_CORRECTED:
        return words.text("pages.progress_result.not_corrected")
    key = f"pages.progress_result.{state}"
    return words.text(key) if words.messages.has(key) else ""


def promise_of(clocks: Sequence[ClockView], shown: Showing) -> tuple[DueView | None, list[str]]:
    """Return the promised limit while it runs or stands still, and the sentences that explain it."""
    found = next((clock for clock in clocks if clock.clock in PROMISES and clock.state in RUNNING), None)
    if found is None:
        return None, []
    return due_of_clock(found, shown), [_sentence(item.key, dict(item.facts), shown.words) for item in found.sentences]


def due_of_clock(clock: ClockView, shown: Showing) -> DueView:
    """Present the limit of a clock with what remains of it."""
    colour = clock_colour(clock, shown.now)
    days = clock.remaining_working_days or 0
    return present_due(
        clock.due_at,
        now=shown.now,
        colour=colour,
        words=shown.words,
        remaining=Remaining(working_days=days, working_minutes=0)
        if days > 0 and colour is not Colour.OVERDUE
        else None,
        is_provisional=clock.provisional,
    )


def correction_due(clocks: Sequence[ClockView], shown: Showing) -> DueView:
    """Return until when corrections are taken."""
    found = next((clock for clock in clocks if clock.clock == "correction"), None)
    return due_of_clock(found, shown) if found else shown.due(None, Colour.GREEN)


def milestones(events: Iterable[tuple[datetime, str]], shown: Showing) -> list[dict[str, object]]:
    """Return what an applicant is told of the history: when and what, never which officer."""
    return [
        {"at": shown.at(at), "what": shown.words.text(f"history.{kind}"), "who": "", "note": ""}
        for at, kind in events
        if kind in TOLD_KINDS
    ]


def _stage(state: CaseState, waiting_roles: frozenset[str]) -> str:
    stage = STAGE_OF_STATE.get(state, "")
    is_deciding = bool(waiting_roles) and waiting_roles <= DECIDING_ROLES
    if stage == "review" and is_deciding:
        return "decision"
    return "received" if state in (CaseState.WITHDRAWN, CaseState.TERMINATED, CaseState.REVOKED) else stage


def _sentence(key: str, facts: dict[str, object], words: Words) -> str:
    ground = f"notices.words.ground.{facts.get('ground')}"
    return words.text(key, **{**facts, "ground": words.text(ground)} if words.messages.has(ground) else facts)
