"""Random but well-formed diagrams, and random walks through them; both follow from a seed."""

import re
from dataclasses import replace
from random import Random

from app.domain.snapshot import Snapshot
from app.engine.parser import Definition
from tests.unit.engine.kit import (
    Host,
    boundary,
    chain,
    condition,
    define,
    end,
    flow,
    gateway,
    instances,
    matter,
    message,
    node,
    service,
    start,
    timer,
    user,
)

VARIABLES = ("va", "vb", "vc")
LAST_STEP = "publish"
# Ids of steps, events, gateways and sub-processes, as attributes hold them.
RENAMED = re.compile(r'"([bcghjmprsuw]\d+)"')
ERRORS = ('<error id="E" errorCode="busy"/>',)


class DiagramGenerator:
    """Builds blocks with one way in and one way out; `text` collects the XML of the current scope."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.text = ""
        self._count = 0

    def definition(self) -> Definition:
        """Return a diagram of a few nested blocks."""
        return self.versions()[0]

    def versions(self) -> tuple[Definition, Definition, dict[str, str]]:
        """Return a diagram, a newer one with a task before the end and other ids, and the new id of each old one."""
        first, last = self._block(3)
        body = self.text + start() + end() + chain("start", first)
        newer = RENAMED.sub(r'"new_\1"', body + chain(last, LAST_STEP, "end")) + user(LAST_STEP)
        ids = {old: f"new_{old}" for old in RENAMED.findall(body)}
        return (
            replace(define(body + chain(last, "end"), around=ERRORS), key="v1"),
            replace(define(newer, around=ERRORS), key="v2"),
            ids,
        )

    def _id(self, kind: str) -> str:
        self._count += 1
        return f"{kind}{self._count}"

    def _condition(self) -> str:
        return f"{self.random.choice(VARIABLES)} = {self.random.choice(['true', 'false'])}"

    def _block(self, depth: int) -> tuple[str, str]:
        leaves = [self._user, self._service, self._member, self._catch, self._race]
        nested = [
            self._sequence,
            self._exclusive,
            self._parallel,
            self._inclusive,
            self._ring,
            self._room,
            self._several,
        ]
        if depth == 0:
            return self.random.choice(leaves)()
        return self.random.choice(nested)(depth - 1)

    def _user(self) -> tuple[str, str]:
        task = self._id("u")
        self.text += user(task)
        merge = self._id("m")
        self.text += gateway("exclusive", merge) + chain(task, merge)
        if self.random.random() < 0.5:
            self._alarm(task, merge)
        return task, merge

    def _alarm(self, activity: str, merge: str) -> None:
        event, handler = self._id("b"), self._id("h")
        is_interrupting = self.random.random() < 0.5
        what = self.random.choice([timer("5WD"), message(), timer("R2/1D", "timeCycle"), condition("vc = true")])
        self.text += (
            boundary(event, activity, what, interrupting=is_interrupting) + user(handler) + chain(event, handler)
        )
        if is_interrupting:
            self.text += chain(handler, merge)
        else:
            out = self._id("e")
            self.text += end(out) + chain(handler, out)

    def _service(self) -> tuple[str, str]:
        task, merge, event = self._id("s"), self._id("m"), self._id("b")
        self.text += service(task) + gateway("exclusive", merge) + chain(task, merge)
        self.text += boundary(event, task, '<errorEventDefinition errorRef="E"/>') + chain(event, merge)
        return task, merge

    def _member(self) -> tuple[str, str]:
        task = self._id("c")
        marker = instances("items", item=self._id("item")) if self.random.random() < 0.3 else ""
        self.text += matter(task, "some-matter", marker)
        return task, task

    def _catch(self) -> tuple[str, str]:
        event = self._id("w")
        self.text += node("intermediateCatchEvent", event, self.random.choice([timer("3D"), message()]))
        return event, event

    def _race(self) -> tuple[str, str]:
        race, merge = self._id("r"), self._id("m")
        self.text += gateway("eventBased", race) + gateway("exclusive", merge)
        for what in (timer("1D"), timer("2D"), message()):
            event = self._id("w")
            self.text += node("intermediateCatchEvent", event, what) + chain(race, event, merge)
        return race, merge

    def _sequence(self, depth: int) -> tuple[str, str]:
        first, last = self._block(depth)
        for _ in range(self.random.randint(1, 2)):
            following, end_ = self._block(depth)
            self.text += chain(last, following)
            last = end_
        return first, last

    def _exclusive(self, depth: int) -> tuple[str, str]:
        return self._branches("exclusive", depth)

    def _parallel(self, depth: int) -> tuple[str, str]:
        return self._branches("parallel", depth)

    def _inclusive(self, depth: int) -> tuple[str, str]:
        return self._branches("inclusive", depth)

    def _branches(self, kind: str, depth: int) -> tuple[str, str]:
        split, join, default = self._id("g"), self._id("j"), self._id("d")
        attributes = {} if kind == "parallel" else {"default": default}
        self.text += node(f"{kind}Gateway", split, **attributes) + gateway(kind, join)
        for number in range(self.random.randint(2, 3)):
            first, last = self._block(depth)
            text = "" if kind == "parallel" or number == 0 else self._condition()
            self.text += flow(split, first, text, default if number == 0 else "") + chain(last, join)
        return split, join

    def _ring(self, depth: int) -> tuple[str, str]:
        merge, split, out, default = self._id("m"), self._id("g"), self._id("m"), self._id("d")
        task = self._id("u")
        first, last = self._block(depth)
        self.text += gateway("exclusive", merge, out) + node("exclusiveGateway", split, default=default) + user(task)
        self.text += chain(merge, task, first) + chain(last, split)
        self.text += flow(split, merge, f"{self._condition()} and {self._condition()}") + flow(
            split, out, flow_id=default
        )
        return merge, out

    def _room(self, depth: int) -> tuple[str, str]:
        return self._nested(depth, "")

    def _several(self, depth: int) -> tuple[str, str]:
        marker = instances(
            "items",
            item=self._id("item"),
            outputs="collected",
            output="found",
            sequential=self.random.random() < 0.5,
            until="va = true" if self.random.random() < 0.3 else "",
        )
        return self._nested(depth, marker)

    def _nested(self, depth: int, marker: str) -> tuple[str, str]:
        outside, self.text = self.text, ""
        first, last = self._block(depth)
        room, s, e, merge = self._id("p"), self._id("start"), self._id("end"), self._id("m")
        inside = self.text + start(s) + end(e) + chain(s, first) + chain(last, e)
        self.text = (
            outside + node("subProcess", room, marker + inside) + gateway("exclusive", merge) + chain(room, merge)
        )
        if self.random.random() < 0.5:
            self._alarm(room, merge)
        return room, merge


def picture(now: Snapshot) -> tuple[object, ...]:
    """Return what a snapshot says without task ids, which are random."""
    return (
        [(task.element, task.locals) for task in now.open_tasks],
        [(wait.key, wait.locals, wait.attached_to) for wait in now.waits],
        [(member.element, member.locals) for member in now.members],
        [item.element for item in now.services],
        [(thrown.kind, thrown.code) for thrown in now.thrown],
        now.ended,
    )


def random_move(host: Host, random: Random) -> bool:
    """Make one random move. Returns False when nothing is left to do."""
    now = host.now
    people = [*now.open_tasks, *now.members, *now.services]
    waits = [wait for wait in now.waits if wait.kind != "condition"]
    choices = people if people and (not waits or random.random() < 0.7) else [*people, *waits]
    if not choices:
        return False
    place = random.randrange(len(choices))
    data = {random.choice(VARIABLES): random.random() < 0.5, "found": random.randint(0, 9)}
    host.apply(host.move_for(choices[place], data, is_failing=random.random() < 0.3))
    return True
