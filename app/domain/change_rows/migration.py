"""Rows a migration of running cases (版本迁移) writes."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskMigration:
    """An open task as the other version draws it; its version grows, so who has it on screen is told to look again."""

    id: int
    element: str
    title: str
    role: str
    form_key: str | None
    form_version: int | None
    outcomes: str
    group_id: int
    department_id: int
    assignee_id: int | None
    state: int
    due_at: datetime | None
    yellow_at: datetime | None
    red_at: datetime | None
    sort_at: datetime
    paused: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberElement:
    """The call activity a member case belongs to, as the other version of the joint case names it."""

    id: int
    parent_element: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MigrationCaseChange:
    """What became of a case in a run. facts: JSON."""

    migration_id: int
    case_id: int
    outcome: str
    facts: str
