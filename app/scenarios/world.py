"""A scratch installation on a virtual clock: deployed, peopled, and gone afterwards."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from app.container import MESSAGE_HANDLERS, Container, build_container
from app.domain.actor import system_actor
from app.domain.authority import Person
from app.domain.errors import InvalidInput
from app.domain.vocabulary import CorrectionRequestState, Lane
from app.operations.add_demo_people import add_demo_people
from app.operations.deliver_outbox import deliver_outbox
from app.operations.deploy_rules import deploy_rules
from app.operations.fire_due_deadlines import fire_due_deadlines
from app.operations.seal_documents import seal_documents
from app.queries.case_materials import list_missing_materials
from app.queries.case_page import CaseView, get_case
from app.queries.correction_requests import list_correction_requests
from app.runtime.people import person_by_account
from app.scenarios.course import Course
from app.settings import Settings
from app.storage.clock import FixedClock
from app.storage.deadlines import next_fire_at
from app.storage.migrate import migrate
from app.storage.people import find_account

BATCH = 20
DATABASE = "scratch.sqlite"
A_MOMENT = timedelta(seconds=1)
Facts = Mapping[str, Any]


class NoSuchTask(Exception):
    """The scenario completes a task that is not open."""


class World:
    """People, cases and a clock that stands until it is moved. course: where the tokens of its cases went."""

    def __init__(self, container: Container, clock: FixedClock, course: Course) -> None:
        self.container = container
        self.course = course
        self.context = container.context
        self.clock = clock
        self._people: dict[str, Person] = {}

    def person(self, login: str) -> Person:
        """Return a demonstration person by login. Raises InvalidInput `scenario_person`."""
        if login not in self._people:
            with self.context.database.read() as connection:
                account = find_account(connection, login)
                found = person_by_account(connection, account.id) if account else None
            if found is None:
                raise InvalidInput("scenario_person", login=login)
            self._people[login] = found
        return self._people[login]

    def case(self, case_no: str) -> CaseView:
        """Return a case as the supervisor of the prefecture sees it."""
        with self.context.database.read() as connection:
            return get_case(connection, self.person("supervisor.es").scope, case_no)

    def missing_materials(self, case_no: str) -> tuple[str, ...]:
        """Return the codes of the required materials a case cannot be accepted without."""
        case_id, themes = int(self.case(case_no).id), self.context.library.current().themes
        with self.context.database.read() as connection:
            return tuple(item.code for item in list_missing_materials(connection, themes, case_id))

    def waiting_request(self, case: CaseView, *, matter_code: str, item: str) -> int:
        """Return the id of the correction request of a member that waits for an item; 0, which no request has, for none."""
        themes = self.context.library.current().themes
        with self.context.database.read() as connection:
            found = list_correction_requests(connection, themes, self.person("supervisor.es"), int(case.id))
        waiting = (view for view in found if view.state == CorrectionRequestState.WAITING)
        asked = (view for view in waiting if view.matter_code == matter_code and item in (view.item, view.name))
        return next((int(view.request_id) for view in asked), 0)

    def deliver(self) -> None:
        """Seal what is queued and deliver every message whose instant has come; joint cases take in members that way."""
        seal_documents(self.context, limit=BATCH)
        while deliver_outbox(self.context, self.container.channel, MESSAGE_HANDLERS, limit=BATCH):
            continue

    def move_to(self, at: datetime) -> None:
        """Move the clock to an instant, stopping at everything that fires on the way, in its order."""
        while True:
            with self.context.database.read() as connection:
                coming = next_fire_at(connection)
            if coming is None or coming >= at:
                break
            self.clock.set(max(coming + A_MOMENT, self.clock.now()))
            for lane in Lane:
                while fire_due_deadlines(self.context, lane, limit=BATCH, budget_ms=10_000).fired:
                    continue
            self.deliver()
        self.clock.set(at)
        self.deliver()


@contextmanager
def scratch_world(settings: Settings, at: datetime) -> Iterator[World]:
    """Make an installation in a temporary folder whose clock stands at `at`, and remove it afterwards."""
    with TemporaryDirectory(prefix="lianban-") as folder:
        chosen = _settings_in(Path(folder), settings)
        alike = replace(settings, database_url="", var_dir=Path(), secret_key="")
        Path(folder, DATABASE).write_bytes(_set_up(alike, at, _state_of(settings)))
        clock, course = FixedClock(at), Course()
        container = build_container(chosen, clock=clock, watcher=course.watch)
        try:
            yield World(container, clock, course)
        finally:
            container.context.database.close()


def _settings_in(folder: Path, settings: Settings) -> Settings:
    return replace(settings, database_url=f"sqlite:///{folder}/{DATABASE}", var_dir=folder, notice_channel="file")


def _state_of(settings: Settings) -> int:
    """Return what changes with every file below the folders that is written, added or removed."""
    files = (path for root in (settings.bpmn_dir, settings.rules_dir) for path in root.rglob("*") if path.is_file())
    return hash(frozenset((str(path), (state := path.stat()).st_mtime_ns, state.st_size) for path in files))


@lru_cache(maxsize=8)
def _set_up(settings: Settings, at: datetime, _state: int) -> bytes:
    """Return the database of an installation set up at an instant; scenarios that begin alike share it."""
    with TemporaryDirectory(prefix="lianban-") as folder:
        context = build_container(_settings_in(Path(folder), settings), clock=FixedClock(at)).context
        migrate(context.database)
        deploy_rules(context, bpmn_dir=settings.bpmn_dir, rules_dir=settings.rules_dir, actor=system_actor("scenario"))
        add_demo_people(context, password="scenario")  # noqa: S106
        context.database.close()
        return Path(folder, DATABASE).read_bytes()
