"""Duplicates (重复申请): the same matter or theme, about the same person, still open, whoever applies."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from app.domain.authority import CasePlace, Person, may_see_case


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenApplication:
    """A case that is open. received_at: aware."""

    case_no: str
    name: str
    state: str
    received_at: datetime
    place: CasePlace


def told_duplicates(person: Person, found: Iterable[OpenApplication]) -> list[dict[str, object]]:
    """Return what a person is told of open applications about the same thing, without personal data.

    Items have `name`, `received_at` (ISO 8601) and `case_no`, which is empty for a case the person may not see: that it is
    open must be known to whoever is about to apply again, which case it is need not.
    """
    return [
        {
            "name": item.name,
            "received_at": item.received_at.isoformat(),
            "case_no": item.case_no if may_see_case(person, item.place) else "",
        }
        for item in found
    ]
