"""Make findings of checks."""

from app.diagrams.graph import Node
from app.domain.diagram import Finding


def finding(code: str, severity: str, node: Node, **facts: object) -> Finding:
    """Return a finding about a node; the file is filled in by the caller of the checks."""
    return Finding(severity=severity, code=code, file="", line=node.line, element=node.id, name=node.name, facts=facts)
