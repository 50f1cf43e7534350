"""The published rules of time limits as values; `app/catalogue/time_rules.py` reads them from `rules/`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time

from app.domain.calendar import OfficeHours, to_local
from app.domain.cards import CardRuleSet
from app.domain.counting import CountingRules
from app.domain.matter import ExtensionRule

__all__ = ["CardRuleSet", "DeemedRules", "DeemedSwitch", "RestartGround", "SuspensionGround", "TimeRules"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SuspensionGround:
    """A lawful ground to stop a clock (中止事由).

    article: the law. item_types: what it is allowed for, empty = all. max_days: calendar days it may take in one case,
    None = no bound. needs_result: it ends only with a result document.
    """

    code: str
    article: str
    item_types: frozenset[str] = frozenset()
    max_days: int | None = None
    needs_result: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RestartGround:
    """A reason for which a limit counts afresh (重新起算事由). item_types: what it is allowed for, empty = all."""

    code: str
    article: str
    item_types: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class DeemedSwitch:
    """Where and since when approval by default is on, and by which document. region: prefix of region codes."""

    region: str
    since: date
    document: str
    is_demo: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DeemedRules:
    """Approval by default (超时默认): off unless a region is switched on.

    whitelist: codes of matters. exclusions: codes of `deemed_exclusion`. settle_seconds: how long after the due instant
    a decision that came in time may still obtain its lock. hold_max_working_days, hold_request_until_s (second of the
    next working day), outage_minutes (office minutes): time-limits.md section 8.
    """

    switches: tuple[DeemedSwitch, ...] = ()
    settle_seconds: int = 120
    whitelist: frozenset[str] = frozenset()
    exclusions: frozenset[str] = frozenset()
    hold_max_working_days: int = 3
    hold_request_until_s: int = 12 * 3600
    outage_minutes: int = 30

    def is_on(self, region_code: str, due_at: datetime | None) -> bool:
        """Say whether the switch is on for a region on the due date."""
        if due_at is None:
            return False
        day = to_local(due_at).date()
        return any(region_code.startswith(switch.region) and day >= switch.since for switch in self.switches)

    def document_of(self, region_code: str) -> str:
        """Return the document that allows it in a region; empty where it is not switched on."""
        return next((item.document for item in self.switches if region_code.startswith(item.region)), "")

    def is_switched(self, region_code: str) -> bool:
        """Say whether a region is switched on at all, from whatever date."""
        return any(region_code.startswith(switch.region) for switch in self.switches)


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeRules:
    """Everything the clocks of an installation follow.

    rule_sets: card rules by code. grounds, restart_grounds: by code. refused_grounds: asked for but not lawful.
    articles: the law behind `suspension` and `extension` where a matter names none.
    limits: limit expression of each clock the law or this installation fixes. is_promise_extendable: whether the
    promised clock may be extended alone. closure_late_working_days: how late a closure may be declared.
    joint_extension: of the limit of the law of licences handled together (行政许可法 art. 42(2)), None = none.
    """

    counting: CountingRules
    office_hours: OfficeHours
    rule_sets: Mapping[str, CardRuleSet]
    default_rule_set: str
    grounds: Mapping[str, SuspensionGround]
    restart_grounds: Mapping[str, RestartGround]
    refused_grounds: frozenset[str]
    limits: Mapping[str, str]
    articles: Mapping[str, str] = field(default_factory=dict)
    deemed: DeemedRules = field(default_factory=DeemedRules)
    is_promise_extendable: bool = False
    provisional_edge_days: int = 7
    closure_late_working_days: int = 3
    service_fallback_after: str = "2WD"
    step_floor: str = "1WD"
    joint_extension: ExtensionRule | None = None
    notices_immediate_until: str = "21:00"
    notices_digest_above: int = 5
    notices_digest_at: tuple[time, ...] = (time(9), time(14))

    def rule_set(self, code: str | None) -> CardRuleSet:
        """Return a rule set by its code, the installation's own when none is named. Raises KeyError."""
        return self.rule_sets[code or self.default_rule_set]

    def limit_text(self, clock: str) -> str:
        """Return the limit of a clock that the law or this installation fixes; empty when there is none."""
        return self.limits.get(clock, "")
