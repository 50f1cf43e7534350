"""Time limits of steps and events: as drawn, unless the token keeps another one since its case changed its version."""

from collections.abc import Mapping
from typing import Any

from app.engine.library_fixes import CaseTask
from app.engine.specs.activities import HUMAN_TASKS
from app.engine.specs.waits import CatchingNode

LIMITS = "limits"
DEADLINE = "deadline"


def limits_of(spec: Any) -> dict[str, str]:
    """Return the limits a node draws, by executable id; an event-based gateway has one for each of its events."""
    if isinstance(spec, HUMAN_TASKS):
        return {spec.bpmn_id: spec.element.limit if spec.element else ""}
    if isinstance(spec, CatchingNode):
        return {wait.key: wait.expression for wait in spec.waits() if wait.kind == DEADLINE}
    return {}


def limit_at(task: CaseTask, key: str, drawn: str) -> str:
    """Return the limit that counts for `task`. key: executable id; drawn: what the diagram says."""
    return noted_limits(task.internal_data).get(key, drawn)


def noted_limits(internal: Mapping[str, Any]) -> dict[str, str]:
    """Return the limits a token keeps of its own."""
    found: dict[str, str] = internal.get(LIMITS) or {}
    return found


def with_limits(internal: Mapping[str, Any], noted: Mapping[str, str]) -> dict[str, Any]:
    """Return the internal data of a token with these limits of its own, and no others."""
    left = {name: value for name, value in internal.items() if name != LIMITS}
    return {**left, LIMITS: dict(noted)} if noted else left
