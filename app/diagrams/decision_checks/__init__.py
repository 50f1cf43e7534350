"""Checks of decision tables: one rule, one file, one page in `docs/checks/`. The one list of rules about tables."""

from collections.abc import Callable, Iterable, Iterator

from app.diagrams.decision_checks import rules_gap, rules_not_searched, rules_overlap
from app.domain.decision_search import Search, search_table
from app.domain.decisions import Decision, DecisionModel, DecisionTable, HitPolicy
from app.domain.diagram import Finding

DecisionCheck = Callable[[Decision, DecisionTable, Search], Iterable[Finding]]

DECISION_CHECKS: tuple[tuple[str, str, DecisionCheck], ...] = tuple(
    (module.CODE, module.SEVERITY, module.check) for module in (rules_gap, rules_not_searched, rules_overlap)
)


def check_decisions(model: DecisionModel) -> Iterator[Finding]:
    """Yield what the rules of every table of which one rule has to match say together."""
    for decision in model.decisions.values():
        table = decision.body
        if isinstance(table, DecisionTable) and table.policy is HitPolicy.UNIQUE:
            search = search_table(table)
            for _code, _severity, check in DECISION_CHECKS:
                yield from check(decision, table, search)
