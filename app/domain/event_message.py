"""Messages between cases and from outside (消息): what they carry, and which wait they are for: exactly one."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from app.domain.change_rows.messages import MessageWaitRow
from app.domain.errors import Conflict, InvalidInput, NotFound

MESSAGE, SIGNAL = "message", "signal"
LONGEST_NAME = 200
LONGEST_KEY = 200
MOST_VALUES = 20
LONGEST_VALUE = 2_000
LARGEST_NUMBER = 2**53


@dataclass(frozen=True, slots=True, kw_only=True)
class EventMessage:
    """A message on its way. key, case_no: what it finds its wait by, empty where it is not told; one of them is."""

    name: str
    key: str = ""
    case_no: str = ""
    data: Mapping[str, object] = field(default_factory=dict)


def the_wait(waits: Sequence[MessageWaitRow], message: EventMessage) -> MessageWaitRow:
    """Return the one wait of a case a message is for.

    waits: of that case. A key must be equal; without one the case number alone says which case is meant.
    Raises NotFound `message_not_expected`, Conflict `message_ambiguous`.
    """
    found = [row for row in waits if row.kind == MESSAGE and row.name == message.name]
    return only(found if not message.key else [row for row in found if row.correlation == message.key], message)


def only(found: Sequence[MessageWaitRow], message: EventMessage) -> MessageWaitRow:
    """Return the only wait found. Raises NotFound `message_not_expected`, Conflict `message_ambiguous`."""
    if not found:
        raise NotFound(
            "message_not_expected", name=message.name, key=message.key or "-", asked_case=message.case_no or "-"
        )
    if len(found) > 1:
        raise Conflict(
            "message_ambiguous", name=message.name, key=message.key or "-", asked_case=message.case_no or "-"
        )
    return found[0]


def refuse_values(data: Mapping[str, object], accepts: Sequence[str]) -> None:
    """Raise InvalidInput `invalid` with an item for every value a wait does not take.

    Only names its diagram lists are taken, and only texts up to 2,000 characters, numbers, true, false and null.
    """
    faults = tuple(_faults(data, frozenset(accepts)))
    if faults:
        raise InvalidInput("invalid", items=faults, count=len(faults))


def accepted(data: Mapping[str, object], accepts: Sequence[str]) -> dict[str, object]:
    """Return of what another diagram sends the values this one lists."""
    return {name: data[name] for name in accepts if name in data}


def _faults(data: Mapping[str, object], accepts: frozenset[str]) -> Iterator[Mapping[str, object]]:
    for name, value in data.items():
        place = {"pointer": f"/variables/{name}", "field": name}
        if name not in accepts:
            yield {**place, "code": "message_value_unknown", "known": ", ".join(sorted(accepts)) or "-"}
        elif not _is_plain(value):
            yield {**place, "code": "message_value_kind"}
        elif isinstance(value, str) and len(value) > LONGEST_VALUE:
            yield {**place, "code": "message_value_long", "most": LONGEST_VALUE}


def _is_plain(value: object) -> bool:
    """Say whether a value is a text, true, false, null, or a number every JSON reader reads the same."""
    if isinstance(value, int | float):
        return -LARGEST_NUMBER <= value <= LARGEST_NUMBER
    return value is None or isinstance(value, str)
