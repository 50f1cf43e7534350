"""What a process instance waits for after a move. No object of the engine library crosses this border."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from app.domain.decisions import DecisionResult

# Between the ids of a place: the call activities that lead into a called file, then the step, as in `deliver/post`.
STROKE = "/"


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenTask:
    """A human task that waits for a person. The texts of the `lb:` attributes are as drawn; empty string = absent.

    instance_no: which of several instances of one activity it belongs to, from 1; None outside of such an activity.
    """

    task_id: str
    element: str
    name: str
    lane: str = ""
    role: str = ""
    office: str = ""
    form_key: str = ""
    outcomes: tuple[str, ...] = ()
    limit: str = ""
    decides: bool = False
    starts_clock: tuple[str, ...] = ()
    signatures: int = 1
    handled_by: str = "internal"
    instance_no: int | None = None
    locals: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenWait:
    """A catching event that only the host can let happen. kind: deadline, message, signal or condition.

    accepts: names of the values a message may bring.
    """

    task_id: str
    key: str
    kind: str
    name: str
    expression: str = ""
    attached_to: str = ""
    interrupting: bool = False
    accepts: tuple[str, ...] = ()
    locals: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenMember:
    """A call activity that waits for a member case."""

    task_id: str
    element: str
    name: str
    matter_code: str
    handled_by: str = "internal"
    locals: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenService:
    """A started service task. `operation` is a published host operation; `inputs` are evaluated `lb:input` values."""

    task_id: str
    element: str
    name: str
    operation: str
    topic: str = ""
    inputs: Mapping[str, object] = field(default_factory=dict)
    locals: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Thrown:
    """An event thrown outwards or an error nobody caught. kind: message, signal, error or escalation.

    element: that threw a message or signal. correlation, data: the key a message finds its receiver by, and what it
    brings, of JSON types.
    """

    kind: str
    name: str
    code: str = ""
    element: str = ""
    correlation: str = ""
    data: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """What a business rule task decided, or why it could not. Values are of JSON types.

    result: None where it failed; then fault is the code, and facts say more. is_caught: the diagram has a way out.
    """

    task_id: str
    element: str
    decision: str
    result: DecisionResult | None = None
    fault: str = ""
    facts: Mapping[str, object] = field(default_factory=dict)
    is_caught: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """Everything an instance waits for, in a stable order."""

    open_tasks: tuple[OpenTask, ...] = ()
    waits: tuple[OpenWait, ...] = ()
    members: tuple[OpenMember, ...] = ()
    services: tuple[OpenService, ...] = ()
    thrown: tuple[Thrown, ...] = ()
    ended: bool = False

    @property
    def waits_at(self) -> tuple[str, ...]:
        """The elements at which a token stands without a task or a member case: events it waits for, and operations."""
        events = [wait.key for wait in self.waits if not wait.attached_to]
        return tuple(dict.fromkeys([*events, *(service.element for service in self.services)]))
