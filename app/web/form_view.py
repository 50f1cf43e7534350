"""A published form with its answers, as the fields of a page in the order they stand.

The name of a control is the path of its answer, joined by dots, with the form's prefix first: `form.owner.0.name` is
`/owner/0/name` of the answers. `form_answers` reads the same names back.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from app.domain.form import Answers, FieldKind, FormField, FormSchema, is_hidden

ROW_PLACE = "__index__"
TYPING_AIDS = {"email": "email", "mobile": "tel", "phone": "tel", "digits": "numeric", "postcode": "numeric"}


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionView:
    """One choice of a radio group, list or checklist."""

    value: str
    label: str
    is_chosen: bool
    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldView:
    """One field of a page. `error` is empty when nothing is wrong; `hide_when` is a FEEL condition or empty.

    children: fields of a group, or of the empty row of a dynamic list. rows: filled rows of a dynamic list.
    """

    kind: str
    name: str
    id: str
    label: str
    hint: str = ""
    value: str = ""
    is_checked: bool = False
    options: tuple[OptionView, ...] = ()
    is_required: bool = False
    is_readonly: bool = False
    is_hidden: bool = False
    error: str = ""
    hide_when: str = ""
    attributes: Mapping[str, str] = field(default_factory=dict)
    children: tuple["FieldView", ...] = ()
    rows: tuple[tuple["FieldView", ...], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FormState:
    """What a form shows besides its fields and answers.

    errors: control name -> sentence. given: further names that conditions read, such as the outcome of the task.
    """

    language: str
    errors: Mapping[str, str] = field(default_factory=dict)
    given: Mapping[str, object] = field(default_factory=dict)


def present_form(
    schema: FormSchema, answers: Answers, *, state: FormState, prefix: str = "form"
) -> tuple[FieldView, ...]:
    """Present every field of a form with the answers kept; a field whose condition hides it is there, but hidden.

    answers: as stored or as sent, nested by group and list index.
    """
    return _Level(answers=answers, outer={}, prefix=prefix, state=state).fields(schema.components)


def name_of_pointer(pointer: str, prefix: str = "form") -> str:
    """Return the control name for the RFC 6901 pointer of a fault: `/owner/0/name` -> `form.owner.0.name`."""
    parts = [part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/") if part]
    return ".".join([prefix, *parts])


def id_of_name(name: str) -> str:
    """Return the element id of a control; links of the error summary point to it."""
    return "f-" + name.replace(".", "-")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Level:
    """The answers of one level of a form: the top, a group with a key, or a row of a list."""

    answers: Answers
    outer: Mapping[str, object]
    prefix: str
    state: FormState

    @property
    def scope(self) -> dict[str, object]:
        """The names a condition at this level may read."""
        return {**self.outer, **self.answers, **self.state.given}

    def fields(self, components: tuple[FormField, ...]) -> tuple[FieldView, ...]:
        return tuple(self._field(component, place) for place, component in enumerate(components))

    def _field(self, found: FormField, place: int) -> FieldView:
        name = f"{self.prefix}.{found.key or f'{found.kind}{place}'}"
        value = self.answers.get(found.key, found.default) if found.key else None
        return FieldView(
            kind=found.kind.value,
            name=name,
            id=id_of_name(name),
            label=self._word(found, "text" if found.kind is FieldKind.TEXT else "label"),
            hint=self._word(found, "description"),
            value="" if value is None or isinstance(value, bool | list | tuple | Mapping) else str(value),
            is_checked=value is True,
            options=_options(found, value, name, self.state.language),
            is_required=found.rules.is_required,
            is_readonly=found.is_readonly,
            is_hidden=is_hidden(found, self.scope),
            error=self.state.errors.get(name, ""),
            hide_when=found.hide.text if found.hide else "",
            attributes=_attributes(found),
            children=self._children(found, value, name),
            rows=self._rows(found, value, name),
        )

    def _children(self, found: FormField, value: object, name: str) -> tuple[FieldView, ...]:
        if found.kind is FieldKind.GROUP and not found.key:
            return self.fields(found.components)
        if found.kind is FieldKind.GROUP:
            return self._below(value, name).fields(found.components)
        if found.kind is FieldKind.DYNAMICLIST:
            return self._below({}, f"{name}.{ROW_PLACE}").fields(found.components)
        return ()

    def _rows(self, found: FormField, value: object, name: str) -> tuple[tuple[FieldView, ...], ...]:
        if found.kind is not FieldKind.DYNAMICLIST:
            return ()
        kept = value if isinstance(value, list | tuple) and value else [{}]
        return tuple(self._below(row, f"{name}.{index}").fields(found.components) for index, row in enumerate(kept))

    def _below(self, answers: object, prefix: str) -> "_Level":
        inner = answers if isinstance(answers, Mapping) else {}
        return _Level(answers=inner, outer={**self.outer, **self.answers}, prefix=prefix, state=self.state)

    def _word(self, found: FormField, what: str) -> str:
        """Return a text of a field; `properties.<what>_<language>` holds it in another language than the form's."""
        return found.properties.get(f"{what}_{self.state.language}") or str(getattr(found, what))


def _options(found: FormField, value: object, name: str, language: str) -> tuple[OptionView, ...]:
    chosen = {str(item) for item in value} if isinstance(value, list | tuple) else {str(value)}
    return tuple(
        OptionView(
            value=option.value,
            label=found.properties.get(f"option_{option.value}_{language}") or option.label,
            is_chosen=option.value in chosen,
            id=f"{id_of_name(name)}-{index}",
        )
        for index, option in enumerate(found.options)
    )


def _attributes(found: FormField) -> dict[str, str]:
    """Return HTML attributes which help typing. They do not decide: forms are sent with `novalidate`."""
    rules = found.rules
    wanted = {
        "min": rules.minimum,
        "max": rules.maximum,
        "maxlength": rules.max_length,
        "step": "any" if found.kind is FieldKind.NUMBER and rules.decimal_digits != 0 else None,
        "accept": found.accept or None,
        "inputmode": TYPING_AIDS.get(rules.pattern),
    }
    return {name: str(value) for name, value in wanted.items() if value is not None}
