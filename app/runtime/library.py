"""The library of one process: what is published, read once per deployment and kept; diagrams parsed once.

Only immutable, numbered things are kept here, so nothing ever needs to be invalidated: a transaction names the
generation it reads, and a generation never changes.
"""

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import ClassVar, TypeVar

from app.diagrams.dmn_reader import read_dmn
from app.diagrams.member_order import order_of_members
from app.domain.calendar_layers import resolve_calendar
from app.domain.decisions import DecisionModel
from app.domain.errors import NotFound
from app.domain.form import read_form
from app.domain.messages import Messages
from app.engine.parser import Definition, Watch, parse
from app.runtime.called_processes import normalised_of
from app.runtime.decision_book import NO_DECISIONS, decision_versions, read_versions
from app.runtime.published import DepartmentFacts, Published, PublishedForm
from app.runtime.published_rules import Contents, read_rules
from app.storage import calendar_loads
from app.storage import calendars as stored_calendars
from app.storage import catalogue as stored_catalogue
from app.storage import definitions as stored_definitions
from app.storage import rules as stored_rules
from app.storage.catalogue import DepartmentRow
from app.storage.database import Database

K = TypeVar("K")
V = TypeVar("V")
KEPT_GENERATIONS = 3
KEPT_DEFINITIONS = 500
OPENS_MEMBERS = b"matter:"


class NotLoaded(Exception):
    """A published object is not in this process yet; it is read without a lock and the transaction begins again."""


@dataclass(eq=False)
class GenerationNotLoaded(NotLoaded):
    """A deployment this process has not seen."""

    generation: int


@dataclass(eq=False)
class DiagramNotLoaded(NotLoaded):
    """A diagram this process has not parsed."""

    diagram_id: int


class Library:
    """Published rules by generation and parsed definitions by diagram id.

    What was read from contents is shared by all libraries of a process, by what the contents say.
    """

    _contents: ClassVar[Mapping[Hashable, object]] = {}
    _parsed: ClassVar["OrderedDict[Hashable, Definition]"] = OrderedDict()

    def __init__(
        self, database: Database, messages: Messages, *, watcher: Callable[[int], Watch] | None = None
    ) -> None:
        """watcher: gives for a diagram who is told where tokens go; of scenarios, which count what they covered."""
        self._database = database
        self._messages = messages
        self._watcher = watcher
        self._published: OrderedDict[int, Published] = OrderedDict()
        self._definitions: OrderedDict[int, Definition] = OrderedDict()
        self._lock = threading.Lock()

    def published(self, generation: int) -> Published:
        """Return what was published at `generation`. Raises NotLoaded when this process has not read it."""
        found = self._published.get(generation)
        if found is None:
            raise GenerationNotLoaded(generation)
        return found

    def definition(self, diagram_id: int) -> Definition:
        """Return the parsed diagram. Raises NotLoaded when this process has not parsed it."""
        found = self._definitions.get(diagram_id)
        if found is None:
            raise DiagramNotLoaded(diagram_id)
        return found

    def current(self) -> Published:
        """Return what is published now, reading it when it is new."""
        with self._database.read() as connection:
            generation = stored_rules.current_generation(connection)
        try:
            return self.published(generation)
        except NotLoaded as missing:
            self.load(missing)
            return self.published(generation)

    def load(self, missing: NotLoaded) -> None:
        """Read what was missing, without any lock of a case."""
        if isinstance(missing, DiagramNotLoaded):
            self._keep(self._definitions, missing.diagram_id, self._parse(missing.diagram_id), KEPT_DEFINITIONS)
        elif isinstance(missing, GenerationNotLoaded):
            self._keep(self._published, missing.generation, self._read(missing.generation), KEPT_GENERATIONS)
            published = self._published[missing.generation]
            for _definition_id, diagram_id in (*published.definitions.values(), *published.bound_definitions.values()):
                if diagram_id not in self._definitions:
                    self._keep(self._definitions, diagram_id, self._parse(diagram_id), KEPT_DEFINITIONS)

    def _keep(self, shelf: "OrderedDict[K, V]", key: K, value: V, most: int) -> None:
        with self._lock:
            shelf[key] = value
            while len(shelf) > most:
                shelf.popitem(last=False)

    def _parse(self, diagram_id: int) -> Definition:
        with self._database.read() as connection:
            row = stored_definitions.get_normalised(connection, diagram_id)
            if row is None:
                raise NotFound("definition_unknown", diagram=str(diagram_id))
            versions = stored_definitions.sources_of(connection, row.decision_ids)
            forms = stored_definitions.forms_of(connection, row.called_ids)
        called = {key: normalised_of(form) for key, form in forms.items()}
        said = (diagram_id, _said(row), *((key, form.id, _said(form)) for key, form in sorted(forms.items())))
        parsed = self._parsed.get(said)
        if parsed is None:
            parsed = parse(normalised_of(row), key=str(diagram_id), called=called)
            self._keep(self._parsed, said, parsed, KEPT_DEFINITIONS)
        if self._watcher is not None:
            watched = {"": diagram_id, **{key: form.id for key, form in forms.items()}}
            parsed = replace(parsed, watches={key: self._watcher(number) for key, number in watched.items()})
        if versions:
            parsed = replace(parsed, decisions=read_versions(versions))
        return replace(parsed, member_order=order_of_members(row.xml)) if OPENS_MEMBERS in row.xml else parsed

    def _read(self, generation: int) -> Published:
        with self._database.read() as connection:
            files = stored_rules.files_at(connection, generation)
            departments = stored_catalogue.list_departments(connection)
            groups = stored_catalogue.list_groups(connection)
            definitions = stored_definitions.in_force(connection)
            bound = stored_definitions.bound_diagrams(connection)
            forms = stored_definitions.deployed_forms(connection)
            decisions = stored_definitions.decisions_in_force(connection)
            kept = stored_calendars.resolved_calendars(connection)
            documents_of_calendars = calendar_loads.documents_of_calendars(connection)
            newest = {name: row.days for name, row in stored_calendars.current_calendars(connection).items()}
        contents = Contents(known=self._contents)
        rules = read_rules(files, contents)
        with self._database.read() as connection:
            codes = {member.matter_code for theme in rules.themes for member in theme.members}
            names = stored_catalogue.names_of_matters(connection, codes)
        hours = rules.time_rules.office_hours
        # Layers without a version say nothing, so many departments share few calendars.
        spoken = {row.id: tuple(filter(newest.__contains__, row.calendar_layers)) for row in departments}
        laid = {names: resolve_calendar(newest, names, hours=hours) for names in set(spoken.values())}
        calendars = {
            calendar_id: replace(resolve_calendar(layers, tuple(layers), hours=hours), id=calendar_id)
            for calendar_id, layers in kept.items()
        } | {calendar.id: calendar for calendar in laid.values()}
        tables = decision_versions(decisions)
        guidance = [row for row in decisions if row not in tables]
        versions = [
            contents.once(("form", row.key, row.version, _hash(row.source)), partial(_form, row)) for row in forms
        ]
        models = {row.key: contents.once(("dmn", row.key, _hash(row.source)), partial(_model, row)) for row in guidance}
        Library._contents = contents.kept()
        return Published(
            generation=generation,
            time_rules=rules.time_rules,
            calendars=calendars,
            layers=newest,
            departments={row.id: _facts(row, laid[spoken[row.id]].id) for row in departments},
            groups={(group.department_id, group.role): group.id for group in groups},
            forms={form.key: form for form in versions},
            form_versions={(form.key, form.version): form for form in versions},
            definitions={row.key: (row.definition_id, row.diagram_id) for row in definitions},
            themes={theme.code: theme.with_names(names) for theme in rules.themes},
            decisions={key: model for key, model in models.items() if model},
            decision_book=read_versions(tables) if tables else NO_DECISIONS,
            document_versions={document.kind: document.version for document in rules.documents},
            messages=self._messages,
            calendar_documents=documents_of_calendars,
            topics=rules.topics,
            signals=rules.signals,
            bound_definitions=bound,
        )


def _facts(department: DepartmentRow, calendar_id: str) -> DepartmentFacts:
    return DepartmentFacts(
        id=department.id,
        code=department.code,
        name_zh=department.name_zh,
        name_en=department.name_en,
        region_code=department.region_code,
        calendar_id=calendar_id,
        calendar_layers=department.calendar_layers,
    )


def _said(row: stored_definitions.NormalisedRow) -> Hashable:
    """Return what names an executable form by all that is parsed of it."""
    return (_hash(row.xml), row.process_id, row.start, tuple(sorted(row.origin.items())))


def _hash(source: bytes) -> bytes:
    return hashlib.sha256(source).digest()


def _form(row: stored_definitions.FormInForce) -> PublishedForm:
    return PublishedForm(key=row.key, version=row.version, schema=read_form(row.source))


def _model(row: stored_definitions.FormInForce) -> DecisionModel | None:
    return read_dmn(row.source, file=row.key).model
