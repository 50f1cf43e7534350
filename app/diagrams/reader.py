"""Read a diagram: hardened against everything a hostile document can try."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from lxml import etree

from app.diagrams.decision_names import adopt_decisions
from app.diagrams.topic_names import adopt_topics
from app.domain.diagram import Finding
from app.domain.errors import DiagramRefused

BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
LB = "urn:lianban:bpmn:1"
MOST_BYTES = 2_000_000
MOST_NODES = 20_000
MOST_NESTING = 100
PARTS = frozenset({"severity", "code", "file", "line", "element_id", "name", "facts"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A diagram that could be read. root: of the XML, decisions named as ours; file: named in findings."""

    root: etree._Element
    file: str


def read(raw: bytes, *, file: str) -> Document:
    """Read a diagram from bytes in any XML encoding.

    No document type, no entity, no network, no more than 2 MB, 20,000 nodes and 100 levels.
    Raises DiagramRefused with one finding: `xml-too-large`, `xml-malformed`, `xml-doctype`, `not-bpmn`.
    """
    if len(raw) > MOST_BYTES:
        raise _refused("xml-too-large", file, most=MOST_BYTES)
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(raw, parser)
    except etree.XMLSyntaxError as fault:
        if b"<!DOCTYPE" in raw:  # its entities may be what cannot be read
            raise _refused("xml-doctype", file, line=1) from fault
        raise _refused("xml-malformed", file, line=fault.lineno or 0, reason=fault.msg or "") from fault
    if cast("Any", root.getroottree()).docinfo.doctype:
        raise _refused("xml-doctype", file, line=1)
    _refuse_size(root, file)
    if etree.QName(root).namespace != BPMN or etree.QName(root).localname != "definitions":
        raise _refused("not-bpmn", file, line=1)
    adopt_decisions(root)
    adopt_topics(root)
    return Document(root=root, file=file)


def _refuse_size(root: etree._Element, file: str) -> None:
    count, depth = 0, 0
    for event, _node in etree.iterwalk(root, events=("start", "end")):
        depth += 1 if event == "start" else -1
        count += event == "start"
        if count > MOST_NODES or depth > MOST_NESTING:
            raise _refused("xml-too-large", file, most=MOST_NODES)


def _refused(code: str, file: str, *, line: int = 0, **facts: object) -> DiagramRefused:
    finding = Finding(severity="error", code=code, file=file, line=line, facts=facts)
    return DiagramRefused("definition_refused", items=(finding_item(finding),), count=1)


def finding_of(item: Mapping[str, object], file: str) -> Finding:
    """Return a fault of an error answer as a finding about `file`; what is not known by name counts as a fact."""
    facts = {name: value for name, value in item.items() if name not in PARTS}
    told = item.get("facts")
    return Finding(
        severity="error",
        code=str(item["code"]),
        file=file,
        line=int(str(item.get("line", 0))),
        element=str(item.get("element_id", "")),
        name=str(item.get("name", "")),
        facts={**facts, **told} if isinstance(told, dict) else facts,
    )


def finding_item(finding: Finding) -> dict[str, object]:
    """Return a finding as a fault of an error answer."""
    return {
        "severity": finding.severity,
        "code": finding.code,
        "file": finding.file,
        "line": finding.line,
        "element_id": finding.element,
        "name": finding.name,
        "facts": dict(finding.facts),
    }
