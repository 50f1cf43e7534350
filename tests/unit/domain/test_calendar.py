from datetime import date, datetime
from pathlib import Path

import pytest

from app.catalogue.calendars import read_calendars
from app.domain.calendar import parse_hours, to_local, to_utc
from app.domain.calendar_layers import CalendarBook, CalendarLayerVersion, resolve_calendar
from app.domain.errors import InvalidInput
from tests.unit.domain.clock_kit import BOOK, ENSHI, HOURS, NATIONAL, RULES_DIR


@pytest.mark.parametrize(
    ("day", "is_working"),
    [
        (date(2020, 1, 19), True),
        (date(2020, 1, 31), False),
        (date(2026, 2, 14), True),
        (date(2026, 10, 1), False),
        (date(2027, 2, 9), False),
        (date(2027, 3, 1), True),
    ],
)
def test_national_days_and_make_up_days(day: date, *, is_working: bool) -> None:
    assert NATIONAL.is_working(day) is is_working


def test_local_days_win_over_national_ones() -> None:
    assert NATIONAL.is_working(date(2025, 8, 18))
    assert not ENSHI.is_working(date(2025, 8, 18))
    assert not ENSHI.is_working(date(2020, 2, 13))


def test_the_most_local_layer_decides_and_work_beats_off() -> None:
    day = date(2025, 8, 18)
    office = CalendarLayerVersion(layer="HALL", off=frozenset({day}), work=frozenset({day}))

    resolved = BOOK.with_version(office).resolve(("CN", "HB", "ES", "HALL"), HOURS)

    assert resolved.is_working(day)


def test_equal_calendars_have_one_id_and_any_change_another() -> None:
    again = CalendarBook(read_calendars(RULES_DIR)).resolve(("CN", "HB", "ES"), HOURS)
    moved = BOOK.layers["ES"].with_days(off=[date(2026, 8, 18)], document="x")

    assert again.id == ENSHI.id
    assert BOOK.with_version(moved).resolve(("CN", "HB", "ES"), HOURS).id != ENSHI.id
    assert BOOK.resolve(("CN", "HB", "ES"), parse_hours("09:00-17:00")).id != ENSHI.id


def test_an_upload_that_names_a_day_twice_is_refused() -> None:
    day = date(2026, 8, 18)

    with pytest.raises(InvalidInput) as refused:
        BOOK.layers["ES"].with_days(off=[day], work=[day], document="notice")

    assert refused.value.code == "calendar_conflict"


def test_every_fault_of_the_calendar_files_is_reported(tmp_path: Path) -> None:
    folder = tmp_path / "calendars" / "ES"
    folder.mkdir(parents=True)
    (folder / "2026.toml").write_text(
        '[[day]]\non = 2026-08-18\nkind = "off"\n[[day]]\non = 2026-08-18\nkind = "work"\n'
        '[[day]]\non = 2025-08-18\nkind = "off"\n[[day]]\non = 2026-08-19\nkind = "rest"\n',
        encoding="utf-8",
    )
    (folder / "2025.toml").write_text("broken", encoding="utf-8")

    with pytest.raises(InvalidInput) as refused:
        read_calendars(tmp_path)

    codes = [item["code"] for item in refused.value.items]
    assert sorted(codes) == ["calendar_conflict", "calendar_day", "calendar_day", "calendar_file"]


@pytest.mark.parametrize("day", [date(2003, 12, 31), date(2028, 1, 3)])
def test_dates_without_data_are_refused(day: date) -> None:
    with pytest.raises(InvalidInput) as refused:
        NATIONAL.is_working(day)

    assert refused.value.code == "calendar_missing"
    assert refused.value.facts["year"] == day.year


def test_dates_near_an_unpublished_year_are_provisional() -> None:
    assert not NATIONAL.is_provisional(date(2026, 12, 24))
    assert NATIONAL.is_provisional(date(2026, 12, 25))


@pytest.mark.parametrize(
    "text", ["", "9:00-12:00", "12:00-09:00", "09:00-12:00,11:00-13:00", "09:00-25:00", "09:00-09:00"]
)
def test_faulty_office_hours_are_refused(text: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        parse_hours(text)

    assert refused.value.code == "hours_malformed"


def test_office_hours_may_change_with_the_season() -> None:
    summer = ((date(2026, 6, 1), parse_hours("08:00-12:00,15:00-18:00")),)
    office = CalendarLayerVersion(layer="HALL", hours=summer)

    resolved = resolve_calendar({**BOOK.layers, "HALL": office}, ("CN", "HALL"), hours=HOURS)

    assert resolved.close_of(date(2026, 5, 29)) == datetime.fromisoformat("2026-05-29T17:30")
    assert resolved.close_of(date(2026, 6, 1)) == datetime.fromisoformat("2026-06-01T18:00")
    friday, monday = datetime.fromisoformat("2026-05-29T17:30"), datetime.fromisoformat("2026-06-01T09:00")
    assert resolved.office_seconds(monday) - resolved.office_seconds(friday) == 3600


def test_local_time_is_shanghai_time() -> None:
    local = datetime.fromisoformat("2026-03-02T10:00")

    assert to_local(to_utc(local)) == local
    with pytest.raises(InvalidInput):
        to_local(local)
