"""A deployed world on both databases for approvals by default: people, cases, a virtual clock, and the API."""

import shutil
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa
from werkzeug.test import TestResponse

from app.container import build_container
from app.domain.actor import system_actor
from app.domain.calendar import ZONE
from app.domain.vocabulary import DeadlineState
from app.factory import create_app
from app.operations.add_demo_people import add_demo_people
from app.operations.complete_task import Completion, complete_task
from app.operations.deploy_rules import deploy_rules
from app.operations.manage_staff import issue_token
from app.operations.receive_application import receive_application
from app.queries.case_page import find_case_id, find_decision
from app.runtime.application import ApplicantInput, ApplicationInput
from app.scenarios.course import Course
from app.scenarios.world import World
from app.settings import Settings, read_settings
from app.storage.clock import FixedClock
from app.storage.tables import clock_entry, deadline, outbox
from tests.fakes import RemoteSeal

START = datetime(2026, 3, 2, 10, 0, tzinfo=ZONE)
APPLICANT = ApplicantInput(
    kind="person", name="张小芳", id_type="111", id_number="422801199003071228", mobile="13800000000"
)
FORM = {
    "company_name": "恩施好味餐饮有限公司",
    "company_type": "limited",
    "address": "舞阳大道1号",
    "scope": "餐饮服务",
}


def at(text: str) -> datetime:
    """Return a local instant such as `2026-03-06 17:30`."""
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


class Office(World):
    """A world with short ways to what the tests ask about."""

    def __init__(self, settings: Settings) -> None:
        clock = FixedClock(START)
        self.seal = RemoteSeal()
        super().__init__(build_container(settings, clock=clock, seal=self.seal), clock, Course())
        self._tokens: dict[str, str] = {}
        self._client = create_app(settings, container=self.container).test_client()

    def accepted(self, matter: str = "restaurant-food", *, accepted_at: datetime = START) -> str:
        """Return the number of a case that a window clerk accepted at an instant."""
        self.clock.set(accepted_at)
        case_no = self.received(matter)
        self.complete(case_no, "check", "window.enshi", "accept")
        return case_no

    def received(self, matter: str = "restaurant-food") -> str:
        """Return the number of a case that came in now."""
        entered = ApplicationInput(
            code=matter, region_code="422801", intake_mode="online", applicant=APPLICANT, form=FORM
        )
        return str(receive_application(self.context, self.person("applicant1"), entered)["case_no"])

    def complete(
        self, case_no: str, element: str, login: str, outcome: str, answers: Mapping[str, object] | None = None
    ) -> None:
        """Let a person complete the open task of an element."""
        tasks = self.case(case_no).tasks
        task = next(item for item in tasks if item.element == element and item.state in ("open", "claimed"))
        marks = dict.fromkeys(self.missing_materials(case_no), ("accepted", "")) if outcome == "accept" else {}
        completion = Completion(
            task_id=int(task.id), version=task.version, outcome=outcome, data=answers or {}, marks=marks
        )
        complete_task(self.context, self.person(login), completion)

    def call(self, login: str, method: str, path: str, body: object = None, **headers: str) -> TestResponse:
        """Call the API as a person."""
        if login not in self._tokens:
            token = issue_token(self.context, None, login=login, name="test", days=366)
            self._tokens[login] = str(token["token"])
        headers = {"Authorization": f"Bearer {self._tokens[login]}", **headers}
        return self._client.open(f"/api/v1{path}", method=method, json=body, headers=headers)

    def post(self, login: str, path: str, body: object = None, **headers: str) -> TestResponse:
        """Post to the API as a person."""
        return self.call(login, "POST", path, {} if body is None else body, **headers)

    def authorised(self, kind: str, *, until: str = "2026-12-31") -> str:
        """Let the system seal a kind of paper of the bureau, and return the id of the authorisation."""
        body = {
            "department_code": "422801-scjg",
            "document_kind": kind,
            "document_no": "恩市政办〔2026〕7号",
            "valid_from_on": "2026-01-01",
            "valid_to_on": until,
        }
        answer = self.post("supervisor.enshi", "/seal-authorisations", body)
        assert answer.status_code == 201, answer.json
        return str(answer.json["authorisation_id"])

    def hold(self, case_no: str, reason: str = "wrong_acceptance", *, login: str = "supervisor.enshi") -> str:
        """Ask for a hold and return its id."""
        body = {"case_nos": [case_no], "reason": reason, "text": "核查"}
        answer = self.post(login, "/holds", body)
        assert answer.status_code == 201, answer.json
        return str(answer.json["items"][0]["hold_id"])

    def case_id(self, case_no: str) -> int:
        """Return the id of a case."""
        with self.context.database.read() as connection:
            return find_case_id(connection, self.person("supervisor.es").scope, case_no)

    def decision(self, case_no: str) -> dict[str, Any]:
        """Return the decision of a case; empty when there is none."""
        with self.context.database.read() as connection:
            return dict(find_decision(connection, self.case_id(case_no)) or {})

    def deemed(self, case_no: str) -> tuple[str, str | None]:
        """Return the state of the approval by default and the guards that block it."""
        query = sa.select(deadline.c.state, deadline.c.last_error).where(
            deadline.c.case_id == self.case_id(case_no), deadline.c.name == "deemed"
        )
        with self.context.database.read() as connection:
            row = connection.execute(query).one()
        return DeadlineState(row.state).name.lower(), row.last_error

    def acts(self, case_no: str) -> list[str]:
        """Return the acts on holds in the clock ledger."""
        query = sa.select(clock_entry.c.facts).where(
            clock_entry.c.case_id == self.case_id(case_no), clock_entry.c.kind == "hold"
        )
        with self.context.database.read() as connection:
            facts = connection.scalars(query.order_by(clock_entry.c.seq)).all()
        return [text.split('"act":"')[1].split('"')[0] for text in facts]

    def told(self, case_no: str) -> list[str]:
        """Return the kinds of notices to the applicant."""
        query = sa.select(outbox.c.payload).where(
            outbox.c.case_id == self.case_id(case_no), outbox.c.payload.like('%"addressee":"applicant"%')
        )
        with self.context.database.read() as connection:
            payloads = connection.scalars(query.order_by(outbox.c.id)).all()
        return [text.split('"notice":"')[1].split('"')[0] for text in payloads]


@pytest.fixture(scope="session")
def deployed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Deployed databases by kind, made by the first test that asks."""
    return {"folder": str(tmp_path_factory.mktemp("deployed"))}


@pytest.fixture
def office(kind: str, deployed: dict[str, str], request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Office]:
    """A deployed world of its own for one test."""
    if kind not in deployed:
        deployed[kind] = _deploy(kind, deployed["folder"], request)
    url = _copy(kind, deployed[kind], request, tmp_path)
    office = Office(_settings(url, tmp_path))
    yield office
    office.context.database.close()
    if kind == "postgresql":
        _run(request, f"DROP DATABASE {sa.make_url(url).database} WITH (FORCE)")


def _settings(url: str, folder: Path) -> Settings:
    chosen = read_settings({"LIANBAN_VAR_DIR": str(folder), "LIANBAN_SECRET_KEY": "0" * 64})
    return replace(chosen, database_url=url, notice_channel="file")


def _deploy(kind: str, folder: str, request: pytest.FixtureRequest) -> str:
    if kind == "sqlite":
        file = Path(folder) / "deployed.sqlite"
        shutil.copy(request.getfixturevalue("sqlite_template"), file)
        url = f"sqlite:///{file}"
    else:
        name = f"lianban_deployed_{uuid.uuid4().hex[:12]}"
        _run(request, f"CREATE DATABASE {name} TEMPLATE {request.getfixturevalue('postgresql_template')}")
        url = _url(request, name)
    container = build_container(_settings(url, Path(folder)), clock=FixedClock(START))
    settings, actor = container.settings, system_actor("setup")
    deploy_rules(container.context, bpmn_dir=settings.bpmn_dir, rules_dir=settings.rules_dir, actor=actor)
    add_demo_people(container.context, password="demo-password")
    container.context.database.close()
    return url


def _copy(kind: str, url: str, request: pytest.FixtureRequest, folder: Path) -> str:
    if kind == "sqlite":
        file = folder / "lianban.sqlite"
        source = Path(str(sa.make_url(url).database))
        for suffix in ("", "-wal"):
            if Path(f"{source}{suffix}").exists():
                shutil.copy(f"{source}{suffix}", f"{file}{suffix}")
        return f"sqlite:///{file}"
    name = f"lianban_{uuid.uuid4().hex[:12]}"
    _run(request, f"CREATE DATABASE {name} TEMPLATE {sa.make_url(url).database}")
    return _url(request, name)


def _url(request: pytest.FixtureRequest, name: str) -> str:
    server: sa.URL = request.getfixturevalue("postgresql_server")
    return server.set(database=name).render_as_string(hide_password=False)


def _run(request: pytest.FixtureRequest, statement: str) -> None:
    server: sa.URL = request.getfixturevalue("postgresql_server")
    plain = server.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(plain, autocommit=True) as connection:
        connection.execute(statement)
