"""Joint cases led from application to delivery over HTTP while the whole server is killed at random moments."""

import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import sqlalchemy as sa

from app.domain.vocabulary import TaskState
from app.storage.database import Database
from app.storage.tables import audit_entry, case_file, incident, user_task
from tests.joint_town import (
    APPLICANT,
    DECIDERS,
    DELIVERY,
    REVIEWERS,
    THEME,
    WINDOW,
    Town,
    application,
    members_of,
    open_tasks,
    tokens,
)
from tests.many_cases import count_broken_chains
from tests.serving import Client, Server
from tests.world import World

CREWS, AT_ONCE = 4, 25
CREATED, OK = 201, 200
PATIENCE_S, POLL_S = 120.0, 0.05
OPINION = {"opinion": "同意"}
Act = Callable[[], tuple[int, Mapping[str, object]]]
HANDED_OVER = {"method": "counter", "recipient": "张小芳"}


@dataclass(frozen=True, slots=True, kw_only=True)
class JointVerdict:
    """What was found at the end.

    states: of the joint cases; member_states: of their members; not_joined: members without exactly one entry of their
    joining in the chain of their case; wrong_members: joint cases with another number of members than was asked for;
    stuck: tasks or incidents that are open; broken: audit chains with a fault.
    """

    kills: int
    seconds: float
    states: Mapping[str, int]
    member_states: Mapping[str, int]
    wrong_members: int
    not_joined: int
    stuck: int
    broken: int

    def __str__(self) -> str:
        cases = sum(self.states.values())
        return (
            f"{cases} joint cases, {sum(self.member_states.values())} members, kills={self.kills} |"
            f" {dict(self.states)} members {dict(self.member_states)} wrong={self.wrong_members}"
            f" not_joined={self.not_joined} stuck={self.stuck} broken_chains={self.broken} | {self.seconds:.0f} s"
        )


class Steadfast:
    """A client that asks again, with the same key, until it is answered: what a program of an office does."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def post(self, path: str, body: object, *, key: str) -> Mapping[str, object]:
        """Return the body of the answer. Raises AssertionError when it is a refusal."""
        return self._insist(lambda: self._client.post(path, body, key=key))

    def complete(self, task: tuple[int, int], outcome: str, data: Mapping[str, object] | None = None) -> None:
        """Complete a task. Raises AssertionError when it is refused."""
        task_id, version = task
        key = f"t-{task_id}"
        self._insist(lambda: self._client.complete(task_id, outcome, key=key, version=version, data=data))

    def _insist(self, act: Act) -> Mapping[str, object]:
        give_up_at = time.monotonic() + PATIENCE_S
        while True:
            try:
                status, answer = act()
            except OSError:
                assert time.monotonic() < give_up_at, "the server did not come back"
                time.sleep(POLL_S)
                continue
            assert status in {OK, CREATED}, answer
            return answer


class Killer(threading.Thread):
    """Kills the server and starts it again, at moments nobody knows, until it is told to stop."""

    def __init__(self, server: Server, *, between_s: tuple[float, float], seed: int) -> None:
        super().__init__(daemon=True)
        self._server = server
        self._between_s = between_s
        self._chance = random.Random(seed)
        self._enough = threading.Event()
        self.kills = 0
        self.fault: TimeoutError | None = None

    def run(self) -> None:
        """Kill, start, wait."""
        while not self._enough.wait(self._chance.uniform(*self._between_s)):
            self._server.kill()
            try:
                self._server.start()
            except TimeoutError as fault:
                self.fault = fault
                return
            self.kills += 1

    def stop(self) -> None:
        """Stop, with the server running. Raises TimeoutError when it did not start again after a kill."""
        self._enough.set()
        self.join(PATIENCE_S)
        if self.fault is not None:
            raise self.fault


def lead_joint_cases(
    world: World, town: Town, url: str, folder: Path, *, cases: int, between_s: tuple[float, float], seed: int
) -> JointVerdict:
    """Lead the cases to their end while the server is killed. between_s: shortest and longest time between two kills."""
    began, issued = time.monotonic(), tokens(world)
    server = Server(url=url, folder=folder, environment=town.environment)
    server.start()
    killer = Killer(server, between_s=between_s, seed=seed)
    database = world.container.context.database
    killer.start()
    try:
        with ThreadPoolExecutor(CREWS) as crews:
            shifts = [range(number, cases, CREWS) for number in range(CREWS)]
            list(crews.map(partial(_work, database, server.port, issued), shifts))
    finally:
        try:
            killer.stop()
        finally:
            server.kill()
    return _examine(database, cases, killer.kills, time.monotonic() - began)


def _work(database: Database, port: int, issued: Mapping[str, str], numbers: Sequence[int]) -> None:
    """Lead the cases of one crew, some at a time, so that members are joined while others are worked on."""
    with ExitStack() as stack:
        people = {
            login: Steadfast(stack.enter_context(closing(Client(port, token)))) for login, token in issued.items()
        }
        for first in range(0, len(numbers), AT_ONCE):
            opened = [_accepted(people, database, number) for number in numbers[first : first + AT_ONCE]]
            for case_no, number in opened:
                _decide_members(people, database, case_no, members_of(number))
            for case_no, _number in opened:
                people[DELIVERY].complete(_wait_for_delivery(database, case_no), "delivered", HANDED_OVER)


def _accepted(people: Mapping[str, Steadfast], database: Database, number: int) -> tuple[str, int]:
    receipt = people[APPLICANT].post(f"/api/v1/themes/{THEME}/applications", application(number), key=f"a-{number}")
    case_no = str(receipt["case_no"])
    people[WINDOW].complete(open_tasks(database, case_no)["", "check"], "accept")
    return case_no, number


def _decide_members(people: Mapping[str, Steadfast], database: Database, case_no: str, members: int) -> None:
    reviews = {key: task for key, task in open_tasks(database, case_no).items() if key[1] == "review"}
    assert len(reviews) == members, f"{case_no}: {sorted(reviews)}"
    for (department, _element), task in reviews.items():
        people[REVIEWERS[department]].complete(task, "pass", OPINION)
    for (department, element), task in open_tasks(database, case_no).items():
        if element == "decide":
            people[DECIDERS[department]].complete(task, "approve")


def _wait_for_delivery(database: Database, case_no: str) -> tuple[int, int]:
    give_up_at = time.monotonic() + PATIENCE_S
    while ("", "deliver") not in (found := open_tasks(database, case_no)):
        assert time.monotonic() < give_up_at, f"{case_no} was not joined"
        time.sleep(POLL_S)
    return found["", "deliver"]


def _examine(database: Database, cases: int, kills: int, seconds: float) -> JointVerdict:
    member = case_file.alias()
    with database.read() as connection:
        parents = sa.select(case_file.c.id, case_file.c.state).where(case_file.c.theme_code == THEME)
        own = parents.where(case_file.c.parent_case_id.is_(None))
        states = Counter(row.state for row in connection.execute(own))
        rows = connection.execute(sa.select(member.c.parent_case_id, member.c.state).where(member.c.parent_case_id > 0))
        members = [(row.parent_case_id, row.state) for row in rows]
        joined = Counter(
            connection.scalars(sa.select(audit_entry.c.case_id).where(audit_entry.c.kind == "member_joined"))
        )
        sizes = Counter(parent for parent, _state in members)
        waiting = sa.select(sa.func.count()).select_from(user_task).where(user_task.c.state < TaskState.COMPLETED)
        failed = sa.select(sa.func.count()).select_from(incident)
        return JointVerdict(
            kills=kills,
            seconds=seconds,
            states=states,
            member_states=Counter(state for _parent, state in members),
            wrong_members=sum((Counter(sizes.values()) - Counter(map(members_of, range(cases)))).values()),
            not_joined=sum(abs(size - joined[parent]) for parent, size in sizes.items()),
            stuck=int(connection.scalar(waiting) or 0) + int(connection.scalar(failed) or 0),
            broken=count_broken_chains(connection),
        )
