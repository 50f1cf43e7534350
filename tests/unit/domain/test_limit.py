from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.errors import InvalidInput
from app.domain.limit import (
    CycleLimit,
    DurationLimit,
    ExpressionLimit,
    InstantLimit,
    LimitExpression,
    NamedLimit,
    TimeLimit,
    format_limit,
    parse_limit,
)
from app.domain.vocabulary import LimitUnit as U


def amount(number: int, unit: U) -> TimeLimit:
    return TimeLimit(amount=number, unit=unit)


@pytest.mark.parametrize(
    ("text", "limit"),
    [
        ("5WD", amount(5, U.WORKING_DAY)),
        (" 0 WD ", amount(0, U.WORKING_DAY)),
        ("4WH", amount(4, U.WORKING_HOUR)),
        ("3D", amount(3, U.DAY)),
        ("2H", amount(2, U.HOUR)),
        ("1M", amount(1, U.MONTH)),
        ("promised", NamedLimit(clock="promised")),
        ("notice5", NamedLimit(clock="notice5")),
        ("deemed", NamedLimit(clock="deemed")),
        ("promised 50%", NamedLimit(clock="promised", percent=50)),
        ("promised - 1WD", NamedLimit(clock="promised", offset=amount(-1, U.WORKING_DAY))),
        ("promised-4WH", NamedLimit(clock="promised", offset=amount(-4, U.WORKING_HOUR))),
        ("statutory + 10WD", NamedLimit(clock="statutory", offset=amount(10, U.WORKING_DAY))),
        ("decided + 10WD", NamedLimit(clock="decided", offset=amount(10, U.WORKING_DAY))),
        ("PT2H30M", DurationLimit(seconds=9000)),
        ("P1DT1S", DurationLimit(seconds=86401)),
        ("P2W", DurationLimit(seconds=14 * 86400)),
        ("R3/1D", CycleLimit(repeat=3, limit=amount(1, U.DAY))),
        ("R/PT1M", CycleLimit(repeat=10_000, limit=DurationLimit(seconds=60))),
        ("2026-03-09T10:00:00+08:00", InstantLimit(at=datetime(2026, 3, 9, 2, tzinfo=UTC))),
        ("= form.days", ExpressionLimit(expression="form.days")),
    ],
)
def test_limit_expression_is_read_and_written_back(text: str, limit: LimitExpression) -> None:
    read = parse_limit(text)

    assert read == limit
    assert parse_limit(format_limit(read)) == read


@pytest.mark.parametrize(
    ("text", "position"),
    [
        ("", 0),
        ("-1WD", 0),
        ("5", 1),
        ("5XD", 1),
        ("5WD later", 4),
        ("P", 0),
        ("PT", 0),
        ("P5D2", 3),
        ("promised 0%", 9),
        ("promised 101%", 9),
        ("promised 50", 11),
        ("promised + ", 11),
        ("promised - promised", 11),
        ("R3/promised", 3),
        ("2026-03-09T10:00:00", 19),
        ("2026-13-09T10:00:00Z", 0),
        ("99999WD", 0),
        ("=", 1),
        ("Promised", 0),
        ("5wd", 1),
    ],
)
def test_malformed_limit_names_its_position(text: str, position: int) -> None:
    with pytest.raises(InvalidInput) as refused:
        parse_limit(text)

    assert refused.value.code == "limit_malformed"
    assert refused.value.facts["position"] == position


@given(st.text(max_size=30))
def test_any_text_is_a_limit_or_malformed(text: str) -> None:
    try:
        read = parse_limit(text)
    except InvalidInput as refused:
        code = refused.code
    else:
        code = "limit_malformed" if parse_limit(format_limit(read)) == read else "changed"

    assert code == "limit_malformed"
