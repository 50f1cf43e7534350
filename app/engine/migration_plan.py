"""How the nodes of one executable diagram are called in another: what is asked for by the author's ids, as node names."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from app.domain.snapshot import STROKE
from app.engine.node_builder import INSTANCE_SUFFIX
from app.engine.parser import Definition
from app.engine.sources import prefix_of
from app.engine.specs.node import SPLIT_SUFFIX

ADDED = "__"
RESERVED = "__node"


@dataclass(frozen=True, slots=True, kw_only=True)
class MigrationPlan:
    """What is the same for every instance that goes from `old` to `new`.

    elements: author's id in the old diagram -> in the new one, where they differ. limits: author's ids in the new
    diagram whose changed limits count for running steps too. nodes: the same as `elements`, in executable ids.
    merged: new executable ids that several old ones go to. Ids in a called file stand behind its key, on both sides.
    """

    old: Definition
    new: Definition
    elements: Mapping[str, str] = field(default_factory=dict)
    limits: frozenset[str] = frozenset()
    nodes: Mapping[str, str] = field(default_factory=dict)
    merged: frozenset[str] = frozenset()

    def name(self, name: str, file: str = "") -> str:
        """Return the name of a node in the new version; inner nodes are called after their activity.

        file: key of the called file it lies in, empty for the diagram of the case and for the name of a process.
        """
        element, prefix = element_of(name), prefix_of(file)
        return self.nodes.get(prefix + element, prefix + element).removeprefix(prefix) + name[len(element) :]

    def place(self, place: str) -> str:
        """Return a place, such as `deliver/post`, as it is called in the new version."""
        prefix, found = "", list[str]()
        for name in place.split(STROKE):
            found.append(self.elements.get(prefix + name, prefix + name).removeprefix(prefix))
            prefix = file_prefix(self.old, prefix + name)
        return STROKE.join(found)

    def results_under(self, prefix: str, found: Mapping[str, object]) -> dict[str, object]:
        """Return results of steps under the new author's ids; merged ones stay where they are.

        prefix: of the names of the file the steps lie in, empty for the diagram of the case.
        """
        taken, moved = self.merged_elements(), dict[str, object]()
        for element, value in found.items():
            old, inner = prefix + element, file_prefix(self.old, prefix + element)
            new = self.elements.get(old, old)
            name = element if new in taken else new.removeprefix(prefix)
            moved[name] = self.results_under(inner, value) if inner and isinstance(value, Mapping) else value
        return moved

    def merged_elements(self) -> frozenset[str]:
        """Return the author's ids in the new diagram that several old elements go to."""
        return frozenset(self.new.author_id(node) for node in self.merged)


def plan_migration(
    old: Definition, new: Definition, *, elements: Mapping[str, str] | None = None, limits: frozenset[str] = frozenset()
) -> MigrationPlan:
    """Lay out a migration. elements: author's ids, old -> new; what is not named keeps its id. limits: author's new ids."""
    renamed = {source: target for source, target in (elements or {}).items() if source != target}
    nodes = dict(_nodes(old, new, renamed))
    kept = {node for node in old.elements if node not in nodes and node in new.elements}
    targets = [*nodes.values(), *kept]
    merged = frozenset(target for target in nodes.values() if targets.count(target) > 1)
    return MigrationPlan(old=old, new=new, elements=renamed, limits=limits, nodes=nodes, merged=merged)


def element_of(name: str) -> str:
    """Return the executable element a node belongs to."""
    return name.removesuffix(INSTANCE_SUFFIX).removesuffix(SPLIT_SUFFIX)


def file_prefix(definition: Definition, element: str) -> str:
    """Return what stands before the names of the file a call activity leads into; empty for any other element."""
    found = definition.elements.get(element) or definition.elements.get(element + RESERVED)
    return prefix_of(found.inside) if found is not None and found.inside in definition.files else ""


def _nodes(old: Definition, new: Definition, renamed: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield executable ids, old and new. A node the normaliser added follows what it was added for, by its part."""
    wanted = {**renamed}
    if old.process_id != new.process_id:
        wanted[old.process_id] = new.process_id
    names = {**dict.fromkeys(old.elements), **dict.fromkeys(old.subprocess_specs)}
    for name in names:
        author = old.author_id(name)
        if author not in wanted:
            continue
        part = name[len(author) :] if name.startswith(author + ADDED) else ""
        target = _executable(new, wanted[author]) if not part or part == RESERVED else wanted[author] + part
        yield name, target


def _executable(definition: Definition, author: str) -> str:
    """Return the executable id of an element; an id the engine uses itself was given a part of its own."""
    return (
        author + RESERVED if author not in definition.elements and author + RESERVED in definition.elements else author
    )
