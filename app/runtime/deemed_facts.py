"""Guards of the approval by default (G1-G16), asked of the case in hand."""

from app.domain.deemed import guard_results, may_arm
from app.domain.deemed_case import DeemedCase, facts_of
from app.domain.obstacle import FeeRow, ForwardingRow
from app.runtime.casework import Casework


def may_be_deemed(work: Casework) -> bool:
    """Say whether a `deemed` deadline is armed at all: the matter is whitelisted and nothing excludes it for good."""
    offering = work.loaded.offering
    return offering is not None and may_arm(
        offering,
        region_code=work.case.region_code,
        rules=work.published.time_rules.deemed,
        is_promise_running=work.clock("promised").status in ("running", "paused"),
    )


def blocking_guards(work: Casework) -> tuple[str, ...]:
    """Return the codes of the guards that are false now, in the order of the rule book; empty when it may fire."""
    return tuple(code for code, holds in ask_guards(work).items() if not holds)


def ask_guards(work: Casework) -> dict[str, bool]:
    """Return every guard by its code with whether it holds now."""
    case, loaded, rules = work.case, work.loaded, work.published.time_rules
    row = next((item for item in loaded.deadlines if item.name == "deemed"), None)
    seen = DeemedCase(
        kind=case.kind,
        state=work.state,
        region_code=case.region_code,
        offering=loaded.offering,
        promised=work.clock("promised"),
        ledger=work.ledger,
        stored_due_at=row.due_at if row else None,
        has_decision=loaded.decision is not None or bool(work.changes.decisions),
        has_closure=loaded.has_closure,
        calendar=work.published.calendar_of(case.department_id),
        counting=rules.counting,
        rules=rules.deemed,
        holds=work.holds,
        outages=loaded.outages,
        fees=fees_of(work),
        forwardings=forwardings_of(work),
        checked_at=[item.checked_at for item in loaded.materials if item.checked_at is not None],
        handled=loaded.handled,
        handled_in_theme=loaded.handled_in_theme,
        is_paused=work.is_paused,
    )
    return guard_results(facts_of(seen))


def fees_of(work: Casework) -> tuple[FeeRow, ...]:
    """Return the fees of the case as this move has them now."""
    rows = (*work.loaded.fees, *work.changes.fees_asked, *work.changes.fees_paid)
    return tuple({row.id: row for row in rows}.values())


def forwardings_of(work: Casework) -> tuple[ForwardingRow, ...]:
    """Return the forwardings of the case as this move has them now."""
    rows = (*work.loaded.forwardings, *work.changes.forwarded, *work.changes.forwardings_answered)
    return tuple({row.id: row for row in rows}.values())
