"""The one list of attributes of ours, held against what is shipped."""

from lxml import etree

from app.diagrams.attributes import ATTRIBUTES, moddle_descriptor
from app.diagrams.graph import LBQ, local
from app.diagrams.reader import LB
from app.settings import ROOT

KINDS = {item.name: item.kinds for item in ATTRIBUTES}


def test_every_attribute_of_a_shipped_diagram_belongs_to_its_element() -> None:
    written = {
        (str(name).removeprefix(LBQ), local(node))
        for path in (ROOT / "bpmn").rglob("*.bpmn")
        for node in etree.parse(path).iter("{*}*")
        for name in node.attrib
        if str(name).startswith(LBQ)
    }

    assert written
    assert [(name, kind) for name, kind in sorted(written) if kind not in KINDS.get(name, ())] == []


def test_descriptor_has_each_attribute_once_at_each_of_its_elements() -> None:
    types = moddle_descriptor(LB)["types"]

    assert isinstance(types, list)
    described = sorted((found["extends"][0], item["name"]) for found in types for item in found["properties"])
    assert described == sorted(
        (f"bpmn:{kind[0].upper()}{kind[1:]}", name) for name, kinds in KINDS.items() for kind in kinds
    )
