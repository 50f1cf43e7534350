"""Make findings of checks."""

from app.diagrams.graph import Node
from app.domain.diagram import Finding
from app.domain.messages import Messages


def finding(code: str, severity: str, node: Node, **facts: object) -> Finding:
    """Return a finding about a node; the file is filled in by the caller of the checks."""
    return Finding(severity=severity, code=code, file="", line=node.line, element=node.id, name=node.name, facts=facts)


def say_finding(item: Finding, messages: Messages, language: str) -> str:
    """Return a finding as one line: severity, file with line and element, what is wrong, what to do."""
    sentence = messages.text(language, f"checks.{item.code}.message", **item.facts)
    remedy = messages.text(language, f"checks.{item.code}.remedy", **item.facts)
    place = f"{item.file}:{item.line}" if item.line else item.file
    where = " ".join(filter(None, (place, item.element, item.name)))
    return f"{item.severity}: {where}: {sentence} {remedy}"
