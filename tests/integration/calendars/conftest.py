"""A deployed installation on both databases, with people, cases and doors, whose clock stands where a test puts it."""

import shutil
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.container import Container, build_container
from app.domain.actor import system_actor
from app.domain.authority import Person
from app.domain.calendar import ZONE, to_local
from app.domain.clock_entry import ClockEntry
from app.domain.vocabulary import Lane
from app.factory import create_app
from app.operations.add_demo_people import add_demo_people
from app.operations.complete_task import Completion, complete_task
from app.operations.deploy_rules import deploy_rules
from app.operations.fire_due_deadlines import fire_due_deadlines
from app.operations.manage_staff import issue_token
from app.operations.receive_application import receive_application
from app.queries.case_page import CaseView, find_case_id, get_case
from app.queries.clock import ledger_of
from app.runtime.application import ApplicantInput, ApplicationInput
from app.runtime.people import person_by_account
from app.settings import read_settings
from app.storage.clock import FixedClock
from app.storage.people import find_account
from app.storage.tables import deadline
from tests.conftest import _run, _url

START = datetime(2026, 3, 2, 9, 30, tzinfo=ZONE)
FORM = {
    "company_name": "恩施好味餐饮有限公司",
    "company_type": "limited",
    "address": "舞阳大道1号",
    "scope": "餐饮服务",
}
APPLICANT = ApplicantInput(
    kind="person", name="张小芳", id_type="111", id_number="422801199003071228", mobile="13800000000"
)
AUTHORITY = "Bearer "


def local(*moment: int) -> datetime:
    """Return an instant by the local clock."""
    return datetime(*moment, tzinfo=ZONE)  # type: ignore[arg-type,misc]


@dataclass(frozen=True, slots=True, kw_only=True)
class Town:
    """A deployed installation with a virtual clock and its doors."""

    container: Container
    clock: FixedClock
    client: FlaskClient

    def person(self, login: str) -> Person:
        with self.container.context.database.read() as connection:
            account = find_account(connection, login)
            assert account is not None, login
            found = person_by_account(connection, account.id)
        assert found is not None
        return found

    def at(self, *moment: int) -> None:
        self.clock.set(local(*moment))

    def token(self, login: str) -> dict[str, str]:
        issued = issue_token(self.container.context, None, login=login, name="test", days=300)
        return {"Authorization": f"{AUTHORITY}{issued['token']}"}

    def receive(self, matter: str = "restaurant-food", region: str = "422801") -> str:
        """Receive an application; returns the case number."""
        entered = ApplicationInput(
            code=matter, region_code=region, intake_mode="online", applicant=APPLICANT, form=FORM
        )
        received = receive_application(self.container.context, self.person("applicant1"), entered)
        return str(received["case_no"])

    def accepted(self, matter: str = "restaurant-food", region: str = "422801") -> str:
        """Receive an application and accept it at the window."""
        case_no = self.receive(matter, region)
        self.complete(case_no, "check", "window.enshi" if region == "422801" else "window.lichuan", "accept")
        return case_no

    def complete(self, case_no: str, element: str, login: str, outcome: str, **answers: object) -> None:
        task = next(
            item for item in self.case(case_no).tasks if item.element == element and item.state in ("open", "claimed")
        )
        completion = Completion(task_id=int(task.id), version=task.version, outcome=outcome, data=answers)
        complete_task(self.container.context, self.person(login), completion)

    def case(self, case_no: str) -> CaseView:
        with self.container.context.database.read() as connection:
            return get_case(connection, self.person("supervisor.es").scope, case_no)

    def case_id(self, case_no: str) -> int:
        with self.container.context.database.read() as connection:
            return find_case_id(connection, self.person("supervisor.es").scope, case_no)

    def entries(self, case_no: str, kind: str = "calendar") -> list[ClockEntry]:
        with self.container.context.database.read() as connection:
            return [entry for entry in ledger_of(connection, self.case_id(case_no)) if entry.kind == kind]

    def row(self, case_no: str, name: str = "promised") -> sa.Row[tuple[object, ...]]:
        """Return a deadline row of a case."""
        with self.container.context.database.read() as connection:
            query = sa.select(deadline).where(deadline.c.case_id == self.case_id(case_no), deadline.c.name == name)
            return connection.execute(query).one()

    def due(self, case_no: str, name: str = "promised") -> str:
        """Return the due instant of a deadline by the local clock."""
        found = self.row(case_no, name).due_at
        return f"{to_local(found):%Y-%m-%d %H:%M}" if found else ""

    def tick(self) -> None:
        """Fire what is due."""
        for lane in Lane:
            while fire_due_deadlines(self.container.context, lane, limit=50, budget_ms=10_000).fired:
                continue

    def load(
        self, layer: str = "ES", *, login: str = "admin.es", dry_run: bool = False, **body: object
    ) -> TestResponse:
        """Load a version over HTTP; returns the response."""
        path = f"/api/v1/calendars/{layer}/versions{'?dry_run=true' if dry_run else ''}"
        return self.client.post(path, json=body, headers=self.token(login))


@pytest.fixture(scope="module")
def deployed(kind: str, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A database with the rules deployed and the demonstration people added: a file or the name of a database."""
    folder = tmp_path_factory.mktemp("deployed")
    if kind == "sqlite":
        name = str(folder / "lianban.sqlite")
        shutil.copy(request.getfixturevalue("sqlite_template"), name)
        url = f"sqlite:///{name}"
    else:
        name = f"lianban_{uuid.uuid4().hex[:12]}"
        server = request.getfixturevalue("postgresql_server")
        _run(server, f"CREATE DATABASE {name} TEMPLATE {request.getfixturevalue('postgresql_template')}")
        url = _url(server, name)
    container = _container(url, folder, FixedClock(START))
    settings = container.settings
    deploy_rules(
        container.context, bpmn_dir=settings.bpmn_dir, rules_dir=settings.rules_dir, actor=system_actor("setup")
    )
    add_demo_people(container.context, password="demo-password")
    container.context.database.close()
    yield name
    if kind != "sqlite":
        _run(request.getfixturevalue("postgresql_server"), f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def town_url(deployed: str, kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """URL of a deployed database of its own for one test."""
    if kind == "sqlite":
        shutil.copy(deployed, tmp_path / "lianban.sqlite")
        yield f"sqlite:///{tmp_path / 'lianban.sqlite'}"
        return
    server: sa.URL = request.getfixturevalue("postgresql_server")
    name = f"lianban_{uuid.uuid4().hex[:12]}"
    _run(server, f"CREATE DATABASE {name} TEMPLATE {deployed}")
    yield _url(server, name)
    _run(server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def town(town_url: str, tmp_path: Path) -> Iterator[Town]:
    """A deployed installation of its own for one test."""
    clock = FixedClock(START)
    container = _container(town_url, tmp_path, clock)
    app = create_app(container.settings, container=container)
    yield Town(container=container, clock=clock, client=app.test_client())
    container.context.database.close()


@pytest.fixture
def open_town(town_url: str, tmp_path: Path) -> Iterator[Callable[[], Container]]:
    """Open the test's database once more, as another process would."""
    opened: list[Container] = []

    def _open() -> Container:
        opened.append(_container(town_url, tmp_path, FixedClock(START)))
        return opened[-1]

    yield _open
    for container in opened:
        container.context.database.close()


def _container(url: str, folder: Path, clock: FixedClock) -> Container:
    settings = read_settings({"LIANBAN_VAR_DIR": str(folder), "DATABASE_URL": url, "LIANBAN_NOTICE_CHANNEL": "file"})
    return build_container(settings, clock=clock)
