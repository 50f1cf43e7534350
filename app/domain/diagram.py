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
class Calls:
    """What a diagram calls besides processes of its own file, and what matters to those who call it.

    called: what its call activities name, `process:<name>` or `matter:<code>` -> how many processes deep the deepest
    of these calls stands. depth: how deep its processes lie in each other, the outermost one not counted. decides:
    whether it has a deciding element. steps: ids as drawn. has_errors: it could not be deployed itself.
    """

    called: Mapping[str, int] = field(default_factory=dict)
    depth: int = 0
    decides: bool = False
    steps: frozenset[str] = frozenset()
    has_errors: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """Names a diagram may refer to.

    forms: form key -> names of its fields. topics: code -> names of what it hands out. signals: those carried to other
    cases. promises: of the matters that use the diagram that is checked; empty where nobody says which diagram it is.
    calls: key of a definition -> what its diagram calls. matter_keys: code of a matter -> key of its definition. own_key:
    of the diagram that is checked, empty where it has none.
    """

    roles: frozenset[str] = frozenset()
    forms: Mapping[str, frozenset[str]] = field(default_factory=dict)
    operations: frozenset[str] = frozenset()
    matters: frozenset[str] = frozenset()
    clocks: frozenset[str] = frozenset()
    decisions: frozenset[str] = frozenset()
    departments: frozenset[str] = frozenset()
    promises: tuple[Promise, ...] = ()
    topics: Mapping[str, frozenset[str]] = field(default_factory=dict)
    signals: frozenset[str] = frozenset()
    calls: Mapping[str, Calls] = field(default_factory=dict)
    matter_keys: Mapping[str, str] = field(default_factory=dict)
    own_key: str = ""
