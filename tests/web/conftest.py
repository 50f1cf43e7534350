"""A deployed world on SQLite with people and cases, and browsers that are signed in."""

import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.container import Container, build_container
from app.domain.actor import system_actor
from app.domain.authority import Person
from app.domain.calendar import ZONE
from app.operations.add_demo_people import add_demo_people
from app.operations.complete_task import Completion, complete_task
from app.operations.deploy_rules import deploy_rules
from app.operations.receive_application import receive_application
from app.operations.receive_theme_application import receive_theme_application
from app.operations.sign_in import sign_in
from app.queries.case_page import CaseTask, get_case
from app.runtime.application import ApplicantInput, ApplicationInput
from app.runtime.people import person_by_account
from app.settings import read_settings
from app.storage.clock import FixedClock
from app.storage.people import find_account
from app.web.errors import register_error_handlers
from app.web.pages import board, cases, tasks, worklist  # noqa: F401  (their views register with the blueprint)
from app.web.pages.blueprint import pages
from app.web.setup import set_up
from app.web.sign_in import COOKIE

START = datetime(2026, 3, 2, 9, 30, tzinfo=ZONE)
PASSWORD = "demo-password"
FORM = {
    "company_name": "恩施好味餐饮有限公司",
    "company_type": "limited",
    "address": "舞阳大道1号",
    "scope": "餐饮服务",
}


def _application(
    code: str, region: str, form: Mapping[str, object], guidance: Mapping[str, object]
) -> ApplicationInput:
    return ApplicationInput(
        code=code,
        region_code=region,
        intake_mode="online",
        applicant=ApplicantInput(
            kind="person", name="张小芳", id_type="111", id_number="422801199001011234", mobile="13800000000"
        ),
        form=form,
        guidance=guidance,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """A deployed installation with a virtual clock."""

    container: Container
    clock: FixedClock

    def person(self, login: str) -> Person:
        with self.container.context.database.read() as connection:
            account = find_account(connection, login)
            assert account is not None
            found = person_by_account(connection, account.id)
        assert found is not None
        return found

    def apply(self, code: str, region: str = "422801") -> str:
        received = receive_application(
            self.container.context, self.person("applicant1"), _application(code, region, FORM, {})
        )
        return str(received["case_no"])

    def apply_theme(self, code: str, region: str = "422801", **guidance: str) -> str:
        entered = _application(code, region, {**FORM, "capital_wan": 10}, guidance)
        return str(receive_theme_application(self.container.context, self.person("applicant1"), entered)["case_no"])

    def open_task(self, case_no: str, element: str) -> CaseTask:
        with self.container.context.database.read() as connection:
            view = get_case(connection, self.person("supervisor.enshi").scope, case_no)
        return next(task for task in view.tasks if task.element == element and task.state in ("open", "claimed"))

    def state_of(self, case_no: str) -> str:
        with self.container.context.database.read() as connection:
            return get_case(connection, self.person("supervisor.enshi").scope, case_no).state

    def complete(self, case_no: str, element: str, login: str, outcome: str, **answers: object) -> None:
        task = self.open_task(case_no, element)
        completion = Completion(task_id=int(task.id), version=task.version, outcome=outcome, data=answers)
        complete_task(self.container.context, self.person(login), completion)

    def at(self, *moment: int) -> None:
        self.clock.set(datetime(*moment, tzinfo=ZONE))  # type: ignore[arg-type,misc]


@pytest.fixture(scope="session")
def deployed(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Path:
    """Folder of a database with the rules deployed and the demonstration people added."""
    folder = tmp_path_factory.mktemp("deployed")
    shutil.copy(sqlite_template, folder / "lianban.sqlite")
    container = build_container(read_settings({"LIANBAN_VAR_DIR": str(folder)}), clock=FixedClock(START))
    settings = container.settings
    actor = system_actor("setup")
    deploy_rules(container.context, bpmn_dir=settings.bpmn_dir, rules_dir=settings.rules_dir, actor=actor)
    add_demo_people(container.context, password=PASSWORD)
    container.context.database.close()
    return folder


@pytest.fixture
def world(deployed: Path, tmp_path: Path) -> Iterator[World]:
    """A deployed world of its own for one test."""
    folder = tmp_path / "var"
    shutil.copytree(deployed, folder)
    clock = FixedClock(START)
    container = build_container(read_settings({"LIANBAN_VAR_DIR": str(folder)}), clock=clock)
    container.context.library.current()
    yield World(container=container, clock=clock)
    container.context.database.close()


@pytest.fixture
def app(world: World) -> Flask:
    """The pages of officers; other pages a layout links to answer with nothing."""
    found = Flask("app.web", template_folder="templates", static_folder="static")
    found.config.update(SECRET_KEY=world.container.settings.secret_key, TESTING=True)
    set_up(found, world.container)
    register_error_handlers(found)
    found.register_blueprint(pages)
    found.url_build_error_handlers.append(_elsewhere)
    return found


@pytest.fixture
def browse(app: Flask, world: World) -> Callable[[str], FlaskClient]:
    """Return a browser signed in as a demonstration person."""

    def signed_in(login: str) -> FlaskClient:
        client = app.test_client()
        session = sign_in(world.container.context, login=login, password=PASSWORD)
        client.set_cookie(COOKIE, session.token)
        return client

    return signed_in


def csrf_of(client: FlaskClient, path: str = "/cases") -> str:
    """Return the CSRF token of the session, as a page carries it."""
    found = re.search(r'<meta name="csrf-token" content="([^"]+)"', client.get(path).text)
    assert found is not None
    return found[1]


def _elsewhere(_error: Exception, endpoint: str, _values: dict[str, object]) -> str:
    return f"/{endpoint.removeprefix('pages.')}"
