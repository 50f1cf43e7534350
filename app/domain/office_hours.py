"""Office hours (办公时间) of a working day, as blocks of seconds since midnight."""

import re
from dataclasses import dataclass

from app.domain.errors import InvalidInput

BLOCK = re.compile(r"([01]\d|2[0-4]):([0-5]\d)-([01]\d|2[0-4]):([0-5]\d)")
DAY_S = 24 * 3600


@dataclass(frozen=True, slots=True)
class OfficeHours:
    """Office hours of a day: blocks of seconds since midnight, in order, none empty, none overlapping."""

    blocks: tuple[tuple[int, int], ...]

    @property
    def open_s(self) -> int:
        """Start of the first block."""
        return self.blocks[0][0]

    @property
    def close_s(self) -> int:
        """End of the last block: the close of the day."""
        return self.blocks[-1][1]

    @property
    def total_s(self) -> int:
        """Office seconds of a working day."""
        return sum(end - start for start, end in self.blocks)

    @property
    def text(self) -> str:
        """The hours as they are written, `09:00-12:00,13:30-17:30`."""
        return ",".join(f"{clock_text(start)}-{clock_text(end)}" for start, end in self.blocks)

    def before(self, second: int) -> int:
        """Return the office seconds of a working day before `second` of the day."""
        passed = 0
        for start, end in self.blocks:
            if second <= start:
                break
            passed += min(second, end) - start
        return passed

    def last_at(self, rest: int) -> int:
        """Return the last second of the day with at most `rest` office seconds before it; 0 <= rest < total.

        A rest that ends with a block gives the start of the next one: in between no office time passes.
        """
        for start, end in self.blocks:
            if rest < end - start:
                return start + rest
            rest -= end - start
        return self.close_s

    def first_at(self, rest: int) -> int:
        """Return the first second of the day with `rest` office seconds before it; 0 < rest <= total."""
        for start, end in self.blocks:
            if rest <= end - start:
                return start + rest
            rest -= end - start
        return self.close_s


def parse_hours(text: str) -> OfficeHours:
    """Read `09:00-12:00,13:30-17:30`. Raises InvalidInput `hours_malformed` for blocks empty or out of order."""
    blocks: list[tuple[int, int]] = []
    for part in text.split(","):
        match = BLOCK.fullmatch(part.strip())
        if match is None:
            raise InvalidInput("hours_malformed", text=text)
        from_hour, from_minute, to_hour, to_minute = (int(group) for group in match.groups())
        blocks.append((from_hour * 3600 + from_minute * 60, to_hour * 3600 + to_minute * 60))
    edges = [edge for block in blocks for edge in block]
    is_ordered = all(start < end for start, end in blocks) and edges == sorted(edges) and edges[-1] < DAY_S
    if not is_ordered:
        raise InvalidInput("hours_malformed", text=text)
    return OfficeHours(tuple(blocks))


def clock_text(second: int) -> str:
    """Return a second of the day as `17:30`."""
    return f"{second // 3600:02d}:{second % 3600 // 60:02d}"
