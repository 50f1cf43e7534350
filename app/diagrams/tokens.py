"""Play every course a process can take, on paper: where tokens wait for ever, what never happens, what happens twice.

Conditions are not read: each choice goes every way it could. Choices of different tokens do not disturb each other, so
they are tried in one order only; every marking in which nothing can move any more is found all the same. A sub-process
counts as one step, and its inside is a course of its own. The search is bounded, and says when it met its bound.
"""

from collections import Counter, deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import combinations

from app.diagrams.graph import Flow, Graph, Node

MOST_MARKINGS = 2_000
MOST_BRANCHES = 4
ENDING = frozenset({"error", "terminate"})

Marking = tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stuck:
    """A join that waits for ever. path: ids of the nodes on the shortest way there. missing: flows that never come."""

    join: Node
    path: tuple[str, ...]
    missing: tuple[str, ...]


@dataclass(slots=True, kw_only=True)
class Explored:
    """What was found, over all scopes. cut: scopes in which the bound was met. passed: nodes some token passed."""

    graph: Graph
    stuck: dict[str, Stuck] = field(default_factory=dict)
    twice: dict[str, Node] = field(default_factory=dict)
    passed: set[str] = field(default_factory=set)
    cut: list[str] = field(default_factory=list)


def explore(graph: Graph, *, most: int = MOST_MARKINGS) -> Explored:
    """Play the executable form of a diagram. most: markings looked at in each scope."""
    explored = Explored(graph=graph)
    for scope in graph.scopes:
        starts = [node for node in graph.in_scope(scope) if node.kind == "startEvent"]
        if starts:
            _Search(explored, scope).run(starts[0], most)
    return explored


class _Search:
    """The courses of one scope. A token rests at a node that chooses, or on a flow into a join."""

    def __init__(self, explored: Explored, scope: str) -> None:
        self._graph, self._explored, self._scope = explored.graph, explored, scope
        nodes = self._graph.in_scope(scope)
        self._ways = {node.id: _ways_of(self._graph, node) for node in nodes}
        self._came: dict[Marking, tuple[Marking, tuple[str, ...]]] = {}
        self._last = {node.id for node in nodes if node.kind == "endEvent" and node.event_kind() in ENDING}
        self._joins = {node.id: node for node in nodes if _is_join(node)}
        self._into = {flow.id: node for node in self._joins.values() for flow in node.incoming}
        self._reach = {node.id: self._upstream(node) for node in self._joins.values() if node.kind.startswith("incl")}

    def run(self, start: Node, most: int) -> None:
        """Look at every marking, nearest first."""
        first, path = self._settle([start.id])
        self._came[first] = ((), path)
        waiting = deque([first])
        while waiting:
            marking = waiting.popleft()
            resting = next((place for place in marking if len(self._ways.get(place, ())) > 1), None)
            if resting is None:
                self._finish(marking)
                continue
            others = list(marking)
            others.remove(resting)
            for way in self._ways[resting]:
                following, path = self._settle([*others, *map(self._place, way)], passed=resting)
                if following not in self._came:
                    self._came[following] = (marking, path)
                    waiting.append(following)
            if len(self._came) > most:
                self._explored.cut.append(self._scope)
                return

    def _settle(self, tokens: list[str], *, passed: str = "") -> tuple[Marking, tuple[str, ...]]:
        """Move every token that has one way only. Returns where they rest, and the nodes that were passed."""
        path = [passed] if passed else []
        limit = 4 * len(self._ways) + len(tokens)
        while self._move_one(tokens, path) and len(path) < limit:
            pass
        self._explored.passed.update(path)
        if len(path) < limit:  # else it went round in a ring without a choice
            met = Counter(path) + Counter(tokens)
            self._note_twice(place for place, count in met.items() if count > 1 and place != passed)
        return tuple(sorted(set(tokens))), tuple(path)

    def _move_one(self, tokens: list[str], path: list[str]) -> bool:
        """Move one token, or let one join go on. An end that takes all tokens away waits until nothing else moves."""
        for place in tokens:
            ways = self._ways.get(place, ())
            if len(ways) == 1 and place not in self._last:
                tokens.remove(place)
                path.append(place)
                tokens.extend(map(self._place, ways[0]))
                return True
        for join in {self._into[place].id: self._into[place] for place in tokens if place in self._into}.values():
            used = self._used_by(join, tokens)
            if used:
                for place in used:
                    tokens.remove(place)
                tokens.append(join.id)
                return True
        return False

    def _used_by(self, join: Node, tokens: list[str]) -> list[str]:
        """Return the flows whose tokens a join takes now; none while it has to wait."""
        arrived = [flow.id for flow in join.incoming if flow.id in tokens]
        missing = [flow.id for flow in join.incoming if flow.id not in tokens]
        if not arrived or (missing and join.kind == "parallelGateway"):
            return []
        if missing:
            reach = self._reach[join.id]
            blocking = set[str]().union(*(reach[flow] for flow in missing))
            blocking -= set[str]().union(*(reach[flow] for flow in arrived))
            if any(place in blocking for place in tokens):
                return []
        return arrived

    def _place(self, flow: Flow) -> str:
        return flow.id if flow.id in self._into else flow.target

    def _upstream(self, join: Node) -> dict[str, set[str]]:
        """Return for each flow into a join the places from which a token can still come along it."""
        return {flow.id: self._places_before(flow, join) for flow in join.incoming}

    def _places_before(self, last: Flow, join: Node) -> set[str]:
        found, waiting = set[str](), [last.source]
        while waiting:
            node = self._graph.nodes.get(waiting.pop())
            if node is None or node.id in found or node.id == join.id:
                continue
            found.add(node.id)
            found.update(flow.id for flow in node.incoming)
            waiting.extend(flow.source for flow in node.incoming)
            waiting.extend([node.host] if node.host else ())
        return found

    def _finish(self, marking: Marking) -> None:
        """Nothing moves any more: the scope is over, or its tokens wait at joins for ever."""
        ended = self._last.intersection(marking)
        self._explored.passed.update(ended)
        if not ended:
            self._note_stuck(marking)

    def _note_stuck(self, marking: Marking) -> None:
        for join in {self._into[place].id: self._into[place] for place in marking if place in self._into}.values():
            missing = tuple(flow.id for flow in join.incoming if flow.id not in marking)
            if join.id not in self._explored.stuck:
                self._explored.stuck[join.id] = Stuck(join=join, path=self._way_to(marking), missing=missing)

    def _way_to(self, marking: Marking) -> tuple[str, ...]:
        """Return the nodes passed on the shortest way to a marking. No marking is empty but the last of a course."""
        parts: list[tuple[str, ...]] = []
        while marking:
            marking, path = self._came[marking]
            parts.append(path)
        return tuple(node_id for path in reversed(parts) for node_id in path)

    def _note_twice(self, places: Iterable[str]) -> None:
        for place in places:
            node = self._graph.nodes.get(place)
            if node is not None and node.kind != "endEvent":
                self._explored.twice.setdefault(place, node)


def _is_join(node: Node) -> bool:
    return node.kind in ("parallelGateway", "inclusiveGateway") and len(node.incoming) > 1


def _ways_of(graph: Graph, node: Node) -> list[list[Flow]]:
    """Return the ways a token may leave a node: for each the flows it takes."""
    flows = node.outgoing
    match node.kind:
        case "exclusiveGateway" | "eventBasedGateway":
            return [[flow] for flow in flows] or [[]]
        case "inclusiveGateway":
            return list(_some_of(node, flows))
        case _:
            return [list(flows), *_boundary_ways(graph, node)]


def _some_of(node: Node, flows: list[Flow]) -> Iterator[list[Flow]]:
    """Yield every choice of several flows, the default only alone; of many flows each alone and all together."""
    default = node.element.get("default")
    asked = [flow for flow in flows if flow.id != default]
    yield from ([flow] for flow in flows)
    if len(asked) > MOST_BRANCHES:
        yield asked
        return
    for count in range(2, len(asked) + 1):
        yield from (list(chosen) for chosen in combinations(asked, count))


def _boundary_ways(graph: Graph, node: Node) -> Iterator[list[Flow]]:
    for event in graph.boundaries(node.id):
        beside = event.element.get("cancelActivity") == "false"
        yield [*(node.outgoing if beside else ()), *event.outgoing]
