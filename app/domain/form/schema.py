"""A form as published: fields, options, rules. Immutable; an instance pins one version."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from app.domain.feel import Expression


class FieldKind(StrEnum):
    """The components of the closed subset of the form-js schema."""

    TEXT = "text"
    TEXTFIELD = "textfield"
    TEXTAREA = "textarea"
    NUMBER = "number"
    DATE = "date"
    CHECKBOX = "checkbox"
    RADIO = "radio"
    SELECT = "select"
    CHECKLIST = "checklist"
    GROUP = "group"
    DYNAMICLIST = "dynamiclist"
    FILEPICKER = "filepicker"


CONTAINERS = (FieldKind.GROUP, FieldKind.DYNAMICLIST)
CHOICES = (FieldKind.RADIO, FieldKind.SELECT, FieldKind.CHECKLIST)


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One answer that may be chosen."""

    value: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldRules:
    """What an answer has to fulfil. pattern: a name of `patterns.PATTERNS`; lengths in characters; ends included."""

    is_required: bool = False
    min_length: int | None = None
    max_length: int | None = None
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    decimal_digits: int | None = None
    pattern: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MapsTo:
    """Where an answer of a merged form goes: a field of one member's form."""

    matter_code: str
    field: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FormField:
    """One component. key: name of the answer, empty for static text and for a group without a level of its own.

    hide: while it is true the field is not shown and must stay empty. components: what a group or list holds.
    properties: free texts of the author, such as `label_en`. pointer: where the component stands in the schema.
    """

    kind: FieldKind
    key: str = ""
    label: str = ""
    description: str = ""
    text: str = ""
    rules: FieldRules = field(default_factory=FieldRules)
    options: tuple[Option, ...] = ()
    hide: Expression | None = None
    components: tuple["FormField", ...] = ()
    maps_to: tuple[MapsTo, ...] = ()
    accept: str = ""
    is_multiple: bool = False
    is_readonly: bool = False
    default: object = None
    properties: Mapping[str, str] = field(default_factory=dict)
    pointer: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class FormSchema:
    """A whole form."""

    id: str
    components: tuple[FormField, ...]

    @property
    def field_names(self) -> frozenset[str]:
        """The names of the answers at the top level, as conditions of a diagram may read them."""
        return frozenset(found.key for found in shown_at_level(self.components))

    def fields(self) -> Iterator[tuple[str, FormField]]:
        """Yield every answerable field with its dotted path; the fields of a list stand under `list[]`."""
        yield from _walk(self.components, "")


def shown_at_level(components: tuple[FormField, ...]) -> Iterator[FormField]:
    """Yield the fields whose answers stand at one level: a group without a key adds none."""
    for component in components:
        if component.kind is FieldKind.GROUP and not component.key:
            yield from shown_at_level(component.components)
        elif component.kind is not FieldKind.TEXT:
            yield component


def _walk(components: tuple[FormField, ...], prefix: str) -> Iterator[tuple[str, FormField]]:
    for component in shown_at_level(components):
        path = f"{prefix}{component.key}"
        if component.kind is FieldKind.GROUP:
            yield from _walk(component.components, f"{path}.")
            continue
        yield path, component
        if component.kind is FieldKind.DYNAMICLIST:
            yield from _walk(component.components, f"{path}[].")
