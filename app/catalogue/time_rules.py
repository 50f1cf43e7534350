"""Read the rules of time limits from `rules/`: counting, cards, grounds, fixed limits, approval by default."""

import tomllib
from collections.abc import Mapping
from datetime import date, time
from pathlib import Path
from typing import Any

from app.domain.cards import CardRuleSet
from app.domain.counting import NEXT_WORKDAY, TOUCHED_DAYS, CountingRules
from app.domain.errors import InvalidInput
from app.domain.limit import parse_limit
from app.domain.matter import ExtensionRule
from app.domain.office_hours import parse_hours
from app.domain.time_rules import DeemedRules, DeemedSwitch, RestartGround, SuspensionGround, TimeRules
from app.domain.vocabulary import ClockName, Role

__all__ = ["TimeRules", "read_time_rules"]

CARD_KEYS = {field for field in CardRuleSet.__dataclass_fields__ if field != "code"}


def read_time_rules(rules_dir: Path) -> TimeRules:
    """Return the rules of `time_limits.toml`, `cards/*.toml`, the grounds of suspensions and restarts, `deemed_approval.toml`.

    Raises InvalidInput `rules_malformed` with one item per fault: file, key and what is wrong with it.
    """
    reader = _Reader(rules_dir)
    general = reader.file("time_limits.toml")
    grounds = reader.file("suspension_grounds.toml")
    deemed = reader.file("deemed_approval.toml")
    sets = {path.stem: reader.card_rules(path) for path in sorted((rules_dir / "cards").glob("*.toml"))}
    limits = {name: str(text) for name, text in general.table("limits").items()}
    for name, text in limits.items():
        general.check(f"limits.{name}", _is_limit(text))
    default_set = general.text("cards.rule_set", "ENSHI_50_90")
    general.check("cards.rule_set", default_set in sets)
    hours = general.text("office_hours.default", "09:00-12:00,13:30-17:30")
    general.check("office_hours.default", _are_hours(hours))
    for key in ("service.fallback_after", "migration.step_floor"):
        general.check(key, _is_limit(general.text(key, "1WD")))
    counting, rules, digests = _counting(general), _deemed(deemed), _times(general, "notices.digest_at", "09:00,14:00")
    found = tuple(grounds.rows("ground", ("code", "article")))
    afresh = tuple(reader.file("restart_grounds.toml").rows("ground", ("code", "article")))
    extension = _joint_extension(general)
    reader.raise_faults()
    return TimeRules(
        counting=counting,
        office_hours=parse_hours(hours),
        rule_sets=sets,
        default_rule_set=default_set,
        grounds={item["code"]: _ground(item) for item in found},
        restart_grounds={item["code"]: _restart_ground(item) for item in afresh},
        refused_grounds=frozenset(grounds.content.get("refused", ())),
        limits=limits,
        articles={name: str(text) for name, text in general.table("articles").items()},
        deemed=rules,
        is_promise_extendable=general.flag("promised.extendable", default=False),
        provisional_edge_days=general.number("calendar.provisional_edge_days", 7),
        closure_late_working_days=general.number("closure.late_days", 3),
        service_fallback_after=general.text("service.fallback_after", "2WD"),
        step_floor=general.text("migration.step_floor", "1WD"),
        joint_extension=extension,
        notices_immediate_until=general.text("notices.immediate_until", "21:00"),
        notices_digest_above=general.number("notices.digest_above", 5),
        notices_digest_at=digests,
    )


class _RuleFile:
    """One rule file and the faults found in it. Keys are dotted."""

    def __init__(self, name: str, content: dict[str, Any], faults: list[Mapping[str, object]]) -> None:
        self.name, self.content, self._faults = name, content, faults

    def check(self, key: str, holds: object) -> None:
        """Note a fault of `key` unless it holds."""
        if not holds:
            pointer = f"/{self.name}/{key.replace('.', '/')}"
            self._faults.append({"code": "rules_malformed", "pointer": pointer, "file": self.name, "key": key})

    def table(self, key: str) -> dict[str, Any]:
        """Return a table, empty when there is none."""
        found = self.content.get(key, {})
        self.check(key, isinstance(found, dict))
        return found if isinstance(found, dict) else {}

    def rows(self, key: str, required: tuple[str, ...]) -> list[dict[str, Any]]:
        """Return the rows of an array of tables that have what is required."""
        rows = []
        for index, item in enumerate(self.content.get(key, [])):
            is_complete = all(name in item for name in required)
            self.check(f"{key}.{index}", is_complete)
            if is_complete:
                rows.append(item)
        return rows

    def text(self, key: str, default: str) -> str:
        """Return a text."""
        return str(self._value(key, str, default))

    def number(self, key: str, default: int) -> int:
        """Return a whole number, not negative."""
        found = self._value(key, int, default)
        self.check(key, found >= 0)
        return int(found)

    def flag(self, key: str, *, default: bool) -> bool:
        """Return yes or no."""
        return bool(self._value(key, bool, default))

    def one_of(self, key: str, allowed: tuple[str, ...]) -> str:
        """Return one of the allowed words, the first when none is given."""
        found = self.text(key, allowed[0])
        self.check(key, found in allowed)
        return found

    def _value(self, key: str, kind: type, default: Any) -> Any:
        section, _, name = key.rpartition(".")
        values = self.table(section) if section else self.content
        found = values.get(name, default)
        self.check(key, type(found) is kind)
        return found if type(found) is kind else default


class _Reader:
    """Reads the files and gathers the faults of all of them."""

    def __init__(self, rules_dir: Path) -> None:
        self._dir = rules_dir
        self._faults: list[Mapping[str, object]] = []

    def file(self, name: str) -> _RuleFile:
        """Read one file; one that is missing or no TOML is a fault and reads as empty."""
        try:
            content = tomllib.loads((self._dir / name).read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as unreadable:
            content = {}
            self._faults.append(
                {"code": "rules_malformed", "pointer": f"/{name}", "file": name, "key": "", "why": str(unreadable)}
            )
        return _RuleFile(name, content, self._faults)

    def card_rules(self, path: Path) -> CardRuleSet:
        """Read a rule set; its code is the name of the file."""
        file = self.file(f"cards/{path.name}")
        for key, value in file.content.items():
            file.check(key, key in CARD_KEYS and isinstance(value, int))
        known = {key: value for key, value in file.content.items() if key in CARD_KEYS}
        return CardRuleSet(code=path.stem, **known)

    def raise_faults(self) -> None:
        """Raise the faults of every file together."""
        if self._faults:
            raise InvalidInput("rules_malformed", items=tuple(self._faults), count=len(self._faults))


def _times(file: _RuleFile, key: str, default: str) -> tuple[time, ...]:
    """Return times of the day from a text such as `09:00,14:00`, in order."""
    found: list[time] = []
    for text in file.text(key, default).split(","):
        try:
            found.append(time.fromisoformat(text.strip()))
        except ValueError:
            file.check(key, False)
    return tuple(sorted(found))


def _counting(general: _RuleFile) -> CountingRules:
    general.check("counting.first_day", general.text("counting.first_day", "excluded") == "excluded")
    return CountingRules(
        start_policy=general.one_of("counting.start_policy", ("actual", NEXT_WORKDAY)),
        suspension=general.one_of("counting.suspension", ("close", TOUCHED_DAYS)),
        is_rolled=general.flag("counting.roll", default=True),
        backdate_days=general.number("ledger.backdate_days", 3),
    )


def _deemed(file: _RuleFile) -> DeemedRules:
    switches = []
    for index, item in enumerate(file.rows("switch", ("region", "since", "document"))):
        is_dated = isinstance(item["since"], date)
        file.check(f"switch.{index}.since", is_dated)
        if is_dated:
            switches.append(
                DeemedSwitch(
                    region=str(item["region"]),
                    since=item["since"],
                    document=str(item["document"]),
                    is_demo=bool(item.get("demo", False)),
                )
            )
    until = file.content.get("hold_request_until", time(12, 0))
    file.check("hold_request_until", isinstance(until, time))
    return DeemedRules(
        switches=tuple(switches),
        settle_seconds=file.number("settle_seconds", 120),
        whitelist=frozenset(file.content.get("whitelist", ())),
        exclusions=frozenset(file.content.get("exclusions", ())),
        hold_max_working_days=file.number("hold_max_working_days", 3),
        hold_request_until_s=until.hour * 3600 + until.minute * 60 if isinstance(until, time) else 0,
        outage_minutes=file.number("outage_minutes", 30),
    )


def _joint_extension(general: _RuleFile) -> ExtensionRule | None:
    """Return who may extend the limit of a bundle of licences, how often and how long; None where the file has no rule."""
    row = general.table("joint_extension")
    if not row:
        return None
    role = general.text("joint_extension.approver_role", "")
    general.check("joint_extension.approver_role", role in frozenset(Role))
    return ExtensionRule(
        count=general.number("joint_extension.count", 0),
        days=general.number("joint_extension.days", 0),
        approver_role=role,
        article=general.text("joint_extension.article", ""),
        ground=general.text("joint_extension.ground", ""),
        touches=(ClockName.BUNDLE_STATUTORY.value,),
    )


def _ground(item: Mapping[str, Any]) -> SuspensionGround:
    return SuspensionGround(
        code=item["code"],
        article=item["article"],
        item_types=frozenset(item.get("item_types", ())),
        max_days=item.get("max_days"),
        needs_result=bool(item.get("needs_result", False)),
    )


def _restart_ground(item: Mapping[str, Any]) -> RestartGround:
    return RestartGround(code=item["code"], article=item["article"], item_types=frozenset(item.get("item_types", ())))


def _is_limit(text: str) -> bool:
    try:
        parse_limit(text)
    except InvalidInput:
        return False
    return True


def _are_hours(text: str) -> bool:
    try:
        parse_hours(text)
    except InvalidInput:
        return False
    return True
