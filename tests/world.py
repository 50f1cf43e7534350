"""A deployed installation on a virtual clock: people, applications, tasks. What the doors see, without a door."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from app.container import Container, build_container
from app.domain.actor import system_actor
from app.domain.authority import Person
from app.domain.calendar import ZONE
from app.operations.add_demo_people import add_demo_people
from app.operations.complete_task import Completion, complete_task
from app.operations.deploy_rules import deploy_rules
from app.operations.receive_application import receive_application
from app.operations.receive_theme_application import receive_theme_application
from app.queries.case_materials import list_missing_materials
from app.queries.case_page import CaseTask, find_case_id, get_case
from app.runtime.application import ApplicantInput, ApplicationInput
from app.runtime.people import person_by_account
from app.settings import Settings, read_settings
from app.storage.clock import Clock, FixedClock
from app.storage.people import find_account

START = datetime(2026, 3, 2, 9, 30, tzinfo=ZONE)
PASSWORD = "demo-password"
# Outcomes that accept a case, or decide it on the spot.
ACCEPTING = ("accept", "approve", "refuse")
FORM = {
    "company_name": "恩施好味餐饮有限公司",
    "company_type": "limited",
    "address": "舞阳大道1号",
    "scope": "餐饮服务",
}


def application_for(
    code: str, region: str = "422801", form: Mapping[str, object] = FORM, guidance: Mapping[str, object] | None = None
) -> ApplicationInput:
    """Return an application as a citizen would hand it in. guidance: answers to the questions of a theme."""
    return ApplicationInput(
        code=code,
        region_code=region,
        intake_mode="online",
        applicant=ApplicantInput(
            kind="person", name="张小芳", id_type="111", id_number="422801199001011234", mobile="13800000000"
        ),
        form=form,
        guidance=guidance or {},
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
        received = receive_application(self.container.context, self.person("applicant1"), application_for(code, region))
        return str(received["case_no"])

    def apply_theme(self, code: str, region: str = "422801", **guidance: str) -> str:
        entered = application_for(code, region, {**FORM, "capital_wan": 10}, guidance)
        return str(receive_theme_application(self.container.context, self.person("applicant1"), entered)["case_no"])

    def open_task(self, case_no: str, element: str) -> CaseTask:
        with self.container.context.database.read() as connection:
            view = get_case(connection, self.person("supervisor.enshi").scope, case_no)
        return next(task for task in view.tasks if task.element == element and task.state in ("open", "claimed"))

    def state_of(self, case_no: str) -> str:
        with self.container.context.database.read() as connection:
            return get_case(connection, self.person("supervisor.enshi").scope, case_no).state

    def member_no(self, case_no: str, name: str) -> str:
        """Return the case number of a member of a joint case, by the name of its matter."""
        with self.container.context.database.read() as connection:
            view = get_case(connection, self.person("supervisor.enshi").scope, case_no)
        return next(member.case_no for member in view.members if member.name == name)

    def complete(self, case_no: str, element: str, login: str, outcome: str, **answers: object) -> None:
        """Complete a task; who accepts has seen the originals of everything that was not handed in."""
        task = self.open_task(case_no, element)
        marks = self.seen(case_no) if outcome in ACCEPTING else {}
        completion = Completion(task_id=int(task.id), version=task.version, outcome=outcome, data=answers, marks=marks)
        complete_task(self.container.context, self.person(login), completion)

    def seen(self, case_no: str) -> dict[str, tuple[str, str]]:
        """Return the marks of a clerk who has seen the originals of all that a case cannot be accepted without."""
        themes = self.container.context.library.current().themes
        with self.container.context.database.read() as connection:
            case_id = find_case_id(connection, self.person("supervisor.es").scope, case_no)
            return {item.code: ("accepted", "") for item in list_missing_materials(connection, themes, case_id)}

    def at(self, *moment: int) -> None:
        self.clock.set(datetime(*moment, tzinfo=ZONE))  # type: ignore[arg-type,misc]


def settings_in(folder: Path, url: str | None = None) -> Settings:
    """Return settings that keep everything in `folder`; the database of `url`, default a SQLite file there."""
    environment = {"LIANBAN_VAR_DIR": str(folder), "LIANBAN_SECRET_KEY": "of the suite"}
    return read_settings({**environment, "DATABASE_URL": url} if url else environment)


def set_up_world(settings: Settings, *, clock: Clock | None = None) -> None:
    """Deploy what is shipped into a migrated database and add the demonstration people."""
    container = build_container(settings, clock=clock or FixedClock(START))
    actor = system_actor("setup")
    deploy_rules(container.context, bpmn_dir=settings.bpmn_dir, rules_dir=settings.rules_dir, actor=actor)
    add_demo_people(container.context, password=PASSWORD)
    container.context.database.close()


def open_world(settings: Settings, *, at: datetime = START) -> World:
    """Open a deployed installation whose clock stands at `at`."""
    clock = FixedClock(at)
    container = build_container(settings, clock=clock)
    container.context.library.current()
    return World(container=container, clock=clock)
