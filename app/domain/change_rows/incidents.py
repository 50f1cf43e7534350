"""Incidents (异常事件) of a case, as a move reads and changes them."""

from dataclasses import dataclass

import orjson

OPEN, RESOLVED = "open", "resolved"


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenIncidentFacts:
    """An open incident.

    facts: canonical JSON; `deadline_id` names the row that tries again, `engine_task` a decision a person makes again,
    `external_task_id` work of a program a person hands out again.
    """

    id: int
    element: str
    code: str
    state: str
    facts: str

    @property
    def deadline_id(self) -> int | None:
        """The row that tries again; None where a person has to act."""
        found = orjson.loads(self.facts).get("deadline_id")
        return int(found) if found else None

    @property
    def external_task_id(self) -> int | None:
        """The external task whose tries are used up; None for every other failure."""
        found = orjson.loads(self.facts).get("external_task_id")
        return int(found) if found else None

    @property
    def is_refused_move(self) -> bool:
        """Whether it says that a move could not be made: the next move that can be made ends it."""
        return not {"deadline_id", "engine_task", "external_task_id"}.intersection(orjson.loads(self.facts))


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentChange:
    """What becomes of an open incident: another attempt is noted in its facts, or it is resolved."""

    id: int
    state: str
    facts: str
