"""Moves: the only things that can happen to a running process instance."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from app.domain.decisions import DecisionModel


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """Begin the instance with its first variables."""

    variables: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class CompleteTask:
    """A person completed a human task. `outcome` becomes `outcomes.<element>`; `data` is merged into the variables.

    `answers.<place>` of the data becomes `answers.<element>`.
    """

    task_id: str
    outcome: str | None = None
    data: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class FireDeadline:
    """The deadline of an open wait has passed. `key` is the element id of the event."""

    task_id: str
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseMember:
    """A member case closed; `result` becomes `members.<element>`."""

    task_id: str
    result: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Correlate:
    """A message or signal arrived for an open wait; what it brings becomes `messages.<element>`."""

    task_id: str
    key: str
    data: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class FinishService:
    """A service task's work is done."""

    task_id: str
    data: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class FailService:
    """A service task's work failed with a business error code."""

    task_id: str
    error_code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DecideAgain:
    """A person has what a business rule task could not decide decided again, by the tables in force now."""

    task_id: str
    decisions: DecisionModel


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancel:
    """End the instance without completing it (withdrawal, termination)."""

    reason: str


Move = (
    Start | CompleteTask | FireDeadline | CloseMember | Correlate | FinishService | FailService | DecideAgain | Cancel
)
