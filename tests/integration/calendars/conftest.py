"""A deployed installation with its doors: what the tests of calendars and closures look at and do."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.domain.calendar import ZONE, to_local
from app.domain.clock_entry import ClockEntry
from app.domain.vocabulary import Lane
from app.factory import create_app
from app.operations.complete_task import Completion, complete_task
from app.operations.fire_due_deadlines import fire_due_deadlines
from app.operations.manage_staff import issue_token
from app.queries.case_page import CaseView, find_case_id, get_case
from app.queries.clock import ledger_of
from app.storage.tables import deadline
from tests.world import World, open_world, settings_in

WINDOWS = {"422801": "window.enshi", "422802": "window.lichuan"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Town(World):
    """A deployed installation with a virtual clock and its doors."""

    client: FlaskClient

    def token(self, login: str) -> dict[str, str]:
        """Return the headers of a program that acts as somebody."""
        issued = issue_token(self.container.context, None, login=login, name="test", days=300)
        return {"Authorization": f"Bearer {issued['token']}"}

    def accepted(self, matter: str = "restaurant-food", region: str = "422801") -> str:
        """Receive an application and accept it at the window; returns the case number."""
        case_no = self.apply(matter, region)
        task = next(item for item in self.case(case_no).tasks if item.element == "check")
        seen = self.seen(case_no)
        completion = Completion(task_id=int(task.id), version=task.version, outcome="accept", marks=seen)
        complete_task(self.container.context, self.person(WINDOWS[region]), completion)
        return case_no

    def case(self, case_no: str) -> CaseView:
        with self.container.context.database.read() as connection:
            return get_case(connection, self.person("supervisor.es").scope, case_no)

    def case_id(self, case_no: str) -> int:
        with self.container.context.database.read() as connection:
            return find_case_id(connection, self.person("supervisor.es").scope, case_no)

    def entries(self, case_no: str, kind: str = "calendar") -> list[ClockEntry]:
        """Return the ledger entries of a case of one kind."""
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


@pytest.fixture
def town(installed: World) -> Town:
    """A deployed installation of its own for one test, on both databases."""
    return _with_doors(installed)


@pytest.fixture(scope="module")
def shared_town(shared_world: World) -> Town:
    """A deployed installation that the refusals of a module share, on both databases."""
    return _with_doors(shared_world)


@pytest.fixture
def open_town(installed_url: str, tmp_path: Path) -> Iterator[Callable[..., World]]:
    """Open the test's database once more, as another process would, with a clock of its own."""
    opened: list[World] = []

    def _open(*moment: int) -> World:
        at = datetime(*(moment or (2026, 3, 2, 9, 30)), tzinfo=ZONE)  # type: ignore[arg-type,misc]
        opened.append(open_world(settings_in(tmp_path, installed_url), at=at))
        return opened[-1]

    yield _open
    for world in opened:
        world.container.context.database.close()


def _with_doors(world: World) -> Town:
    app = create_app(world.container.settings, container=world.container)
    return Town(container=world.container, clock=world.clock, client=app.test_client())
