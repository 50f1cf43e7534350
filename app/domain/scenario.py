"""A scenario (场景): a case played on a virtual clock, and what must be true on the way. Read from `scenarios/*.toml`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """What must be true at a moment; None or empty = not looked at. Instants are aware.

    due: clock -> due instant, or None for a clock that stands still or never ran. open: elements of the diagram whose
    tasks are open, all of them. cards: (clock, colour) of every card so far. members: element of the theme's diagram ->
    state of its case. documents: kinds of the papers issued so far, in their order. history: kinds of audit entries
    that come in this order, others may stand between. waits: names of the messages and signals waited for, all of them.
    """

    state: str | None = None
    decision: str | None = None
    effective_at: datetime | None = None
    due: Mapping[str, datetime | None] = field(default_factory=dict)
    open: frozenset[str] | None = None
    cards: frozenset[tuple[str, str]] | None = None
    members: Mapping[str, str] = field(default_factory=dict)
    documents: tuple[str, ...] | None = None
    history: tuple[str, ...] = ()
    waits: frozenset[str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One act of a person at an instant (None: without delay). act: `task`, `suspend`, ...; empty: time passes only.

    member: element of the theme's diagram whose case is meant. facts: what the act needs. refused: the code the act
    must be refused with. then: what must be true afterwards. Lines are 1-based, 0 where they are not known.
    """

    act: str
    by: str = ""
    at: datetime | None = None
    member: str = ""
    facts: Mapping[str, object] = field(default_factory=dict)
    refused: str = ""
    then: Expectation = field(default_factory=Expectation)
    line: int = 0
    then_line: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """One file. matter or theme: what is applied for. titles: language -> title. certificate: in the register before."""

    file: str
    titles: Mapping[str, str]
    at: datetime
    by: str
    region_code: str
    intake_mode: str
    matter: str = ""
    theme: str = ""
    applicant: Mapping[str, object] = field(default_factory=dict)
    form: Mapping[str, object] = field(default_factory=dict)
    guidance: Mapping[str, object] = field(default_factory=dict)
    certificate: Mapping[str, object] = field(default_factory=dict)
    steps: tuple[Step, ...] = ()
    then: Expectation = field(default_factory=Expectation)
    then_line: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """What was expected and what was found. place: `when 3` or `then`; what: the field of the expectation."""

    file: str
    line: int
    place: str
    what: str
    expected: str
    found: str

    @property
    def facts(self) -> Mapping[str, str]:
        """What its sentence takes; the file with its line where that is known."""
        file = f"{self.file}:{self.line}" if self.line else self.file
        return {"file": file, "place": self.place, "what": self.what, "expected": self.expected, "found": self.found}
