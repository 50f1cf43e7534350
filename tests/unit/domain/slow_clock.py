"""A second, slow way to the same answers: it walks day by day and second block by second block, and shares no code."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from itertools import pairwise

DAY = timedelta(days=1)
Spans = Sequence[tuple[datetime, datetime]]


class SlowCalendar:
    def __init__(self, off: Iterable[date], work: Iterable[date], blocks: list[tuple[time, time]]) -> None:
        self.off, self.work, self.blocks = set(off), set(work), blocks

    def works(self, day: date) -> bool:
        if day in self.work:
            return True
        return day.weekday() < 5 and day not in self.off

    def close(self, day: date) -> datetime:
        return datetime.combine(day, self.blocks[-1][1])

    def office(self, day: date) -> Iterator[tuple[datetime, datetime]]:
        if not self.works(day):
            return
        for opens, closes in self.blocks:
            yield datetime.combine(day, opens), datetime.combine(day, closes)


def is_running(at: datetime, spans: Spans) -> bool:
    return not any(begin <= at < end for begin, end in spans)


def slow_due_working_days(start: datetime, amount: int, spans: Spans, calendar: SlowCalendar) -> datetime:
    day, counted = start.date(), 0
    if amount == 0 and start <= calendar.close(day) and calendar.works(day) and is_running(calendar.close(day), spans):
        return calendar.close(day)
    wanted = max(amount, 1)
    while True:
        day += DAY
        if calendar.works(day) and is_running(calendar.close(day), spans):
            counted += 1
            if counted == wanted:
                return calendar.close(day)


def slow_due_calendar_days(start: datetime, amount: int, spans: Spans, calendar: SlowCalendar) -> datetime:
    day, counted = start.date(), 0
    while counted < amount:
        day += DAY
        if is_running(datetime.combine(day, time(23, 59, 59)), spans):
            counted += 1
    while not calendar.works(day):
        day += DAY
    return datetime.combine(day, time(23, 59, 59))


def slow_due_working_hours(start: datetime, hours: int, calendar: SlowCalendar) -> datetime:
    left, day = timedelta(hours=hours), start.date()
    while True:
        for opens, closes in calendar.office(day):
            begins = max(opens, start)
            if begins < closes:
                if closes - begins >= left:
                    return begins + left
                left -= closes - begins
        day += DAY


def slow_running_seconds(start: datetime, end: datetime, spans: Spans, calendar: SlowCalendar) -> int:
    total, day = 0, start.date()
    while day <= end.date():
        for opens, closes in calendar.office(day):
            low, high = max(opens, start), min(closes, end)
            if low < high:
                cuts = sorted({low, high, *(edge for span in spans for edge in span if low < edge < high)})
                for one, two in pairwise(cuts):
                    if is_running(one, spans):
                        total += int((two - one).total_seconds())
        day += DAY
    return total


def slow_remaining(now: datetime, due: datetime, spans: Spans, calendar: SlowCalendar) -> int:
    low, high = sorted((now.date(), due.date()))
    days = [low + DAY * step for step in range(1, (high - low).days + 1)]
    if now > due:
        return -sum(calendar.works(day) for day in days)
    return sum(calendar.works(day) and is_running(calendar.close(day), spans) for day in days)
