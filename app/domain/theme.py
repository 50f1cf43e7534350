"""Themes (一事联办主题): which members a situation needs, and one form for all of them."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from app.domain.errors import InvalidInput, RuleViolation
from app.domain.feel import Expression
from app.domain.form import FormSchema, MapsTo, Option
from app.domain.matter import MaterialRequirement, OfferingVersion


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberMatter:
    """A matter inside a theme (联办事项).

    is_optional: the applicant may leave it out, and its refusal does not stop the others. when: condition over the
    situation answers; without one the guidance table alone names an optional member. element: id of its call activity.
    handled_by: internal or external. Predecessors stand in the diagram alone.
    """

    matter_code: str
    name: str
    is_optional: bool = False
    when: Expression | None = None
    element: str = ""
    handled_by: str = "internal"


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A question of the situation guidance (情形引导)."""

    key: str
    label: str
    options: tuple[Option, ...]
    properties: Mapping[str, str] = field(default_factory=dict)

    @property
    def values(self) -> tuple[str, ...]:
        """The answers that may be given."""
        return tuple(option.value for option in self.options)


@dataclass(frozen=True, slots=True, kw_only=True)
class ThemeVersion:
    """A theme as published; a case pins one version.

    region_codes: counties that offer it. lead_department: abbreviation of the department that leads, such as `scjg`.
    promised_limit: limit expression of the bundle, empty = the critical path. form: the one merged form; its fields say
    by `maps_to` where each answer goes. materials: shared by all members, handed in once. guidance_key: key of the
    decision file that chooses the members.
    """

    code: str
    version: int
    name: str
    region_codes: tuple[str, ...]
    members: tuple[MemberMatter, ...]
    form: FormSchema
    definition_key: str = ""
    guidance_key: str = ""
    form_key: str = ""
    lead_department: str = ""
    promised_limit: str = ""
    statutory_limit: str = ""
    questions: tuple[Question, ...] = ()
    materials: tuple[MaterialRequirement, ...] = ()

    def member(self, matter_code: str) -> MemberMatter | None:
        """Find a member by its matter code; None when the theme has no such member."""
        return next((member for member in self.members if member.matter_code == matter_code), None)


def list_of_materials(
    offering: OfferingVersion | None, themes: Mapping[str, ThemeVersion], theme_code: str | None
) -> tuple[MaterialRequirement, ...]:
    """Return the list of materials a case is taken in under: of its implementation list, else of its theme (J13)."""
    if offering is not None:
        return offering.materials
    theme = themes.get(theme_code or "")
    return theme.materials if theme else ()


def choose_members(
    theme: ThemeVersion, decided: Collection[str], answers: Mapping[str, object] | None = None
) -> tuple[str, ...]:
    """Return the codes of the members that apply, in the order of the theme.

    decided: codes the guidance table gave. answers: situation answers, which the members' `when` conditions read, also
    as `guidance.<question>`. A member applies when the table names it, when its `when` is true, or when it is neither
    optional nor conditional.
    Raises InvalidInput `theme_member_unknown` when the table names somebody else's matter.
    """
    unknown = sorted(set(decided) - {member.matter_code for member in theme.members})
    if unknown:
        raise InvalidInput("theme_member_unknown", theme=theme.code, members=", ".join(unknown))
    situation = dict(answers or {})
    scope = {**situation, "guidance": {**situation, "members": list(decided)}}
    return tuple(member.matter_code for member in theme.members if _applies(member, decided, scope))


def _applies(member: MemberMatter, decided: Collection[str], scope: Mapping[str, object]) -> bool:
    if member.matter_code in decided:
        return True
    if member.when is not None:
        return member.when(scope) is True
    return not member.is_optional


def guided_members(variables: Mapping[str, object], offered: Iterable[str]) -> tuple[str, ...]:
    """Return the matter codes the guidance of a joint case chose; `offered`, where there was no guidance.

    variables: of the case.
    """
    guidance = variables.get("guidance")
    chosen = guidance.get("members") if isinstance(guidance, Mapping) else None
    return tuple(map(str, chosen or offered))


def departments_of_members(variables: Mapping[str, object], offerings: Mapping[str, OfferingVersion]) -> dict[str, int]:
    """Return the department of each chosen member of a joint case by its matter code.

    offerings: lists of the members of its theme in force at its receipt.
    """
    chosen = guided_members(variables, offerings)
    return {code: offerings[code].department_id for code in chosen if code in offerings}


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


def mapping_faults(theme: ThemeVersion, member_forms: Mapping[str, FormSchema]) -> tuple[Mapping[str, object], ...]:
    """Return what is wrong between the merged form and the members' forms, for the check of a theme folder.

    Items have `code` (`theme_field_unknown`, `theme_member_unknown`, `theme_field_unfilled`), `matter` and `field`. A
    required field of a member that no answer fills would have to be asked again.
    """
    faults: list[Mapping[str, object]] = []
    filled: dict[str, set[str]] = {member.matter_code: set() for member in theme.members}
    known = {code: {path for path, _ in form.fields()} for code, form in member_forms.items()}
    for path, form_field in theme.form.fields():
        for target in form_field.maps_to:
            facts = {"field": path, "matter": target.matter_code, "target": target.field}
            if target.matter_code not in filled:
                faults.append({"code": "theme_member_unknown", **facts})
                continue
            filled[target.matter_code].add(target.field)
            if target.matter_code in known and target.field not in known[target.matter_code]:
                faults.append({"code": "theme_field_unknown", **facts})
    for code, form in member_forms.items():
        for path, form_field in form.fields():
            if form_field.rules.is_required and not _is_filled(path, filled.get(code, set())):
                faults.append({"code": "theme_field_unfilled", "field": path, "matter": code, "target": path})
    return tuple(faults)


def _is_filled(path: str, filled: set[str]) -> bool:
    """A field is filled by itself, or with the whole list it stands in."""
    return path in filled or ("[]." in path and path.partition("[].")[0] in filled)


def order_of_members(theme: ThemeVersion, edges: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    """Return the members so that each stands after what it waits for; otherwise in the order of the theme.

    edges: (before, after) pairs of matter codes or call activity ids, as read from the diagram; pairs that name
    anything else are passed over. Raises RuleViolation `theme_circle` with the members that wait for each other.
    """
    codes = {member.element: member.matter_code for member in theme.members if member.element}
    codes |= {member.matter_code: member.matter_code for member in theme.members}
    waits: dict[str, set[str]] = {member.matter_code: set() for member in theme.members}
    for before, after in edges:
        if before in codes and after in codes:
            waits[codes[after]].add(codes[before])
    order: list[str] = []
    while len(order) < len(waits):
        ready = next((code for code in waits if code not in order and waits[code] <= set(order)), None)
        if ready is None:
            raise RuleViolation("theme_circle", theme=theme.code, members=", ".join(sorted(set(waits) - set(order))))
        order.append(ready)
    return tuple(order)
