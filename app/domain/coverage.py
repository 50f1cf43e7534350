"""Which elements and sequence flows of a diagram its scenarios reach (覆盖率)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from app.domain.scenario import Difference

WHOLE = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """What was reached of one diagram.

    key: of the definition. elements, flows: id -> name as drawn, of everything that can be reached; the name of a flow
    without one is `source → target`. reached: ids of both kinds.
    """

    key: str
    elements: Mapping[str, str]
    flows: Mapping[str, str]
    reached: frozenset[str]

    @property
    def percent(self) -> int:
        """Elements and flows reached, of all of them, rounded down: 100 only when nothing is missing."""
        count = len(self.elements) + len(self.flows)
        return WHOLE * (count - len(self.missing)) // count if count else WHOLE

    @property
    def missing(self) -> tuple[str, ...]:
        """Ids never reached, elements first, in the order of the diagram."""
        return tuple(item for item in (*self.elements, *self.flows) if item not in self.reached)

    def reached_of(self, kind: Mapping[str, str]) -> int:
        """Count what was reached of `elements` or of `flows`."""
        return sum(item in self.reached for item in kind)


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasuredCoverage:
    """What the scenarios of one version reached. measured_at: aware, UTC; measured_by: actor code.

    sha256: of the drawing that was played; a draft that was saved since is another one. files: the scenarios by name;
    differences: where they did not end as they say.
    """

    definition_id: int
    sha256: str
    coverage: Coverage
    files: tuple[str, ...]
    differences: tuple[Difference, ...]
    measured_by: str
    measured_at: datetime


def join_coverage(parts: Iterable[Coverage]) -> tuple[Coverage, ...]:
    """Return what several runs reached together, by the key of the diagram."""
    joined: dict[str, Coverage] = {}
    for part in parts:
        before = joined.get(part.key)
        joined[part.key] = replace(part, reached=part.reached | before.reached) if before else part
    return tuple(joined[key] for key in sorted(joined))
