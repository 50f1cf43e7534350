"""Where the policy UNIQUE lets one rule match, two that match together stop the case with an incident."""

from collections.abc import Iterable

from app.diagrams.decision_checks.placing import finding, say_example
from app.domain.decision_search import Search
from app.domain.decisions import Decision, DecisionTable
from app.domain.diagram import Finding

CODE = "rules-overlap"
SEVERITY = "error"


def check(decision: Decision, table: DecisionTable, search: Search) -> Iterable[Finding]:
    """Name each pair at the later of its rules, with values for which both match."""
    for overlap in search.overlaps:
        first, second = table.rules[overlap.first], table.rules[overlap.second]
        rules = f"{first.number}, {second.number}"
        yield finding(CODE, SEVERITY, decision, line=second.line, rules=rules, example=say_example(overlap.example))
