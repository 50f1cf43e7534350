"""What a browser sent for a published form, as answers. Nothing is checked here: `check_answers` decides.

Empty controls are left out, so that a required answer is missing and not an empty text. A number that is none stays a
text, so that the check can say so. The names of controls are those of `form_view`.
"""

import re
from collections.abc import Callable, Sequence
from decimal import Decimal

from app.domain.form import FieldKind, FormField, FormSchema

ReadList = Callable[[str], Sequence[str]]
MOST_ROWS = 200
WHOLE_NUMBER = re.compile(r"^[+-]?\d{1,15}$", re.ASCII)
DECIMAL_NUMBER = re.compile(r"^[+-]?\d{1,15}\.\d{1,15}$", re.ASCII)


def read_answers(schema: FormSchema, read: ReadList, *, prefix: str = "form") -> dict[str, object]:
    """Return the answers of a posted form.

    read: gives all values of a control by its name, such as `request.form.getlist`. A file answer is the id of an
    uploaded material, so the caller stores the file first and adds the id.
    """
    return _read_level(schema.components, read, prefix)


def _read_level(components: tuple[FormField, ...], read: ReadList, prefix: str) -> dict[str, object]:
    answers: dict[str, object] = {}
    for found in components:
        if found.kind is FieldKind.GROUP and not found.key:
            answers.update(_read_level(found.components, read, prefix))
        elif found.kind is not FieldKind.TEXT:
            value = _read_one(found, read, f"{prefix}.{found.key}")
            if value is not None:
                answers[found.key] = value
    return answers


def _read_one(found: FormField, read: ReadList, name: str) -> object | None:
    if found.kind is FieldKind.GROUP:
        return _read_level(found.components, read, name) or None
    if found.kind is FieldKind.DYNAMICLIST:
        return _read_rows(found.components, read, name)
    values = [value.strip() for value in read(name) if value.strip()]
    return _value(found.kind, values) if values else None


def _value(kind: FieldKind, values: list[str]) -> object:
    match kind:
        case FieldKind.CHECKBOX:
            return True
        case FieldKind.CHECKLIST:
            return values
        case FieldKind.NUMBER:
            return _number(values[0])
    return values[0]


def _read_rows(components: tuple[FormField, ...], read: ReadList, name: str) -> list[dict[str, object]] | None:
    """Read rows in the order of their numbers; a row without any answer was never filled in and is dropped."""
    rows = [_read_level(components, read, f"{name}.{index}") for index in range(MOST_ROWS)]
    return [row for row in rows if row] or None


def _number(text: str) -> int | Decimal | str:
    if WHOLE_NUMBER.match(text):
        return int(text)
    return Decimal(text) if DECIMAL_NUMBER.match(text) else text
