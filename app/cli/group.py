"""The group all commands belong to, and what they share."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click

from app.container import Container, build_container
from app.domain.errors import CaseworkError
from app.domain.messages import Messages
from app.settings import read_settings
from app.storage.revision import current_revision, newest_revision
from app.telemetry.logs import configure_logs


@click.group()
def cli() -> None:
    """Lianban: case processing with binding time limits."""
    configure_logs()


def open_container() -> Container:
    """Return the adapters of the installation the environment names."""
    return build_container(read_settings())


def open_set_up() -> Container:
    """Return the adapters of an installation whose schema is in place; without one, say what to do and exit 1."""
    container = open_container()
    with container.context.database.read() as connection:
        is_set_up = current_revision(connection) >= newest_revision()
    if not is_set_up:
        print(container.context.messages.text("en", "welcome.not_set_up"), file=sys.stderr)
        sys.exit(1)
    return container


@contextmanager
def refusals_said(messages: Messages) -> Iterator[None]:
    """Turn a refusal into its sentences on the error output, and exit 1."""
    try:
        yield
    except CaseworkError as error:
        key = f"errors.{error.code}"
        text = messages.text("en", f"{key}.title", **error.facts) if messages.has(f"{key}.title") else ""
        print(f"{error.code}: {text}", file=sys.stderr)
        for item in error.items:
            print(f"  {dict(item)}", file=sys.stderr)
        sys.exit(1)
