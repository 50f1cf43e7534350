"""Read a form of the closed form-js subset. Whatever is not known is refused, and all faults are told at once."""

import json
from collections.abc import Mapping

from app.domain.errors import InvalidInput
from app.domain.feel import Expression, FeelRefused, compile_expression, is_feel_name
from app.domain.form.attributes import ATTRIBUTES, GIVEN_NAMES, ROOT_ATTRIBUTES, SERVER_ONLY_FUNCTIONS, kind_of
from app.domain.form.faults import Faults
from app.domain.form.rule_reading import read_rules
from app.domain.form.schema import CHOICES, CONTAINERS, FieldKind, FormField, FormSchema, MapsTo, Option

MAX_CHARACTERS = 512 * 1024
MAX_COMPONENTS = 500
MAX_NESTING = 5
MAX_OPTIONS = 1000


def read_form(source: str | bytes | Mapping[str, object]) -> FormSchema:
    """Read a form from its JSON text, or from the object it stands for.

    Raises InvalidInput `form_refused` with one item per fault: pointer (RFC 6901, into the schema), code and facts.
    """
    faults = Faults()
    root = _object_of(source, faults)
    faults.add_unknown(root, ROOT_ATTRIBUTES, "")
    reader = _Reader(faults)
    components = reader.components(root.get("components"), "/components", 1)
    reader.check_conditions()
    if faults.items:
        raise InvalidInput("form_refused", items=tuple(faults.items), count=len(faults.items))
    return FormSchema(id=str(root.get("id", "")), components=components)


def _object_of(source: str | bytes | Mapping[str, object], faults: Faults) -> Mapping[str, object]:
    if isinstance(source, Mapping):
        return source
    if len(source) > MAX_CHARACTERS:
        faults.add("", "form_too_long", most=MAX_CHARACTERS)
        return {}
    try:
        root = json.loads(source)
    except (ValueError, RecursionError):
        root = None
    if not isinstance(root, dict):
        faults.add("", "form_unreadable")
        return {}
    return root


class _Reader:
    def __init__(self, faults: Faults) -> None:
        self._faults = faults
        self._count = 0
        # Names of answers, level by level. A condition sees the levels of the form and of the lists around it.
        self._level: set[str] = set()
        self._seen: tuple[set[str], ...] = (self._level,)
        self._conditions: list[tuple[str, Expression, tuple[set[str], ...]]] = []

    def check_conditions(self) -> None:
        """Refuse names no field has: such a condition would never hide anything."""
        for pointer, expression, levels in self._conditions:
            for name in sorted(expression.names - GIVEN_NAMES.union(*levels)):
                self._faults.add(pointer, "form_condition_name", name=name)

    def components(self, found: object, pointer: str, depth: int) -> tuple[FormField, ...]:
        if not isinstance(found, list) or depth > MAX_NESTING:
            self._faults.add(pointer, "form_components", most=MAX_NESTING)
            return ()
        self._count += len(found)
        if self._count > MAX_COMPONENTS:
            self._faults.add(pointer, "form_too_many_components", most=MAX_COMPONENTS)
            return ()
        read = [self._component(item, f"{pointer}/{place}", depth) for place, item in enumerate(found)]
        return tuple(component for component in read if component is not None)

    def _component(self, item: object, pointer: str, depth: int) -> FormField | None:
        if not isinstance(item, dict):
            self._faults.add(pointer, "form_component_unknown", type="")
            return None
        kind = kind_of(item)
        if kind is None:
            self._faults.add(f"{pointer}/type", "form_component_unknown", type=str(item.get("type", "")))
            return None
        self._faults.add_unknown(item, ATTRIBUTES[kind], pointer)
        key = self._key(item, kind, pointer)
        return FormField(
            kind=kind,
            key=key,
            label=self._text(item, "label", pointer),
            description=self._text(item, "description", pointer),
            text=self._text(item, "text", pointer),
            rules=read_rules(item, kind, pointer, self._faults),
            options=self._options(item, pointer) if kind in CHOICES else (),
            hide=self._hide(item, pointer),
            components=self._held(item, kind, key, pointer, depth) if kind in CONTAINERS else (),
            maps_to=self._maps_to(item, pointer),
            accept=self._text(item, "accept", pointer),
            is_multiple=item.get("multiple") is True,
            is_readonly=item.get("readonly") is True or item.get("disabled") is True,
            default=item.get("defaultValue"),
            properties=self._properties(item, pointer),
            pointer=pointer,
        )

    def _held(
        self, item: Mapping[str, object], kind: FieldKind, key: str, pointer: str, depth: int
    ) -> tuple[FormField, ...]:
        outer = self._level, self._seen
        if key:
            self._level = set()
        if kind is FieldKind.DYNAMICLIST:
            self._seen = (*self._seen, self._level)
        held = self.components(item.get("components"), f"{pointer}/components", depth + 1)
        self._level, self._seen = outer
        return held

    def _key(self, item: Mapping[str, object], kind: FieldKind, pointer: str) -> str:
        if kind is FieldKind.TEXT:
            return ""
        name = "path" if kind in CONTAINERS else "key"
        key = item.get(name, "")
        if kind is FieldKind.GROUP and key in ("", None):
            return ""
        if not isinstance(key, str) or not is_feel_name(key):
            self._faults.add(f"{pointer}/{name}", "form_key", name=str(key))
            return ""
        if key in self._level:
            self._faults.add(f"{pointer}/{name}", "form_key_twice", name=key)
        self._level.add(key)
        return key

    def _text(self, item: Mapping[str, object], name: str, pointer: str) -> str:
        text = item.get(name, "")
        if not isinstance(text, str):
            self._faults.add(f"{pointer}/{name}", "form_value", attribute=name)
            return ""
        return text

    def _properties(self, item: Mapping[str, object], pointer: str) -> Mapping[str, str]:
        properties = item.get("properties", {})
        if not isinstance(properties, dict):
            self._faults.add(f"{pointer}/properties", "form_value", attribute="properties")
            return {}
        return {str(name): value for name, value in properties.items() if isinstance(value, str)}

    def _options(self, item: Mapping[str, object], pointer: str) -> tuple[Option, ...]:
        values = item.get("values")
        if not isinstance(values, list) or not 0 < len(values) <= MAX_OPTIONS:
            self._faults.add(f"{pointer}/values", "form_options", most=MAX_OPTIONS)
            return ()
        options = [
            Option(value=option["value"], label=str(option.get("label") or option["value"]))
            for option in values
            if isinstance(option, dict) and isinstance(option.get("value"), str) and option["value"]
        ]
        if len({option.value for option in options}) < len(values):
            self._faults.add(f"{pointer}/values", "form_options", most=MAX_OPTIONS)
        return tuple(options)

    def _hide(self, item: Mapping[str, object], pointer: str) -> Expression | None:
        if item.get("conditional") is None:
            return None
        match item["conditional"]:
            case {"hide": str(text), **others} if not others and text.startswith("="):
                return self._condition(text, f"{pointer}/conditional/hide")
        self._faults.add(f"{pointer}/conditional", "form_condition_missing")
        return None

    def _condition(self, text: str, pointer: str) -> Expression | None:
        try:
            expression = compile_expression(text)
        except FeelRefused as refused:
            facts = {"position": refused.position, "found": refused.facts.get("found", ""), "reason": refused.code}
            self._faults.add(pointer, "form_condition", **facts)
            return None
        for function in sorted(expression.functions & SERVER_ONLY_FUNCTIONS):
            self._faults.add(pointer, "form_condition_function", function=function)
        self._conditions.append((pointer, expression, self._seen))
        return expression

    def _maps_to(self, item: Mapping[str, object], pointer: str) -> tuple[MapsTo, ...]:
        properties = item.get("properties")
        written = properties.get("maps_to", "") if isinstance(properties, dict) else ""
        texts = written.replace(",", " ").split() if isinstance(written, str) else []
        parts = [text.partition(".") for text in texts]
        if not isinstance(written, str) or not all(code and field for code, _, field in parts):
            self._faults.add(f"{pointer}/properties/maps_to", "form_maps_to")
            return ()
        return tuple(MapsTo(matter_code=code, field=field) for code, _, field in parts)
