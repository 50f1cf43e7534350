"""What queries read of the published rules."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from app.domain.calendar import ResolvedCalendar
from app.domain.counting import CountingRules
from app.domain.form import FormSchema
from app.domain.theme import ThemeVersion
from app.domain.time_rules import CardRuleSet, DeemedRules


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedView:
    """Calendars and rules of the deployment in force. department_calendars: department id -> id of its calendar."""

    calendars: Mapping[str, ResolvedCalendar]
    counting: CountingRules
    rule_sets: Mapping[str, CardRuleSet]
    default_rule_set: str
    deemed: DeemedRules
    department_calendars: Mapping[int, str]


class PublishedFormVersion(Protocol):
    """A deployed form version."""

    @property
    def key(self) -> str:
        """Key of the form."""
        ...

    @property
    def version(self) -> int:
        """Its version."""
        ...

    @property
    def schema(self) -> FormSchema:
        """Its fields."""
        ...


class PublishedForms(Protocol):
    """Whatever holds the deployed forms and themes."""

    @property
    def themes(self) -> Mapping[str, ThemeVersion]:
        """Every theme by its code."""
        ...

    def pinned_form(self, key: str | None, version: int | None) -> PublishedFormVersion | None:
        """Return the form version a task was opened with; None for a task without a form."""
        ...
