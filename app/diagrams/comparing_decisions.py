"""Compare two versions of a decision file as their authors wrote them: decisions, columns, and rules one by one.

Columns and rules are told by their ids; without one a column by its expression or name, and a rule by its conditions.
That a rule stands elsewhere counts only where the order decides what comes out.
"""

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from app.diagrams.dmn_file import DmnFile, Node, children, text_of
from app.diagrams.reader import finding_item
from app.domain.decisions import Aggregator, HitPolicy
from app.domain.diagram_comparison import DiagramComparison, ElementChange, ElementChangeKind, FieldChange
from app.domain.errors import DiagramRefused

DECISION, INPUT, OUTPUT, RULE = "decision", "decisionInput", "decisionOutput", "rule"
WHEN, THEN, NUMBER = "when", "then", "number"
# What a cell says that asks for nothing.
ANYTHING = "-"
UNORDERED = (HitPolicy.UNIQUE, HitPolicy.ANY)

# What an element says: (field, key of the column or empty) -> text.
Said = dict[tuple[str, str], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class RulePlace:
    """Where a rule stands. number: from 1, as drawn; is_ordered: whether the order decides what comes out."""

    decision: str
    number: int
    is_ordered: bool


@dataclass(slots=True)
class WrittenDecisions:
    """One version: what each element says, its kind and name; labels of columns; where each rule stands."""

    said: dict[str, Said] = field(default_factory=dict)
    kinds: dict[str, str] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)
    rules: dict[str, RulePlace] = field(default_factory=dict)

    def add(self, element: str, kind: str, name: str, said: Said) -> str:
        """Add an element under an id of its own, and return that."""
        unique, times = element, 1
        while unique in self.said:
            times += 1
            unique = f"{element}~{times}"
        self.said[unique], self.kinds[unique], self.names[unique] = said, kind, name
        return unique


def compare_decisions(old: bytes, new: bytes) -> DiagramComparison:
    """Return what `new` says otherwise than `old`; both are DMN as written. Raises DiagramRefused for what is none."""
    before, after = lay_out_decisions(old), lay_out_decisions(new)
    moved = _moved(before, after)
    elements = (*after.said, *(element for element in before.said if element not in after.said))
    changes = (_change(element, before, after, moved) for element in elements)
    return DiagramComparison(changes=tuple(change for change in changes if change is not None))


def lay_out_decisions(raw: bytes) -> WrittenDecisions:
    """Return what a file says element by element, also one whose cells cannot be read. Raises DiagramRefused."""
    reader, written = DmnFile("decisions.dmn"), WrittenDecisions()
    root = reader.parse(raw)
    if root is None:
        items = tuple(finding_item(item) for item in reader.findings)
        raise DiagramRefused("definition_refused", items=items, count=len(items))
    for decision in children(root, "decision"):
        _lay_out(decision, written)
    return written


def _lay_out(decision: Node, written: WrittenDecisions) -> None:
    name = decision.get("name") or decision.get("id") or ""
    tables, literals = children(decision, "decisionTable"), children(decision, "literalExpression")
    needed = [
        reference.get("href", "").rpartition("#")[2]
        for requirement in children(decision, "informationRequirement")
        for reference in children(requirement, "requiredDecision")
    ]
    policy = (
        " ".join(filter(None, (tables[0].get("hitPolicy", HitPolicy.UNIQUE), tables[0].get("aggregation", ""))))
        if tables
        else ""
    )
    said: Said = {
        ("name", ""): name,
        ("policy", ""): policy,
        ("expression", ""): text_of(literals[0]) if literals else "",
        ("requires", ""): ", ".join(sorted(needed)),
    }
    key = written.add(decision.get("id") or name, DECISION, name, said)
    if tables:
        _lay_out_table(tables[0], key, name, written)


def _lay_out_table(table: Node, decision: str, name: str, written: WrittenDecisions) -> None:
    columns = [(WHEN, item) for item in _columns(table, "input", decision, written)]
    columns += [(THEN, item) for item in _columns(table, "output", decision, written)]
    is_ordered = table.get("hitPolicy", HitPolicy.UNIQUE) not in UNORDERED and not table.get(
        "aggregation", Aggregator.LIST
    )
    for number, row in enumerate(children(table, "rule"), 1):
        cells = [*children(row, "inputEntry"), *children(row, "outputEntry")]
        said: Said = {
            column: "" if text_of(cell) == ANYTHING else text_of(cell)
            for column, cell in zip(columns, cells, strict=False)
        }
        asked = "; ".join(text for (part, _column), text in said.items() if part == WHEN)
        key = written.add(row.get("id") or f"{decision}: {asked}", RULE, f"{name} {number}", said)
        written.rules[key] = RulePlace(decision=decision, number=number, is_ordered=is_ordered)


def _columns(table: Node, tag: str, decision: str, written: WrittenDecisions) -> Iterator[str]:
    """Yield the key of each column of a table, and add what it says."""
    for place, column in enumerate(children(table, tag), 1):
        asked = children(column, "inputExpression")
        expression = text_of(asked[0]) if asked else ""
        label = column.get("label") or column.get("name") or expression or str(place)
        kind = asked[0].get("typeRef", "") if asked else column.get("typeRef", "")
        said: Said = {
            ("name", ""): label,
            ("expression", ""): expression,
            ("type_ref", ""): kind,
            ("values", ""): _inner(column, "inputValues") or _inner(column, "outputValues"),
            ("default_value", ""): _inner(column, "defaultOutputEntry"),
        }
        element = column.get("id") or f"{decision}.{column.get('name') or expression or place}"
        key = written.add(element, INPUT if tag == "input" else OUTPUT, label, said)
        written.labels[key] = label
        yield key


def _inner(column: Node, tag: str) -> str:
    found = children(column, tag)
    return text_of(found[0]) if found else ""


def _change(
    element: str, before: WrittenDecisions, after: WrittenDecisions, moved: frozenset[str]
) -> ElementChange | None:
    old, new = before.said.get(element), after.said.get(element)
    side = before if new is None else after
    kind_of_element, name = side.kinds[element], side.names[element]
    if old is None or new is None:
        kind = ElementChangeKind.ADDED if old is None else ElementChangeKind.REMOVED
        fields = tuple(_fields({}, new, after)) if new else ()
        return ElementChange(element=element, type=kind_of_element, name=name, kind=kind, fields=fields)
    labels = WrittenDecisions(labels={**before.labels, **after.labels})
    fields = tuple(_fields(old, new, labels))
    if element in moved:
        places = (before.rules[element], after.rules[element])
        if places[1].is_ordered:
            numbers = tuple(str(place.number) for place in places)
            fields = (*fields, FieldChange(field=NUMBER, old=numbers[0], new=numbers[1]))
    if not fields and element not in moved:
        return None
    kind = ElementChangeKind.CHANGED if fields else ElementChangeKind.MOVED
    return ElementChange(
        element=element, type=kind_of_element, name=name, kind=kind, moved=element in moved, fields=fields
    )


def _fields(old: Mapping[tuple[str, str], str], new: Said, written: WrittenDecisions) -> Iterator[FieldChange]:
    for part, column in dict.fromkeys((*old, *new)):
        was, now = old.get((part, column), ""), new.get((part, column), "")
        if was != now:
            yield FieldChange(field=part, old=was, new=now, name=written.labels.get(column, ""))


def _moved(before: WrittenDecisions, after: WrittenDecisions) -> frozenset[str]:
    """Return the rules that stand before or behind others than they did: all but the longest row that kept its order."""
    moved: set[str] = set()
    for decision in {place.decision for place in after.rules.values()}:
        common = [key for key, place in after.rules.items() if place.decision == decision and key in before.rules]
        kept = _kept_order([before.rules[key].number for key in common])
        moved.update(key for place, key in enumerate(common) if place not in kept)
    return frozenset(moved)


def _kept_order(numbers: Sequence[int]) -> frozenset[int]:
    """Return the places of a longest increasing subsequence."""
    tails: list[int] = []
    ends: list[int] = []
    before: list[int] = []
    for place, number in enumerate(numbers):
        at = bisect_left(tails, number)
        before.append(ends[at - 1] if at else -1)
        tails[at : at + 1] = [number]
        ends[at : at + 1] = [place]
    kept, place = set(), ends[-1] if ends else -1
    while place >= 0:
        kept.add(place)
        place = before[place]
    return frozenset(kept)
