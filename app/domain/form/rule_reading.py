"""Read what an answer has to fulfil (`validate` and the number format of a component)."""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation

from app.domain.form.faults import Faults
from app.domain.form.patterns import PATTERNS
from app.domain.form.schema import FieldKind, FieldRules

MAX_LENGTH = 20_000
_TEXT_RULES = frozenset({"required", "minLength", "maxLength", "pattern", "validationType"})
_RULES: Mapping[FieldKind, frozenset[str]] = {
    FieldKind.TEXTFIELD: _TEXT_RULES,
    FieldKind.TEXTAREA: _TEXT_RULES,
    FieldKind.NUMBER: frozenset({"required", "min", "max"}),
}
_ONLY_REQUIRED = frozenset({"required"})
_VALIDATION_TYPES = {"email": "email", "phone": "phone", "custom": ""}


def read_rules(component: Mapping[str, object], kind: FieldKind, pointer: str, faults: Faults) -> FieldRules:
    """Return the rules of a component; faults go to `faults`. A pattern is named, never an expression."""
    rules = component.get("validate", {})
    pointer = f"{pointer}/validate"
    if not isinstance(rules, dict):
        faults.add(pointer, "form_value", attribute="validate")
        return FieldRules()
    faults.add_unknown(rules, _RULES.get(kind, _ONLY_REQUIRED), pointer)
    found = FieldRules(
        is_required=rules.get("required") is True,
        min_length=_length(rules, "minLength", pointer, faults),
        max_length=_length(rules, "maxLength", pointer, faults),
        minimum=_number(rules, "min", pointer, faults),
        maximum=_number(rules, "max", pointer, faults),
        decimal_digits=_length(component, "decimalDigits", pointer, faults),
        pattern=_pattern(rules, pointer, faults),
    )
    if _crosses(found.min_length, found.max_length) or _crosses(found.minimum, found.maximum):
        faults.add(pointer, "form_limits")
    return found


def _crosses(low: int | Decimal | None, high: int | Decimal | None) -> bool:
    return low is not None and high is not None and low > high


def _length(rules: Mapping[str, object], name: str, pointer: str, faults: Faults) -> int | None:
    number = _number(rules, name, pointer, faults)
    if number is None:
        return None
    if number != number.to_integral_value() or not 0 <= number <= MAX_LENGTH:
        faults.add(f"{pointer}/{name}", "form_value", attribute=name)
        return None
    return int(number)


def _number(rules: Mapping[str, object], name: str, pointer: str, faults: Faults) -> Decimal | None:
    written = rules.get(name)
    if written in (None, ""):
        return None
    try:
        number = Decimal(str(written))
    except InvalidOperation:
        number = Decimal("NaN")
    if isinstance(written, bool) or not number.is_finite():
        faults.add(f"{pointer}/{name}", "form_value", attribute=name)
        return None
    return number


def _pattern(rules: Mapping[str, object], pointer: str, faults: Faults) -> str:
    pattern = rules.get("pattern") or _VALIDATION_TYPES.get(str(rules.get("validationType", "custom")))
    if pattern is None or (pattern and pattern not in PATTERNS):
        faults.add(f"{pointer}/pattern", "form_pattern", pattern=str(pattern), known=", ".join(sorted(PATTERNS)))
        return ""
    return str(pattern)
