"""Business rule tasks decide by the tables of their definition; what cannot be decided waits for a person."""

from datetime import date, timedelta

import pytest

from app.diagrams.dmn_reader import read_decisions
from app.domain.decisions import DecisionModel
from app.domain.errors import Conflict
from app.domain.moves import DecideAgain
from tests.unit.diagrams.test_dmn_reader import file, literal, table
from tests.unit.engine.conftest import Run
from tests.unit.engine.kit import boundary, chain, end, flow, node, start, trigger, user, users

BODY = (
    start()
    + user("apply")
    + node("businessRuleTask", "rate", lb__decision="fees", lb__result="fee")
    + node("exclusiveGateway", "g", default="d")
    + users("cheap", "dear", "other")
    + end()
    + chain("start", "apply", "rate", "g")
    + flow("g", "dear", "fee = 2")
    + flow("g", "cheap", flow_id="d")
    + chain("dear", "end")
    + chain("cheap", "end")
)
CAUGHT = BODY + boundary("failed", "rate", trigger("error")) + chain("failed", "other", "end")


def model(*rows: str, inputs: tuple[str, ...] = ("amount",)) -> DecisionModel:
    read = read_decisions({"fees.dmn": file(table(rows, inputs=inputs, outputs='<output name="fee"/>', key="fees"))})
    assert read.model is not None
    return read.model


FEES = model("< 100 | 1", ">= 100 | 2")
CLASHING = model("< 100 | 1", "> 50 | 2")


@pytest.mark.parametrize(("amount", "opened", "rule"), [(50, "cheap", 1), (500, "dear", 2)])
def test_result_is_kept_as_a_variable_and_told_with_its_rules(run: Run, amount: int, opened: str, rule: int) -> None:
    host = run(BODY, decisions=FEES).done("apply", amount=amount)

    (decided,) = host.decided
    assert decided.result is not None
    assert (host.open, host.variables["fee"]) == ([opened], rule)
    assert (decided.element, decided.decision, decided.fault) == ("rate", "fees", "")
    assert (decided.result.rules, decided.result.inputs) == ((rule,), (("amount", amount),))


def test_rules_that_contradict_each_other_leave_the_case_at_the_task(run: Run) -> None:
    host = run(BODY, decisions=CLASHING).done("apply", amount=70)

    (decided,) = host.decided
    assert (host.open, host.ended, "fee" in host.variables) == ([], False, False)
    assert (decided.fault, decided.facts["rules"], decided.is_caught) == ("decision_rules_overlap", "1, 2", False)


def test_what_failed_is_decided_again_by_other_tables(run: Run) -> None:
    host = run(BODY, decisions=CLASHING).done("apply", amount=70)
    task_id = host.decided[0].task_id

    host.apply(DecideAgain(task_id=task_id, decisions=FEES))

    assert (host.open, host.variables["fee"]) == (["cheap"], 1)
    assert [item.fault for item in host.decided] == ["decision_rules_overlap", ""]
    with pytest.raises(Conflict, match="decision_not_open"):
        host.apply(DecideAgain(task_id=task_id, decisions=FEES))


def test_boundary_event_for_errors_is_the_way_out_of_a_failed_decision(run: Run) -> None:
    host = run(CAUGHT, decisions=CLASHING).done("apply", amount=70)

    (decided,) = host.decided
    assert (host.open, decided.is_caught) == (["other"], True)
    assert host.done("other").ended


@pytest.mark.parametrize("decisions", [None, model("- | 1", inputs=("nobody",))])
def test_unknown_decision_and_endless_expression_fail_like_any_other(run: Run, decisions: DecisionModel | None) -> None:
    text = "some a in xs satisfies some b in xs satisfies some c in xs satisfies a + b + c = -1"
    slow = read_decisions({"a": file(literal("fees", text))}).model if decisions is not None else None

    host = run(BODY, {"xs": list(range(1000))}, decisions=slow).done("apply", amount=1)

    assert host.decided[0].fault == ("decision_unknown" if slow is None else "feel_step_limit")
    assert host.open == []


def test_input_narrows_what_the_tables_see(run: Run) -> None:
    narrowed = BODY.replace('lb:result="fee"', 'lb:result="fee" lb:input="={amount: form.area * 2}"')

    host = run(narrowed, {"form": {"area": 60}, "amount": 1}, decisions=FEES).done("apply")

    assert host.variables["fee"] == 2


def test_dates_and_durations_of_a_result_are_kept_as_texts(run: Run) -> None:
    text = '{until: date("2026-01-31") + duration("P1M"), stay: duration("P1DT2H"), span: duration("P14M"), n: 0.5}'
    decisions = read_decisions({"a": file(literal("fees", text))}).model

    host = run(BODY, decisions=decisions).done("apply")

    assert host.variables["fee"] == {"until": "2026-02-28", "stay": "P1DT2H", "span": "P1Y2M", "n": 0.5}
    assert host.decided[0].result is not None
    assert isinstance(value := host.decided[0].result.value, dict)
    assert (value["until"], value["stay"]) == (date(2026, 2, 28), timedelta(days=1, hours=2))


def test_numbers_json_cannot_hold_become_the_nearest_or_a_text(run: Run) -> None:
    decisions = read_decisions(
        {
            "a": file(
                literal(
                    "fees",
                    "{n: 10 ** 12, m: 2 ** 64, k: 9 ** 64 * 9 ** 64 * 9 ** 64 * 9 ** 64 * 9 ** 64 * 9 ** 64, b: true}",
                )
            )
        }
    ).model

    host = run(BODY, decisions=decisions).done("apply")

    fee = host.variables["fee"]
    assert isinstance(fee, dict)
    assert (fee["n"], fee["m"], fee["b"]) == (10**12, 2.0**64, True)
    assert isinstance(fee["k"], str)
