"""Check answers against a form. No answer bypasses this; every fault is told at once."""

from collections.abc import Callable, Mapping
from decimal import Decimal

from app.domain.errors import InvalidInput
from app.domain.feel import Run
from app.domain.form.faults import Faults, escaped
from app.domain.form.patterns import PATTERNS
from app.domain.form.schema import FieldKind, FormField, FormSchema, shown_at_level

# Answers by field name: texts, numbers, booleans, lists of texts, and for groups and lists mappings of the same kind.
Answers = Mapping[str, object]

MAX_TEXT = {FieldKind.TEXTFIELD: 1000, FieldKind.TEXTAREA: 20_000}
MAX_ROWS = 200
MAX_FILES = 50
MAX_REFERENCE = 64
MAX_DIGITS = 20


def check_answers(
    schema: FormSchema, answers: Answers, *, given: Mapping[str, object] | None = None, pointer: str = ""
) -> Answers:
    """Return the answers as they are kept: no empty ones, texts without blanks around them.

    given: further names the conditions may read, such as the outcome of the task. pointer: where the answers stand in
    the body, such as `/form`, put before every pointer.
    Raises InvalidInput `invalid` with one item per fault: pointer (RFC 6901), code, field (its label), facts.
    Rules: unknown names are refused; a hidden field must be empty; required fields only where shown.
    """
    check = _Check(dict(given or {}))
    kept = check.level(schema.components, answers, {}, pointer)
    if check.faults.items:
        raise InvalidInput("invalid", items=tuple(check.faults.items), count=len(check.faults.items))
    return kept


def is_hidden(field: FormField, scope: Mapping[str, object]) -> bool:
    """Say whether a field is hidden; only a condition that is true hides."""
    return field.hide is not None and field.hide(scope) is True


class _Check:
    def __init__(self, given: dict[str, object]) -> None:
        self.faults = Faults()
        self._given = given
        self._run = Run()

    def level(
        self,
        components: tuple[FormField, ...],
        found: object,
        outer: Mapping[str, object],
        pointer: str,
        label: str = "",
    ) -> dict[str, object]:
        if not isinstance(found, Mapping):
            self.faults.add(pointer, "answer_type", field=label)
            return {}
        known = {field.key for field in shown_at_level(components)}
        for name in found:
            if name not in known:
                self.faults.add(f"{pointer}/{escaped(str(name))}", "answer_unknown", field=str(name))
        scope = {**outer, **found, **self._given}
        kept: dict[str, object] = {}
        self._fields(components, found, scope, pointer, kept)
        return kept

    def _fields(
        self,
        components: tuple[FormField, ...],
        found: Mapping[str, object],
        scope: Mapping[str, object],
        pointer: str,
        kept: dict[str, object],
    ) -> None:
        for field in components:
            if field.hide is not None and field.hide(scope, self._run) is True:
                self._must_be_empty((field,), found, pointer)
            elif field.kind is FieldKind.GROUP and not field.key:
                self._fields(field.components, found, scope, pointer, kept)
            elif field.kind is not FieldKind.TEXT:
                value = self._answer(field, found.get(field.key), scope, f"{pointer}/{field.key}")
                if not _is_empty(value):
                    kept[field.key] = value

    def _must_be_empty(self, components: tuple[FormField, ...], found: Mapping[str, object], pointer: str) -> None:
        for field in shown_at_level(components):
            value = found.get(field.key)
            if not _is_blank(value):
                self.faults.add(f"{pointer}/{field.key}", "answer_hidden", field=field.label or field.key)

    def _answer(self, field: FormField, value: object, scope: Mapping[str, object], pointer: str) -> object:
        label = field.label or field.key
        if field.kind is FieldKind.GROUP:
            return self.level(field.components, {} if value is None else value, scope, pointer, label=label)
        if isinstance(value, str):
            value = value.strip()
        if _is_empty(value) or (field.kind is FieldKind.CHECKBOX and value is False and field.rules.is_required):
            if field.rules.is_required:
                self.faults.add(pointer, "answer_required", field=label)
            return None
        if field.kind is FieldKind.DYNAMICLIST:
            return self._rows(field, value, scope, pointer)
        code, facts = _FAULTS[field.kind](field, value)
        if code:
            self.faults.add(pointer, code, field=label, **facts)
            return None
        return value

    def _rows(self, field: FormField, value: object, scope: Mapping[str, object], pointer: str) -> object:
        label = field.label or field.key
        if not isinstance(value, list):
            self.faults.add(pointer, "answer_type", field=label)
            return None
        if len(value) > MAX_ROWS:
            self.faults.add(pointer, "answer_too_many", field=label, most=MAX_ROWS)
            return None
        return [
            self.level(field.components, row, scope, f"{pointer}/{place}", label) for place, row in enumerate(value)
        ]


def _is_empty(value: object) -> bool:
    return value is None or (isinstance(value, str | list | Mapping) and not value)


def _is_blank(value: object) -> bool:
    """What a hidden field may hold: nothing, or containers and boxes with nothing in them."""
    if isinstance(value, Mapping):
        return all(map(_is_blank, value.values()))
    if isinstance(value, list):
        return all(map(_is_blank, value))
    return value is False or _is_empty(value)


Fault = tuple[str, Mapping[str, object]]
_NO_FAULT: Fault = ("", {})
_WRONG_TYPE: Fault = ("answer_type", {})


def _fault_of_text(field: FormField, value: object) -> Fault:
    rules = field.rules
    if not isinstance(value, str):
        return _WRONG_TYPE
    longest = MAX_TEXT[field.kind] if rules.max_length is None else rules.max_length
    if len(value) > longest:
        return "answer_too_long", {"most": longest}
    if rules.min_length is not None and len(value) < rules.min_length:
        return "answer_too_short", {"least": rules.min_length}
    if any(ord(character) < ord(" ") and character not in "\n\r\t" for character in value):
        return _WRONG_TYPE
    return (f"answer_{rules.pattern}", {}) if rules.pattern and not PATTERNS[rules.pattern](value) else _NO_FAULT


def _fault_of_number(field: FormField, value: object) -> Fault:
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return _WRONG_TYPE
    number, rules = Decimal(str(value)), field.rules
    if not number.is_finite() or number.adjusted() > MAX_DIGITS:
        return _WRONG_TYPE
    if rules.minimum is not None and number < rules.minimum:
        return "answer_too_small", {"least": str(rules.minimum)}
    if rules.maximum is not None and number > rules.maximum:
        return "answer_too_large", {"most": str(rules.maximum)}
    if rules.decimal_digits is not None and number != round(number, rules.decimal_digits):
        return "answer_decimals", {"most": rules.decimal_digits}
    return _NO_FAULT


def _fault_of_choices(field: FormField, value: object) -> Fault:
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        return _WRONG_TYPE
    known = {option.value for option in field.options}
    others = [item for item in value if item not in known]
    if others:
        return "answer_option", {"given": others[0][:MAX_REFERENCE]}
    return ("answer_twice", {}) if len(set(value)) < len(value) else _NO_FAULT


def _fault_of_files(field: FormField, value: object) -> Fault:
    """A file answer names uploaded materials; the files themselves never pass through a form."""
    references = value if isinstance(value, list) and field.is_multiple else [value]
    if not all(isinstance(item, str) and item.isascii() and item.isdigit() for item in references):
        return _WRONG_TYPE
    if len(references) > MAX_FILES or any(len(str(item)) > MAX_REFERENCE for item in references):
        return "answer_too_many", {"most": MAX_FILES}
    return _NO_FAULT


def _fault_of_date(_field: FormField, value: object) -> Fault:
    return _NO_FAULT if isinstance(value, str) and PATTERNS["date"](value) else ("answer_date", {})


def _fault_of_box(_field: FormField, value: object) -> Fault:
    return _NO_FAULT if isinstance(value, bool) else _WRONG_TYPE


# Code and facts of what is wrong with a non-empty answer; an empty code when nothing is.
_FAULTS: Mapping[FieldKind, Callable[[FormField, object], Fault]] = {
    FieldKind.TEXTFIELD: _fault_of_text,
    FieldKind.TEXTAREA: _fault_of_text,
    FieldKind.NUMBER: _fault_of_number,
    FieldKind.DATE: _fault_of_date,
    FieldKind.CHECKBOX: _fault_of_box,
    FieldKind.RADIO: lambda field, value: _fault_of_choices(field, [value]),
    FieldKind.SELECT: lambda field, value: _fault_of_choices(field, [value]),
    FieldKind.CHECKLIST: _fault_of_choices,
    FieldKind.FILEPICKER: _fault_of_files,
}
