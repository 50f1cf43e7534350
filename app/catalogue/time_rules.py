"""Read the rules of time limits from `rules/`: counting, cards, grounds, fixed limits, approval by default."""

import tomllib
from pathlib import Path
from typing import Any

from app.domain.calendar import parse_hours
from app.domain.counting import CountingRules
from app.domain.limit import parse_limit
from app.domain.time_rules import CardRuleSet, DeemedRules, DeemedSwitch, SuspensionGround, TimeRules


def read_time_rules(rules_dir: Path) -> TimeRules:
    """Return the rules. Raises InvalidInput `limit_malformed` for a limit that cannot be read, KeyError for a missing key."""
    general = _toml(rules_dir / "time_limits.toml")
    limits = {str(name): str(text) for name, text in general["limits"].items()}
    for text in limits.values():
        parse_limit(text)
    grounds = _toml(rules_dir / "suspension_grounds.toml")
    counting = general["counting"]
    return TimeRules(
        counting=CountingRules(
            start_policy=counting["start_policy"],
            is_rolled=counting["roll"],
            backdate_days=general["ledger"]["backdate_days"],
        ),
        office_hours=parse_hours(general["office_hours"]["default"]),
        rule_sets={path.stem: _rule_set(path) for path in sorted((rules_dir / "cards").glob("*.toml"))},
        default_rule_set=general["cards"]["rule_set"],
        grounds={
            item["code"]: SuspensionGround(
                code=item["code"], article=item["article"], item_types=frozenset(item.get("item_types", ()))
            )
            for item in grounds["ground"]
        },
        refused_grounds=frozenset(grounds["refused"]),
        limits=limits,
        deemed=_deemed(_toml(rules_dir / "deemed_approval.toml")),
        notices_immediate_until=general["notices"]["immediate_until"],
    )


def _rule_set(path: Path) -> CardRuleSet:
    fields = _toml(path)
    return CardRuleSet(
        code=path.stem,
        yellow_percent=fields.get("yellow_percent"),
        red_percent=fields.get("red_percent"),
        yellow_working_days=fields.get("yellow_working_days"),
    )


def _deemed(fields: dict[str, Any]) -> DeemedRules:
    return DeemedRules(
        switches=tuple(
            DeemedSwitch(region=item["region"], since=item["since"], document=item["document"])
            for item in fields.get("switch", [])
        ),
        settle_seconds=fields["settle_seconds"],
        exclusions=frozenset(fields["exclusions"]),
    )


def _toml(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text(encoding="utf-8"))
