"""Commands that compute a table."""

import sys
from pathlib import Path

import click

from app.catalogue.calendars import read_calendars
from app.catalogue.messages import read_messages
from app.cli.group import cli, refusals_said
from app.domain.calendar_layers import CalendarBook
from app.queries.due_date_table import answer_table
from app.settings import read_settings


@cli.command(name="due-dates")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), default=None, help="Default: print it.")
def due_dates(file: Path, output: Path | None) -> None:
    """Compute every output column of a table of time-limit cases from its input columns.

    A fact the rules refuse counts for nothing, and its code stands in the column outcomes. A row that cannot be read or
    leaves the calendar data does not stop the table: its code (row_malformed, limit_negative, hours_malformed,
    calendar_layer_unknown, bundle_circle, calendar_missing) stands in due_date, in due_dt and as the outcome of the
    start, its other output columns stay blank, and a line on the error output names the row, the column and why.
    """
    settings = read_settings()
    messages = read_messages(settings.rules_dir)
    with refusals_said(messages):
        book = CalendarBook(read_calendars(settings.rules_dir))
    # What is no UTF-8 passes through as it came, so that one bad cell does not cost the table.
    name = str(output or "-")
    with (
        file.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as source,
        click.open_file(name, "w", "utf-8", "surrogateescape", atomic=output is not None) as target,
    ):
        for fault in answer_table(source, target, book):
            key = f"errors.{fault.pop('code')}.detail"
            print(f"{file}:{fault['row']}: {messages.text('en', key, **fault)}", file=sys.stderr)
