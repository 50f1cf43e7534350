"""For values no rule matches the decision gives null, which a gateway behind it rarely expects."""

from collections.abc import Iterable

from app.diagrams.decision_checks.placing import finding, say_example
from app.domain.decision_search import Search
from app.domain.decisions import Decision, DecisionTable
from app.domain.diagram import Finding

CODE = "rules-gap"
SEVERITY = "warning"


def check(decision: Decision, _table: DecisionTable, search: Search) -> Iterable[Finding]:
    """Give one example of values that no rule matches."""
    if search.gap is not None:
        yield finding(CODE, SEVERITY, decision, example=say_example(search.gap))
