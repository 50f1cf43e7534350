"""The table of due dates: each row of time-limit facts with the columns the rules answer."""

import csv
from collections.abc import Iterator
from typing import IO, Any, TextIO

from app.domain.calendar_layers import CalendarBook
from app.domain.due_dates import OUTPUT_COLUMNS, answer_row

LONGEST_CELL = 1_000_000


def answer_table(source: TextIO, target: IO[str], book: CalendarBook) -> Iterator[dict[str, Any]]:
    """Write each row of `source` with its answers to `target`; yield the code and facts of those without an answer."""
    csv.field_size_limit(LONGEST_CELL)
    reader = csv.DictReader(source)
    names = list(reader.fieldnames or [])
    writer = csv.DictWriter(
        target,
        names + [name for name in OUTPUT_COLUMNS if name not in names],
        lineterminator="\n",
        extrasaction="ignore",
    )
    writer.writeheader()
    while True:
        try:
            row = next(reader, None)
        except csv.Error as unreadable:
            yield {"code": "row_malformed", "row": reader.line_num, "column": "", "why": str(unreadable)}
            continue
        if row is None:
            return
        answer = answer_row(row, book)
        writer.writerow({**row, **answer.columns})
        if answer.fault:
            yield {**answer.facts, "code": answer.fault, "row": reader.line_num}
