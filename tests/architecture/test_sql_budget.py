"""Statements and commits of every main operation, counted on both databases. A step is one load and one write."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

import pytest
import sqlalchemy as sa

from app.domain.request_key import RequestKey, request_key
from app.domain.vocabulary import Lane
from app.operations.claim_task import claim_task
from app.operations.complete_task import Completion, complete_task
from app.operations.deliver_outbox import deliver_outbox
from app.operations.fire_due_deadlines import TickResult, fire_due_deadlines
from app.operations.join_member_cases import join_member_cases
from app.operations.receive_application import receive_application
from app.operations.receive_theme_application import receive_theme_application
from app.operations.sign_in import sign_in
from app.operations.suspend_clock import SuspensionRequest, resume_clock, suspend_clock
from app.queries.case_page import find_case_id
from app.queries.worklist import WorklistFilter, list_tasks
from app.runtime.people import person_by_session
from app.storage.dialects import WRITING
from app.storage.tables import deadline
from tests.external_work import MATTER, complete, fetch
from tests.many_cases import copy_case
from tests.world import FORM, PASSWORD, World, application_for

REVIEWER = "reviewer.enshi"
# operation: most statements on PostgreSQL (one write), on SQLite (a list), commits, savepoints. BEGIN, COMMIT and the
# words around a savepoint are no statements. Numbers of cases and papers are taken one by one; a warning and a timer
# event are counted with the claim of their batch, and many cost what one costs. A number may fall; one that has to grow
# needs another design.
BUDGET = {
    "plain step": (3, 10, 1, 0),
    "step with form and notice, repeatable": (4, 12, 1, 0),
    "acceptance with papers and clocks": (4, 15, 1, 0),
    "decision with paper and delivery": (4, 16, 1, 0),
    "closing step": (4, 12, 1, 0),
    "repeated request": (2, 2, 1, 0),
    "claim": (3, 6, 1, 0),
    "suspension": (5, 12, 1, 0),
    "resumption": (5, 12, 1, 0),
    "application": (9, 18, 1, 0),
    "joint application": (8, 19, 1, 0),
    "join that opens four members": (8, 17, 1, 0),
    "warning": (3, 10, 1, 1),
    "twenty warnings": (3, 10, 1, 1),
    "timer event": (4, 14, 1, 1),
    "idle tick": (1, 1, 1, 0),
    "message": (6, 6, 2, 0),
    "fetch of a program": (4, 4, 1, 0),
    "fetch in vain": (2, 2, 0, 0),
    "report of a program": (4, 12, 1, 0),
    "worklist page": (1, 1, 0, 0),
    "sign-in of a request": (3, 3, 0, 0),
}
NOT_COUNTED = ("BEGIN", "SAVEPOINT", "RELEASE", "ROLLBACK")


@dataclass(slots=True)
class Count:
    """What an operation asked of the database."""

    statements: list[str]
    commits: int = 0
    savepoints: int = 0


@contextmanager
def counted(world: World) -> Iterator[Count]:
    count, engine = Count(statements=[]), world.container.context.database.engine

    def statement(*given: object) -> None:
        if not str(given[2]).startswith(NOT_COUNTED):
            count.statements.append(str(given[2]))

    def commit(connection: sa.Connection) -> None:
        # The end of a reading is no commit.
        count.commits += bool(connection.get_execution_options().get(WRITING))

    def savepoint(*_given: object) -> None:
        count.savepoints += 1

    listeners = (("before_cursor_execute", statement), ("commit", commit), ("savepoint", savepoint))
    for name, listener in listeners:
        sa.event.listen(engine, name, listener)
    yield count
    for name, listener in listeners:
        sa.event.remove(engine, name, listener)


class Walk:
    """Leads cases through everything that is counted."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.counts: dict[str, Count] = {}

    def count(self, name: str, act: Callable[[], object]) -> object:
        with counted(self.world) as count:
            result = act()
        self.counts[name] = count
        return result

    def key(self, login: str, name: str) -> RequestKey:
        account_id = self.world.person(login).account_id
        return request_key(actor_id=account_id, method="POST", path=f"/{name}", key=name, body=b"")

    def case_id(self, case_no: str) -> int:
        with self.world.container.context.database.read() as connection:
            return find_case_id(connection, self.world.person("supervisor.enshi").scope, case_no)

    def step(self, name: str, case_no: str, element: str, login: str, outcome: str, **answers: object) -> None:
        """Complete a task; the request may be repeated, except for the plain step."""
        task, person = self.world.open_task(case_no, element), self.world.person(login)
        marks = self.world.seen(case_no) if outcome == "accept" else {}
        completion = Completion(task_id=int(task.id), version=task.version, outcome=outcome, data=answers, marks=marks)
        key = None if name == "plain step" else self.key(login, f"{case_no}{element}")
        for asked in (name, "repeated request") if key else (name,):
            self.count(asked, lambda: complete_task(self.world.container.context, person, completion, request=key))

    def one_case(self) -> None:
        context, applicant = self.world.container.context, self.world.person("applicant1")
        # The first case of a day also takes a block of ids, which a thousand rows share.
        self.world.apply("restaurant-food")
        key, asked = self.key("applicant1", "apply"), application_for("restaurant-food")
        receipt = self.count("application", lambda: receive_application(context, applicant, asked, request=key))
        assert isinstance(receipt, dict)
        case_no = str(receipt["case_no"])
        self.step("acceptance with papers and clocks", case_no, "check", "window.enshi", "accept")
        self.claim_and_suspend(case_no)
        form = {"opinion": "同意"}
        self.step("step with form and notice, repeatable", case_no, "review", "reviewer.enshi", "pass", **form)
        self.step("decision with paper and delivery", case_no, "decide", "decider.enshi", "approve")
        handed_over = {"method": "counter", "recipient": "张小芳"}
        self.step("closing step", case_no, "deliver", "delivery.enshi", "delivered", **handed_over)

    def claim_and_suspend(self, case_no: str) -> None:
        context, reviewer, case_id = self.world.container.context, self.world.person(REVIEWER), self.case_id(case_no)
        task_id = int(self.world.open_task(case_no, "review").id)
        self.count("claim", lambda: claim_task(context, reviewer, task_id=task_id))
        asked = SuspensionRequest(ground="expert_review", document_no="1", expected_days=5)
        begun = self.count("suspension", lambda: suspend_clock(context, reviewer, case_id=case_id, asked=asked))
        suspension_id = int(begun["suspension_id"])  # type: ignore[index]
        self.world.at(2026, 3, 3, 10, 0)
        self.count(
            "resumption",
            lambda: resume_clock(context, reviewer, case_id=case_id, suspension_id=suspension_id, document_no="2"),
        )

    def plain_case(self) -> None:
        case_no = self.world.apply("bench-three-tasks")
        self.world.complete(case_no, "first", REVIEWER, "accept")
        self.step("plain step", case_no, "second", "reviewer2.enshi", "pass")

    def joint_case(self) -> None:
        context, applicant = self.world.container.context, self.world.person("applicant1")
        answers = {"needs_seal": "yes", "has_employees": "yes", "needs_bank": "yes"}
        asked = application_for("startup", form={**FORM, "capital_wan": 10}, guidance=answers)
        receipt = self.count("joint application", lambda: receive_theme_application(context, applicant, asked))
        assert isinstance(receipt, dict)
        case_no = str(receipt["case_no"])
        self.world.complete(case_no, "check", "window.enshi", "accept")
        member = self.world.member_no(case_no, "企业设立登记")
        self.world.complete(member, "review", REVIEWER, "pass", opinion="同意")
        self.world.complete(member, "decide", "decider.enshi", "approve")
        case_id = self.case_id(case_no)
        self.count("join that opens four members", lambda: join_member_cases(context, case_id))

    def deadlines(self) -> None:
        context = self.world.container.context
        self.count("idle tick", lambda: fire_due_deadlines(context, Lane.MOVE, limit=1))
        self.world.apply("restaurant-food")
        self.world.at(2026, 3, 5, 17, 31)
        self.count("warning", lambda: fire_due_deadlines(context, Lane.NOTICE, limit=1))
        self.many_cases()
        self.world.at(2026, 3, 20, 9, 0)
        while fire_due_deadlines(context, Lane.NOTICE, limit=50).fired:
            continue
        self.count("timer event", lambda: fire_due_deadlines(context, Lane.MOVE, limit=1))

    def many_cases(self) -> None:
        """Twenty cases turn yellow at one instant, and nothing else is due."""
        context, case_no = self.world.container.context, self.world.apply("restaurant-food")
        copies = copy_case(self.world, case_no, 19)
        with context.database.read() as connection:
            first = sa.select(deadline.c.fire_at).where(deadline.c.case_id == copies[0], deadline.c.state == 0)
            turns_at = connection.scalar(first)
        assert turns_at is not None
        self.world.clock.set(turns_at)
        while fire_due_deadlines(context, Lane.NOTICE, limit=50).fired:
            continue
        self.world.clock.advance(timedelta(seconds=1))
        batch = self.count(
            "twenty warnings", lambda: fire_due_deadlines(context, Lane.NOTICE, limit=50, budget_ms=60_000)
        )
        assert isinstance(batch, TickResult)
        assert len(batch.fired) == 20

    def programs(self) -> None:
        world, program = self.world, self.world.person("integrator.es")
        world.apply(MATTER)
        taken = self.count("fetch of a program", lambda: fetch(world, person=program))
        assert isinstance(taken, tuple)
        self.count("fetch in vain", lambda: fetch(world, person=program))
        self.count("report of a program", lambda: complete(world, taken[0], person=program))

    def doors(self) -> None:
        container, reviewer = self.world.container, self.world.person(REVIEWER)
        database, secret = container.context.database, container.settings.secret_key
        self.count("message", lambda: deliver_outbox(container.context, container.channel, {}, limit=1))
        token = sign_in(container.context, login=REVIEWER, password=PASSWORD).token

        def page() -> None:
            with database.reading() as opened:
                list_tasks(opened.connection, reviewer, WorklistFilter(), now=opened.now, secret=secret)

        def who() -> None:
            with database.reading() as opened:
                assert person_by_session(opened.connection, token, now=opened.now) is not None

        self.count("worklist page", page)
        self.count("sign-in of a request", who)


@pytest.fixture(scope="module")
def counts(shared_world: World) -> dict[str, Count]:
    walk = Walk(shared_world)
    for part in (walk.one_case, walk.plain_case, walk.joint_case, walk.deadlines, walk.programs, walk.doors):
        part()
    return walk.counts


@pytest.mark.parametrize("operation", BUDGET)
def test_operation_keeps_its_budget(counts: dict[str, Count], kind: str, operation: str) -> None:
    on_postgresql, on_sqlite, commits, savepoints = BUDGET[operation]
    count = counts[operation]

    most = on_postgresql if kind == "postgresql" else on_sqlite
    sys.stdout.write(f"{kind} {operation}: {len(count.statements)} of {most}\n")

    assert len(count.statements) <= most, "\n".join(text[:160] for text in count.statements)
    assert (count.commits, count.savepoints) == (commits, savepoints)


def test_table_names_what_is_counted(counts: dict[str, Count]) -> None:
    assert set(counts) == set(BUDGET)
