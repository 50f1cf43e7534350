"""Read folders of diagrams and rules as a deployment reads them, and publish what they say of diagrams, forms and lists."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import orjson

from app.catalogue.checker import check_rules
from app.catalogue.county_lists import CountyList
from app.catalogue.promises import read_promises
from app.diagrams.reader import finding_item
from app.domain.actor import Actor
from app.domain.diagram import Calls, Finding
from app.runtime.called_processes import deployed_processes
from app.runtime.context import Context
from app.runtime.decision_files import check_decision_files, decision_files, deployed_decisions, published_with
from app.runtime.definitions import normalised_row
from app.runtime.diagram_files import FolderDiagram, read_diagram_files
from app.runtime.theme_files import check_theme_files
from app.storage.catalogue import DepartmentRow, changed_offerings, publish_offering
from app.storage.definitions import NewDefinition, add_normalised, add_version
from app.storage.unit_of_work import UnitOfWork

TEXT_SUFFIXES = (".toml", ".json", ".dmn", ".csv", ".typ")
PREFECTURE = "422800"
MALFORMED = "toml-malformed"
NO_CALLS: Mapping[str, Calls] = {}


def read_folders(bpmn_dir: Path, rules_dir: Path) -> tuple[list[FolderDiagram], list[Finding]]:
    """Return the diagrams that can be opened, and every finding of diagrams and rules; publishes nothing."""
    findings = list(check_rules(rules_dir, bpmn_dir))
    if any(item.code == MALFORMED for item in findings):
        return [], findings
    decisions, found = check_decision_files(rules_dir)
    findings.extend(found)
    published = published_with(rules_dir, decisions, NO_CALLS)
    diagrams, of_diagrams = read_diagram_files(bpmn_dir, published, read_promises(rules_dir))
    findings.extend(of_diagrams)
    findings.extend(check_theme_files(rules_dir, bpmn_dir))
    return diagrams, findings


def rule_files(rules_dir: Path) -> Iterator[tuple[str, str]]:
    """Yield the rule files that are published, path below `rules/` -> text; the sentences are read from the folder."""
    for path in sorted(rules_dir.rglob("*")):
        name = path.relative_to(rules_dir).as_posix()
        if path.suffix in TEXT_SUFFIXES and not name.startswith("messages/"):
            yield name, path.read_text(encoding="utf-8")


def publish_diagrams(uow: UnitOfWork, context: Context, diagrams: Iterable[FolderDiagram], actor: Actor) -> None:
    """Deploy diagrams, each bound to those before it that it calls; one with the content it had stays the version it is."""
    decisions, processes = deployed_decisions(uow), deployed_processes(uow.connection)
    for diagram in diagrams:
        new = NewDefinition(
            id=context.ids.next_id(PREFECTURE),
            key=diagram.key,
            kind="bpmn",
            source=diagram.source,
            findings=orjson.dumps([finding_item(item) for item in diagram.findings]).decode(),
        )
        row = add_version(uow, new, by=actor.code)
        form = normalised_row(context, row, diagram.normalised, decisions=decisions, processes=processes)
        processes = processes.with_form(diagram.key, replace(form, id=add_normalised(uow, form)))


def publish_forms_and_decisions(uow: UnitOfWork, context: Context, rules_dir: Path, actor: Actor) -> None:
    """Publish forms and decision files; a theme's own stand under `theme:<code>`, the others under `decision:<name>`."""
    found = [(path.stem, "form", path) for path in sorted((rules_dir / "forms").glob("*.json"))]
    found.extend((key, "dmn", path) for key, path in decision_files(rules_dir))
    for path in sorted((rules_dir / "themes").glob("*/*")):
        if path.name in ("form.json", "guidance.dmn"):
            kind = "form" if path.suffix == ".json" else "dmn"
            found.append((f"theme:{path.parent.name}:{kind}", kind, path))
    for key, kind, path in found:
        new = NewDefinition(id=context.ids.next_id(PREFECTURE), key=key, kind=kind, source=path.read_bytes())
        add_version(uow, new, by=actor.code)


def publish_offerings(
    uow: UnitOfWork,
    context: Context,
    lists: Iterable[CountyList],
    departments: dict[str, DepartmentRow],
    changed: tuple[str, ...],
) -> int:
    """Publish the lists; one that came with a change set stays in force until a file it comes from changes."""
    count, kept = 0, changed_offerings(uow.connection)
    for listed in lists:
        count += 1
        matter, region = listed.matter, listed.region_code
        if (matter.code, region) in kept and listed.files.isdisjoint(changed):
            continue
        department = departments[f"{region}-{matter.department}"]
        offering = matter.offer(region_code=region, department_id=department.id, department_code=department.code)
        publish_offering(uow, replace(offering, offering_id=context.ids.next_id(region)))
    return count
