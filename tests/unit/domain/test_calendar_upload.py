"""An uploaded calendar layer: every fault is named with its line, and what it says becomes the next version."""

from datetime import date

import pytest

from app.catalogue.calendar_files import MOST_ROWS, read_calendar_file
from app.domain.calendar_change import changed_runs
from app.domain.calendar_layers import CalendarLayerVersion
from app.domain.calendar_upload import LayerUpload, check_upload, days_named, follow_files, is_same, next_version
from app.domain.errors import InvalidInput
from tests.unit.domain.clock_kit import BOOK, ENSHI, HOURS

CSV = "date,kind,reason\n2026-08-18,off,州庆\n2026-08-22,work,\n"
TOML = """document = "州政办发〔2026〕1号"

[[day]]
on = 2026-08-18
kind = "off"

[[day]]
on = 2026-08-22
kind = "work"
"""
LAYERS = frozenset({"CN", "HB", "ES", "422801", "422801-hall"})
OFFICES = frozenset({"422801-hall"})


def upload(text: str, *, kind: str = "csv", layer: str = "ES", document: str = "文1", year: int = 0) -> LayerUpload:
    return read_calendar_file(text.encode(), kind=kind, layer=layer, document=document, year=year)


def refused(found: LayerUpload) -> InvalidInput:
    with pytest.raises(InvalidInput) as error:
        check_upload(found, national=BOOK.layers["CN"], offices=OFFICES, known_layers=LAYERS)
    return error.value


def accepted(found: LayerUpload) -> LayerUpload:
    check_upload(found, national=BOOK.layers["CN"], offices=OFFICES, known_layers=LAYERS)
    return found


@pytest.mark.parametrize(("text", "kind"), [(CSV, "csv"), (TOML, "toml"), ("\ufeff" + CSV, "csv")])
def test_both_forms_say_the_same(text: str, kind: str) -> None:
    found = accepted(upload(text, kind=kind))

    assert [(day.on, day.kind) for day in found.days] == [(date(2026, 8, 18), "off"), (date(2026, 8, 22), "work")]


def test_a_toml_file_names_its_own_document() -> None:
    assert upload(TOML, kind="toml", document="").document == "州政办发〔2026〕1号"


@pytest.mark.parametrize(
    ("text", "code", "facts"),
    [
        ("date,kind\n2026-08-18,off\n2026-08-18,work\n", "calendar_conflict", {"line": 3, "day": "2026-08-18"}),
        ("date,kind\n2026-08-18,off\n2026-08-18,off\n", "calendar_conflict", {"line": 3, "first_line": 2}),
        ("date,kind\n2026-02-30,off\n", "calendar_day", {"line": 2, "day": "2026-02-30"}),
        ("date,kind\n2026-08-18,closed\n", "calendar_day", {"line": 2, "kind": "closed"}),
        ("date,kind\n,\n", "calendar_day", {"line": 2, "day": ""}),
        ("date,kind,layer\n2026-08-18,off,HB\n", "calendar_day", {"line": 2, "kind": "HB"}),
        ("date,kind\n2031-01-01,off\n", "calendar_year", {"line": 2, "day": "2031-01-01"}),
        ("date,kind\n1999-01-01,off\n", "calendar_year", {"line": 2}),
        ("day;type\n2026-08-18;off\n", "calendar_unreadable", {"line": 1}),
        ("", "calendar_unreadable", {"line": 1}),
        ("date,kind\n", "calendar_empty", {}),
    ],
)
def test_a_faulty_row_is_refused_with_its_line(text: str, code: str, facts: dict[str, object]) -> None:
    error = refused(upload(text))

    assert error.code == code
    assert facts.items() <= dict(error.items[0]).items()


def test_all_faults_are_told_at_once() -> None:
    error = refused(upload("date,kind\n2026-08-18,off\nx,off\n2026-08-18,work\n2031-01-01,off\n", document=" "))

    assert error.code == "calendar_file"
    assert [(item["code"], item.get("line")) for item in error.items] == [
        ("calendar_day", 3),
        ("calendar_document", None),
        ("calendar_conflict", 4),
        ("calendar_year", 5),
    ]


def test_a_conflict_names_the_days() -> None:
    error = refused(upload("date,kind\n2026-08-18,off\n2026-08-19,off\n2026-08-18,work\n2026-08-19,work\n"))

    assert (error.code, error.facts["days"]) == ("calendar_conflict", "2026-08-18, 2026-08-19")


def test_a_toml_file_that_is_none_says_where() -> None:
    assert refused(upload("[[day]\non = x", kind="toml")).code == "calendar_unreadable"


def test_a_file_that_is_no_text_or_too_long_is_refused() -> None:
    binary = read_calendar_file(b"\xff\xfe\x00", kind="csv", layer="ES", document="文1")
    long = upload("date,kind\n" + "2026-08-18,off\n" * (MOST_ROWS + 1))

    assert refused(binary).code == "calendar_unreadable"
    assert any(item["code"] == "calendar_day" for item in refused(long).items)
    assert refused(upload("x" * (300 * 1024))).code == "calendar_unreadable"


def test_hours_belong_to_an_office() -> None:
    text = '[[hours]]\nvalid_from = 2026-06-01\nblocks = "08:30-12:00,14:30-18:00"\n'

    assert refused(upload(text, kind="toml")).code == "calendar_hours"
    made = next_version(None, accepted(upload(text, kind="toml", layer="422801-hall")))
    assert [(day.isoformat(), hours.text) for day, hours in made.hours] == [("2026-06-01", "08:30-12:00,14:30-18:00")]


def test_unreadable_hours_are_a_fault() -> None:
    text = '[[hours]]\nvalid_from = 2026-06-01\nblocks = "12:00-09:00"\n'

    assert refused(upload(text, kind="toml", layer="422801-hall")).code == "calendar_day"


def test_an_unknown_layer_is_refused() -> None:
    assert refused(upload(CSV, layer="XX")).code == "calendar_layer_unknown"


def test_a_day_named_again_replaces_what_was_said() -> None:
    first = next_version(None, upload("date,kind\n2026-08-18,off\n2026-08-19,off\n"))

    second = next_version(first, upload("date,kind\n2026-08-18,work\n", document="文2"))

    assert (first.number, second.number, second.document) == (1, 2, "文2")
    assert (second.off, second.work) == (frozenset({date(2026, 8, 19)}), frozenset({date(2026, 8, 18)}))
    assert days_named(first, second) == ((date(2026, 8, 18), "off", "work"),)
    assert is_same(second, next_version(second, upload("date,kind\n2026-08-18,work\n")))


def test_the_national_notice_of_a_new_year_says_everything_about_it() -> None:
    text = "date,kind\n2027-01-01,off\n2026-12-31,off\n2027-02-20,work\n"

    made = next_version(BOOK.layers["CN"], accepted(upload(text, layer="CN", year=2027)))

    of_year = sorted(day for day in made.off | made.work if day.year == 2027)
    assert of_year == [date(2027, 1, 1), date(2027, 2, 20)]
    assert date(2026, 12, 31) in made.off
    assert (made.published_through, BOOK.layers["CN"].published_through) == (2027, 2026)


def test_a_later_national_notice_changes_only_what_it_names() -> None:
    made = next_version(BOOK.layers["CN"], accepted(upload("date,kind\n2026-05-08,off\n", layer="CN", year=2026)))

    assert days_named(BOOK.layers["CN"], made) == ((date(2026, 5, 8), "", "off"),)


@pytest.mark.parametrize("year", [0, -1, 2001, 2028, 2029])
def test_a_national_notice_is_for_a_published_year_or_the_next_one(year: int) -> None:
    assert refused(upload("date,kind\n2027-01-01,off\n", layer="CN", year=year)).code == "calendar_year"


def test_a_day_of_another_year_does_not_belong_to_a_notice() -> None:
    error = refused(upload("date,kind\n2027-01-01,off\n2026-11-02,off\n", layer="CN", year=2027))

    assert [item["day"] for item in error.items] == ["2026-11-02"]


def test_rule_files_win_for_the_years_that_changed_and_for_no_other() -> None:
    uploaded = BOOK.layers["ES"].with_days(off=[date(2026, 8, 18)], work=[date(2025, 8, 18)], document="上传")
    shipped = BOOK.layers["ES"]

    assert follow_files(uploaded, shipped, frozenset()) is uploaded
    assert date(2025, 8, 18) in follow_files(uploaded, shipped, frozenset({2025})).off
    assert date(2026, 8, 18) in follow_files(uploaded, shipped, frozenset({2025})).off


def test_changed_days_come_in_runs() -> None:
    days = [date(2026, 8, 18), date(2026, 8, 19), date(2026, 9, 1)]
    moved = BOOK.with_version(BOOK.layers["ES"].with_days(off=days, document="x")).resolve(("CN", "HB", "ES"), HOURS)

    runs = changed_runs(ENSHI, moved)

    assert [(run.first, run.last) for run in runs] == [(days[0], days[1]), (days[2], days[2])]
    assert runs[0].since_at.isoformat() == "2026-08-17T16:00:00+00:00"
    assert changed_runs(ENSHI, ENSHI) == ()


def test_a_year_that_is_published_changes_every_day_that_was_provisional() -> None:
    national = CalendarLayerVersion(**{name: getattr(BOOK.layers["CN"], name) for name in BOOK.layers["CN"].__slots__})
    published = BOOK.with_version(national.with_days(document="通知", publishes=(2027,))).resolve(("CN",), HOURS)

    first = changed_runs(BOOK.resolve(("CN",), HOURS), published)[0]

    assert (first.first, first.last) == (date(2026, 12, 25), date(2027, 12, 24))
