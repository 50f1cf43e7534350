"""Themes (一事联办主题): which members a situation needs, and one form for all of them."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace

from app.domain.errors import InvalidInput
from app.domain.feel import Expression
from app.domain.form import FormSchema, Option
from app.domain.matter import MaterialRequirement, OfferingVersion

COUNTY_DIGITS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberMatter:
    """A matter inside a theme (联办事项).

    is_optional: the applicant may leave it out, and its refusal does not stop the others. when: condition over the
    situation answers; without one the guidance table alone names an optional member. Its call activity and its
    predecessors stand in the diagram alone, its department and limits in its implementation list.
    """

    matter_code: str
    name: str
    is_optional: bool = False
    when: Expression | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberInCounty:
    """What a county says otherwise about a member. An empty department and a limit of None leave what holds elsewhere.

    is_offered: False leaves the member out of the theme in this county; reason says why, in Chinese and in English.
    department: abbreviation such as `scjg`. A limit is a limit expression. What is said of department and limits goes into
    the one implementation list the matter has in the county.
    """

    matter_code: str
    is_offered: bool = True
    reason: str = ""
    reason_en: str = ""
    department: str = ""
    promised_limit: str | None = None
    statutory_limit: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CountyOverlay:
    """What differs about a theme in a county (县市差异); what it does not say holds there as elsewhere.

    place: where to go and whom to ask, in Chinese and in English.
    """

    region_code: str
    lead_department: str = ""
    promised_limit: str | None = None
    statutory_limit: str | None = None
    place: str = ""
    place_en: str = ""
    members: tuple[MemberInCounty, ...] = ()


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
    decision file that chooses the members. counties: what differs where; `here` is the one of the county it was asked for.
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
    name_en: str = ""
    counties: tuple[CountyOverlay, ...] = ()
    here: CountyOverlay | None = None

    def in_county(self, region_code: str) -> "ThemeVersion":
        """Return the theme as it holds in a county; region_code may be that of a town in it."""
        county = region_code[:COUNTY_DIGITS]
        here = next((overlay for overlay in self.counties if overlay.region_code == county), None)
        if here is None:
            return self
        promised, statutory = here.promised_limit, here.statutory_limit
        return replace(
            self,
            lead_department=here.lead_department or self.lead_department,
            promised_limit=self.promised_limit if promised is None else promised,
            statutory_limit=self.statutory_limit if statutory is None else statutory,
            here=here,
        )

    def with_names(self, names: Mapping[str, str]) -> "ThemeVersion":
        """Return the theme with its members called as their matters are, by matter code."""
        members = (replace(member, name=names.get(member.matter_code, member.name)) for member in self.members)
        return replace(self, members=tuple(members))

    def left_out(self, matter_code: str) -> MemberInCounty | None:
        """Return what the county says about a member it does not offer; None for one that is offered."""
        said = self.here.members if self.here else ()
        return next((item for item in said if item.matter_code == matter_code and not item.is_offered), None)

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
