"""Turn an executable diagram into a definition: specs that all instances share and never change."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from app.domain.decisions import DecisionModel
from app.domain.diagram import Normalised
from app.domain.errors import DiagramRefused
from app.domain.feel import FeelRefused
from app.engine.builder import DefinitionBuilder
from app.engine.elements import Element
from app.engine.library_fixes import NO_DECISIONS
from app.engine.sources import Source, prefix_of

Watch = Callable[[str, tuple[str, ...]], None]
NOWHERE = "-"
NO_CALLED: Mapping[str, Normalised] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """A process that can be begun.

    key: names the content, so equal keys mean equal definitions. process_id: the process begun. spec and
    subprocess_specs (all processes, this one too): objects of the engine library, opaque outside this package.
    origin: id of an added node -> id on the author's diagram. elements: element id of the executable diagram -> what
    the author wrote there; ids of a called file stand behind its key, `process:visit#look`. files: keys of those it calls.
    member_order: matters a joint case opens -> those each of them waits for. decisions: what its business rule tasks
    decide by. watches: by file, its own under an empty key: who is told of every node a token leaves there, and of the
    nodes it goes on to.
    """

    key: str
    process_id: str
    spec: Any
    subprocess_specs: Mapping[str, Any] = field(default_factory=dict)
    origin: Mapping[str, str] = field(default_factory=dict)
    elements: Mapping[str, Element] = field(default_factory=dict)
    files: frozenset[str] = frozenset()
    member_order: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    decisions: DecisionModel = NO_DECISIONS
    watches: Mapping[str, Watch] = field(default_factory=dict)

    def author_id(self, element_id: str) -> str:
        """Return the id on the author's diagram."""
        return self.origin.get(element_id, element_id)

    def element_at(self, names: Sequence[str]) -> Element | None:
        """Return the element at a place, its names one by one: the calls that lead there, then its own."""
        drawn: dict[str, Element] = {}
        for element_id, element in self.elements.items():
            drawn.setdefault(self.author_id(element_id), element)
        prefix, found = "", None
        for name in names:
            found = drawn.get(prefix + name)
            if found is None:
                return None
            prefix = prefix_of(found.inside if self.leads_away(found) else NOWHERE)
        return found

    def leads_away(self, element: Element) -> bool:
        """Say whether an element calls a process of another file."""
        return element.inside in self.files


def parse(
    normalised: Normalised,
    *,
    key: str,
    process_id: str | None = None,
    called: Mapping[str, Normalised] = NO_CALLED,
) -> Definition:
    """Parse the process `process_id`, or the main one, with everything it contains and calls.

    key: content key of the normalised diagram. called: the definitions it calls, and those they call, by their keys
    `process:<name>`; the main process of each is called. Raises DiagramRefused for what the engine does not run; checks
    report those faults with line and remedy before, so this is the last guard.
    """
    chosen = process_id or normalised.processes[0]
    main, files = Source(normalised), {name: Source(item, key=name) for name, item in called.items()}
    builder = DefinitionBuilder(main, files)
    try:
        spec, subprocess_specs = builder.build(chosen)
    except FeelRefused as fault:
        raise DiagramRefused("diagram_not_executable", reason=fault.code, position=fault.position) from fault
    return Definition(
        key=key,
        process_id=chosen,
        spec=spec,
        subprocess_specs=subprocess_specs,
        origin={name: drawn for source in (main, *files.values()) for name, drawn in source.qualified_origin().items()},
        elements=builder.elements,
        files=frozenset(process.file for process in subprocess_specs.values() if process.file),
    )


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
