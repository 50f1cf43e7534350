"""The one form of a theme (一张表单): which answer goes into which field of which member, and whether all of them fit."""

from collections.abc import Collection, Iterator, Mapping

from app.domain.errors import InvalidInput
from app.domain.form import FieldKind, FormField, FormSchema, MapsTo, check_answers
from app.domain.form.schema import CHOICES
from app.domain.theme import ThemeVersion

TEXTS = (FieldKind.TEXTFIELD, FieldKind.TEXTAREA)
# A member that hides a field, or has none of that name, simply does without the answer.
OF_NO_CONCERN = frozenset({"answer_hidden", "answer_unknown"})


def split_form(
    theme: ThemeVersion, answers: Mapping[str, object], members: Collection[str] | None = None
) -> dict[str, dict[str, object]]:
    """Return the form of each member, filled from the answers of the one form. Nothing is typed twice.

    members: the chosen ones; None = all. A field goes where its `maps_to` says (`<matter code>.<field>`); what a list
    holds goes row by row when its fields say so, or whole when the list itself says so.
    """
    chosen = [member.matter_code for member in theme.members if members is None or member.matter_code in members]
    forms: dict[str, dict[str, object]] = {code: {} for code in chosen}
    for path, form_field in theme.form.fields():
        for target in form_field.maps_to:
            if target.matter_code in forms:
                _copy(answers, path, forms[target.matter_code], target)
    return forms


def _copy(answers: Mapping[str, object], path: str, form: dict[str, object], target: MapsTo) -> None:
    if "[]." in path:
        _copy_rows(answers, path, form, target)
        return
    value = _value_at(answers, path)
    if value is not None:
        _put(form, target.field, value)


def _copy_rows(answers: Mapping[str, object], path: str, form: dict[str, object], target: MapsTo) -> None:
    """Copy one field of every row of a list; the target names a field of a list too: `persons[].name`."""
    list_path, _, inner = path.partition("[].")
    target_list, _, target_field = target.field.partition("[].")
    rows = _value_at(answers, list_path)
    if not isinstance(rows, list) or not target_field:
        return
    known = form.setdefault(target_list, [{} for _ in rows])
    if not isinstance(known, list):
        return
    for row, copy in zip(rows, known, strict=False):
        value = _value_at(row, inner) if isinstance(row, Mapping) else None
        if value is not None and isinstance(copy, dict):
            _put(copy, target_field, value)


def _value_at(answers: Mapping[str, object], path: str) -> object:
    value: object = answers
    for step in path.split("."):
        value = value.get(step) if isinstance(value, Mapping) else None
    return value


def _put(form: dict[str, object], path: str, value: object) -> None:
    *groups, name = path.split(".")
    for group in groups:
        inner = form.setdefault(group, {})
        if not isinstance(inner, dict):
            return
        form = inner
    form[name] = value


def member_faults(
    theme: ThemeVersion, forms: Mapping[str, Mapping[str, object]], schemas: Mapping[str, FormSchema]
) -> tuple[Mapping[str, object], ...]:
    """Return what the chosen members miss in the answers, each fault once, at the field of the one form that fills it.

    forms: as `split_form` returns them; schemas: the published form of each member. An answer the theme leaves open may be
    required by a member: its item has the code `member_answer_required`, the matter and its name.
    """
    found: dict[tuple[str, str], Mapping[str, object]] = {}
    for code, form in forms.items():
        sources = {
            target.field: (path, form_field.label or form_field.key)
            for path, form_field in theme.form.fields()
            for target in form_field.maps_to
            if target.matter_code == code
        }
        for item in _faults_of(schemas[code], form) if code in schemas else ():
            source, label = sources.get(_path_of(str(item["pointer"])), ("", ""))
            if source and item["code"] not in OF_NO_CONCERN:
                pointer = _pointer_of(source, str(item["pointer"]))
                found.setdefault((pointer, str(item["code"])), _at_source(theme, code, item, pointer, label))
    return tuple(found.values())


def _at_source(
    theme: ThemeVersion, code: str, item: Mapping[str, object], pointer: str, label: str
) -> Mapping[str, object]:
    member = theme.member(code)
    is_missing = item["code"] == "answer_required"
    told = {"code": "member_answer_required"} if is_missing else {}
    return {**item, **told, "pointer": pointer, "field": label, "matter": code, "name": member.name if member else code}


def _faults_of(schema: FormSchema, form: Mapping[str, object]) -> tuple[Mapping[str, object], ...]:
    try:
        check_answers(schema, form)
    except InvalidInput as refused:
        return refused.items
    return ()


def _path_of(pointer: str) -> str:
    """Return the dotted path of an answer: `/people/0/name` -> `people[].name`."""
    path = ""
    for part in pointer.strip("/").split("/"):
        path += "[]" if part.isdecimal() else f".{part}" if path else part
    return path


def _pointer_of(path: str, pointer: str) -> str:
    """Return where a field of the one form was answered, in the row a pointer into the member's form names."""
    row = next((part for part in pointer.split("/") if part.isdecimal()), "")
    return "/" + path.replace("[]", f"/{row}").replace(".", "/")


def mapping_faults(theme: ThemeVersion, member_forms: Mapping[str, FormSchema]) -> tuple[Mapping[str, object], ...]:
    """Return what is wrong between the merged form and the members' forms, for the check of a theme folder.

    Items have `code` (`theme_field_unknown`, `theme_field_type`, `theme_member_unknown`, `theme_field_unfilled`),
    `matter`, `field`, `target`, and `pointer` into the merged form. A required field of a member that no answer fills
    would have to be asked again.
    """
    faults: list[Mapping[str, object]] = []
    filled: dict[str, set[str]] = {member.matter_code: set() for member in theme.members}
    known = {code: dict(form.fields()) for code, form in member_forms.items()}
    for path, form_field in theme.form.fields():
        for target in form_field.maps_to:
            pointer = f"{form_field.pointer}/properties/maps_to"
            facts = {"field": path, "matter": target.matter_code, "target": target.field, "pointer": pointer}
            if target.matter_code not in filled:
                faults.append({"code": "theme_member_unknown", **facts})
                continue
            filled[target.matter_code].add(target.field)
            if target.matter_code not in known:
                continue
            found = known[target.matter_code].get(target.field)
            if found is None:
                faults.append({"code": "theme_field_unknown", **facts})
            elif not _fits(form_field, found):
                faults.append({"code": "theme_field_type", **facts})
    faults.extend(_unfilled(member_forms, filled))
    return tuple(faults)


def _unfilled(member_forms: Mapping[str, FormSchema], filled: Mapping[str, set[str]]) -> Iterator[Mapping[str, object]]:
    for code, form in member_forms.items():
        for path, form_field in form.fields():
            if form_field.rules.is_required and not _is_filled(path, filled.get(code, set())):
                facts = {"field": path, "matter": code, "target": path, "pointer": "/components"}
                yield {"code": "theme_field_unfilled", **facts}


def _is_filled(path: str, filled: set[str]) -> bool:
    """A field is filled by itself, or with the whole list it stands in."""
    return path in filled or ("[]." in path and path.partition("[].")[0] in filled)


def _fits(given: FormField, target: FormField) -> bool:
    """Say whether every answer of one field may stand in another: texts take choices, choices only what they offer."""
    if target.kind in TEXTS:
        return given.kind in (*TEXTS, FieldKind.RADIO, FieldKind.SELECT)
    if target.kind in CHOICES:
        is_list = FieldKind.CHECKLIST in (given.kind, target.kind)
        if given.kind not in CHOICES or (is_list and given.kind is not target.kind):
            return False
        return {option.value for option in given.options} <= {option.value for option in target.options}
    return given.kind is target.kind
