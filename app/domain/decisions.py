"""Evaluate decision tables (决策表) and literal expressions of DMN over variables.

The reader in `app/diagrams/dmn_reader.py` builds them from files. All hit policies of DMN 1.5 section 8.2.10 are here.
The numbers of the matching rules are returned, because the audit names the rule that decided.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from app.domain.decision_model import (
    LISTING,
    RANKED,
    Aggregator,
    Decision,
    DecisionFault,
    DecisionResult,
    DecisionTable,
    HitPolicy,
    Input,
    Output,
    Rule,
    build_table,
)
from app.domain.errors import NotFound
from app.domain.feel import Expression, Run
from app.domain.feel.values import ORDERS, compare, equal, exact, is_number

__all__ = [
    "RANKED",
    "Aggregator",
    "Decision",
    "DecisionFault",
    "DecisionModel",
    "DecisionResult",
    "DecisionTable",
    "HitPolicy",
    "Input",
    "Output",
    "Rule",
    "build_table",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionModel:
    """Decisions by id, of one file or of several. Requirements are known to exist and to form no circle."""

    decisions: Mapping[str, Decision]

    def find(self, key: str) -> Decision | None:
        """Find a decision by id, else by name."""
        found = self.decisions.get(key)
        return found or next((decision for decision in self.decisions.values() if decision.name == key), None)

    def decide(self, key: str, variables: Mapping[str, object], *, run: Run | None = None) -> DecisionResult:
        """Decide. key: id or name; run: the budget of the move.

        One result column gives its value, several give a context; COLLECT, RULE ORDER and OUTPUT ORDER give a list.
        Raises NotFound `decision_unknown`; DecisionFault `decision_rules_overlap` (UNIQUE), `decision_rules_differ`
        (ANY), `decision_not_numbers` (SUM, MIN, MAX over other values).
        """
        decision = self.find(key)
        if decision is None:
            raise NotFound("decision_unknown", decision=key)
        if not decision.requires:
            return _decide(decision, variables, run or Run())
        return _with_required(self, decision, variables, run or Run())


def _with_required(
    model: DecisionModel, decision: Decision, variables: Mapping[str, object], run: Run
) -> DecisionResult:
    scope = dict(variables)
    results: dict[str, DecisionResult] = {}
    for needed in in_order(model, decision):
        result = _decide(needed, scope, run)
        scope[needed.id] = scope[needed.name] = result.value
        results[needed.id] = result
    return replace(_decide(decision, scope, run), required=results)


def in_order(model: DecisionModel, decision: Decision) -> list[Decision]:
    """Return what `decision` needs, each once and after what it needs itself."""
    found: dict[str, Decision] = {}
    waiting = [(needed, False) for needed in reversed(decision.requires)]
    while waiting:
        key, is_ready = waiting.pop()
        needed = model.decisions[key]
        if is_ready:
            found.setdefault(key, needed)
        elif key not in found:
            waiting.append((key, True))
            waiting.extend((inner, False) for inner in reversed(needed.requires))
    return list(found.values())


def _decide(decision: Decision, scope: Mapping[str, object], run: Run) -> DecisionResult:
    body = decision.body
    if isinstance(body, Expression):
        return DecisionResult(value=body(scope, run))
    candidates = (1 << len(body.rules)) - 1
    inputs: list[tuple[str, object]] = []
    for column in body.columns:
        value = column.value(scope, run)
        inputs.append((column.expression.text, value))
        candidates = column.matching(value, candidates, scope, run)
        if not candidates:
            break
    if body.policy is HitPolicy.FIRST:
        candidates &= -candidates
    hits = _rules_of(body.rules, candidates)
    value = (
        _PICKERS.get(body.policy, _listed)(decision.name, body, hits, scope, run)
        if hits
        else _without_hit(body, scope, run)
    )
    return DecisionResult(value=value, rules=tuple([rule.number for rule in hits]), inputs=tuple(inputs))


def _rules_of(rules: tuple[Rule, ...], mask: int) -> list[Rule]:
    found = []
    while mask:
        lowest = mask & -mask
        found.append(rules[lowest.bit_length() - 1])
        mask ^= lowest
    return found


def _without_hit(table: DecisionTable, scope: Mapping[str, object], run: Run) -> object:
    if any(output.default for output in table.outputs):
        return _as_one(table, [output.default(scope, run) if output.default else None for output in table.outputs])
    if table.aggregator is Aggregator.COUNT:
        return 0
    return [] if table.policy in LISTING and table.aggregator is Aggregator.LIST else None


def _as_one(table: DecisionTable, values: list[object]) -> object:
    if len(values) == 1:
        return values[0]
    return {output.name: value for output, value in zip(table.outputs, values, strict=True)}


def _values_of(rule: Rule, scope: Mapping[str, object], run: Run) -> list[object]:
    return [output(scope, run) for output in rule.outputs]


def _first(_name: str, table: DecisionTable, hits: list[Rule], scope: Mapping[str, object], run: Run) -> object:
    return _as_one(table, _values_of(hits[0], scope, run))


def _unique(name: str, table: DecisionTable, hits: list[Rule], scope: Mapping[str, object], run: Run) -> object:
    if len(hits) > 1:
        raise _fault("decision_rules_overlap", name, hits)
    return _first(name, table, hits, scope, run)


def _any(name: str, table: DecisionTable, hits: list[Rule], scope: Mapping[str, object], run: Run) -> object:
    results = [_values_of(rule, scope, run) for rule in hits]
    if any(equal(result, results[0]) is not True for result in results[1:]):
        raise _fault("decision_rules_differ", name, hits)
    return _as_one(table, results[0])


def _ranked(table: DecisionTable, hits: list[Rule], scope: Mapping[str, object], run: Run) -> list[object]:
    results = [_values_of(rule, scope, run) for rule in hits]
    results.sort(key=lambda values: [_rank(output, value) for output, value in zip(table.outputs, values, strict=True)])
    return [_as_one(table, values) for values in results]


def _priority(_name: str, table: DecisionTable, hits: list[Rule], scope: Mapping[str, object], run: Run) -> object:
    return _ranked(table, hits, scope, run)[0]


def _listed(name: str, table: DecisionTable, hits: list[Rule], scope: Mapping[str, object], run: Run) -> object:
    if table.policy is HitPolicy.OUTPUT_ORDER:
        return _ranked(table, hits, scope, run)
    results = [_as_one(table, _values_of(rule, scope, run)) for rule in hits]
    if table.aggregator is Aggregator.LIST:
        return results
    if table.aggregator is Aggregator.COUNT:
        return len(results)
    return _aggregated(name, table.aggregator, hits, results)


def _aggregated(name: str, aggregator: Aggregator, hits: list[Rule], results: list[object]) -> object:
    if aggregator is Aggregator.SUM and all(is_number(value) for value in results):
        return sum(exact(value) for value in results)
    if aggregator is Aggregator.SUM:
        raise _fault("decision_not_numbers", name, hits)
    order = ORDERS["<" if aggregator is Aggregator.MIN else ">"]
    best = results[0]
    for value in results:
        is_better = compare(value, best, order)
        if is_better is None:
            raise _fault("decision_not_numbers", name, hits)
        best = value if is_better else best
    return best


_PICKERS: Mapping[HitPolicy, Callable[[str, DecisionTable, list[Rule], Mapping[str, object], Run], object]] = {
    HitPolicy.UNIQUE: _unique,
    HitPolicy.FIRST: _first,
    HitPolicy.ANY: _any,
    HitPolicy.PRIORITY: _priority,
}


def _rank(output: Output, value: object) -> int:
    places = (place for place, allowed in enumerate(output.allowed) if equal(allowed, value) is True)
    return next(places, len(output.allowed))


def _fault(code: str, name: str, hits: list[Rule]) -> DecisionFault:
    return DecisionFault(code, items=(), decision=name, rules=", ".join(str(rule.number) for rule in hits))
