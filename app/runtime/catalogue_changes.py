"""Check a change set (变更包) as a deployment of it would be checked: laid over the folders of rules and diagrams."""

import re
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from app.catalogue.checker import check_rules
from app.catalogue.files import RuleFile, fault, parse_toml, read_folder
from app.catalogue.list_lines import with_line
from app.catalogue.matter_checks import FOLDERS, diagram_path
from app.catalogue.matters import MatterFile, definition_key_of, matter_of
from app.catalogue.promises import promises_of
from app.diagrams.checks import call_circle, steps_longer_than_promise
from app.diagrams.reader import finding_item
from app.domain.diagram import Finding, Normalised, Published
from app.domain.errors import DiagramRefused, InvalidInput
from app.runtime.called_processes import DeployedProcesses, deployed_processes
from app.runtime.context import Context
from app.runtime.decision_book import names_of
from app.runtime.decision_files import published_with
from app.runtime.definitions import check_executable
from app.settings import Settings
from app.storage.catalogue import changed_offerings, list_departments
from app.storage.catalogue_changes import lists_in_force

NAME = re.compile(r"[a-z0-9]+(?:[-_][a-z0-9]+)*")
LONGEST_NAME = 50
# A diagram that stays was checked when it was deployed. New is what the list alone does to it: it promises less now, or
# leads a matter the diagram opens back to it.
OF_THE_LIST = frozenset({steps_longer_than_promise.CODE, call_circle.CODE})
UNNAMED = "matters/uploaded/list.toml"


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedChange:
    """A change set without faults. normalised: of its own diagram, None where a deployed one stays."""

    path: str
    matter: MatterFile
    normalised: Normalised | None
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedRules:
    """What the database has published besides the files.

    lists: code -> path and source, of matters whose list came with a change set. departments: codes. forms: keys
    of those a case can be opened with. decisions: ids and names of the deployed ones. processes: the deployed diagrams.
    """

    lists: Mapping[str, tuple[str, bytes]]
    departments: frozenset[str]
    forms: frozenset[str]
    decisions: frozenset[str]
    processes: DeployedProcesses


def published_rules(context: Context) -> PublishedRules:
    """Read what is published now. A list that a later deployment of its file replaced counts no more."""
    library = context.library.current()
    with context.database.read() as connection:
        changed = {matter_code for matter_code, _region in changed_offerings(connection)}
        return PublishedRules(
            lists={code: found for code, found in lists_in_force(connection).items() if code in changed},
            departments=frozenset(item.code for item in list_departments(connection)),
            forms=frozenset(library.forms),
            decisions=names_of(library.decision_book),
            processes=deployed_processes(connection),
        )


def check_change(
    settings: Settings,
    *,
    list_source: bytes,
    diagram: bytes | None,
    kept: bytes | None,
    known: PublishedRules,
) -> CheckedChange:
    """Check list and diagram together, with everything that is shipped around them and what was published since.

    kept: the deployed diagram that stays, as drawn.
    Raises DiagramRefused `change_set_refused` with every fault, each with file, line and remedy.
    """
    file = _read_list(settings, list_source)
    _refuse(with_line(item, list_source) if item.file == file.path else item for item in _check_names(file))
    with tempfile.TemporaryDirectory(prefix="lianban-") as folder:
        rules, bpmn = Path(folder, "rules"), Path(folder, "bpmn")
        shutil.copytree(settings.rules_dir, rules, ignore=shutil.ignore_patterns("messages"))
        shutil.copytree(settings.bpmn_dir, bpmn)
        for code, (path, source) in known.lists.items():
            if code != file.fields["code"]:
                _write(rules / path, source)
        _write(rules / file.path, list_source)
        drawn = diagram_path(definition_key_of(file))
        _write(bpmn / drawn, diagram or kept or b"")
        judged = (
            *check_rules(rules, bpmn, more_departments=known.departments),
            *_check_form(file, rules, known.forms),
        )
        findings = [
            with_line(item, list_source) if item.file == file.path else item for item in _own_first(judged, file)
        ]
        published = replace(
            published_with(rules, known.decisions, known.processes.calls()),
            promises=promises_of(file),
            own_key=definition_key_of(file),
        )
        normalised, found = _check_drawing(diagram or kept or b"", f"bpmn/{drawn}", published, known.processes)
        findings.extend(item for item in found if diagram or item.code in OF_THE_LIST)
    _refuse(findings)
    return CheckedChange(
        path=file.path,
        matter=matter_of(file),
        normalised=normalised if diagram else None,
        findings=tuple(findings),
    )


def _own_first(findings: tuple[Finding, ...], file: RuleFile) -> tuple[Finding, ...]:
    """Return the findings about the list alone where it has errors: what others miss then follows from them."""
    own = tuple(item for item in findings if item.file == file.path)
    return own if any(item.severity == "error" for item in own) else findings


def _check_form(file: RuleFile, rules: Path, forms: frozenset[str]) -> Iterator[Finding]:
    """A form that is shipped but was never deployed opens no case."""
    form = str(file.fields.get("form", ""))
    if form and form not in forms and (rules / "forms" / f"{form}.json").is_file():
        yield fault("matter-form", file.path, form=form)


def _check_drawing(
    source: bytes, file: str, published: Published, processes: DeployedProcesses
) -> tuple[Normalised | None, tuple[Finding, ...]]:
    """Check the diagram; one that cannot be opened is a fault among the others."""
    try:
        return check_executable(source, file=file, published=published, deployed=processes)
    except DiagramRefused as refused:
        return None, tuple(
            Finding(severity="error", code=str(item["code"]), file=file, line=int(str(item.get("line", 0))))
            for item in refused.items
        )


def _refuse(findings: Iterable[Finding]) -> None:
    faults = tuple(finding_item(item) for item in findings if item.severity == "error")
    if faults:
        raise DiagramRefused("change_set_refused", items=faults, count=len(faults))


def _read_list(settings: Settings, source: bytes) -> RuleFile:
    """Read the list under the path it has, or would have, among the rule files."""
    try:
        file = parse_toml(UNNAMED, source)
    except InvalidInput as refused:
        raise DiagramRefused("change_set_refused", items=refused.items, count=len(refused.items)) from refused
    code, department = file.fields.get("code"), file.fields.get("department")
    for shipped in read_folder(settings.rules_dir, "matters/*/*.toml"):
        if shipped.fields.get("code") == code:
            return replace(file, path=shipped.path)
    if _is_name(code) and _is_name(department):
        return replace(file, path=f"matters/{department}/{code}.toml")
    return file


def _check_names(file: RuleFile) -> Iterator[Finding]:
    """Names that become parts of paths are plain; nothing else of the list is looked at before."""
    for name in ("code", "department"):
        if not _is_name(file.fields.get(name)):
            yield fault("matter-field", file.path, name=name)
    kind, _, name = definition_key_of(file).partition(":")
    if kind not in FOLDERS or not _is_name(name):
        yield fault("matter-definition", file.path, definition=definition_key_of(file)[:LONGEST_NAME])


def _is_name(value: object) -> bool:
    return isinstance(value, str) and len(value) <= LONGEST_NAME and NAME.fullmatch(value) is not None


def _write(path: Path, source: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(source)
