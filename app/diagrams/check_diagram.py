"""Check a diagram: every fault at once, each with its element, line and remedy."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from app.diagrams.checks import CHECKS, COURSE_CHECKS, NAME_CHECKS
from app.diagrams.graph import Graph, build_graph
from app.diagrams.normalise import Rewritten, rewrite
from app.diagrams.reader import read
from app.diagrams.tokens import explore
from app.domain.diagram import Finding, Normalised, Published

RANK = {"error": 0, "warning": 1, "note": 2}
NOTHING = Published()


def check_diagram(
    raw: bytes, *, file: str, published: Published | None, beside: Published = NOTHING
) -> tuple[Normalised, tuple[Finding, ...]]:
    """Return the executable form and all findings, those of the rewriting and those of the checks, by line.

    published: the names a diagram may refer to; None for a diagram of another system, which cannot know them. beside:
    for such a one, what it may call of the files it lies among.
    Raises DiagramRefused when the document cannot be opened at all.
    """
    document = read(raw, file=file)
    names = beside if published is None else published
    rewritten = rewrite(document, called=names.calls)
    normalised = rewritten.normalised
    graph = build_graph(document.root, only={normalised.origin.get(name, name) for name in rewritten.kept})
    found = list(normalised.findings)
    for code, _severity, check in CHECKS:
        if published is not None or code not in NAME_CHECKS:
            found.extend(replace(item, file=file) for item in check(graph, names))
    found.extend(_course_findings(rewritten, graph, file))
    ordered = tuple(sorted(set_of(found), key=lambda item: (item.line, RANK[item.severity], item.code, item.element)))
    return replace(normalised, findings=ordered), ordered


def _course_findings(rewritten: Rewritten, drawn: Graph, file: str) -> Iterator[Finding]:
    """Yield what can happen at run time, told of what the author drew."""
    explored, origin = explore(build_graph(rewritten.root)), rewritten.normalised.origin
    for _code, _severity, check in COURSE_CHECKS:
        for item in check(explored):
            element = origin.get(item.element, item.element)
            node = drawn.nodes.get(element)
            line, name = (node.line, node.name) if node else (1, "")
            yield replace(item, file=file, element=element, line=line, name=name, facts=_drawn_way(item.facts, origin))


def _drawn_way(facts: Mapping[str, object], origin: Mapping[str, str]) -> Mapping[str, object]:
    """Return facts whose way leads over what the author drew."""
    way = facts.get("way")
    return (
        {**facts, "way": [*dict.fromkeys(origin.get(item, item) for item in way)]} if isinstance(way, list) else facts
    )


def set_of(findings: list[Finding]) -> list[Finding]:
    """Return findings once each: the rewriting and a check may see the same fault."""
    seen: dict[tuple[str, str, object], Finding] = {}
    for item in findings:
        seen.setdefault((item.code, item.element, item.facts.get("flow")), item)
    return list(seen.values())
