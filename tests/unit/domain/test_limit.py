from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.catalogue.messages import read_messages
from app.domain.errors import InvalidInput
from app.domain.limit import (
    LARGEST,
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
from app.domain.messages import LANGUAGES
from app.domain.vocabulary import LimitUnit as U
from tests.unit.domain.clock_kit import RULES_DIR

MESSAGES = read_messages(RULES_DIR)


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
    assert refused.value.facts["column"] == position + 1
    for language in LANGUAGES:
        sentence = MESSAGES.text(language, "errors.limit_malformed.detail", **refused.value.facts)
        assert "…" not in sentence
        assert "limit_expected" not in sentence


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("5XD", "a unit: WD, WH, D, H or M"),
        ("promised + WD", "a number of at most 10000"),
        ("promised 50", "“%”"),
        ("promised 101%", "1 to 100"),
        ("promised and", "“+” or “-”, or a percentage"),
        ("5WD later", "the end"),
        ("PT", "an ISO 8601 duration such as PT2H"),
        ("2026-03-09T10:00:00", "an offset such as +08:00"),
        ("Statutory", "a number, a duration or the name of a clock"),
    ],
)
def test_malformed_limit_says_what_was_expected(text: str, expected: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        parse_limit(text)

    sentence = MESSAGES.text("en", "errors.limit_malformed.detail", **refused.value.facts)
    column = refused.value.facts["column"]
    assert sentence == f"The limit “{text}” cannot be read at column {column}: expected {expected}."


amounts = st.builds(
    TimeLimit, amount=st.integers(0, LARGEST), unit=st.sampled_from([unit for unit in U if unit != U.SECOND])
)
offsets = st.builds(TimeLimit, amount=st.integers(-LARGEST, LARGEST).filter(bool), unit=st.sampled_from(list(U)[:5]))
names = st.from_regex(r"[a-z][a-z0-9_]{0,20}", fullmatch=True)
durations = st.builds(DurationLimit, seconds=st.integers(0, 10**9))
limits = st.one_of(
    amounts,
    durations,
    st.builds(NamedLimit, clock=names),
    st.builds(NamedLimit, clock=names, percent=st.integers(1, 100)),
    st.builds(NamedLimit, clock=names, offset=offsets),
    st.builds(InstantLimit, at=st.datetimes(timezones=st.just(UTC))),
    st.builds(CycleLimit, repeat=st.integers(0, LARGEST), limit=st.one_of(amounts, durations)),
    st.builds(ExpressionLimit, expression=st.from_regex(r"[a-z][a-z.+ 0-9]{0,20}[a-z0-9]", fullmatch=True)),
)


@given(limits)
def test_every_limit_is_read_as_it_was_written(limit: LimitExpression) -> None:
    assert parse_limit(format_limit(limit)) == limit


def test_working_days_are_never_an_iso_duration() -> None:
    assert format_limit(amount(5, U.WORKING_DAY)) == "5WD"
    assert parse_limit("P5D") == DurationLimit(seconds=5 * 86400)


@given(st.text(max_size=30))
def test_any_text_is_a_limit_or_malformed(text: str) -> None:
    try:
        read = parse_limit(text)
    except InvalidInput as refused:
        code = refused.code
    else:
        code = "limit_malformed" if parse_limit(format_limit(read)) == read else "changed"

    assert code == "limit_malformed"
