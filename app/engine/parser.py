"""Turn an executable diagram into a definition: specs that all instances share and never change."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from lxml import etree

from app.domain.decisions import DecisionModel
from app.domain.diagram import Normalised
from app.domain.errors import DiagramRefused
from app.domain.feel import FeelRefused
from app.engine.builder import DefinitionBuilder
from app.engine.elements import Element
from app.engine.library_fixes import NO_DECISIONS

Watch = Callable[[str, tuple[str, ...]], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """A process that can be begun.

    key: names the content, so equal keys mean equal definitions. process_id: the process begun. spec and
    subprocess_specs (all processes, this one too): objects of the engine library, opaque outside this package.
    origin: id of an added node -> id on the author's diagram. elements: element id of the executable diagram -> what
    the author wrote there. member_order: matters a joint case opens -> those each of them waits for. decisions: what its
    business rule tasks decide by. watch: told of every node a token leaves, and of the nodes it goes on to.
    """

    key: str
    process_id: str
    spec: Any
    subprocess_specs: Mapping[str, Any] = field(default_factory=dict)
    origin: Mapping[str, str] = field(default_factory=dict)
    elements: Mapping[str, Element] = field(default_factory=dict)
    member_order: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    decisions: DecisionModel = NO_DECISIONS
    watch: Watch | None = None

    def author_id(self, element_id: str) -> str:
        """Return the id on the author's diagram."""
        return self.origin.get(element_id, element_id)


def parse(normalised: Normalised, *, key: str, process_id: str | None = None) -> Definition:
    """Parse the process `process_id`, or the main one, with everything it contains and calls.

    key: content key of the normalised diagram. Raises DiagramRefused for what the engine does not run; checks report
    those faults with line and remedy before, so this is the last guard.
    """
    chosen = process_id or normalised.processes[0]
    builder = DefinitionBuilder(_read(normalised.xml), normalised.origin)
    try:
        spec, subprocess_specs = builder.build(chosen)
    except FeelRefused as fault:
        raise DiagramRefused("diagram_not_executable", reason=fault.code, position=fault.position) from fault
    return Definition(
        key=key,
        process_id=chosen,
        spec=spec,
        subprocess_specs=subprocess_specs,
        origin=dict(normalised.origin),
        elements=builder.elements,
    )


def _read(xml: bytes) -> etree._Element:
    if b"<!DOCTYPE" in xml:
        raise DiagramRefused("diagram_not_executable", reason="unreadable", text="DOCTYPE")
    reader = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True
    )
    try:
        return etree.fromstring(xml, reader)
    except etree.XMLSyntaxError as fault:
        raise DiagramRefused("diagram_not_executable", reason="unreadable", text=str(fault)) from fault


Shape = dict[str, dict[str, tuple[str, tuple[str, ...], tuple[str, ...]]]]


def shape(definition: Definition) -> Shape:
    """Return what must never change in a definition: per process, each node's class, inputs and outputs."""
    return {
        process: {
            name: (type(node).__name__, _names(node.inputs), _names(node.outputs))
            for name, node in spec.task_specs.items()
        }
        for process, spec in definition.subprocess_specs.items()
    }


def _names(nodes: Iterable[Any]) -> tuple[str, ...]:
    return tuple(node.name for node in nodes)
