"""What a supervisor asks to do to a running case (人工干预), and what may never be asked. Pure."""

import re
from dataclasses import dataclass
from enum import StrEnum

import orjson

from app.domain.errors import InvalidInput, RuleViolation

LONGEST_REASON, LONGEST_VALUE = 500, 4_000
NAME = re.compile(r"[a-z][a-z0-9_]{0,62}(\.[A-Za-z_][A-Za-z0-9_]{0,62}){0,14}")
# What people decided, what members came to and what the matter is have rows of their own; the law knows only those.
OF_THE_LAW = frozenset({"outcomes", "members", "matter", "is_member", "member_forms", "guidance"})


class InterventionKind(StrEnum):
    """What is done."""

    MOVE = "move_token"
    CANCEL = "cancel_branch"
    CORRECT = "correct_variable"
    PAUSE = "pause"
    RESUME = "resume"


@dataclass(frozen=True, slots=True, kw_only=True)
class Intervention:
    """An intervention as asked for.

    version: of the case, as it was shown. element: where the token stands. target: where it is put. variable: name, or
    names with points between. value: of JSON types.
    """

    kind: InterventionKind
    reason: str
    version: int
    element: str = ""
    target: str = ""
    variable: str = ""
    value: object = None


def check_asked(asked: Intervention) -> None:
    """Refuse what is incomplete. Raises InvalidInput `invalid` with one item per fault, RuleViolation `variable_protected`."""
    faults = [("/reason", "required" if not asked.reason.strip() else "")]
    if len(asked.reason) > LONGEST_REASON:
        faults.append(("/reason", "too_long"))
    if asked.kind in (InterventionKind.MOVE, InterventionKind.CANCEL) and not asked.element:
        faults.append(("/element", "required"))
    if asked.kind == InterventionKind.MOVE and not asked.target:
        faults.append(("/target", "required"))
    if asked.kind == InterventionKind.CORRECT:
        if NAME.fullmatch(asked.variable) is None:
            faults.append(("/variable", "variable_name" if asked.variable else "required"))
        if not _is_plain(asked.value) or len(orjson.dumps(asked.value)) > LONGEST_VALUE:
            faults.append(("/value", "variable_value"))
    items = tuple({"pointer": pointer, "code": code, "most": LONGEST_REASON} for pointer, code in faults if code)
    if items:
        raise InvalidInput("invalid", items=items, count=len(items))
    if asked.variable.partition(".")[0] in OF_THE_LAW:
        raise RuleViolation("variable_protected", variable=asked.variable)


def _is_plain(value: object) -> bool:
    """Texts, whole numbers, yes or no, nothing, and lists and contexts of them: a fraction is no exact number in JSON."""
    if isinstance(value, list):
        return all(map(_is_plain, value))
    if isinstance(value, dict):
        return all(isinstance(name, str) and _is_plain(item) for name, item in value.items())
    return value is None or isinstance(value, str | int)
