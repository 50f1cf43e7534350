"""Check a diagram: every fault at once, each with its element, line and remedy."""

from dataclasses import replace

from app.diagrams.checks import CHECKS
from app.diagrams.graph import build_graph
from app.diagrams.normalise import normalise
from app.diagrams.reader import read
from app.domain.diagram import Finding, Normalised, Published

RANK = {"error": 0, "warning": 1, "note": 2}


def check_diagram(raw: bytes, *, file: str, published: Published) -> tuple[Normalised, tuple[Finding, ...]]:
    """Return the executable form and all findings, those of the rewriting and those of the checks, by line.

    Raises DiagramRefused when the document cannot be opened at all.
    """
    document = read(raw, file=file)
    normalised = normalise(document)
    graph = build_graph(document.root)
    found = list(normalised.findings)
    for _code, _severity, check in CHECKS:
        found.extend(replace(item, file=file) for item in check(graph, published))
    ordered = tuple(sorted(set_of(found), key=lambda item: (item.line, RANK[item.severity], item.code, item.element)))
    return replace(normalised, findings=ordered), ordered


def set_of(findings: list[Finding]) -> list[Finding]:
    """Return findings once each: the rewriting and a check may see the same fault."""
    seen: dict[tuple[str, str], Finding] = {}
    for item in findings:
        seen.setdefault((item.code, item.element), item)
    return list(seen.values())
