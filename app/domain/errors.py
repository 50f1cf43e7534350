"""The one tree of errors. HTTP statuses are given in `web/errors.py` alone."""

from collections.abc import Mapping


class CaseworkError(Exception):
    """The act was not done.

    code: stable, lower snake case; the Chinese and English sentences and the remedy stand under `errors.<code>` in
    `rules/messages/`. facts: values for the sentences. items: single faults, each with at least `code` and, for a form
    or a body, `pointer` (RFC 6901).
    """

    default_code = "failed"

    def __init__(
        self, code: str | None = None, *, items: tuple[Mapping[str, object], ...] = (), **facts: object
    ) -> None:
        self.code = code or self.default_code
        self.facts = facts
        self.items = items
        super().__init__(f"{self.code} {facts}" if facts else self.code)


class NotFound(CaseworkError):
    """It does not exist, or the caller may not see it."""

    default_code = "not_found"


class Forbidden(CaseworkError):
    """The caller sees it but may not do this with it."""

    default_code = "not_permitted"


class Conflict(CaseworkError):
    """The state changed meanwhile, or the act does not fit the state."""

    default_code = "conflict"


class Stale(Conflict):
    """The caller acts on an older version than the stored one."""

    default_code = "stale"


class Busy(Conflict):
    """The lock was not had in time; trying again helps."""

    default_code = "case_busy"


class InvalidInput(CaseworkError):
    """What was sent is not acceptable; every fault is in `items`."""

    default_code = "invalid"


class RuleViolation(CaseworkError):
    """A rule of the law or of the matter forbids it. facts name the article and the due instant where there is one."""

    default_code = "rule_violation"


class DiagramRefused(CaseworkError):
    """The document cannot be opened or deployed; items are findings."""

    default_code = "definition_refused"


class TemporaryFailure(CaseworkError):
    """Something outside failed; the caller may try again. `permanent` tells a channel to stop trying."""

    default_code = "temporary_failure"

    def __init__(self, code: str | None = None, *, permanent: bool = False, **facts: object) -> None:
        self.permanent = permanent
        super().__init__(code, items=(), **facts)
