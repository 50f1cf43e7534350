"""Tell what a play reached of the diagrams its cases ran on, in the ids the author drew.

Two flows between the same two nodes count together: a token does not say which of them it took.
"""

from collections.abc import Iterator

from app.diagrams.graph import Flow, Graph, build_graph
from app.diagrams.reader import read
from app.domain.coverage import Coverage
from app.scenarios.world import World
from app.storage.definitions import get_definition, get_normalised


def read_coverage(world: World) -> tuple[Coverage, ...]:
    """Return the coverage of every diagram a token moved in, by key."""
    return tuple(sorted(_each(world), key=lambda item: item.key))


def _each(world: World) -> Iterator[Coverage]:
    with world.context.database.read() as connection:
        for diagram_id in world.course.left:
            stored = get_normalised(connection, diagram_id)
            assert stored is not None, diagram_id
            row, origin = get_definition(connection, stored.definition_id), stored.origin
            drawn = build_graph(read(row.source, file=row.key).root)
            executable = build_graph(read(stored.xml, file=row.key).root)
            taken = world.course.taken.get(diagram_id, set())
            along = [flow for flow in executable.flows.values() if (flow.source, flow.target) in taken]
            passed = world.course.left[diagram_id].union(*((flow.id, flow.target) for flow in along))
            possible = {origin.get(item, item) for item in executable.nodes}
            elements = {item: node.name or item for item, node in drawn.nodes.items() if item in possible}
            flows = {
                item: _name_of(flow, drawn)
                for item, flow in drawn.flows.items()
                if flow.source in elements and flow.target in elements
            }
            reached = {origin.get(item, item) for item in passed}
            yield Coverage(
                key=row.key, elements=elements, flows=flows, reached=frozenset(reached & {*elements, *flows})
            )


def _name_of(flow: Flow, drawn: Graph) -> str:
    name = " ".join((flow.element.get("name") or "").split())
    ends = (drawn.nodes[end].name or end for end in (flow.source, flow.target))
    return name or " → ".join(ends)
