"""Rows of tasks (待办), as a move adds and changes them. Instants are aware UTC."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskRow:
    """A task that opens (待办)."""

    id: int
    case_id: int
    engine_task: str
    element: str
    title: str
    role: str
    form_key: str | None
    form_version: int | None
    outcomes: str  # comma separated, as drawn
    group_id: int
    assignee_id: int | None
    matter_code: str
    department_id: int
    prefecture: str
    county: str | None
    town: str | None
    state: int
    opened_at: datetime
    due_at: datetime | None
    yellow_at: datetime | None
    red_at: datetime | None
    sort_at: datetime
    paused: bool
    priority: int
    instance_no: int | None = None  # of an activity with several instances, from 1
    locals: str | None = None  # JSON: what this instance alone sees, such as its item


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskClosing:
    """A task that is completed (state 2) or withdrawn (state 3). `version` None = whatever it is (withdrawn ones)."""

    id: int
    version: int | None
    state: int
    closed_at: datetime
    outcome: str | None
    completed_by: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskAssignment:
    """Who has an open task now; guarded by the version that was read."""

    id: int
    version: int
    assignee_id: int | None
    state: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskInstants:
    """Copies of a deadline's instants on an open task, for sorting."""

    id: int
    due_at: datetime | None
    yellow_at: datetime | None
    red_at: datetime | None
    sort_at: datetime
    paused: bool
