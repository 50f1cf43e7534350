"""A bench for drawn constructs: each is deployed before the first step of a shipped diagram, and a case runs on it.

Everything goes over the API, on both databases; one installation serves all tests of a module.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from app.domain.vocabulary import DeadlineState, Lane
from app.engine import codec
from app.factory import create_app
from app.operations.complete_task import Completion
from app.operations.fire_due_deadlines import fire_due_deadlines
from app.operations.manage_staff import issue_token
from app.storage.cases import find_state
from app.storage.tables import case_file, deadline, definition, user_task
from tests.drawing import before_the_first_step
from tests.many_cases import count_broken_chains
from tests.new_versions import deploy_changed
from tests.walks import HANDED_OVER
from tests.web.api_world import APPLICANT, DELIVERY, SUPERVISOR, WINDOW, Body, Caller, done, kinds
from tests.world import World

KEY, MATTER = "pattern:instant", "restaurant-verify"


@dataclass(slots=True, kw_only=True)
class Bench:
    """An installation whose doors are open. shipped: the diagram the drawn pieces are put into."""

    world: World
    site: Flask
    shipped: str
    deployed: str = ""
    callers: dict[str, Caller] = field(default_factory=dict)

    def call(self, login: str) -> Caller:
        """Return a program that acts as a demonstration person."""
        if login not in self.callers:
            token = issue_token(self.world.container.context, None, login=login, name="bench", days=400)["token"]
            self.callers[login] = Caller(client=self.site.test_client(), token=str(token))
        return self.callers[login]

    def deploy(self, change: Callable[[str], str]) -> None:
        """Deploy what `change` makes of the shipped diagram, unless that is deployed."""
        wanted = change(self.shipped)
        if wanted != self.deployed:
            deploy_changed(self.world, lambda _newest: wanted, key=KEY)
        self.deployed = wanted

    def begun(self, drawn: str, *, first: str, last: str, swap: tuple[str, str] = ("", "")) -> str:
        """Deploy `drawn` before the first step and apply for the matter. Returns the number of the case.

        swap: a text of the shipped diagram and what takes its place, once.
        """
        entered = before_the_first_step(drawn, first=first, last=last)
        self.deploy(lambda source: entered(source).replace(*swap, 1))
        return str(self.call(APPLICANT).apply(MATTER)["case_no"])

    def case(self, case_no: str) -> Body:
        """Return a case as its supervisor sees it."""
        return self.call(SUPERVISOR).case(case_no)

    def tasks(self, case_no: str, element: str = "") -> list[Body]:
        """Return the open tasks of a case, of one element or all, oldest first."""
        found = [task for task in self.case(case_no)["tasks"] if task["state"] in ("open", "claimed")]
        return [task for task in found if element in ("", task["element"])]

    def open(self, case_no: str) -> list[str]:
        """Return the elements of the open tasks, sorted."""
        return sorted(task["element"] for task in self.tasks(case_no))

    def do(self, case_no: str, element: str, outcome: str = "seen", *, nth: int = 0, **answers: object) -> Body:
        """Complete one of the open tasks of an element."""
        return self.complete(self.tasks(case_no, element)[nth], outcome, **answers)

    def complete(self, task: Body, outcome: str = "seen", **answers: object) -> Body:
        """Complete a task."""
        sent = {"outcome": outcome, "data": answers}
        return done(self.call(WINDOW).post(f"/tasks/{task['id']}/completion", sent, If_Match=f'"{task["version"]}"'))

    def completion(self, case_no: str, element: str) -> Completion:
        """Return what completes an open task whose form asks for an opinion; the opinion is its element."""
        task = self.tasks(case_no, element)[0]
        return Completion(task_id=int(task["id"]), version=task["version"], outcome="seen", data={"opinion": element})

    def stands(self, case_no: str) -> list[str]:
        """Return where the diagram shows the case, by the ids its author gave."""
        return list(done(self.call(SUPERVISOR).get(f"/cases/{case_no}/diagram"))["current"])

    def happened(self, case_no: str) -> list[str]:
        """Return the kinds of the entries of the audit chain."""
        return kinds(done(self.call(SUPERVISOR).get(f"/cases/{case_no}/events"))["items"])

    def armed(self, case_no: str) -> list[str]:
        """Return the elements of the timers and step limits that run, sorted."""
        columns = deadline.c
        query = (
            sa.select(columns.element)
            .join(case_file, case_file.c.id == columns.case_id)
            .where(case_file.c.case_no == case_no, columns.name.in_(("timer", "step")))
            .where(columns.state == DeadlineState.ARMED)
        )
        with self.world.container.context.database.read() as connection:
            return sorted(connection.scalars(query))

    def spent(self, case_no: str) -> int:
        """Count the rows of timers that fired and are still there: those of the last move alone."""
        columns = deadline.c
        of_case = sa.select(case_file.c.id).where(case_file.c.case_no == case_no).scalar_subquery()
        query = sa.select(sa.func.count()).select_from(deadline).where(columns.case_id == of_case)
        fired = query.where(columns.name == "timer", columns.state == DeadlineState.FIRED)
        with self.world.container.context.database.read() as connection:
            return connection.scalar(fired) or 0

    def fire(self, after: timedelta) -> None:
        """Let time pass and everything that moves a diagram fire."""
        self.world.clock.advance(after)
        while fire_due_deadlines(self.world.container.context, Lane.MOVE, limit=20, budget_ms=10_000).fired:
            pass

    def variables(self, case_no: str) -> dict[str, object]:
        """Return the variables of a case as they are stored."""
        with self.world.container.context.database.read() as connection:
            case_id = connection.scalar(sa.select(case_file.c.id).where(case_file.c.case_no == case_no))
            stored = find_state(connection, int(case_id or 0))
        assert stored is not None
        return codec.load_variables(stored.variables)

    def closes(self, case_no: str) -> None:
        """Lead the case to its end and see that nothing is left behind: no open task, no deadline that could fire, no
        broken chain."""
        clerk = self.call(WINDOW)
        clerk.do(case_no, "handle", "approve")
        self.call(DELIVERY).do(case_no, "deliver", "delivered", **HANDED_OVER)
        assert self.case(case_no)["state"] == "closed"
        assert (self.open(case_no), self.stands(case_no)) == ([], [])
        with self.world.container.context.database.read() as connection:
            of_case = sa.select(case_file.c.id).where(case_file.c.case_no == case_no).scalar_subquery()
            left = sa.select(sa.func.count()).select_from(deadline).where(deadline.c.case_id == of_case)
            live = sa.select(sa.func.count()).select_from(user_task).where(user_task.c.case_id == of_case)
            assert connection.scalar(left.where(deadline.c.state != DeadlineState.FIRED)) == 0
            assert connection.scalar(live.where(user_task.c.state < 2)) == 0
            assert count_broken_chains(connection) == 0


@pytest.fixture(scope="module")
def bench(shared_world: World) -> Bench:
    """The doors over a deployed world that the tests of a module share."""
    site = create_app(container=shared_world.container)
    site.config.update(TESTING=True)
    with shared_world.container.context.database.read() as connection:
        newest = sa.select(definition.c.source).where(definition.c.key == KEY).order_by(definition.c.version).limit(1)
        shipped = bytes(connection.scalar(newest) or b"").decode()
    return Bench(world=shared_world, site=site, shipped=shipped)
