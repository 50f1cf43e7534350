"""Faults of a diagram (流程图故障): what a running case meets that no other answer of a person would help."""

from app.domain.errors import CaseworkError
from app.domain.feel import FeelStopped
from app.engine.faults import LoopLimit, NoMatchingFlow, StateRefused

FAULTS = (LoopLimit, NoMatchingFlow, FeelStopped, StateRefused)
FAULT_CODES = frozenset(
    {
        "operation_unknown",
        "too_many_operations",
        "input_not_context",
        "correlation_unusable",
        "decision_unknown",
        "instances_not_a_list",
        "too_many_instances",
    }
)


def is_fault(error: Exception) -> bool:
    """Say whether a move failed because of its diagram; it fails again until somebody corrects something."""
    return isinstance(error, FAULTS) or (isinstance(error, CaseworkError) and error.code in FAULT_CODES)
