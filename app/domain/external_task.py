"""Work for programs outside (外部任务): what a topic hands out and takes back, who may fetch it, when a try comes again."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Final

from app.domain.authority import Person, Scope, scope_of_places
from app.domain.errors import InvalidInput
from app.domain.snapshot import OpenService

LONGEST_LEASE_S: Final = 60
LONGEST_BACK_OFF_S: Final = 86_400
MOST_RETRIES: Final = 100
LONGEST_TEXT: Final = 4_000
LARGEST_WHOLE: Final = 2**53 - 1
KINDS: Final = ("text", "integer", "number", "boolean", "date")
# What the host itself keeps in an instance; a program that returned one of these names would write over it.
HOST_NAMES: Final = frozenset(
    {"answers", "outcomes", "members", "is_member", "form", "matter", "guidance", "member_forms", "now", "today"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnedVariable:
    """A variable a program may return. kind: one of `KINDS`; values: of a text, empty = any."""

    name: str
    kind: str
    is_required: bool = False
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """A kind of work for outside programs (主题), as published in `rules/topics.toml`.

    gives: names handed out, nothing else of a case leaves. roles: who may fetch it. lease_s: how long a program has it,
    unless it asks for another span. retries: tries in all. backoff_s: before the second try; it doubles each time.
    """

    code: str
    name_zh: str
    name_en: str
    gives: tuple[str, ...] = ()
    returns: Mapping[str, ReturnedVariable] = field(default_factory=dict)
    roles: tuple[str, ...] = ()
    lease_s: int = LONGEST_LEASE_S
    retries: int = 3
    backoff_s: int = 60

    def name(self, language: str) -> str:
        """Return its name in a language."""
        return self.name_zh if language == "zh" else self.name_en


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Who reports about which task: the account, how the worker called itself, and the number of the lease it was given."""

    task_id: int
    account_id: int
    worker_id: str
    lease: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """What a program says of a try that failed. retry_in_s, retries: None = as the topic has it."""

    message: str
    error_code: str = ""
    retry_in_s: int | None = None
    retries: int | None = None


def reach_of(person: Person, topic: Topic) -> Scope:
    """Return in which regions a program may fetch a topic: those of the departments where it holds one of its roles."""
    return scope_of_places([place for place in person.memberships if place.role in topic.roles])


def handed_out(topic: Topic | None, service: OpenService, variables: Mapping[str, object]) -> dict[str, object]:
    """Return what a program gets to see: of each name the topic hands out the value, null where there is none.

    The value is what `lb:input` of the step gives under that name, else the variable of the name as the step sees it.
    topic: None when it is published no more; then nothing leaves.
    """
    seen = {**variables, **service.locals, **service.inputs}
    return {name: seen.get(name) for name in (topic.gives if topic else ())}


def check_returned(topic: Topic, returned: Mapping[str, object]) -> dict[str, object]:
    """Return what a program brought back, as the topic declares it.

    Raises InvalidInput `invalid` with one item per fault: pointer (RFC 6901), code, field.
    """
    faults = tuple(_faults(topic, returned))
    if faults:
        raise InvalidInput("invalid", items=faults, count=len(faults))
    return {name: value for name, value in returned.items() if value is not None}


def next_try_at(topic: Topic | None, failure: Failure, *, attempts: int, now: datetime) -> datetime:
    """Return when a task that failed `attempts` times is handed out again: as asked for, else with doubling back-off."""
    if failure.retry_in_s is not None:
        return now + timedelta(seconds=failure.retry_in_s)
    first_s = topic.backoff_s if topic else 0
    return now + timedelta(seconds=min(first_s * 2 ** min(attempts - 1, MOST_RETRIES), LONGEST_BACK_OFF_S))


def _faults(topic: Topic, returned: Mapping[str, object]) -> Iterator[Mapping[str, object]]:
    for name in returned:
        if name not in topic.returns:
            yield _fault(name, "answer_unknown")
    for name, variable in topic.returns.items():
        value = returned.get(name)
        if value is None:
            if variable.is_required:
                yield _fault(name, "answer_required")
            continue
        code = _code_of(variable, value)
        if code:
            yield _fault(name, code)


def _code_of(variable: ReturnedVariable, value: object) -> str:
    match variable.kind:
        case "boolean":
            fits = isinstance(value, bool)
        case "integer":
            fits = isinstance(value, int) and not isinstance(value, bool) and abs(value) <= LARGEST_WHOLE
        case "number":
            fits = isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= LARGEST_WHOLE
        case "date":
            return "" if isinstance(value, str) and _is_date(value) else "date_malformed"
        case _:
            return _code_of_text(variable, value)
    return "" if fits else "answer_type"


def _code_of_text(variable: ReturnedVariable, value: object) -> str:
    if not isinstance(value, str):
        return "answer_type"
    if len(value) > LONGEST_TEXT:
        return "too_long"
    return "" if not variable.values or value in variable.values else "option_unknown"


def _is_date(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _fault(name: str, code: str) -> Mapping[str, object]:
    pointer = name.replace("~", "~0").replace("/", "~1")
    return {"pointer": f"/variables/{pointer}", "code": code, "field": name}
