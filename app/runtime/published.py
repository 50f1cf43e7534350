"""What is published at one deployment: immutable, read once per process and generation."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from app.domain.calendar import ResolvedCalendar
from app.domain.calendar_authority import LayerPlace, layer_places
from app.domain.calendar_layers import CalendarLayerVersion, resolve_calendar
from app.domain.decisions import DecisionModel
from app.domain.external_task import Topic
from app.domain.form import FormSchema
from app.domain.messages import Messages
from app.domain.signal import Signal
from app.domain.theme import ThemeVersion
from app.domain.time_rules import TimeRules


@dataclass(frozen=True, slots=True, kw_only=True)
class DepartmentFacts:
    """A department (部门) as the runtime needs it. calendar_layers: of its working calendar, the most general first."""

    id: int
    code: str
    name_zh: str
    name_en: str
    region_code: str
    calendar_id: str
    calendar_layers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedForm:
    """A form version that new tasks pin."""

    key: str
    version: int
    schema: FormSchema


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """Everything a decision may read besides the case itself.

    groups: (department id, role) -> work group id. definitions: definition key -> (definition id, normalised diagram
    id) of the version in force; bound_definitions: the same of versions that came with a list, by (key, version).
    forms: those new tasks pin; form_versions: every deployed one, by key and version. calendars: id -> calendar, also
    those only running clocks still use. calendar_documents: id of a calendar -> notice of the load it came with.
    """

    generation: int
    time_rules: TimeRules
    calendars: Mapping[str, ResolvedCalendar]
    layers: Mapping[str, CalendarLayerVersion]
    departments: Mapping[int, DepartmentFacts]
    groups: Mapping[tuple[int, str], int]
    forms: Mapping[str, PublishedForm]
    form_versions: Mapping[tuple[str, int], PublishedForm]
    definitions: Mapping[str, tuple[int, int]]
    themes: Mapping[str, ThemeVersion]
    decisions: Mapping[str, DecisionModel]
    document_versions: Mapping[str, str]
    messages: Messages
    calendar_documents: Mapping[str, str] = field(default_factory=dict)
    topics: Mapping[str, Topic] = field(default_factory=dict)
    signals: Mapping[str, Signal] = field(default_factory=dict)
    decision_book: DecisionModel = field(default_factory=lambda: DecisionModel(decisions={}))
    bound_definitions: Mapping[tuple[str, int], tuple[int, int]] = field(default_factory=dict)

    def diagram_for(self, key: str, version: int | None) -> tuple[int, int] | None:
        """Return (definition id, diagram id) a new case begins on; None when it is not deployed.

        version: the one its list names; None for the deployed one.
        """
        return self.definitions.get(key) if version is None else self.bound_definitions.get((key, version))

    def pinned_form(self, key: str | None, version: int | None) -> PublishedForm | None:
        """Return the form version a task was opened with; None for a task without a form."""
        return self.form_versions.get((key, version)) if key and version else None

    def calendar_of(self, department_id: int) -> ResolvedCalendar:
        """Return the working calendar of a department: the most local layers in force."""
        return self.calendars[self.departments[department_id].calendar_id]

    def theme_in(self, code: str | None, region_code: str) -> ThemeVersion | None:
        """Return a theme as it holds in a region; None when there is none of that code."""
        theme = self.themes.get(code or "")
        return theme.in_county(region_code) if theme else None

    def department_by_code(self, code: str) -> DepartmentFacts | None:
        """Find a department by its code; None when there is none."""
        return next((department for department in self.departments.values() if department.code == code), None)

    @property
    def known_layers(self) -> Mapping[str, LayerPlace]:
        """Every layer a department's calendar has a place for, loaded or not."""
        return layer_places((item.region_code, item.calendar_layers) for item in self.departments.values())

    def calendar_of_layer(self, layer: str) -> ResolvedCalendar:
        """Return the calendar of whoever counts with a layer and nothing more local. Raises KeyError for an unknown one."""
        place = self.known_layers[layer]
        chain = next(item.calendar_layers for item in self.departments.values() if layer in item.calendar_layers)
        names = chain[: chain.index(place.layer) + 1]
        return resolve_calendar(self.layers, names, hours=self.time_rules.office_hours)
