"""Instants of the limits a diagram names: expressions over the clocks of the case."""

from datetime import datetime

from app.domain.deadline_instants import DeadlineInstants, derive
from app.domain.limit import LimitExpression, NamedLimit, TimeLimit, parse_limit
from app.domain.snapshot import OpenTask
from app.runtime.casework import Casework


def bare_clock(expression: LimitExpression) -> str | None:
    """Return the clock name when the expression is nothing but a clock, else None."""
    if isinstance(expression, NamedLimit) and expression.percent is None and expression.offset is None:
        return expression.clock
    return None


def limit_of_task(work: Casework, task: OpenTask) -> DeadlineInstants:
    """Return the instants of the step limit `lb:limit`, counted from now when it is a plain amount."""
    return instants_of(work, parse_limit(task.limit), started_at=work.now)


def instants_of(work: Casework, expression: LimitExpression, *, started_at: datetime) -> DeadlineInstants:
    """Return the instants of a limit expression for this case. started_at: where a plain amount counts from."""
    rules = work.published.time_rules
    decided = work.changes.decisions[-1] if work.changes.decisions else work.loaded.decision
    return derive(
        expression,
        # A plain amount asks no clock.
        clocks={} if isinstance(expression, TimeLimit) else work.clocks(),
        started_at=started_at,
        calendar=work.published.calendar_of(work.case.department_id),
        counting=rules.counting,
        decided_at=decided.effective_at if decided else None,
        rule_set=rules.rule_set(work.loaded.offering.card_rule_set if work.loaded.offering else None),
    )
