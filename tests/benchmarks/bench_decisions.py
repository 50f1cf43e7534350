"""Figures of conditions and decision tables a second of CPU. Run `python -m tests.benchmarks.bench_decisions`.

Beside each rate stands its share of a plain call of Python counted in the same run, which a busy machine moves less.
The search for overlaps and gaps and the reading of a large file are measured too, because a deployment waits for them.
"""

import time
from collections.abc import Callable, Mapping

from app.diagrams.dmn_reader import read_decisions
from app.domain.decision_search import search_table
from app.domain.decisions import DecisionModel, DecisionTable
from app.engine import runner
from app.engine.expressions import Condition
from tests.benchmarks.figures import report, say_conditions
from tests.unit.diagrams.test_dmn_reader import file, literal, table
from tests.unit.engine.kit import chain_of, define

ROUNDS = 7
SHORT = '=outcomes.check = "accept"'
CONDITION = '=amount > 100 and kind = "A"'
FOUR = ('< 100 | "A" | 5', '< 100 | "B","C" | 10', '>= 100 | "A" | 15', '>= 100 | "B","C" | 20')
VALUES: Mapping[str, object] = {"amount": 1207, "kind": "A", "outcomes": {"check": "accept"}, "form": {"area": 60}}


def rate(act: Callable[[], object], count: int = 20_000) -> float:
    """Return calls a second of CPU: the best of some rounds, because nothing makes a program quicker than it is."""
    best = 0.0
    for _ in range(ROUNDS):
        began = time.process_time()
        for _ in range(count):
            act()
        best = max(best, count / (time.process_time() - began))
    return best


def model_of(*rows: str, attributes: str = "", more: str = "") -> DecisionModel:
    """Return a table named `limit` over amount and kind. more: further decisions."""
    model = read_decisions({"a.dmn": file(table(rows, attributes=attributes), more)}).model
    assert model is not None
    return model


def spans(count: int) -> tuple[str, ...]:
    """Return rules for spans of the amount that touch each other."""
    return tuple(f'[{place * 10}..{place * 10 + 10}) | "A","B" | {place}' for place in range(count))


def bench_conditions(plain: float) -> None:
    """Conditions as a gateway asks them: over the variables of an instance that waits."""
    instance = runner.begin(define(chain_of(1)), VALUES)
    task = next(instance.workflow.live_tasks())
    for text in (SHORT, CONDITION):
        condition = Condition(text)
        assert condition.holds(task)
        found = rate(lambda asked=condition: asked.holds(task))
        report(f"condition through the engine: {text[1:]}", found, 250_000, "/s")
        report("  share of a plain call", found / plain * 100, None, "%")


def bench_tables(plain: float) -> None:
    """Tables asked with values of the middle."""
    tables = {
        "4 rules, UNIQUE": (model_of(*FOUR), "limit", 100_000),
        "4 rules, FIRST": (model_of(*FOUR, attributes='hitPolicy="FIRST"'), "limit", 100_000),
        "200 rules of spans, UNIQUE": (model_of(*spans(200)), "limit", 20_000),
        "200 rules of texts, UNIQUE": (
            model_of(*(f'- | "{"A" if place == 150 else f"k{place}"}" | {place}' for place in range(200))),
            "limit",
            20_000,
        ),
        "200 rules, each tested": (
            model_of(*(f"? = {place + 1107} | - | {place}" for place in range(200))),
            "limit",
            None,
        ),
        "a table that feeds an expression": (
            model_of(*FOUR, more=literal("fee", "limit * 2 + 1", requires="limit")),
            "fee",
            None,
        ),
    }
    for name, (model, key, target) in tables.items():
        assert model.decide(key, VALUES).value is not None
        found = rate(lambda asked=model, called=key: asked.decide(called, VALUES), 5_000)
        report(f"decision: {name}", found, target, "/s")
        report("  share of a plain call", found / plain * 100, None, "%")


def bench_deployment() -> None:
    """What a check of a large table costs."""
    began = time.process_time()
    model = model_of(*spans(2000))
    report("2,000 rules read and indexed", (time.process_time() - began) * 1000, None, "ms")
    body = model.decisions["limit"].body
    assert isinstance(body, DecisionTable)
    began = time.process_time()
    assert search_table(body).is_complete
    report("2,000 rules searched for overlaps and gaps", (time.process_time() - began) * 1000, 1000, "ms", at_most=True)


def main() -> None:
    """Measure everything once."""
    say_conditions("Conditions and decisions, CPU of one process")
    plain = rate(lambda: VALUES.get("amount"))
    report("a plain call of Python", plain, None, "/s")
    bench_conditions(plain)
    bench_tables(plain)
    bench_deployment()


if __name__ == "__main__":
    main()
