"""What queries read of the published rules."""

from collections.abc import Mapping
from dataclasses import dataclass

from app.domain.calendar import ResolvedCalendar
from app.domain.counting import CountingRules
from app.domain.time_rules import CardRuleSet


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedView:
    """Calendars and counting rules of the deployment in force."""

    calendars: Mapping[str, ResolvedCalendar]
    counting: CountingRules
    rule_set: CardRuleSet
