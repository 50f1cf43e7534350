from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from time import perf_counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.decisions import (
    Aggregator,
    Decision,
    DecisionFault,
    DecisionModel,
    HitPolicy,
    Input,
    Output,
    Rule,
    build_table,
)
from app.domain.errors import NotFound
from app.domain.feel import FeelStopped, Run, compile_expression, compile_unary_tests
from app.domain.feel.months import Months

OVERLAP = ("< 100 | - | 5", '[50..150] | "A","B" | 10', '> 90 | not("C") | 20', "- | - | 3")
BOTH = {"amount": 95, "kind": "A"}


def table(
    rows: Sequence[str],
    policy: HitPolicy,
    aggregator: Aggregator = Aggregator.LIST,
    *,
    inputs: tuple[str, ...] = ("amount", "kind"),
    outputs: tuple[Output, ...] = (Output(name="days", allowed=(20, 10, 5, 3)),),
    kinds: tuple[str, ...] = (),
) -> DecisionModel:
    kinds = kinds or ("",) * len(inputs)
    cells = [[cell.strip() for cell in row.split("|")] for row in rows]
    rules = [
        Rule(
            number=number,
            tests=tuple(map(compile_unary_tests, row[: len(inputs)])),
            outputs=tuple(map(compile_expression, row[len(inputs) :])),
        )
        for number, row in enumerate(cells, 1)
    ]
    body = build_table(
        policy=policy,
        aggregator=aggregator,
        inputs=[
            Input(expression=compile_expression(text), kind=kind) for text, kind in zip(inputs, kinds, strict=True)
        ],
        outputs=outputs,
        rules=rules,
    )
    return DecisionModel(decisions={"limit": Decision(id="limit", name="limit of days", body=body)})


@pytest.mark.parametrize(
    ("policy", "aggregator", "value", "rules"),
    [
        (HitPolicy.FIRST, Aggregator.LIST, 5, (1,)),
        (HitPolicy.PRIORITY, Aggregator.LIST, 20, (1, 2, 3, 4)),
        (HitPolicy.COLLECT, Aggregator.LIST, [5, 10, 20, 3], (1, 2, 3, 4)),
        (HitPolicy.COLLECT, Aggregator.SUM, 38, (1, 2, 3, 4)),
        (HitPolicy.COLLECT, Aggregator.MIN, 3, (1, 2, 3, 4)),
        (HitPolicy.COLLECT, Aggregator.MAX, 20, (1, 2, 3, 4)),
        (HitPolicy.COLLECT, Aggregator.COUNT, 4, (1, 2, 3, 4)),
        (HitPolicy.RULE_ORDER, Aggregator.LIST, [5, 10, 20, 3], (1, 2, 3, 4)),
        (HitPolicy.OUTPUT_ORDER, Aggregator.LIST, [20, 10, 5, 3], (1, 2, 3, 4)),
    ],
)
def test_each_policy_picks_as_the_standard_says(
    policy: HitPolicy, aggregator: Aggregator, value: object, rules: tuple[int, ...]
) -> None:
    result = table(OVERLAP, policy, aggregator).decide("limit", BOTH)

    assert (result.value, result.rules) == (value, rules)


@pytest.mark.parametrize(
    ("policy", "code"),
    [(HitPolicy.UNIQUE, "decision_rules_overlap"), (HitPolicy.ANY, "decision_rules_differ")],
)
def test_contradiction_names_the_rules(policy: HitPolicy, code: str) -> None:
    with pytest.raises(DecisionFault) as fault:
        table(OVERLAP, policy).decide("limit", BOTH)

    assert fault.value.code == code
    assert fault.value.facts == {"decision": "limit of days", "rules": "1, 2, 3, 4"}


def test_any_takes_rules_that_agree() -> None:
    result = table(["> 1 | - | 5", "> 2 | - | 5.0"], HitPolicy.ANY).decide("limit", BOTH)

    assert (result.value, result.rules) == (5, (1, 2))


def test_unique_takes_the_only_rule() -> None:
    result = table(OVERLAP[:2], HitPolicy.UNIQUE).decide("limit", {"amount": 20, "kind": "A"})

    assert (result.value, result.rules) == (5, (1,))


@pytest.mark.parametrize(
    ("policy", "aggregator", "value"),
    [
        (HitPolicy.UNIQUE, Aggregator.LIST, None),
        (HitPolicy.FIRST, Aggregator.LIST, None),
        (HitPolicy.ANY, Aggregator.LIST, None),
        (HitPolicy.PRIORITY, Aggregator.LIST, None),
        (HitPolicy.COLLECT, Aggregator.LIST, []),
        (HitPolicy.COLLECT, Aggregator.SUM, None),
        (HitPolicy.COLLECT, Aggregator.COUNT, 0),
        (HitPolicy.RULE_ORDER, Aggregator.LIST, []),
    ],
)
def test_nothing_matches(policy: HitPolicy, aggregator: Aggregator, value: object) -> None:
    result = table(OVERLAP[:2], policy, aggregator).decide("limit", {"amount": 500})

    assert (result.value, result.rules) == (value, ())


def test_default_stands_in_when_nothing_matches() -> None:
    outputs = (Output(name="days", default=compile_expression("amount / 100")), Output(name="note"))
    model = table(["< 1 | - | 5 | null"], HitPolicy.UNIQUE, outputs=outputs)

    assert model.decide("limit", {"amount": 500}).value == {"days": 5, "note": None}


def test_several_results_make_a_context() -> None:
    outputs = (Output(name="risk"), Output(name="visit"))
    model = table(['< 30 | - | "low" | false', '>= 30 | - | "high" | true'], HitPolicy.UNIQUE, outputs=outputs)

    assert model.decide("limit", {"amount": 31}).value == {"risk": "high", "visit": True}


def test_sum_of_texts_is_a_fault_with_its_rules() -> None:
    model = table(['- | - | "x"', "- | - | 1"], HitPolicy.COLLECT, Aggregator.SUM)

    with pytest.raises(DecisionFault) as fault:
        model.decide("limit", BOTH)

    assert (fault.value.code, fault.value.facts["rules"]) == ("decision_not_numbers", "1, 2")


def test_written_values_match_by_kind() -> None:
    model = table(["1 | - | 1", "true | - | 2", '"1" | - | 3', "null | - | 4"], HitPolicy.COLLECT)

    found = [model.decide("limit", {"amount": value}).value for value in (1, 1.0, True, "1", None, [1], {})]

    assert found == [[1], [1], [2], [3], [4], [], []]


def test_required_decisions_are_decided_once_and_first() -> None:
    members = table(
        ['true | "food"', 'true | "sign"'], HitPolicy.COLLECT, inputs=("serves",), outputs=(Output(name="m"),)
    )
    model = DecisionModel(
        decisions={
            "members": Decision(id="members", name="members", body=members.decisions["limit"].body),
            "count": Decision(id="count", name="n", body=compile_expression("count(members)"), requires=("members",)),
            "both": Decision(
                id="both",
                name="both",
                body=compile_expression("{count: n, first: members[1]}"),
                requires=("count", "members"),
            ),
        }
    )

    result = model.decide("both", {"serves": True})

    assert result.value == {"count": 2, "first": "food"}
    assert {key: needed.rules for key, needed in result.required.items()} == {"members": (1, 2), "count": ()}


def test_decision_is_found_by_name_and_else_refused() -> None:
    model = table(OVERLAP, HitPolicy.FIRST)

    assert model.decide("limit of days", BOTH).value == 5
    with pytest.raises(NotFound, match="decision_unknown"):
        model.decide("other", BOTH)


def test_table_spends_the_budget_of_the_move() -> None:
    model = table(["some x in ? satisfies x = 0 | - | 5"], HitPolicy.FIRST)

    with pytest.raises(FeelStopped):
        model.decide("limit", {"amount": list(range(1, 1000))}, run=Run(steps=100))


CELLS = (
    *("-", "1", "2", "1,2", "not(1)", "> 1", "[1..2]", '"a"', '"a","b"', "null", "true", "? = 2", ""),
    *("< 1, > 2", "(1..2)", "]1..3]", "[1..2], [2..3]", "[3..1]", "= 2", "!= 2", "[1, 2]", "[[1..2]]", '>= "a"'),
    *("[1..n]", "{a: 1}", '> @"2026-01-01"', '[@"2026-01-01"..@"2026-02-01"]', '@"2026-01-01"', "<= 1.5", "-1"),
    *("> -1", '< @"P2D"', '< @"P2M"', "[null..2]", '[1.."a"]', '> @"09:00:00"'),
)
GIVEN = (
    *(1, 2, 3, 1.0, 1.5, Decimal("1.5"), -1, float("nan"), "a", "b", "", None, True, False, [1], [1, 2], {"a": 1}, {}),
    *(date(2026, 1, 1), date(2026, 1, 15), datetime(2026, 1, 15, tzinfo=UTC), timedelta(days=1), Months(1), time(10)),
)
TESTS, VALUES = st.sampled_from(CELLS), st.sampled_from(GIVEN)


@given(rows=st.lists(st.tuples(TESTS, TESTS), min_size=1, max_size=12), first=VALUES, second=VALUES)
@settings(deadline=None, max_examples=300)
def test_index_finds_the_rules_a_plain_walk_finds(rows: list[tuple[str, str]], first: object, second: object) -> None:
    model = table([f"{a} | {b} | 1" for a, b in rows], HitPolicy.COLLECT)
    scope = {"amount": first, "kind": second}
    expected = tuple(
        number
        for number, (a, b) in enumerate(rows, 1)
        if compile_unary_tests(a)(first, scope) is True and compile_unary_tests(b)(second, scope) is True
    )

    assert model.decide("limit", scope).rules == expected


def test_large_table_of_written_values_stays_quick() -> None:
    model = table([f'- | "k{place}" | {place}' for place in range(1000)], HitPolicy.UNIQUE)
    started = perf_counter()

    for _ in range(200):
        assert model.decide("limit", {"kind": "k999"}).value == 999

    assert perf_counter() - started < 1


def test_large_table_of_spans_stays_quick() -> None:
    model = table([f"[{place * 10}..{place * 10 + 10}) | - | {place}" for place in range(1000)], HitPolicy.UNIQUE)
    started = perf_counter()

    for amount in range(0, 10_000, 50):
        assert model.decide("limit", {"amount": amount}).value == amount // 10

    assert perf_counter() - started < 1


@pytest.mark.parametrize(
    ("kind", "cell", "value", "rules"),
    [
        ("date", '< date("2026-02-01")', "2026-01-31", (1,)),
        ("date", '@"2026-01-31"', "2026-01-31T23:30:00+08:00", (1,)),
        ("date", '< date("2026-02-01")', "soon", ()),
        ("date", '< date("2026-02-01")', None, ()),
        ("time", '>= time("09:00:00")', "09:30:00", (1,)),
        ("dateTime", '< date and time("2026-02-01T00:00:00+08:00")', "2026-01-31T10:00:00+08:00", (1,)),
        ("feel:number", ">= 100", "120", (1,)),
        ("number", ">= 100", "many", ()),
        ("dayTimeDuration", '> @"P1D"', "PT36H", (1,)),
        ("yearMonthDuration", '[@"P1Y"..@"P2Y"]', "P18M", (1,)),
        ("string", '"120"', "120", (1,)),
        ("", '< date("2026-02-01")', "2026-01-31", ()),
    ],
)
def test_text_of_a_form_becomes_what_the_column_declares(
    kind: str, cell: str, value: object, rules: tuple[int, ...]
) -> None:
    model = table([f"{cell} | 1"], HitPolicy.UNIQUE, inputs=("given",), kinds=(kind,))

    assert model.decide("limit", {"given": value}).rules == rules


def test_result_tells_what_was_asked_and_what_it_needed() -> None:
    tier = table(["< 100 | 1", ">= 100 | 2"], HitPolicy.UNIQUE, inputs=("amount",)).decisions["limit"].body
    fee = table(['2 | "A" | 5', "- | - | 1"], HitPolicy.FIRST, inputs=("tier", "kind")).decisions["limit"].body
    model = DecisionModel(
        decisions={
            "tier": Decision(id="tier", name="tier", body=tier),
            "fee": Decision(id="fee", name="fee", body=fee, requires=("tier",)),
        }
    )

    result = model.decide("fee", {"amount": 120, "kind": "A"})

    assert (result.value, result.rules, result.inputs) == (5, (1,), (("tier", 2), ("kind", "A")))
    assert (result.required["tier"].rules, result.required["tier"].inputs) == ((2,), (("amount", 120),))
