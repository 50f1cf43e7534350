"""When notices may be sent, and how their facts are said."""

import tomllib
from datetime import date, datetime, timedelta
from string import Formatter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.calendar import ZONE, ResolvedCalendar, parse_hours, to_local
from app.domain.calendar_layers import CalendarLayerVersion, resolve_calendar
from app.domain.messages import LANGUAGES, Messages
from app.domain.notice import NOTICE_CLASSES, earliest_send_at, say_facts
from app.domain.vocabulary import NoticeClass
from app.settings import ROOT

NATIONAL = CalendarLayerVersion(
    layer="CN", off=frozenset({date(2026, 4, 6)}), first_year=2025, last_year=2027, published_through=2027
)
CALENDAR: ResolvedCalendar = resolve_calendar({"CN": NATIONAL}, ("CN",), hours=parse_hours("09:00-12:00,13:30-17:30"))


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


def sent_at(notice_class: NoticeClass, now: datetime) -> datetime:
    return earliest_send_at(notice_class, now, calendar=CALENDAR, immediate_until="21:00")


@pytest.mark.parametrize(
    ("notice_class", "now", "expected"),
    [
        # An immediate one goes out from the opening to 21:00, on rest days too.
        (NoticeClass.IMMEDIATE, "2026-03-09T10:00", "2026-03-09T10:00"),
        (NoticeClass.IMMEDIATE, "2026-03-09T12:30", "2026-03-09T12:30"),
        (NoticeClass.IMMEDIATE, "2026-03-09T08:59:59", "2026-03-09T09:00"),
        (NoticeClass.IMMEDIATE, "2026-03-09T21:00", "2026-03-09T21:00"),
        (NoticeClass.IMMEDIATE, "2026-03-09T21:00:01", "2026-03-10T09:00"),
        (NoticeClass.IMMEDIATE, "2026-03-14T20:00", "2026-03-14T20:00"),
        (NoticeClass.IMMEDIATE, "2026-03-13T23:00", "2026-03-14T09:00"),
        (NoticeClass.IMMEDIATE, "2026-03-09T03:00", "2026-03-09T09:00"),
        # The others wait for office hours.
        (NoticeClass.OFFICE_HOURS, "2026-03-09T10:00", "2026-03-09T10:00"),
        (NoticeClass.OFFICE_HOURS, "2026-03-09T07:00", "2026-03-09T09:00"),
        (NoticeClass.OFFICE_HOURS, "2026-03-09T12:30", "2026-03-09T13:30"),
        (NoticeClass.OFFICE_HOURS, "2026-03-09T17:30", "2026-03-09T17:30"),
        (NoticeClass.OFFICE_HOURS, "2026-03-09T17:31", "2026-03-10T09:00"),
        (NoticeClass.OFFICE_HOURS, "2026-03-13T18:00", "2026-03-16T09:00"),
        (NoticeClass.OFFICE_HOURS, "2026-03-14T10:00", "2026-03-16T09:00"),
        (NoticeClass.OFFICE_HOURS, "2026-04-03T18:00", "2026-04-07T09:00"),
    ],
)
def test_notice_waits_for_its_hours(notice_class: NoticeClass, now: str, expected: str) -> None:
    assert sent_at(notice_class, local(now)) == local(expected)


@given(
    notice_class=st.sampled_from(NoticeClass),
    now=st.datetimes(
        datetime.fromisoformat("2026-01-01"), datetime.fromisoformat("2026-12-20"), timezones=st.just(ZONE)
    ),
)
def test_waiting_is_never_backwards_and_ends_inside_the_hours(notice_class: NoticeClass, now: datetime) -> None:
    first = sent_at(notice_class, now)

    assert now <= first <= now + timedelta(days=12)
    assert sent_at(notice_class, first) == first
    assert to_local(first).hour >= 9


def test_facts_are_said_as_people_read_them() -> None:
    messages = shipped()

    said = say_facts(
        messages,
        "en",
        {
            "due_at": "2026-03-09T09:30:00+00:00",
            "accepted_at": "",
            "clock": "promised",
            "guards": ["hold", "outage"],
            "missing": ("id card", "lease"),
            "days": 5,
            "document_no": "No. 7",
        },
    )

    assert said == {
        "due_at": "2026-03-09 17:30",
        "accepted_at": "a date still to be set",
        "clock": "promised limit",
        "guards": "a hold was requested or confirmed, an outage waits for release by a supervisor",
        "missing": "id card, lease",
        "days": "5",
        "document_no": "No. 7",
    }


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_kind_of_notice_has_a_text(language: str) -> None:
    texts = read(language)["notices"]

    kinds = {name for name, value in texts.items() if isinstance(value, dict) and name != "words"}

    assert kinds == set(NOTICE_CLASSES)
    assert all(set(texts[kind]) == {"subject", "body"} for kind in kinds)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", sorted(NOTICE_CLASSES))
def test_subject_holds_no_personal_data(kind: str, language: str) -> None:
    subject = read(language)["notices"][kind]["subject"]

    assert {name for _, name, _, _ in Formatter().parse(subject) if name} <= {
        "matter",
        "case_no",
        "definition",
        "count",
    }


def read(language: str) -> dict[str, dict[str, dict[str, str]]]:
    path = ROOT / "rules" / "messages" / language / "notices.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))


def shipped() -> Messages:
    return Messages({language: dict(flat(read(language))) for language in LANGUAGES})


def flat(table: dict[str, object], prefix: str = "") -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for name, value in table.items():
        found += flat(value, f"{prefix}{name}.") if isinstance(value, dict) else [(f"{prefix}{name}", str(value))]
    return found
