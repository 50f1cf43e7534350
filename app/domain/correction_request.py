"""Correction requests (补正意见): what a department finds missing or wrong before a joint application is accepted.

Pure. The one window collects them and merges them in its one notice, or settles each with a reason.
Source: time-limits.md J11; 行政许可法 art. 32(1)(4): all that is missing is told once.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from app.domain.errors import Conflict, InvalidInput, RuleViolation
from app.domain.matter import MaterialRequirement
from app.domain.vocabulary import CaseState, CorrectionRequestState, Shortage

LONGEST_ITEM = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectionRequestRow:
    """A request of one department. item: code of the list of materials, or a name. answer: told or settled, None before."""

    id: int
    case_id: int
    matter_code: str
    department_id: int
    item: str
    shortage: str
    remark: str
    requested_by: str
    requested_at: datetime
    answer: str | None = None
    reason: str | None = None
    answered_by: str | None = None
    answered_at: datetime | None = None


def ask_correction(
    row: CorrectionRequestRow,
    known: Sequence[CorrectionRequestRow],
    *,
    state: str,
    requirements: Sequence[MaterialRequirement],
    told: Collection[str] | None,
    article: str,
) -> CorrectionRequestRow:
    """Return the request as it is kept: an item of the list of materials by its code.

    told: names of what the one notice named, None before it. Raises Conflict `correction_request_too_late` once the case
    is received no more, `correction_request_waiting` when the member waits for this item already, InvalidInput `invalid`
    for what is empty, too long, no shortage, or wrong without saying how, RuleViolation `notice_already_given` for what
    the notice did not name.
    """
    require_received(state)
    _require_sound(row)
    kept = replace(row, item=_code_of(row.item.strip(), requirements), remark=row.remark.strip())
    name = name_of_item(kept.item, requirements)
    if told is not None and name not in told:
        raise RuleViolation("notice_already_given", added=name, article=article)
    if any((other.matter_code, other.item) == (kept.matter_code, kept.item) for other in waiting_requests(known)):
        raise Conflict("correction_request_waiting", item=name)
    return kept


def settle_correction(
    row: CorrectionRequestRow, *, state: str, reason: str, by: str, now: datetime
) -> CorrectionRequestRow:
    """Return a request the window settled without a notice, with its reason.

    Raises Conflict `correction_request_too_late`, `correction_request_answered`, InvalidInput `invalid` without a reason.
    """
    if row.answer is not None:
        raise Conflict("correction_request_answered", request=str(row.id))
    require_received(state)
    if not reason.strip():
        raise InvalidInput("invalid", items=({"pointer": "/reason", "code": "required"},))
    return _answered(row, CorrectionRequestState.SETTLED, by=by, now=now, reason=reason.strip())


def tell_corrections(
    known: Iterable[CorrectionRequestRow], *, by: str, now: datetime
) -> tuple[CorrectionRequestRow, ...]:
    """Return the waiting requests as told to the applicant by the one notice."""
    return tuple(_answered(row, CorrectionRequestState.TOLD, by=by, now=now) for row in waiting_requests(known))


def refuse_unanswered(known: Iterable[CorrectionRequestRow], requirements: Sequence[MaterialRequirement]) -> None:
    """Raise Conflict `correction_requests_open`, with the names of what they ask for, while requests wait."""
    names = [name_of_item(row.item, requirements) for row in waiting_requests(known)]
    if names:
        raise Conflict("correction_requests_open", count=len(names), names=", ".join(dict.fromkeys(names)))


def waiting_requests(known: Iterable[CorrectionRequestRow]) -> tuple[CorrectionRequestRow, ...]:
    """Return the requests nobody has answered."""
    return tuple(row for row in known if row.answer is None)


def state_of_request(answer: str | None, *, case_state: str) -> CorrectionRequestState:
    """Return where a request stands; an unanswered one lapsed when its case is received no more, as by silence."""
    if answer is not None:
        return CorrectionRequestState(answer)
    is_received = case_state == CaseState.RECEIVED
    return CorrectionRequestState.WAITING if is_received else CorrectionRequestState.LAPSED


def name_of_item(item: str, requirements: Iterable[MaterialRequirement]) -> str:
    """Return the name an applicant reads: of the row of the list, else the item itself."""
    return next((row.name for row in requirements if row.code == item), item)


def merged_items(notice: Mapping[str, object]) -> list[str]:
    """Return the names of all a one-time notice names, each once: what the window missed, then what departments asked.

    notice: facts of the paper, `missing` a list of names, `asked` a list of departments with their `items`.
    """
    missing, asked = notice.get("missing"), notice.get("asked")
    names = [str(name) for name in missing] if isinstance(missing, list) else []
    for department in asked if isinstance(asked, list) else []:
        names.extend(str(item["name"]) for item in department["items"])
    return list(dict.fromkeys(names))


def require_received(state: str) -> None:
    """Raise Conflict `correction_request_too_late` unless the case waits for its acceptance."""
    if state != CaseState.RECEIVED:
        raise Conflict("correction_request_too_late", state=str(state))


def _code_of(item: str, requirements: Iterable[MaterialRequirement]) -> str:
    return next((row.code for row in requirements if item in (row.code, row.name)), item)


def _require_sound(row: CorrectionRequestRow) -> None:
    faults: list[Mapping[str, object]] = []
    item = row.item.strip()
    if not item:
        faults.append({"pointer": "/item", "code": "required"})
    elif len(item) > LONGEST_ITEM:
        faults.append({"pointer": "/item", "code": "too_long", "most": LONGEST_ITEM})
    if row.shortage not in frozenset(Shortage):
        faults.append({"pointer": "/shortage", "code": "option_unknown"})
    if row.shortage == Shortage.WRONG and not row.remark.strip():
        faults.append({"pointer": "/remark", "code": "required"})
    if faults:
        raise InvalidInput("invalid", items=tuple(faults))


def _answered(
    row: CorrectionRequestRow, answer: CorrectionRequestState, *, by: str, now: datetime, reason: str | None = None
) -> CorrectionRequestRow:
    return replace(row, answer=answer.value, reason=reason, answered_by=by, answered_at=now)
