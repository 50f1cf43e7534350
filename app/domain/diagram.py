"""Values that travel between the diagram rooms: findings, the executable form, and what is published."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from app.domain.limit import TimeLimit


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A fault or remark about one place in a file.

    severity: error, warning or note. code: kebab-case name of the check; the sentences stand under
    `checks.<code>.message` and `checks.<code>.remedy` in `rules/messages/` and take `facts`.
    line: 1-based, 0 when the file has none. element: BPMN id of what the author drew, empty for the file.
    """

    severity: str
    code: str
    file: str
    line: int = 0
    element: str = ""
    name: str = ""
    facts: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Normalised:
    """The executable form of a drawn diagram.

    xml: canonical UTF-8 bytes. processes: ids that can be started, first the main one. starts: process id -> start
    event ids. origin: id of an added node -> id on the author's diagram. choices: draft only, gateway id -> flows
    without a usable condition.
    """

    xml: bytes
    processes: tuple[str, ...]
    name: str = ""
    starts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    origin: Mapping[str, str] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
    choices: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def is_deployable(self) -> bool:
        """A diagram with an error may be opened and simulated, never deployed."""
        return not any(finding.severity == "error" for finding in self.findings)


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """The promised limit (承诺时限) of a matter or theme a diagram is for. name: of the matter, for people."""

    name: str
    limit: TimeLimit


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """Names a diagram may refer to.

    forms: form key -> names of its fields. topics: code -> names of what it hands out. promises: of the matters that
    use the diagram that is checked; empty where nobody says which diagram it is.
    """

    roles: frozenset[str] = frozenset()
    forms: Mapping[str, frozenset[str]] = field(default_factory=dict)
    operations: frozenset[str] = frozenset()
    matters: frozenset[str] = frozenset()
    clocks: frozenset[str] = frozenset()
    decisions: frozenset[str] = frozenset()
    departments: frozenset[str] = frozenset()
    processes: frozenset[str] = frozenset()
    promises: tuple[Promise, ...] = ()
    topics: Mapping[str, frozenset[str]] = field(default_factory=dict)
