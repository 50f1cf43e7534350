"""Findings about a decision table: where they stand, and values as their author would write them."""

from datetime import date, time, timedelta

from app.domain.decision_search import Example
from app.domain.decisions import Decision
from app.domain.diagram import Finding
from app.domain.feel.functions import FUNCTIONS
from app.domain.feel.months import Months


def finding(code: str, severity: str, decision: Decision, *, line: int = 0, **facts: object) -> Finding:
    """Return a finding about a decision. line: of the rule, where it is about one."""
    return Finding(
        severity=severity,
        code=code,
        file=decision.file,
        line=line or decision.line,
        element=decision.id,
        name=decision.name,
        facts=facts,
    )


def say_example(example: Example) -> str:
    """Return values as `amount = 120, kind = "A"`; a dash for a table that asks for nothing."""
    return ", ".join(f"{name} = {say_value(value)}" for name, value in example) or "-"


def say_value(value: object) -> str:
    """Return a value as it is written in a cell."""
    if isinstance(value, str):
        return f'"{value}"'
    text = "null" if value is None else str(FUNCTIONS["string"].run(value))
    return f'@"{text}"' if isinstance(value, date | time | timedelta | Months) else text
