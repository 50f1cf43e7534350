"""Limits of steps against the promise: what is added up, what is not, and that unlike units are never overstated."""

from bisect import bisect_left
from dataclasses import replace
from pathlib import Path

import pytest

from app.catalogue.calendars import read_calendars, resolve_calendar
from app.catalogue.files import parse_toml
from app.catalogue.promises import promises_of, read_promises
from app.diagrams.check_diagram import check_diagram
from app.diagrams.checks.steps_longer_than_promise import CODE, LEAST
from app.domain.diagram import Promise
from app.domain.limit import TimeLimit
from app.domain.office_hours import parse_hours
from app.domain.vocabulary import LimitUnit
from tests.unit.diagrams.naming import PUBLISHED
from tests.unit.diagrams.test_checks import END, chain, diagram, flow

RULES = Path(__file__).parents[3] / "rules"


def step(element: str, limit: str = "", more: str = "") -> str:
    return f'<userTask id="{element}" name="{element}" lb:role="reviewer" lb:limit="{limit}" {more}/>'


def exceeded(body: str, amount: int = 5, unit: LimitUnit = LimitUnit.WORKING_DAY) -> list[tuple[str, object, object]]:
    """Return element, sum and way of each finding against a promise."""
    promise = Promise(name="许可", limit=TimeLimit(amount=amount, unit=unit))
    known = replace(PUBLISHED, promises=(promise,))
    findings = check_diagram(diagram(body), file="x.bpmn", published=known)[1]
    return [(item.element, item.facts["total"], item.facts["path"]) for item in findings if item.code == CODE]


def of_limits(*limits: str) -> str:
    """Return a chain of steps a, b, c, ... with these limits."""
    names = "abcdefgh"[: len(limits)]
    return "".join(map(step, names, limits)) + END + chain("start", *names, "end")


@pytest.mark.parametrize(
    ("limits", "amount", "unit", "total"),
    [
        (("2WD", "3WD"), 5, "WD", ""),
        (("2WD", "4WD"), 5, "WD", "2WD + 4WD = 6WD"),
        (("6WD",), 5, "WD", "6WD"),
        (("4WH", "4WH"), 7, "WH", "4WH + 4WH = 8WH"),
        (("20D", "11D"), 30, "D", "20D + 11D = 31D"),
        (("20H", "5H"), 24, "H", "20H + 5H = 25H"),
        (("1M", "1M"), 1, "M", "1M + 1M = 2M"),
        (("PT2H", "PT23H"), 24, "H", "PT7200S + PT82800S ≥ 25H"),
        (("promised 60%", "promised 50%"), 5, "WD", "60% + 50% = 110%"),
        (("promised 50%", "3WD", "promised 50%", "2WD"), 5, "WD", ""),
        (("promised - 1WD", "statutory", "decided + 9WD", "=later"), 1, "WD", ""),
    ],
)
def test_limits_of_one_unit_are_added_as_they_are(limits: tuple[str, ...], amount: int, unit: str, total: str) -> None:
    found = exceeded(of_limits(*limits), amount, LimitUnit(unit))

    assert [text for _element, text, _path in found] == ([total] if total else [])


@pytest.mark.parametrize(
    ("limits", "amount", "unit", "total"),
    [
        (("23WH", "5WD"), 5, "WD", ""),
        (("24WH", "5WD"), 5, "WD", "24WH + 5WD ≥ 6WD"),
        (("13D", "1WD"), 1, "WD", ""),
        (("14D", "3WD"), 5, "WD", "14D + 3WD ≥ 6WD"),
        (("1M",), 5, "WD", "1M ≥ 6WD"),
        (("335H", "PT300H"), 1, "WD", ""),
        (("400WH",), 5, "D", "400WH ≥ 16D"),
        (("3WD", "2D"), 4, "D", "3WD + 2D ≥ 5D"),
        (("9WD",), 7, "WH", ""),
        (("9WD", "27D"), 1, "M", ""),
    ],
)
def test_limits_of_other_units_count_what_they_take_at_least(
    limits: tuple[str, ...], amount: int, unit: str, total: str
) -> None:
    found = exceeded(of_limits(*limits), amount, LimitUnit(unit))

    assert [text for _element, text, _path in found] == ([total] if total else [])


def test_every_fortnight_of_the_national_calendar_holds_a_working_day_more_than_is_counted() -> None:
    """One day more, so that the holiday of a prefecture does not make it wrong."""
    days = resolve_calendar(read_calendars(RULES), ("CN",), hours=parse_hours("09:00-17:30")).days
    of, takes = LEAST[LimitUnit.DAY, LimitUnit.WORKING_DAY]

    firsts = range(days[0], days[-1] - of + 1)
    fewest = min(bisect_left(days, first + of) - bisect_left(days, first) for first in firsts)

    assert fewest >= takes + 1


def test_the_longest_way_counts_and_a_ring_counts_once() -> None:
    body = (
        "".join([step("a", "1WD"), step("b", "2WD"), step("c", "4WD"), step("d", "1WD")])
        + '<exclusiveGateway id="g" name="?" default="f_g_b"/><exclusiveGateway id="h" name="?" default="f_h_end"/>'
        + END
        + chain("start", "a", "g", "b", "h", "end")
        + flow("g", "c", "=x = 1")
        + chain("c", "d", "h")
        + flow("h", "a", "=x = 2")
    )

    assert exceeded(body) == [("d", "1WD + 4WD + 1WD = 6WD", "a → c → d")]


def test_branches_side_by_side_are_not_added_to_each_other() -> None:
    fork = '<parallelGateway id="f" name="f"/><parallelGateway id="j" name="j"/>'
    ways = chain("start", "f", "a", "j", "c", "end") + chain("f", "b", "j")

    body = step("a", "3WD") + step("b", "4WD") + fork + END + ways

    assert exceeded(body + step("c", "1WD")) == []
    assert exceeded(body + step("c", "2WD")) == [("c", "4WD + 2WD = 6WD", "b → c")]


def test_what_comes_before_the_acceptance_and_behind_the_decision_does_not_count() -> None:
    check, decide = step("check", "5WD", 'lb:startsClock="promised"'), step("decide", "3WD", 'lb:decides="true"')
    body = check + decide + step("deliver", "10WD") + END + chain("start", "check", "decide", "deliver", "end")

    assert exceeded(body) == []
    assert [element for element, *_rest in exceeded(body, 2)] == ["decide"]


def test_what_is_done_while_the_clock_is_suspended_does_not_count() -> None:
    stop, go = (f'<serviceTask id="{name}" lb:operation="{name}_clock"/>' for name in ("suspend", "resume"))
    body = step("a", "2WD") + stop + step("expert", "9WD") + go + step("b", "3WD") + END

    assert exceeded(body + chain("start", "a", "suspend", "expert", "resume", "b", "end")) == []


def test_steps_of_a_sub_process_count_on_the_way_through_it() -> None:
    inner = '<startEvent id="s"/>' + step("b", "3WD") + '<endEvent id="e"/>' + chain("s", "b", "e")
    body = step("a", "2WD") + f'<subProcess id="sub">{inner}</subProcess>' + step("c", "1WD") + END

    assert exceeded(body + chain("start", "a", "sub", "c", "end")) == [("c", "2WD + 3WD + 1WD = 6WD", "a → b → c")]


def test_a_way_over_a_timer_at_a_step_leaves_the_step_before_its_limit() -> None:
    timer = "<timerEventDefinition><timeDuration>9WD</timeDuration></timerEventDefinition>"
    late = f'<boundaryEvent id="late" attachedToRef="a">{timer}</boundaryEvent>'
    body = step("a", "4WD") + late + step("b", "4WD") + END + chain("start", "a", "end") + chain("late", "b", "end")

    assert exceeded(body) == []


def test_a_wait_on_the_way_counts_as_long_as_it_lasts() -> None:
    timer = "<timerEventDefinition><timeDuration>4WD</timeDuration></timerEventDefinition>"
    wait = f'<intermediateCatchEvent id="notice" name="公示">{timer}</intermediateCatchEvent>'

    found = exceeded(step("a", "2WD") + wait + END + chain("start", "a", "notice", "end"))

    assert found == [("notice", "2WD + 4WD = 6WD", "a → 公示")]


def test_of_several_matters_the_shortest_promise_counts() -> None:
    promises = [
        Promise(name=str(amount), limit=TimeLimit(amount=amount, unit=LimitUnit.WORKING_DAY)) for amount in (9, 3)
    ]
    known = replace(PUBLISHED, promises=tuple(promises))

    findings = check_diagram(diagram(of_limits("4WD")), file="x.bpmn", published=known)[1]

    assert [item.facts["promise"] for item in findings] == ["3 3WD"]


def test_a_matter_with_classes_promises_the_longest_of_them() -> None:
    """Each class may go its own way: a step of the longest one breaks no promise of the shortest."""
    source = (
        'name = "公开"\npattern = "p"\npromised_limit = "1WD"\n'
        '[[class]]\ncode = "own"\npromised_limit = "1WD"\n[[class]]\ncode = "joint"\npromised_limit = "15WD"\n'
    )

    promises = promises_of(parse_toml("matters/x/y.toml", source.encode()))

    assert [item.limit.amount for item in promises] == [15]


@pytest.mark.parametrize("limit", ["soon", "promised", 3, "", None])
def test_a_promise_that_cannot_be_read_is_the_fault_of_another_check(limit: object) -> None:
    text = (
        f'promised_limit = "{limit}"'
        if isinstance(limit, str)
        else ""
        if limit is None
        else f"promised_limit = {limit}"
    )

    assert promises_of(parse_toml("matters/x/y.toml", f'name = "x"\n{text}\n'.encode())) == ()


def test_the_shipped_matters_and_themes_promise_by_their_diagrams() -> None:
    promises = read_promises(RULES)

    assert {"pattern:committed", "pattern:instant", "theme:startup"} <= promises.keys()
    assert min(item.limit.amount for item in promises["pattern:committed"]) > 0


def test_a_long_diagram_is_added_up_in_no_time() -> None:
    names = [f"n{number}" for number in range(2_000)]
    body = "".join(step(name, "1WD") for name in names) + END + chain("start", *names, "end")

    found = exceeded(body, 1_999)

    assert [element for element, *_rest in found] == ["n1999"]
