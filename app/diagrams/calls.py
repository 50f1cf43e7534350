"""What diagrams call of other files (跨文件调用): one by one, and followed from file to file."""

from collections.abc import Container, Mapping

from lxml import etree

from app.diagrams.foreign import MATTER, PROCESS, called_key, called_process
from app.diagrams.graph import BPMN_TAG, Graph, Node, build_graph
from app.diagrams.normalise import rewrite
from app.diagrams.reader import read
from app.domain.diagram import Calls, Published

CALL = "callActivity"
DEEPEST = 12


def read_calls(raw: bytes, *, called: Container[str] = ()) -> Calls:
    """Return what a diagram calls. called: keys of the definitions that may be called.

    Raises DiagramRefused for what cannot be opened.
    """
    rewritten = rewrite(read(raw, file="diagram.bpmn"), called=called)
    return calls_of(build_graph(rewritten.root), rewritten.normalised.origin)


def calls_of(graph: Graph, origin: Mapping[str, str]) -> Calls:
    """Return what an executable form calls. origin: id of an added node -> id on the author's diagram."""
    levels = _levels(graph)
    called: dict[str, int] = {}
    for node in graph.nodes.values():
        key = key_of_call(graph, node)
        if key:
            called[key] = max(called.get(key, 0), levels[node.scope])
    return Calls(
        called=called,
        depth=max(levels.values(), default=0),
        decides=any(node.lb("decides") == "true" for node in graph.nodes.values()),
        steps=frozenset(origin.get(item, item) for item in graph.nodes),
    )


def key_of_call(graph: Graph, node: Node) -> str:
    """Return what a call activity calls outside its file, `process:<name>` or `matter:<code>`; empty for anything else."""
    text = node.element.get("calledElement") or ""
    if node.kind != CALL or called_process(text, graph.processes):
        return ""
    return text if text.startswith(MATTER) else called_key(text)


def find_circle(published: Published, first: str) -> tuple[str, ...]:
    """Return the shortest way from the call of `first` back to the diagram that is checked; empty when there is none.

    The way names definitions and the matters that lead to them, the diagram that is checked first and last.
    """
    begun = _definition_of(published, first)
    ways = {begun: (published.own_key, *dict.fromkeys((first, begun)))}
    waiting = [begun]
    for key in waiting:
        if key == published.own_key:
            return ways[key]
        for name in published.calls.get(key, Calls()).called:
            following = _definition_of(published, name)
            if following not in ways:
                ways[following] = (*ways[key], *dict.fromkeys((name, following)))
                waiting.append(following)
    return ()


def depth_below(published: Published, key: str) -> int:
    """Return how deep the processes of a definition lie in each other, with all it calls; a circle counts once."""
    return _depth(published, key, frozenset())


def longest_place(published: Published, key: str) -> int:
    """Return how many letters the place of a step in a definition, or in what it calls, has at most.

    A place is the ids of the calls that lead to a step, and its own, with a stroke between them.
    """
    return _longest(published, key, frozenset())


def decides(published: Published, key: str) -> bool:
    """Say whether a called definition, or one it calls, has a deciding element."""
    return any(published.calls.get(name, Calls()).decides for name in _below(published, key))


def has_errors(published: Published, key: str) -> bool:
    """Say whether a called definition, or one it calls, could not be deployed itself."""
    return any(published.calls.get(name, Calls()).has_errors for name in _below(published, key))


def matters_below(published: Published, key: str) -> tuple[str, ...]:
    """Return the matters a called definition, or one it calls, opens member cases of."""
    called = (item for name in _below(published, key) for item in published.calls.get(name, Calls()).called)
    return tuple(dict.fromkeys(item.removeprefix(MATTER) for item in called if item.startswith(MATTER)))


def processes_called(xml: bytes) -> tuple[str, ...]:
    """Return the keys of the definitions an executable form calls, each once."""
    if CALL.encode() not in xml:
        return ()
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    calls = etree.fromstring(xml, parser).iter(f"{BPMN_TAG}{CALL}")
    keys = (str(call.get("calledElement") or "") for call in calls)
    return tuple(dict.fromkeys(key for key in keys if key.startswith(PROCESS)))


def _below(published: Published, key: str) -> list[str]:
    """Return a definition and all it calls, over any number of files."""
    found = [key]
    for name in found:
        called = published.calls.get(name, Calls()).called
        found.extend(item for item in called if not item.startswith(MATTER) and item not in found)
    return found


def _depth(published: Published, key: str, seen: frozenset[str]) -> int:
    calls = published.calls.get(key)
    if calls is None or key in seen:
        return 0
    inner = (level + 1 + _depth(published, name, seen | {key}) for name, level in calls.called.items())
    return max(calls.depth, *inner, 0)


def _longest(published: Published, key: str, seen: frozenset[str]) -> int:
    calls = published.calls.get(key)
    if calls is None or key in seen:
        return 0
    own = max(map(len, calls.steps), default=0)
    below = [_longest(published, name, seen | {key}) for name in calls.called if not name.startswith(MATTER)]
    return own + 1 + max(below) if below else own


def _definition_of(published: Published, name: str) -> str:
    """Return the key of the definition a call leads to; a matter leads to the diagram its cases run on."""
    return published.matter_keys.get(name.removeprefix(MATTER), "") if name.startswith(MATTER) else name


def _levels(graph: Graph) -> dict[str, int]:
    """Return how deep each process and sub-process lies. A circle of calls inside the file ends at the bound."""
    callers: dict[str, list[str]] = {}
    for node in graph.nodes.values():
        target = called_process(node.element.get("calledElement") or "", graph.processes) if node.kind == CALL else ""
        if target:
            callers.setdefault(target, []).append(node.scope)
    levels = dict.fromkeys(graph.scopes, 0)
    for _ in range(DEEPEST + 1 if callers else 1):
        for scope in graph.scopes:
            around = [graph.nodes[scope].scope] if scope in graph.nodes else callers.get(scope, [])
            levels[scope] = max((levels[item] + 1 for item in around), default=0)
    return levels
