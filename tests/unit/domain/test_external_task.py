"""What a topic hands out and takes back, where a program may fetch, and when a failed try comes again."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest

from app.domain.authority import Membership, Person
from app.domain.errors import InvalidInput
from app.domain.external_task import (
    Failure,
    ReturnedVariable,
    Topic,
    check_returned,
    handed_out,
    next_try_at,
    reach_of,
)
from app.domain.snapshot import OpenService

NOW = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)
NOTHING: Mapping[str, object] = {}
KINDS = ("text", "integer", "number", "boolean", "date")
TOPIC = Topic(
    code="register",
    name_zh="登记",
    name_en="Register",
    gives=("name", "place"),
    returns={kind: ReturnedVariable(name=kind, kind=kind) for kind in KINDS},
    roles=("integrator",),
    backoff_s=10,
)


def service(inputs: Mapping[str, object] = NOTHING, item: Mapping[str, object] = NOTHING) -> OpenService:
    return OpenService(task_id="t", element="w", name="", operation="", topic="register", inputs=inputs, locals=item)


def test_only_declared_names_leave_and_the_nearest_value_counts() -> None:
    variables = {"name": "outer", "place": "A", "id_number": "422801"}

    given = handed_out(TOPIC, service(inputs={"name": "written", "mobile": "138"}, item={"place": "B"}), variables)

    assert given == {"name": "written", "place": "B"}
    assert handed_out(TOPIC, service(), {}) == {"name": None, "place": None}
    assert handed_out(None, service(inputs={"name": "x"}), variables) == {}


@pytest.mark.parametrize(
    ("kind", "value"),
    [("text", "王"), ("integer", -3), ("number", 2.5), ("number", 2), ("boolean", False), ("date", "2026-02-28")],
)
def test_values_of_the_declared_kind_are_taken(kind: str, value: object) -> None:
    assert check_returned(TOPIC, {kind: value}) == {kind: value}


@pytest.mark.parametrize(
    ("kind", "value", "code"),
    [
        ("text", 1, "answer_type"),
        ("text", "x" * 4_001, "too_long"),
        ("integer", 1.5, "answer_type"),
        ("integer", True, "answer_type"),
        ("integer", 2**60, "answer_type"),
        ("number", "1", "answer_type"),
        ("number", float("inf"), "answer_type"),
        ("boolean", 0, "answer_type"),
        ("date", "2026-02-30", "date_malformed"),
        ("date", 20260228, "date_malformed"),
        ("form", {"x": 1}, "answer_unknown"),
    ],
)
def test_other_values_are_refused_with_their_place(kind: str, value: object, code: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        check_returned(TOPIC, {kind: value})

    assert [(item["pointer"], item["code"]) for item in refused.value.items] == [(f"/variables/{kind}", code)]


def test_pauses_between_tries_double_up_to_a_day() -> None:
    pauses = [next_try_at(TOPIC, Failure(message="x"), attempts=nth, now=NOW) - NOW for nth in (1, 2, 3, 40)]

    assert pauses == [timedelta(seconds=10), timedelta(seconds=20), timedelta(seconds=40), timedelta(days=1)]
    asked = Failure(message="x", retry_in_s=5)
    assert next_try_at(TOPIC, asked, attempts=9, now=NOW) - NOW == timedelta(seconds=5)


@pytest.mark.parametrize(
    ("role", "region", "prefecture", "counties"),
    [
        ("integrator", "422800", "4228", set()),
        ("integrator", "422801", "", {"422801"}),
        ("reviewer", "422801", "", set()),
    ],
)
def test_program_works_in_the_regions_of_its_departments(
    role: str, region: str, prefecture: str, counties: set[str]
) -> None:
    place = Membership(group_id=1, role=role, department_id=2, region_code=region)

    scope = reach_of(Person(account_id=1, memberships=(place,)), TOPIC)

    assert (scope.prefecture, set(scope.counties)) == (prefecture, counties)
    assert (scope.department_ids is None) == (role == "integrator")
