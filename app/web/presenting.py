"""How values look on pages: instants, remaining time, masked personal data, hashed asset names. Pure functions."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from app.domain.messages import Messages
from app.domain.vocabulary import Colour

LOCAL_ZONE = ZoneInfo("Asia/Shanghai")
MASK = "*"
ID_NUMBER_HEAD, ID_NUMBER_TAIL = 6, 4
MOBILE_HEAD, MOBILE_TAIL = 3, 4
MINUTES_OF_HOUR = 60
MINUTES_OF_DAY = 24 * MINUTES_OF_HOUR


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """The sentences of one language."""

    messages: Messages
    language: str

    def text(self, key: str, **facts: object) -> str:
        """Return the sentence of a key. Raises KeyError for an unknown one."""
        return self.messages.text(self.language, key, **facts)

    def label(self, group: str, code: str) -> str:
        """Return the word for a code of an open set (`outcome`, `clock`, ...), or the code when it has no word."""
        key = f"pages.{group}.{code}"
        return self.text(key) if self.messages.has(key) else code

    def task_title(self, title: str, instance_no: int | None) -> str:
        """Return the title of a task; of one among several instances with its number."""
        return self.text("pages.instances.title", title=title, number=instance_no) if instance_no else title


@dataclass(frozen=True, slots=True, kw_only=True)
class MomentView:
    """An instant on a page. iso: for machines, with offset; short: `11-25 17:30`; full: year, weekday, seconds."""

    iso: str
    short: str
    full: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Remaining:
    """Working time left until a due instant, or passed since it. Both counts >= 0; `is_over` gives the direction."""

    working_days: int
    working_minutes: int
    is_over: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DueView:
    """A limit on a page: its colour, its due instant (None while paused) and the sentence beside it."""

    colour: str
    at: MomentView | None
    remaining: str
    is_provisional: bool = False


def present_moment(at: datetime, *, now: datetime, words: Words) -> MomentView:
    """Present an instant in local time (Asia/Shanghai); the year is shown when it is not the present one.

    at, now: aware. Raises ValueError for a naive instant, which has no local time.
    """
    if at.tzinfo is None:
        raise ValueError("an instant needs its zone")
    local = at.astimezone(LOCAL_ZONE)
    is_this_year = local.year == now.astimezone(LOCAL_ZONE).year
    weekday = words.text(f"pages.weekday.{local.isoweekday()}")
    return MomentView(
        iso=local.isoformat(timespec="seconds"),
        short=local.strftime("%m-%d %H:%M" if is_this_year else "%Y-%m-%d %H:%M"),
        full=f"{local:%Y-%m-%d} {weekday} {local:%H:%M:%S}",
    )


def present_due(
    due_at: datetime | None,
    *,
    now: datetime,
    colour: Colour | str,
    words: Words,
    remaining: Remaining | None = None,
    is_provisional: bool = False,
) -> DueView:
    """Present a limit as `11-25 17:30` with `剩 2 工作日 4 小时` beside it.

    remaining: working time, where the caller knows the calendar; without it the distance is told in wall-clock time.
    """
    if colour == Colour.PAUSED:
        sentence = words.text("pages.due.paused")
    elif remaining is not None:
        sentence = describe_remaining(remaining, words)
    else:
        sentence = describe_distance(due_at - now, words, is_overdue=colour != Colour.RED) if due_at else ""
    return DueView(
        colour=str(colour),
        at=present_moment(due_at, now=now, words=words) if due_at else None,
        remaining=sentence,
        is_provisional=is_provisional,
    )


def describe_remaining(remaining: Remaining, words: Words) -> str:
    """Say how much working time is left, or by how much a limit is overdue."""
    span = _span(words, ("working_days", remaining.working_days), remaining.working_minutes)
    return words.text("pages.due.over" if remaining.is_over else "pages.due.left", span=span)


def describe_distance(distance: timedelta, words: Words, *, is_overdue: bool = True) -> str:
    """Say how far away an instant is by the clock on the wall; a negative distance is overdue.

    is_overdue: False where red takes the place of overdue; then it is said to be past.
    """
    minutes_apart = int(abs(distance).total_seconds()) // 60
    days, minutes = divmod(minutes_apart, MINUTES_OF_DAY)
    is_over = distance < timedelta(0)
    key = "left" if not is_over else "over" if is_overdue else "past"
    return words.text(f"pages.due.{key}", span=_span(words, ("days", days), minutes))


def _span(words: Words, days: tuple[str, int], minutes: int) -> str:
    """Say days and hours; minutes only when there is no day, because nobody plans by them further away."""
    unit, count = days
    hours, rest = divmod(minutes, MINUTES_OF_HOUR)
    parts = []
    if count:
        parts.append(words.text(f"pages.due.{unit}", count=count))
    if hours:
        parts.append(words.text("pages.due.hours", count=hours))
    if not count and (rest or not hours):
        parts.append(words.text("pages.due.minutes", count=rest))
    return " ".join(parts)


def mask_name(name: str) -> str:
    """Keep the first character of a person's name: the length of the rest is nobody's business."""
    return f"{name[0]}{MASK}" if name else ""


def mask_id_number(number: str) -> str:
    """Keep the first six and the last four characters of an identity number; a short one is masked whole."""
    return _mask_middle(number, ID_NUMBER_HEAD, ID_NUMBER_TAIL)


def mask_mobile(number: str) -> str:
    """Keep the first three and the last four digits of a mobile number; a short one is masked whole."""
    return _mask_middle(number, MOBILE_HEAD, MOBILE_TAIL)


def _mask_middle(text: str, head: int, tail: int) -> str:
    hidden = len(text) - head - tail
    if hidden <= 0:
        return MASK * len(text)
    return f"{text[:head]}{MASK * hidden}{text[-tail:]}"


def file_size(size_bytes: int) -> str:
    """Say a file size in KB or MB, as people compare them with the limit of an upload."""
    if size_bytes >= 1 << 20:
        return f"{size_bytes / (1 << 20):.1f} MB"
    return f"{max(1, round(size_bytes / (1 << 10)))} KB"


@dataclass(frozen=True, slots=True, kw_only=True)
class AssetManifest:
    """Hashed names of the built assets. Without a build it is empty: pages work, islands say what is missing."""

    names: Mapping[str, str] = field(default_factory=dict)
    base_url: str = "/static/dist/"

    def url(self, name: str) -> str:
        """Return the URL of an asset (`app.css`), or an empty text when it was not built."""
        hashed = self.names.get(name)
        return f"{self.base_url}{hashed}" if hashed else ""


def read_manifest(dist_dir: Path, *, base_url: str = "/static/dist/") -> AssetManifest:
    """Read `manifest.json` of a build; an absent build gives an empty manifest."""
    path = dist_dir / "manifest.json"
    names = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    return AssetManifest(names=names, base_url=base_url)
