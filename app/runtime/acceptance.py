"""Acceptance (受理): the authority takes the case and its clocks start."""

from dataclasses import replace
from datetime import datetime

from app.domain.actor import Actor
from app.domain.clock_acts import start_clock, stop_clocks
from app.domain.limit import TimeLimit, parse_limit
from app.domain.vocabulary import CaseState, ClockName
from app.runtime.casework import Casework
from app.runtime.joint_limits import joint_promise, joint_statutory
from app.runtime.notices import tell_applicant
from app.runtime.papers import issue_document, issues_paper

NON_ACCEPTING = ("correct", "refuse_acceptance", "return")
# Outcome of the task that hands a result over, and kind of the audit entry of that act.
DELIVERED = "delivered"
CASE_CLOCKS = (ClockName.PROMISED.value, ClockName.STATUTORY.value)
BUNDLE_CLOCKS = (ClockName.BUNDLE_PROMISED.value, ClockName.BUNDLE_STATUTORY.value)


def accept(
    work: Casework, *, clocks: tuple[str, ...], accepted_at: datetime, actor: Actor, seq: int, has_letter: bool = True
) -> None:
    """Accept the case at `accepted_at` and start `clocks` from there.

    seq: the audit entry of the acceptance; it also covers the start of the first clock. The clocks that ran before
    acceptance end. A member case gets no letter of its own: its theme has one.
    Source: 行政许可法 art. 32 (acceptance, dated receipt), art. 42 (limits run from acceptance).
    """
    stop_running(work, (ClockName.NOTICE5, ClockName.CORRECTION), at=work.now)
    work.accepted_at = accepted_at
    work.move_to(CaseState.ACCEPTED)
    for name in clocks:
        limit = limit_of_clock(work, name)
        if limit is not None:
            start(work, name, limit=limit, occurred_at=accepted_at, actor=actor, seq=seq)
            seq = 0
    if has_letter and issues_paper(work, "acceptance"):
        issue_document(work, "acceptance", {"accepted_at": accepted_at.isoformat()})
        tell_applicant(work, "accepted", {"due_at": due_text(work)})


def limit_of_clock(work: Casework, name: str) -> TimeLimit | None:
    """Return the limit of a clock from the pinned implementation list or theme; None when none is set."""
    offering, text = work.loaded.offering, ""
    if name == ClockName.BUNDLE_PROMISED:
        return joint_promise(work).limit
    if name == ClockName.BUNDLE_STATUTORY:
        text = joint_statutory(work)
    elif name == ClockName.PROMISED:
        text = offering.promised_limit if offering else ""
    elif name == ClockName.STATUTORY:
        text = offering.statutory_limit if offering else ""
    elif name == ClockName.NOTICE5 and offering and not offering.is_deemed_acceptance:
        return None
    else:
        of_matter = offering.delivery_limit if offering and name == ClockName.DELIVERY else ""
        text = of_matter or work.published.time_rules.limit_text(name)
    limit = parse_limit(text) if text else None
    return limit if isinstance(limit, TimeLimit) else None


def decision_clocks(work: Casework) -> tuple[str, ...]:
    """Return the clocks that start with the acceptance: of the bundle for a joint case, else of the matter."""
    return BUNDLE_CLOCKS if work.case.theme_code is not None else CASE_CLOCKS


def start(
    work: Casework, name: str, *, limit: TimeLimit, occurred_at: datetime, actor: Actor | None = None, seq: int = 0
) -> None:
    """Start a clock of the case.

    seq: an audit entry of this move that covers it; 0 writes one of its own.
    """
    by = actor or work.actor
    calendar = work.published.calendar_of(work.case.department_id)
    facts = {"clock": name, "limit": f"{limit.amount}{limit.unit}", "calendar": calendar.id}
    entry = start_clock(
        work.ledger,
        seq=seq or work.record("clock_started", facts, actor=by),
        clock=name,
        limit=limit,
        occurred_at=occurred_at,
        recorded_at=work.now,
        actor=by.code,
        calendar=calendar,
        counting=work.published.time_rules.counting,
    )
    path = joint_promise(work).path if name == ClockName.BUNDLE_PROMISED else ""
    work.add_entry(replace(entry, path=path) if path else entry)


def stop_running(work: Casework, names: tuple[str, ...], *, at: datetime, seq: int = 0) -> None:
    """Stop those of `names` that run or are paused; the promised and the statutory clock stop in one entry.

    seq: an audit entry that covers the first stop; 0 writes one each.
    """
    running = [name for name in names if work.clock(name).status in ("running", "paused")]
    is_both = set(CASE_CLOCKS) <= set(running)
    others = [name for name in running if not (is_both and name in CASE_CLOCKS)]
    for clock in [None, *others] if is_both else others:
        entry = stop_clocks(
            work.ledger,
            clock=clock,
            seq=seq or work.record("clock_stopped", {"clock": clock} if clock else {}),
            occurred_at=at,
            recorded_at=work.now,
            actor=work.actor.code,
        )
        work.add_entry(entry)
        seq = 0


def due_text(work: Casework) -> str:
    """Return the due instant of the promise as RFC 3339 text, empty while there is none."""
    due_at = work.clock(ClockName.PROMISED).due_at or work.clock(ClockName.BUNDLE_PROMISED).due_at
    return due_at.isoformat() if due_at else ""
