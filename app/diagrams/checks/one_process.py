"""With two executable processes nobody can say which of them a case begins."""

from collections.abc import Iterable
from dataclasses import replace

from app.diagrams.findings import finding
from app.diagrams.foreign import called_process
from app.diagrams.graph import Graph, line_of
from app.domain.diagram import Finding, Published

CODE = "one-process"
SEVERITY = "error"


def check(graph: Graph, published: Published) -> Iterable[Finding]:
    """Name every executable process but the first that no other process of the document calls."""
    called = {
        called_process(node.element.get("calledElement") or "", graph.processes)
        for node in graph.nodes.values()
        if node.kind == "callActivity"
    }
    executable = [item for item in graph.processes if graph.scopes[item].get("isExecutable") == "true"]
    for process in [item for item in executable if item not in called][1:]:
        inside = graph.in_scope(process)
        if inside:
            scope = graph.scopes[process]
            named = finding(CODE, SEVERITY, inside[0], count=len(executable))
            yield replace(named, element=process, name=scope.get("name") or "", line=line_of(scope))
