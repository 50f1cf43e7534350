"""Decision tables, and what a business rule task decided by them, as pages show them."""

from collections.abc import Iterator, Mapping

from app.diagrams.dmn_file import DmnFile
from app.domain.decisions import Decision
from app.domain.feel import Expression
from app.web.presenting import Words

NO_MARKS: Mapping[tuple[str, int], str] = {}


def decision_tables(source: bytes, *, marks: Mapping[tuple[str, int], str] = NO_MARKS) -> list[dict[str, object]]:
    """Return the decisions of a file as tables of texts, those that can be read.

    marks: (decision, number of a rule) -> what became of it, number 0 for the decision itself.
    """
    return [_table(decision, marks) for decision in DmnFile("").read(source).values()]


def _table(decision: Decision, marks: Mapping[tuple[str, int], str]) -> dict[str, object]:
    body = decision.body
    head: dict[str, object] = {
        "id": decision.id,
        "name": decision.name,
        "requires": ", ".join(decision.requires),
        "mark": marks.get((decision.id, 0), ""),
    }
    if isinstance(body, Expression):
        return {**head, "policy": "", "text": body.text, "inputs": [], "outputs": [], "rules": []}
    return {
        **head,
        "policy": " ".join(filter(None, (body.policy.value, body.aggregator.value))),
        "text": "",
        "inputs": [item.expression.text for item in body.inputs],
        "outputs": [output.name for output in body.outputs],
        "rules": [
            {
                "number": rule.number,
                "mark": marks.get((decision.id, rule.number), ""),
                "cells": [*(cell.text for cell in rule.tests), *(cell.text for cell in rule.outputs)],
            }
            for rule in body.rules
        ],
    }


def rule_words(words: Words, facts: Mapping[str, object]) -> Iterator[str]:
    """Yield what the entry says: why it was decided so, and what came of it; without the values once they are erased."""
    rules = facts["rules"]
    numbers = ", ".join(str(rule) for rule in rules) if isinstance(rules, list) else str(rules)
    yield words.text("pages.rules.matched", rules=numbers) if numbers else words.text("pages.rules.none")
    inputs = facts.get("inputs")
    if isinstance(inputs, Mapping) and inputs:
        yield words.text("pages.rules.because", values=", ".join(_pair(*item) for item in inputs.items()))
    if "result" in facts:
        yield words.text("pages.rules.result", result=_said(facts["result"]))


def _pair(name: str, value: object) -> str:
    return f"{name} = {_said(value)}"


def _said(value: object) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return str(value).lower()
        case str():
            return f'"{value}"'
        case Mapping():
            return ", ".join(_pair(str(name), item) for name, item in value.items())
        case list() | tuple():
            return ", ".join(map(_said, value))
        case _:
            return str(value)
