"""An implementation list as the text that is stored and hashed."""

import hashlib
from dataclasses import asdict
from datetime import date
from functools import lru_cache
from typing import Any

import orjson

from app.domain.matter import (
    DECISION_CLOCKS,
    IN_USE,
    PAPERS,
    ExtensionRule,
    LimitClass,
    MaterialRequirement,
    OfferingVersion,
    RenewalRule,
)

IDENTITY = ("offering_id", "version")
KEPT = 4_000


def write_offering(offering: OfferingVersion) -> str:
    """Return the stored text: canonical JSON of everything but the identity, so that equal content has one hash.

    The state of a list in use is left out: texts from before there were others keep their hash.
    """
    values = {name: value for name, value in asdict(offering).items() if name not in IDENTITY}
    if offering.item_state == IN_USE:
        del values["item_state"]
    return orjson.dumps(values, option=orjson.OPT_SORT_KEYS).decode()


def hash_text(text: str) -> str:
    """Return the sha256 of a stored text as hex."""
    return hashlib.sha256(text.encode()).hexdigest()


@lru_cache(maxsize=KEPT)
def read_offering(offering_id: int, version: int, text: str) -> OfferingVersion:
    """Return the implementation list of a stored text. Immutable, so it is read once a process."""
    values: dict[str, Any] = orjson.loads(text)
    for name in ("suspension_grounds", "legal_basis"):
        values[name] = tuple(values.get(name, ()))
    values["papers"] = tuple(values.get("papers", PAPERS))
    values["suspension_touches"] = tuple(values.get("suspension_touches", DECISION_CLOCKS))
    values["classes"] = tuple(LimitClass(**item) for item in values.get("classes", ()))
    values["materials"] = tuple(_material(item) for item in values.get("materials", ()))
    if values.get("extension"):
        values["extension"] = _extension(values["extension"])
    if values.get("renewal"):
        values["renewal"] = RenewalRule(
            **{**values["renewal"], "also_renews": tuple(values["renewal"].get("also_renews", ()))}
        )
    if values.get("effective_from"):
        values["effective_from"] = date.fromisoformat(values["effective_from"])
    return OfferingVersion(offering_id=offering_id, version=version, **values)


def _extension(values: dict[str, Any]) -> ExtensionRule:
    return ExtensionRule(**{**values, "touches": tuple(values.get("touches", DECISION_CLOCKS))})


def _material(values: dict[str, Any]) -> MaterialRequirement:
    lists = {name: tuple(values.get(name, ())) for name in ("formats", "satisfied_by")}
    return MaterialRequirement(**{**values, **lists})
