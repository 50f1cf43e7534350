"""What one version of a diagram or decision file says otherwise than another, element by element (版本比较)."""

from dataclasses import dataclass, field
from enum import StrEnum


class ElementChangeKind(StrEnum):
    """What became of an element. MOVED: only its place on the drawing, which changes nothing that is done."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    MOVED = "moved"


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldChange:
    """One thing an element says otherwise. field: of FIELDS, or `other`; old, new: as drawn, empty for none.

    name: of the column of a decision table the field is about.
    """

    field: str
    old: str
    new: str
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ElementChange:
    """An element that differs. type: its BPMN tag, such as `userTask`. moved: also drawn elsewhere."""

    element: str
    type: str
    name: str
    kind: ElementChangeKind
    moved: bool = False
    fields: tuple[FieldChange, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DiagramComparison:
    """All differences of two versions, in the order of the newer drawing; what was removed stands at the end."""

    changes: tuple[ElementChange, ...] = field(default=())

    def of_kind(self, kind: ElementChangeKind) -> tuple[ElementChange, ...]:
        """Return the elements of one kind of change."""
        return tuple(change for change in self.changes if change.kind == kind)

    @property
    def is_layout_only(self) -> bool:
        """Say whether nothing but the drawing differs; true as well when nothing does."""
        return all(change.kind == ElementChangeKind.MOVED for change in self.changes)
