"""Deploy a folder of diagrams and rules (部署): everything is checked first; then all of it is published, or nothing."""

from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from app.catalogue.calendars import read_calendars
from app.catalogue.county_lists import lists_by_county
from app.catalogue.matters import read_matters
from app.catalogue.organisation import read_departments, read_regions, read_roles
from app.catalogue.themes import read_themes
from app.catalogue.time_rules import read_time_rules
from app.diagrams.reader import finding_item
from app.domain.actor import Actor
from app.domain.calendar_layers import CalendarLayerVersion
from app.domain.calendar_upload import follow_files
from app.domain.diagram import Finding
from app.domain.errors import DiagramRefused
from app.runtime.calendar_progress import carry_on
from app.runtime.calendar_publishing import keep_current, plan_versions, publish_versions
from app.runtime.context import Context
from app.runtime.decision_files import (
    bind_again,
)
from app.runtime.diagram_files import diagram_key
from app.runtime.folder_publishing import (
    publish_diagrams,
    publish_forms_and_decisions,
    publish_offerings,
    read_folders,
    rule_files,
)
from app.runtime.kept_packages import kept_files, with_packages
from app.runtime.packages import RULES
from app.runtime.theme_files import of_theme
from app.storage.calendars import add_calendar_version, current_calendars
from app.storage.catalogue import (
    DepartmentRow,
    RegionRow,
    list_departments,
    put_departments,
    put_groups,
    put_regions,
    put_theme_members,
)
from app.storage.definitions import list_versions
from app.storage.rules import begin_generation, current_generation, files_at, publish_files
from app.storage.unit_of_work import UnitOfWork

PREFECTURE = "422800"
RECOUNT_S = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployment:
    """What a deployment published. changed: rule files that are new or differ; findings: warnings and notes."""

    generation: int
    changed: tuple[str, ...]
    definitions: int
    offerings: int
    findings: tuple[Finding, ...]


def deploy_rules(context: Context, *, bpmn_dir: Path, rules_dir: Path, actor: Actor) -> Deployment:
    """Publish all diagrams and rules of two folders as one deployment.

    A file with the content it had makes no new version; a diagram that calls one with a new version calls that from now
    on. What a package brought stays until the folders bring something new for it. Raises DiagramRefused
    `definition_refused` with every error of every file; nothing is published then.
    """
    with with_packages(context, bpmn_dir, rules_dir) as (drawn, written):
        deployment, load_id = _deploy(context, drawn, written, actor)
    if load_id is not None:
        carry_on(context, load_id, budget_s=RECOUNT_S)
    return deployment


def _deploy(context: Context, bpmn_dir: Path, rules_dir: Path, actor: Actor) -> tuple[Deployment, int | None]:
    diagrams, findings = read_folders(bpmn_dir, rules_dir)
    faults = [item for item in findings if item.severity == "error"]
    if faults:
        items = tuple(finding_item(item) for item in faults)
        raise DiagramRefused("definition_refused", items=items, count=len(items))
    matters, themes = read_matters(rules_dir), read_themes(rules_dir)
    with context.database.write() as uow:
        generation = begin_generation(uow, by=actor.code)
        changed = publish_files(uow, generation, dict(rule_files(rules_dir)))
        departments = _publish_organisation(uow, context, rules_dir)
        load_id = _publish_calendars(uow, context, rules_dir, changed, actor)
        publish_forms_and_decisions(uow, context, rules_dir, actor)
        publish_diagrams(uow, context, diagrams, actor)
        bind_again(uow, context)
        put_theme_members(uow, [(theme.code, member.matter_code) for theme in themes for member in theme.members])
        offerings = publish_offerings(uow, context, lists_by_county(matters, themes), departments, changed)
    deployment = Deployment(
        generation=generation,
        changed=changed,
        definitions=len(diagrams),
        offerings=offerings,
        findings=tuple(findings),
    )
    return deployment, load_id


def has_changed(context: Context, *, bpmn_dir: Path, rules_dir: Path) -> bool:
    """Say whether the folders hold anything that is not published yet; a quick look before a deployment."""
    kept = kept_files(context, bpmn_dir, rules_dir)
    with context.database.read() as connection:
        generation = current_generation(connection)
        packaged = {path.removeprefix(RULES): text.decode() for path, text in kept.items() if path.startswith(RULES)}
        if not generation or files_at(connection, generation) != {**dict(rule_files(rules_dir)), **packaged}:
            return True
        deployed = {(row.key, bytes(row.source)) for row in list_versions(connection) if row.state == "deployed"}
    return any((diagram_key(path, bpmn_dir), path.read_bytes()) not in deployed for path in bpmn_dir.rglob("*.bpmn"))


def check_folders(bpmn_dir: Path, rules_dir: Path, *, theme: str = "") -> tuple[Finding, ...]:
    """Return every finding of two folders; publishes nothing. theme: only what concerns the theme of this code."""
    findings = tuple(read_folders(bpmn_dir, rules_dir)[1])
    return of_theme(rules_dir, theme, findings) if theme else findings


def check_path(path: Path) -> tuple[Finding, ...]:
    """Return every finding about a folder with `bpmn` and `rules`, or about the theme whose folder below them it is."""
    place = path.resolve()
    theme = place.name if place.parent.name == "themes" else ""
    root = place.parents[2] if theme else place
    return check_folders(root / "bpmn", root / "rules", theme=theme)


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
