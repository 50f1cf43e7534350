"""Deploy a folder of diagrams and rules (部署): everything is checked first; then all of it is published, or nothing."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

import orjson

from app.catalogue.calendars import read_calendars
from app.catalogue.checker import check_rules
from app.catalogue.county_lists import CountyList, lists_by_county
from app.catalogue.matters import read_matters
from app.catalogue.organisation import read_departments, read_regions, read_roles
from app.catalogue.promises import read_promises
from app.catalogue.themes import read_themes
from app.catalogue.time_rules import read_time_rules
from app.diagrams.reader import finding_item, finding_of
from app.domain.actor import Actor
from app.domain.calendar_layers import CalendarLayerVersion
from app.domain.calendar_upload import follow_files
from app.domain.diagram import Finding, Normalised
from app.domain.errors import DiagramRefused
from app.runtime.calendar_progress import carry_on
from app.runtime.calendar_publishing import keep_current, plan_versions, publish_versions
from app.runtime.context import Context
from app.runtime.decision_book import DeployedDecisions
from app.runtime.decision_files import (
    bind_again,
    check_decision_files,
    decision_files,
    deployed_decisions,
    published_with,
)
from app.runtime.definitions import check_executable, normalised_row, try_out
from app.runtime.theme_files import check_theme_files, of_theme
from app.storage.calendars import add_calendar_version, current_calendars
from app.storage.catalogue import (
    DepartmentRow,
    RegionRow,
    changed_offerings,
    list_departments,
    publish_offering,
    put_departments,
    put_groups,
    put_regions,
    put_theme_members,
)
from app.storage.definitions import NewDefinition, add_normalised, add_version, list_versions
from app.storage.rules import begin_generation, current_generation, files_at, publish_files
from app.storage.unit_of_work import UnitOfWork

TEXT_SUFFIXES = (".toml", ".json", ".dmn", ".csv", ".typ")
PREFECTURE = "422800"
MALFORMED = "toml-malformed"
RECOUNT_S = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployment:
    """What a deployment published. changed: rule files that are new or differ; findings: warnings and notes."""

    generation: int
    changed: tuple[str, ...]
    definitions: int
    offerings: int
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Diagram:
    key: str
    source: bytes
    normalised: Normalised
    findings: tuple[Finding, ...]


def deploy_rules(context: Context, *, bpmn_dir: Path, rules_dir: Path, actor: Actor) -> Deployment:
    """Publish all diagrams and rules of two folders as one deployment.

    A file with the content it had makes no new version. Raises DiagramRefused `definition_refused` with every error of
    every file; nothing is published then.
    """
    diagrams, findings = _read(bpmn_dir, rules_dir)
    faults = [item for item in findings if item.severity == "error"]
    if faults:
        items = tuple(finding_item(item) for item in faults)
        raise DiagramRefused("definition_refused", items=items, count=len(items))
    matters, themes = read_matters(rules_dir), read_themes(rules_dir)
    with context.database.write() as uow:
        generation = begin_generation(uow, by=actor.code)
        changed = publish_files(uow, generation, dict(_rule_files(rules_dir)))
        departments = _publish_organisation(uow, context, rules_dir)
        load_id = _publish_calendars(uow, context, rules_dir, changed, actor)
        _publish_definitions(uow, context, rules_dir, actor)
        deployed = deployed_decisions(uow)
        for diagram in diagrams:
            _publish_diagram(uow, context, diagram, deployed, actor)
        bind_again(uow, context)
        put_theme_members(uow, [(theme.code, member.matter_code) for theme in themes for member in theme.members])
        offerings = _publish_offerings(uow, context, lists_by_county(matters, themes), departments, changed)
    if load_id is not None:
        carry_on(context, load_id, budget_s=RECOUNT_S)
    return Deployment(
        generation=generation,
        changed=changed,
        definitions=len(diagrams),
        offerings=offerings,
        findings=tuple(findings),
    )


def has_changed(context: Context, *, bpmn_dir: Path, rules_dir: Path) -> bool:
    """Say whether the folders hold anything that is not published yet; a quick look before a deployment."""
    with context.database.read() as connection:
        generation = current_generation(connection)
        if not generation or files_at(connection, generation) != dict(_rule_files(rules_dir)):
            return True
        deployed = {(row.key, bytes(row.source)) for row in list_versions(connection) if row.state == "deployed"}
    return any((diagram_key(path, bpmn_dir), path.read_bytes()) not in deployed for path in bpmn_dir.rglob("*.bpmn"))


def check_folders(bpmn_dir: Path, rules_dir: Path, *, theme: str = "") -> tuple[Finding, ...]:
    """Return every finding of two folders; publishes nothing. theme: only what concerns the theme of this code."""
    findings = tuple(_read(bpmn_dir, rules_dir)[1])
    return of_theme(rules_dir, theme, findings) if theme else findings


def check_path(path: Path) -> tuple[Finding, ...]:
    """Return every finding about a folder with `bpmn` and `rules`, or about the theme whose folder below them it is."""
    place = path.resolve()
    theme = place.name if place.parent.name == "themes" else ""
    root = place.parents[2] if theme else place
    return check_folders(root / "bpmn", root / "rules", theme=theme)


def _read(bpmn_dir: Path, rules_dir: Path) -> tuple[list[_Diagram], list[Finding]]:
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
        diagrams.append(_Diagram(key=key, source=source, normalised=normalised, findings=found))
        findings.extend(found)
    findings.extend(check_theme_files(rules_dir, bpmn_dir))
    return diagrams, findings


def diagram_key(path: Path, bpmn_dir: Path) -> str:
    """Return the key of a diagram: `pattern:<name>`, `theme:<code>`, `matter:<code>` or `process:<name>`."""
    kind, name, *_ = path.relative_to(bpmn_dir).parts
    return f"{kind.removesuffix('s').removesuffix('se') if kind != 'processes' else 'process'}:{name}"


def _rule_files(rules_dir: Path) -> Iterator[tuple[str, str]]:
    for path in sorted(rules_dir.rglob("*")):
        name = path.relative_to(rules_dir).as_posix()
        if path.suffix in TEXT_SUFFIXES and not name.startswith("messages/"):
            yield name, path.read_text(encoding="utf-8")


def _publish_organisation(uow: UnitOfWork, context: Context, rules_dir: Path) -> dict[str, DepartmentRow]:
    put_regions(
        uow,
        [
            RegionRow(
                code=item.code,
                name_zh=item.name_zh,
                name_en=item.name_en,
                level=item.level,
                parent_code=item.parent or None,
            )
            for item in read_regions(rules_dir)
        ],
    )
    put_departments(
        uow,
        [
            DepartmentRow(
                id=context.ids.next_id(PREFECTURE),
                code=item.code,
                name_zh=item.name_zh,
                name_en=item.name_en,
                region_code=item.region,
                kind=item.kind,
                calendar_layers=item.calendar_layers,
            )
            for item in read_departments(rules_dir)
        ],
    )
    departments = {item.code: item for item in list_departments(uow.connection)}
    for department in departments.values():
        put_groups(uow, department.id, sorted(read_roles(rules_dir) - {"applicant"}))
    return departments


def _publish_calendars(
    uow: UnitOfWork, context: Context, rules_dir: Path, changed: tuple[str, ...], actor: Actor
) -> int | None:
    """Publish what the files say about the layers. Returns the load that moves open clocks, None when none can move.

    An upload stays in force: of a layer that has versions only the years whose files changed are laid over it.
    """
    hours = read_time_rules(rules_dir).office_hours
    rows = current_calendars(uow.connection)
    versions: list[CalendarLayerVersion] = []
    for name, layer in read_calendars(rules_dir).items():
        known = rows.get(name)
        if known is None:
            versions.append(layer)
        elif (made := follow_files(known.days, layer, _changed_years(name, changed))) is not known.days:
            versions.append(made)
    if rows and versions:
        document = ", ".join(sorted(f"rules/calendars/{version.layer}" for version in versions))
        plan = plan_versions(uow.connection, versions, hours=hours)
        load_id = context.ids.next_id(PREFECTURE)
        publish_versions(uow, plan, versions, load_id=load_id, document=document, by=actor.code)
        return load_id
    for version in versions:
        add_calendar_version(uow, version, document=f"rules/calendars/{version.layer}", by=actor.code)
    keep_current(uow, current_calendars(uow.connection), hours=hours)
    return None


def _changed_years(layer: str, changed: tuple[str, ...]) -> frozenset[int]:
    paths = (PurePosixPath(name) for name in changed if name.startswith(f"calendars/{layer}/"))
    return frozenset(int(path.stem) for path in paths if path.stem.isdigit())


def _publish_diagram(
    uow: UnitOfWork, context: Context, diagram: _Diagram, deployed: DeployedDecisions, actor: Actor
) -> None:
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


def _publish_definitions(uow: UnitOfWork, context: Context, rules_dir: Path, actor: Actor) -> None:
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


def _publish_offerings(
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
