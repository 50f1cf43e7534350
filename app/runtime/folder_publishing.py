"""Read folders of diagrams and rules as a deployment reads them, and publish what they say of diagrams, forms and lists."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import orjson

from app.catalogue.checker import check_rules
from app.catalogue.county_lists import CountyList
from app.catalogue.promises import read_promises
from app.diagrams.reader import finding_item, finding_of
from app.domain.actor import Actor
from app.domain.diagram import Finding, Normalised
from app.domain.errors import DiagramRefused
from app.runtime.context import Context
from app.runtime.decision_book import DeployedDecisions
from app.runtime.decision_files import check_decision_files, decision_files, published_with
from app.runtime.definitions import check_executable, normalised_row, try_out
from app.runtime.theme_files import check_theme_files
from app.storage.catalogue import DepartmentRow, changed_offerings, publish_offering
from app.storage.definitions import NewDefinition, add_normalised, add_version
from app.storage.unit_of_work import UnitOfWork

TEXT_SUFFIXES = (".toml", ".json", ".dmn", ".csv", ".typ")
PREFECTURE = "422800"
MALFORMED = "toml-malformed"


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderDiagram:
    """A diagram of a folder. path: of its file, from `bpmn/` on."""

    key: str
    path: str
    source: bytes
    normalised: Normalised
    findings: tuple[Finding, ...]


def read_folders(bpmn_dir: Path, rules_dir: Path) -> tuple[list[FolderDiagram], list[Finding]]:
    """Return the diagrams that can be opened, and every finding of diagrams and rules; publishes nothing."""
    findings = list(check_rules(rules_dir, bpmn_dir))
    if any(item.code == MALFORMED for item in findings):
        return [], findings
    decisions, found = check_decision_files(rules_dir)
    findings.extend(found)
    published, promises = published_with(rules_dir, bpmn_dir, decisions), read_promises(rules_dir)
    diagrams = []
    for path in sorted(bpmn_dir.rglob("*.bpmn")):
        source, file, key = path.read_bytes(), path.relative_to(bpmn_dir.parent).as_posix(), diagram_key(path, bpmn_dir)
        known = replace(published, promises=promises.get(key, ()))
        try:
            normalised, found = check_executable(source, file=file, published=known)
        except DiagramRefused as refused:
            findings.extend(finding_of(item, file) for item in refused.items)
            continue
        if normalised.is_deployable:
            found = (*found, *try_out(normalised, file=file))
        diagrams.append(FolderDiagram(key=key, path=file, source=source, normalised=normalised, findings=found))
        findings.extend(found)
    findings.extend(check_theme_files(rules_dir, bpmn_dir))
    return diagrams, findings


def diagram_key(path: Path, bpmn_dir: Path) -> str:
    """Return the key of a diagram: `pattern:<name>`, `theme:<code>`, `matter:<code>` or `process:<name>`."""
    kind, name, *_ = path.relative_to(bpmn_dir).parts
    return f"{kind.removesuffix('s').removesuffix('se') if kind != 'processes' else 'process'}:{name}"


def rule_files(rules_dir: Path) -> Iterator[tuple[str, str]]:
    """Yield the rule files that are published, path below `rules/` -> text; the sentences are read from the folder."""
    for path in sorted(rules_dir.rglob("*")):
        name = path.relative_to(rules_dir).as_posix()
        if path.suffix in TEXT_SUFFIXES and not name.startswith("messages/"):
            yield name, path.read_text(encoding="utf-8")


def publish_diagram(
    uow: UnitOfWork, context: Context, diagram: FolderDiagram, deployed: DeployedDecisions, actor: Actor
) -> None:
    """Deploy a diagram; one with the content it had stays the version it is."""
    findings = orjson.dumps([finding_item(item) for item in diagram.findings]).decode()
    row = add_version(
        uow,
        NewDefinition(
            id=context.ids.next_id(PREFECTURE),
            key=diagram.key,
            kind="bpmn",
            source=diagram.source,
            findings=findings,
        ),
        by=actor.code,
    )
    add_normalised(uow, normalised_row(context, row.id, row.sha256, diagram.normalised, deployed))


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
