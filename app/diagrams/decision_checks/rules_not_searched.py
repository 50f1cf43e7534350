"""A table with very many combinations, or with columns that depend on each other, is not looked through to the end."""

from collections.abc import Iterable

from app.diagrams.decision_checks.placing import finding
from app.domain.decision_search import Search
from app.domain.decisions import Decision, DecisionTable
from app.domain.diagram import Finding

CODE = "rules-not-searched"
SEVERITY = "note"


def check(decision: Decision, table: DecisionTable, search: Search) -> Iterable[Finding]:
    """Say that overlaps and gaps may be there all the same."""
    if not search.is_complete:
        yield finding(CODE, SEVERITY, decision, count=len(table.rules))
