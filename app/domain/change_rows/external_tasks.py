"""Rows of external tasks (外部任务), as a move reads, adds and changes them. `version` is the number of the lease."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ExternalTaskFacts:
    """An external task that is open. variables: canonical JSON. available_at: None = it waits for a person."""

    id: int
    engine_task: str
    element: str
    name: str
    topic: str
    variables: str
    retries: int
    attempts: int
    available_at: datetime | None
    worker_id: str | None
    account_id: int | None
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ExternalTaskRow:
    """An external task that opens. retries: tries that are left."""

    id: int
    case_id: int
    engine_task: str
    element: str
    name: str
    topic: str
    variables: str
    opened_at: datetime
    retries: int
    available_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ExternalTaskChange:
    """What a move makes of an open one: what it hands out, and how its step is called. Its lease goes on."""

    id: int
    element: str
    name: str
    variables: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ExternalTaskTry:
    """A try that failed, or a person who has it tried again; whoever held the lease holds it no more."""

    id: int
    version: int  # the one that was read
    retries: int
    attempts: int
    available_at: datetime | None
    worker_id: str | None
    account_id: int | None
    last_error: str | None
    failed_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExternalTaskEnd:
    """An external task that leaves with its token. version: of the lease it was completed with; None = whatever it is."""

    id: int
    version: int | None
