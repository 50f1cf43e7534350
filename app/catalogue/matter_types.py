"""Check that the fields of a matter have the types everything else relies on, also in a file somebody uploads."""

from collections.abc import Iterator
from datetime import date
from typing import get_type_hints

from app.catalogue.files import RuleFile, fault
from app.domain.diagram import Finding
from app.domain.matter import ExtensionRule, LimitClass, MaterialRequirement, RenewalRule

TEXTS = (
    "code",
    "name",
    "department",
    "impl_code",
    "item_type",
    "case_type",
    "pattern",
    "definition",
    "form",
    "promised_limit",
    "statutory_limit",
    "delivery_limit",
    "deemed_exclusion",
    "deemed_document",
    "deemed_acceptance_basis",
    "sod",
    "handled_by",
    "card_rule_set",
    "result_name",
    "result_validity",
    "fee",
    "limits_mark",
)
MARKS = ("is_listed", "is_demo", "is_deemed_whitelisted", "is_deemed_acceptance", "is_fee_first")
LISTS = ("regions", "suspension_grounds", "suspension_touches", "papers", "legal_basis")
ROWS = {"material": MaterialRequirement, "class": LimitClass}
TABLES = {"extension": ExtensionRule, "renewal": RenewalRule}


def check_types(file: RuleFile) -> Iterator[Finding]:
    """Yield a fault for every field that has a value of another type than it must have."""
    for name, value in file.fields.items():
        if not _is_right(name, value):
            yield fault("matter-type", file, at=f"/{name}", name=name)


def _is_right(name: str, value: object) -> bool:
    if name in TEXTS:
        return isinstance(value, str)
    if name in MARKS:
        return isinstance(value, bool)
    if name in LISTS:
        return _is_texts(value)
    if name in TABLES:
        return _is_row(value, TABLES[name])
    if name in ROWS:
        return isinstance(value, list) and all(_is_row(row, ROWS[name]) for row in value)
    return name != "effective_from" or type(value) is date


def _is_row(value: object, shape: type) -> bool:
    """Say whether a table has the types of a dataclass; names it does not know are another fault."""
    types = get_type_hints(shape)
    return isinstance(value, dict) and all(
        _is_texts(found) if types[name] == tuple[str, ...] else type(found) is types[name]
        for name, found in value.items()
        if name in types
    )


def _is_texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)
