"""The clocks of a case as answers show them: state, instants, and why, in both languages."""

from app.domain.explanation import explain
from app.runtime.casework import Casework


def clock_answers(work: Casework) -> list[dict[str, object]]:
    """Return one entry per clock: name, state, due instant, colour instants and the explanation of each ledger entry."""
    answers: list[dict[str, object]] = []
    for name, clock in work.clocks().items():
        sentences = explain(
            work.ledger, name, calendars=work.published.calendars, counting=work.published.time_rules.counting
        )
        answers.append(
            {
                "clock": name,
                "state": clock.status,
                "due_at": clock.due_at.isoformat() if clock.due_at else None,
                "yellow_at": clock.yellow_at.isoformat() if clock.yellow_at else None,
                "red_at": clock.red_at.isoformat() if clock.red_at else None,
                "provisional": clock.is_provisional,
                "explanation": [work.published.messages.both(item.key, **item.facts) for item in sentences],
            }
        )
    return answers
