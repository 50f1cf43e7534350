"""Random rows of time-limit cases: every mode, with histories that crowd round the instants where rules meet."""

import json
from datetime import date, datetime, timedelta
from random import Random

from tests.unit.domain.slow_rows import OutsideData, replay

DAY, MINUTE, SECOND = timedelta(days=1), timedelta(minutes=1), timedelta(seconds=1)
DEFAULT_HOURS = "09:00-12:00,13:30-17:30"
HOURS = (
    DEFAULT_HOURS,
    DEFAULT_HOURS,
    DEFAULT_HOURS,
    "08:30-12:00,14:30-18:00",
    "09:00-17:00",
    "08:30-12:00,14:30-17:30",
    "08:00-10:00,10:15-12:00,13:30-16:00,16:20-18:00",
    "10:00-10:30",
    "00:00-23:59",
)
LAYERS = ("CN", "CN+HB", "CN+HB+ES")
MODES = ("WD",) * 12 + ("CD", "CD", "MONTH", "HOUR", "WHOUR", "WHOUR", "BEFORE_WD", "BEFORE_CD", "BUNDLE", "BUNDLE")
GROUNDS = (None,) * 5 + ("testing", "hearing", "third_party", "site_visit", "leave", "unheard_of")
# Spring Festival 2020, leap days, year ends with a make-up day, the prefecture day, the edge of the published years.
CROWDED = tuple(
    date.fromisoformat(day)
    for day in (
        "2020-01-20",
        "2020-02-20",
        "2024-02-20",
        "2024-01-31",
        "2022-12-26",
        "2025-12-25",
        "2025-08-13",
        "2023-08-16",
        "2026-02-10",
        "2026-09-25",
        "2026-11-20",
        "2026-12-15",
        "2026-12-23",
        "2027-01-25",
    )
)
INPUTS = (
    "id", "mode", "start", "policy", "hours", "limit", "unit", "ext_limit", "extensions", "suspensions", "calendar",
    "uploads", "actual", "bundle_limit", "query",
)  # fmt: skip


def random_row(seed: int) -> dict[str, str]:
    """Return the input columns of one row; the same seed gives the same row."""
    random = Random(seed)
    mode = random.choice(MODES)
    row = dict.fromkeys(INPUTS, "") | {
        "id": f"R{seed}",
        "mode": mode,
        "unit": mode,
        "policy": random.choice(("actual", "actual", "next_workday")),
        "hours": random.choice(HOURS),
        "calendar": random.choice(LAYERS),
    }
    start = _start(random, row["hours"])
    row["start"] = _text(start)
    if mode == "BUNDLE":
        return row | _bundle(random, start)
    row["limit"] = str(_limit(random, mode))
    if mode.startswith("BEFORE_"):
        uploads = [_upload(random, start - 3 * DAY)] if random.random() < 0.2 else []
        return row | {"uploads": json.dumps(uploads) if uploads else ""}
    return row | _history(random, row, start)


def _start(random: Random, hours: str) -> datetime:
    if random.random() < 0.5:
        day = random.choice(CROWDED) + random.randrange(12) * DAY
    else:
        day = date(2018, 1, 1) + random.randrange(3250) * DAY
    return _moment(random, day, hours)


def _moment(random: Random, day: date, hours: str) -> datetime:
    """An instant of a day, often an edge of the office hours, a second or a minute beside it, or midnight."""
    midnight = datetime(day.year, day.month, day.day)  # noqa: DTZ001 - local time is naive
    if random.random() < 0.6:
        return midnight + random.randrange(24 * 60) * MINUTE
    edges = [edge for block in hours.split(",") for edge in block.split("-")]
    hour, minute = random.choice([*edges, "00:00", "23:59"]).split(":")
    return midnight + timedelta(hours=int(hour), minutes=int(minute)) + random.choice((0, 0, 1, 60)) * SECOND


def _limit(random: Random, mode: str) -> int:
    longest = {"MONTH": 7, "CD": 70, "HOUR": 80, "WHOUR": 40}.get(mode, 25)
    return random.choice((0, 1, random.randint(1, 5), random.randint(1, longest)))


def _history(random: Random, row: dict[str, str], start: datetime) -> dict[str, str]:
    given: dict[str, str] = {}
    known = [start]
    if random.random() < 0.6:
        suspensions = [_suspension(random, row, known) for _ in range(random.randint(1, 4))]
        random.shuffle(suspensions)
        given["suspensions"] = json.dumps(suspensions)
    if random.random() < 0.25 and row["mode"] != "MONTH":
        given["ext_limit"] = random.choice(("", "1x10", "2x5", "1x5"))
        asked = [
            (_near(random, row | given, known), random.choice((1, 5, 5, 10, 12))) for _ in range(random.randint(1, 3))
        ]
        given["extensions"] = json.dumps([[_text(at), days] for at, days in asked])
    if random.random() < 0.2:
        uploads = [_upload(random, _near(random, row | given, known)) for _ in range(random.randint(1, 2))]
        given["uploads"] = json.dumps(uploads)
    if random.random() < 0.8:
        given["query"] = _text(_near(random, row | given, known))
    return given


def _near(random: Random, row: dict[str, str], known: list[datetime]) -> datetime:
    """An instant near the others: any, one of them, or at the due instant as the row has it by now."""
    kind = random.random()
    at = _moment(random, random.choice(known).date() + random.randint(-1, 15) * DAY, row["hours"])
    if kind < 0.15:
        at = random.choice(known)
    elif kind < 0.3:
        try:
            due = replay(row)[0].due()
        except OutsideData:
            due = None
        at = at if due is None else due + random.choice((0, 0, -60, 1, 60)) * SECOND
    known.append(at)
    return at


def _suspension(random: Random, row: dict[str, str], known: list[datetime]) -> list[str | None]:
    since = _near(random, row, known)
    kind = random.random()
    if kind < 0.06:
        until = None
    elif kind < 0.12:
        until = since
    elif kind < 0.35:
        until = since + random.randrange(1, 600) * MINUTE
    else:
        until = _moment(random, since.date() + random.randint(1, 14) * DAY, row["hours"])
    if until is not None:
        known.append(until)
    ground = random.choice(GROUNDS)
    said = [_text(since), _text(until) if until else None]
    return [*said, ground] if ground else said


def _upload(random: Random, at: datetime) -> dict[str, object]:
    ahead = [at.date() + offset * DAY for offset in range(-8, 25)]
    off = random.sample([day for day in ahead if day.weekday() < 5], random.randint(0, 3))
    work = random.sample([day for day in ahead if day.weekday() >= 5], random.randint(0, 3))
    if random.random() < 0.05:
        work += off[:1]
    said: dict[str, object] = {"at": _text(at), "doc": "invented notice"}
    said |= {"off": [day.isoformat() for day in off], "work": [day.isoformat() for day in work]}
    return said | ({"publishes": [2027]} if random.random() < 0.2 else {})


def _bundle(random: Random, start: datetime) -> dict[str, str]:
    codes = "ABCDEF"[: random.randint(1, 6)]
    members = {
        code: [
            random.choice((0, 1, random.randint(1, 12))),
            random.sample(codes[:place], random.randint(0, min(place, 2))),
        ]
        for place, code in enumerate(codes)
    }
    suspensions: dict[str, list[list[str | None]]] = {}
    for code in codes:
        if random.random() < 0.3:
            since = _moment(random, start.date() + random.randint(0, 15) * DAY, DEFAULT_HOURS)
            until = _moment(random, since.date() + random.randint(1, 9) * DAY, DEFAULT_HOURS)
            ground = random.choice((None, None, "testing", "leave"))
            end = None if random.random() < 0.1 else _text(until)
            suspensions[code] = [[_text(since), end, ground] if ground else [_text(since), end]]
    given = {"limit": json.dumps(members), "bundle_limit": random.choice(("", "0", "5", "20", "45"))}
    if suspensions:
        given["suspensions"] = json.dumps(suspensions)
    if random.random() < 0.3:
        finished = start + random.randint(1, 6 * 24 * 60) * MINUTE
        given["actual"] = json.dumps({codes[0]: _text(finished)})
    if random.random() < 0.15:
        at = _moment(random, start.date() + random.randint(0, 5) * DAY, DEFAULT_HOURS)
        given["uploads"] = json.dumps([_upload(random, at) | {"work": []}])
    return given


def _text(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S}" if at.second else f"{at:%Y-%m-%d %H:%M}"
