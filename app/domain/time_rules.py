"""The published rules of time limits as values; `app/catalogue/time_rules.py` reads them from `rules/`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from app.domain.calendar import OfficeHours, to_local
from app.domain.counting import CountingRules


@dataclass(frozen=True, slots=True, kw_only=True)
class CardRuleSet:
    """When a running limit turns yellow and red (红黄牌规则): by share of time used, or by working days left."""

    code: str
    yellow_percent: int | None = None
    red_percent: int | None = None
    yellow_working_days: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SuspensionGround:
    """A lawful ground to stop a clock (中止事由). item_types: what it is allowed for, empty = all."""

    code: str
    article: str
    item_types: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class DeemedSwitch:
    """Where and since when approval by default is on, and the document that allows it."""

    region: str
    since: date
    document: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeemedRules:
    """Approval by default (超时默认): off unless a region is switched on."""

    switches: tuple[DeemedSwitch, ...] = ()
    settle_seconds: int = 120
    exclusions: frozenset[str] = frozenset()

    def is_on(self, region_code: str, due_at: datetime | None) -> bool:
        """Say whether the switch is on for a region on the due date."""
        if due_at is None:
            return False
        day = to_local(due_at).date()
        return any(region_code.startswith(switch.region) and day >= switch.since for switch in self.switches)


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeRules:
    """Everything the clocks of an installation follow."""

    counting: CountingRules
    office_hours: OfficeHours
    rule_sets: Mapping[str, CardRuleSet]
    default_rule_set: str
    grounds: Mapping[str, SuspensionGround]
    refused_grounds: frozenset[str]
    limits: Mapping[str, str]
    deemed: DeemedRules = field(default_factory=DeemedRules)
    notices_immediate_until: str = "21:00"

    def rule_set(self, code: str | None) -> CardRuleSet:
        """Return a rule set by its code; the installation's own when none is named."""
        return self.rule_sets[code or self.default_rule_set]

    def limit_text(self, clock: str) -> str:
        """Return the limit of a clock that the law or this installation fixes; empty when there is none."""
        return self.limits.get(clock, "")
