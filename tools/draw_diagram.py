"""Draw a small BPMN file as SVG, laid out from left to right; for the pages about checks."""

from collections.abc import Iterator
from html import escape

from app.diagrams.graph import GATEWAYS, Graph, Node, build_graph
from app.diagrams.reader import read

COLUMN, ROW, MARGIN = 150, 84, 24
WIDTH, HEIGHT, ROUND = 92, 46, 15
SIGNS = {"exclusiveGateway": "×", "parallelGateway": "+", "inclusiveGateway": "○", "eventBasedGateway": "⬠"}
EVENT_SIGNS = {"timer": "⏲", "message": "✉", "error": "↯", "signal": "△", "link": "➔"}
MOST_LETTERS = 9
STYLE = (
    "text{font:12px sans-serif;text-anchor:middle;fill:#222}.s{font-size:15px}.n{fill:#fff;stroke:#333;stroke-width:1.5}"
    ".e{stroke-width:3}.f{fill:none;stroke:#555;stroke-width:1.3;marker-end:url(#a)}.c{font-size:10px;fill:#555;text-anchor:end}"
    ".b{fill:#fff}"
)
ARROW = (
    '<marker id="a" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
    '<path d="M0 0L8 4L0 8z" fill="#555"/></marker>'
)

Place = tuple[float, float]


def draw(raw: bytes, *, file: str) -> str:
    """Return the SVG of a diagram of a few nodes. Raises DiagramRefused when it cannot be read."""
    graph = build_graph(read(raw, file=file).root)
    places = _places_of(graph)
    width = max(x for x, _y in places.values()) + WIDTH / 2 + MARGIN
    height = max(y for _x, y in places.values()) + HEIGHT + MARGIN
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" width="{width:.0f}">',
        f"<style>{STYLE}</style><defs>{ARROW}</defs>",
        f'<rect class="b" width="{width:.0f}" height="{height:.0f}"/>',
        *_flows(graph, places),
        *(shape for node in graph.nodes.values() for shape in _shape(node, *places[node.id])),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _places_of(graph: Graph) -> dict[str, Place]:
    """Give every node its column, by the steps from the start, and its row, by the order drawn."""
    columns: dict[str, int] = {}
    first_row, places = 0, dict[str, Place]()
    for scope in graph.scopes:
        nodes = [node for node in graph.in_scope(scope) if not node.host]
        _number(graph, nodes, columns)
        rows: dict[int, int] = {}
        for node in nodes:
            column = columns[node.id]
            row = rows[column] = rows.get(column, -1) + 1
            places[node.id] = (MARGIN + WIDTH / 2 + column * COLUMN, MARGIN + HEIGHT / 2 + (first_row + row) * ROW)
        first_row += max(rows.values(), default=-1) + 1
    for node in graph.nodes.values():
        if node.host in places:
            x, y = places[node.host]
            places[node.id] = (x + WIDTH / 4, y + HEIGHT / 2)
    return places


def _number(graph: Graph, nodes: list[Node], columns: dict[str, int]) -> None:
    waiting = [node for node in nodes if node.kind == "startEvent"] or nodes[:1]
    columns.update((node.id, 0) for node in waiting)
    for node in waiting:  # grows while it is read
        for following in graph.successors(node):
            if following.id not in columns:
                columns[following.id] = columns[node.id] + (not following.host)
                waiting.append(following)
    for node in nodes:
        columns.setdefault(node.id, 1)
        if node.kind == "endEvent":
            columns[node.id] = 1 + max((columns.get(flow.source, 0) for flow in node.incoming), default=0)


def _flows(graph: Graph, places: dict[str, Place]) -> Iterator[str]:
    for flow in graph.flows.values():
        if flow.source not in places or flow.target not in places:
            continue
        (x1, y1), (x2, y2) = places[flow.source], places[flow.target]
        a, b = _half(graph.nodes[flow.source]), _half(graph.nodes[flow.target])
        if x2 > x1 and not graph.nodes[flow.source].host:
            middle = (x1 + a + x2 - b) / 2
            way = f"M{x1 + a:.0f} {y1:.0f}H{middle:.0f}V{y2:.0f}H{x2 - b:.0f}"
            label = (middle - 6, y2 + 14 if y1 != y2 else y1 - HEIGHT / 2 - 6)
        else:
            low = max(y1, y2) + HEIGHT / 2 + 14
            way = f"M{x1:.0f} {y1 + 12:.0f}V{low:.0f}H{x2:.0f}V{y2 + HEIGHT / 2:.0f}"
            label = ((x1 + x2) / 2, low - 4)
        yield f'<path class="f" d="{way}"/>'
        if flow.condition:
            yield f'<text class="c" x="{label[0]:.0f}" y="{label[1]:.0f}">{escape(flow.condition.lstrip("="))}</text>'


def _half(node: Node) -> float:
    return 20 if node.kind in GATEWAYS else ROUND if node.kind.endswith("Event") else WIDTH / 2


def _shape(node: Node, x: float, y: float) -> Iterator[str]:
    name = node.name if len(node.name) <= MOST_LETTERS else f"{node.name[: MOST_LETTERS - 1]}…"
    if node.kind in GATEWAYS:
        yield f'<path class="n" d="M{x - 20:.0f} {y:.0f}L{x:.0f} {y - 20:.0f}L{x + 20:.0f} {y:.0f}L{x:.0f} {y + 20:.0f}z"/>'
        yield f'<text class="s" x="{x:.0f}" y="{y + 5:.0f}">{SIGNS.get(node.kind, "＊")}</text>'
        yield f'<text x="{x:.0f}" y="{y + 33:.0f}">{escape(name)}</text>'
    elif node.kind.endswith("Event"):
        thick = " e" if node.kind == "endEvent" else ""
        yield f'<circle class="n{thick}" cx="{x:.0f}" cy="{y:.0f}" r="{ROUND}"/>'
        yield f'<text class="s" x="{x:.0f}" y="{y + 5:.0f}">{EVENT_SIGNS.get(node.event_kind(), "")}</text>'
        yield f'<text x="{x:.0f}" y="{y + 29:.0f}">{escape(name)}</text>'
    else:
        left, top = x - WIDTH / 2, y - HEIGHT / 2
        yield f'<rect class="n" x="{left:.0f}" y="{top:.0f}" width="{WIDTH}" height="{HEIGHT}" rx="8"/>'
        yield f'<text x="{x:.0f}" y="{y + 4:.0f}">{escape(name or node.id)}</text>'
