"""Read and check `rules/topics.toml`: the kinds of work programs outside may fetch, and what they see and return."""

from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

from app.catalogue.files import RuleFile, fault, read_toml
from app.domain.diagram import Finding
from app.domain.external_task import (
    HOST_NAMES,
    KINDS,
    LONGEST_BACK_OFF_S,
    LONGEST_LEASE_S,
    MOST_RETRIES,
    ReturnedVariable,
    Topic,
)
from app.domain.feel import is_feel_name

FILE = "topics.toml"
# Key -> (smallest, largest). What is left out is as the dataclass has it.
SPANS: Mapping[str, tuple[int, int]] = {
    "lease_s": (1, LONGEST_LEASE_S),
    "retries": (1, MOST_RETRIES),
    "backoff_s": (0, LONGEST_BACK_OFF_S),
}
KEYS = frozenset({"name_zh", "name_en", "roles", "gives", "returns", *SPANS})
KEYS_OF_VARIABLE = frozenset({"type", "required", "values"})
LONGEST_CODE = 64


def read_topics(rules_dir: Path) -> dict[str, Topic]:
    """Return the published topics by code; an installation without the file has none."""
    file = _file(rules_dir)
    return {code: _topic(code, fields) for code, fields in file.fields.items()} if file else {}


def check_topics(rules_dir: Path, roles: Collection[str]) -> Iterator[Finding]:
    """Yield what is wrong with the topics: a name, a number, a role or a type that is none."""
    file = _file(rules_dir)
    for code, fields in (file.fields if file else {}).items():
        for place, value in _faults(code, fields, roles):
            yield fault("topic-malformed", FILE, topic=code, place=place, value=str(value))


def _file(rules_dir: Path) -> RuleFile | None:
    path = rules_dir / FILE
    return read_toml(rules_dir, path) if path.exists() else None


def _topic(code: str, fields: Mapping[str, Any]) -> Topic:
    returns = {
        name: ReturnedVariable(
            name=name,
            kind=item["type"],
            is_required=item.get("required", False),
            values=tuple(item.get("values", ())),
        )
        for name, item in fields.get("returns", {}).items()
    }
    return Topic(
        code=code,
        name_zh=fields["name_zh"],
        name_en=fields["name_en"],
        gives=tuple(fields.get("gives", ())),
        returns=returns,
        roles=tuple(fields["roles"]),
        **{key: fields[key] for key in SPANS if key in fields},
    )


def _faults(code: str, fields: object, roles: Collection[str]) -> Iterator[tuple[str, object]]:
    if not isinstance(fields, dict) or len(code) > LONGEST_CODE:
        yield "", code
        return
    yield from ((key, "") for key in fields if key not in KEYS)
    yield from ((key, fields.get(key, "")) for key in ("name_zh", "name_en") if not _is_text(fields.get(key)))
    given = fields.get("roles")
    if not isinstance(given, list) or not given:
        yield "roles", given or ""
    else:
        yield from (("roles", role) for role in given if role not in roles)
    for key, (least, most) in SPANS.items():
        value = fields.get(key, least)
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            yield key, value
    yield from _faults_of_names(fields.get("gives", []))
    yield from _faults_of_returns(fields.get("returns", {}))


def _faults_of_names(gives: object) -> Iterator[tuple[str, object]]:
    if not isinstance(gives, list):
        yield "gives", gives
        return
    yield from (("gives", name) for name in gives if not _is_text(name) or not is_feel_name(name))


def _faults_of_returns(returns: object) -> Iterator[tuple[str, object]]:
    if not isinstance(returns, dict):
        yield "returns", returns
        return
    for name, item in returns.items():
        if not is_feel_name(name) or name in HOST_NAMES:
            yield "returns", name
        elif not isinstance(item, dict) or not _is_variable(item):
            yield f"returns.{name}", item


def _is_variable(item: Mapping[str, object]) -> bool:
    values, is_required = item.get("values", []), item.get("required", False)
    if item.get("type") not in KINDS or not KEYS_OF_VARIABLE.issuperset(item) or not isinstance(is_required, bool):
        return False
    return isinstance(values, list) and all(map(_is_text, values)) and (not values or item["type"] == "text")


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())
