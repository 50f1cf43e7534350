"""An entry of the clock ledger (台账记录): what moved a clock, when, by whom and on what ground."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from typing import Any

import orjson

from app.domain.change_set import LedgerRow
from app.domain.vocabulary import LedgerKind

COMMON_CLOCKS = ("promised", "statutory")
INSTANTS = ("closed_from", "closed_to", "until")
DATES = ("not_before",)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockEntry:
    """One entry. Instants are aware UTC.

    clock: None = every clock of the decision (promised and statutory), of a calendar change every clock of the case.
    occurred_at: legal instant; recorded_at: when it was entered. actor: a person, or `system:<rule>`. limit_amount,
    limit_unit, policy, calendar_id: of a start, restart, reclassification or calendar change. suspension_id pairs
    suspend and resume. act, hold_id, until: of a hold. not_before: floor of a calendar change. corrects: seq of the entry a
    correction replaces. scope, closed_from, closed_to: of a closure behind a calendar change. path: of the start of a
    promise that is a critical path, the names of its members. still: of a
    standstill, all spans of dates `[from, to)` on which nothing of the joint case could run; `to` None while it lasts.
    """

    seq: int
    clock: str | None
    kind: str
    occurred_at: datetime
    recorded_at: datetime
    actor: str
    suspension_id: int | None = None
    ground: str | None = None
    article: str | None = None
    document_id: int | None = None
    limit_amount: int | None = None
    limit_unit: str | None = None
    policy: str | None = None
    hours: str | None = None
    calendar_id: str | None = None
    document_no: str | None = None
    expected_days: int | None = None
    days: int | None = None
    approver: str | None = None
    reason: str | None = None
    class_code: str | None = None
    old_class_code: str | None = None
    act: str | None = None
    hold_id: int | None = None
    second_person: str | None = None
    until: datetime | None = None
    not_before: date | None = None
    corrects: int | None = None
    scope: str | None = None
    closed_from: datetime | None = None
    closed_to: datetime | None = None
    path: str | None = None
    still: tuple[tuple[date, date | None], ...] | None = None

    def with_document(self, document_no: str) -> "ClockEntry":
        """Return the entry with the number of its written notice."""
        return replace(self, document_no=document_no)

    def to_facts(self) -> dict[str, object]:
        """Return the fields that have no column, as JSON holds them; absent ones are left out."""
        facts: dict[str, object] = {}
        for name in WITHOUT_COLUMN:
            value = getattr(self, name)
            if value is not None:
                facts[name] = value.isoformat() if isinstance(value, date) else value
        if self.still is not None:
            facts["still"] = [[day.isoformat() if day else None for day in span] for span in self.still]
        return facts

    @staticmethod
    def from_facts(facts: Mapping[str, Any], **columns: Any) -> "ClockEntry":
        """Return the entry of `to_facts` and the columns of its row. Unknown facts raise TypeError."""
        values = dict(facts)
        for name in INSTANTS:
            if name in values:
                values[name] = datetime.fromisoformat(values[name])
        for name in DATES:
            if name in values:
                values[name] = date.fromisoformat(values[name])
        if "still" in values:
            values["still"] = tuple(
                (date.fromisoformat(first), end and date.fromisoformat(end)) for first, end in values["still"]
            )
        return ClockEntry(**columns, **values)

    def to_row(self, case_id: int) -> LedgerRow:
        """Return the entry as a row; fields without a column are canonical JSON."""
        return LedgerRow(
            case_id=case_id,
            facts=orjson.dumps(self.to_facts(), option=orjson.OPT_SORT_KEYS).decode(),
            **{name: getattr(self, name) for name in WITH_COLUMN},
        )

    @staticmethod
    def from_row(row: LedgerRow) -> "ClockEntry":
        """Return the entry a row holds."""
        columns = {name: getattr(row, name) for name in WITH_COLUMN}
        return ClockEntry.from_facts(orjson.loads(row.facts), **columns)


WITH_COLUMN = tuple(item.name for item in fields(LedgerRow) if item.name not in ("case_id", "facts"))
WITHOUT_COLUMN = tuple(item.name for item in fields(ClockEntry) if item.name not in WITH_COLUMN)
OVERRIDES = ("ground", "article", "document_id", *WITHOUT_COLUMN)


def concerns(entry: ClockEntry, clock: str) -> bool:
    """Say whether an entry touches a clock; a new calendar without a clock of its own touches every one of the case."""
    if entry.clock is None:
        return clock in COMMON_CLOCKS or entry.kind == LedgerKind.CALENDAR
    return entry.clock == clock


def corrected(entries: Iterable[ClockEntry]) -> list[ClockEntry]:
    """Return the entries as they count: each correction in place of the entry it names, the last one winning.

    What the correction leaves empty is taken from the entry it replaces. Both stay in the ledger.
    """
    known = list(entries)
    if not any(entry.kind == LedgerKind.CORRECT for entry in known):
        return known
    effective: dict[int, ClockEntry] = {}
    root: dict[int, int] = {}
    for entry in sorted(known, key=lambda item: item.seq):
        if entry.kind != LedgerKind.CORRECT:
            effective[entry.seq], root[entry.seq] = entry, entry.seq
            continue
        target = root.get(entry.corrects or 0)
        if target is None:
            continue
        root[entry.seq] = target
        said = {name: getattr(entry, name) for name in OVERRIDES if name not in ("corrects", "reason", "second_person")}
        changes = {name: value for name, value in said.items() if value is not None}
        effective[target] = replace(effective[target], occurred_at=entry.occurred_at, **changes)
    return list(effective.values())
