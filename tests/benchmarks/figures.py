"""What all benchmarks share: databases to measure on, conditions, and one way of printing a figure."""

import os
import shutil
import sys
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import psycopg
import sqlalchemy as sa
import structlog

from app.storage.database import open_database
from app.storage.migrate import migrate
from tests.conftest import start_server
from tests.world import START, World, open_world, set_up_world, settings_in

KINDS = ("sqlite", "postgresql")


def report(name: str, value: float, target: float | None, unit: str, *, at_most: bool = False) -> None:
    """Print a figure beside its target. Nothing fails: a busy machine must not break a build."""
    is_missed = target is not None and (value > target if at_most else value < target)
    wanted = f"target {'<=' if at_most else '>='} {target:g} {unit}" if target is not None else ""
    sys.stdout.write(f"{name:62} {value:9.2f} {unit:6} {wanted}{'  MISSED' if is_missed else ''}\n")
    sys.stdout.flush()


def say_conditions(what: str) -> None:
    """Print what was measured, when, and how busy the machine was."""
    load = os.getloadavg()[0]
    today = datetime.now().astimezone().date()
    sys.stdout.write(f"\n{what} ({today}, {os.cpu_count()} cores, load {load:.1f} at the start)\n")


@contextmanager
def measured_worlds(*, at: datetime = START) -> Iterator[dict[str, tuple[World, str, Path]]]:
    """Open a deployed world on each database: kind -> (world, URL, folder). Everything is gone afterwards."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    folder = Path(tempfile.mkdtemp(prefix="lianban-bench-"))
    given = os.environ.get("TEST_DATABASE_URL")
    server = None if given else start_server(folder)
    base = sa.make_url(given or server.get_uri())
    name = f"lianban_bench_{uuid.uuid4().hex[:8]}"
    try:
        run_statement(base, f"CREATE DATABASE {name}")
        urls = {"sqlite": f"sqlite:///{folder}/lianban.sqlite", "postgresql": url_of(base, name)}
        worlds = {kind: _deployed(url, folder / f"var-{kind}", at) for kind, url in urls.items()}
        yield worlds
        for world, _url, _folder in worlds.values():
            world.container.context.database.close()
        run_statement(base, f"DROP DATABASE {name} WITH (FORCE)")
    finally:
        if server is not None:
            server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


def _deployed(url: str, folder: Path, at: datetime) -> tuple[World, str, Path]:
    folder.mkdir()
    settings = settings_in(folder, url)
    database = open_database(url)
    migrate(database)
    database.close()
    set_up_world(settings)
    return open_world(settings, at=at), url, folder


def url_of(server: sa.URL, name: str) -> str:
    """Return the URL of a database of a server."""
    return server.set(drivername="postgresql+psycopg", database=name).render_as_string(hide_password=False)


def run_statement(server: sa.URL, statement: str) -> None:
    """Run a statement of administration."""
    plain = server.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(plain, autocommit=True) as connection:
        connection.execute(statement)
