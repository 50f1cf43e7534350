"""Check a package as a deployment of it would be checked: laid over everything that is in force."""

import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from app.catalogue.county_lists import CountyList, lists_by_county
from app.catalogue.files import parse_toml
from app.catalogue.list_lines import with_line
from app.catalogue.matter_checks import diagram_path
from app.catalogue.matters import read_matters
from app.catalogue.package import kind_of, open_package
from app.catalogue.themes import read_themes
from app.diagrams.reader import finding_item
from app.domain.actor import Actor
from app.domain.diagram import Finding
from app.domain.errors import DiagramRefused, InvalidInput
from app.domain.package import CHANGED, NEW, SAME, PackageFile
from app.runtime.context import Context
from app.runtime.decision_book import PREFIX
from app.runtime.decision_files import bind_again
from app.runtime.diagram_files import FolderDiagram
from app.runtime.folder_publishing import (
    publish_diagrams,
    publish_forms_and_decisions,
    publish_offerings,
    read_folders,
)
from app.storage.catalogue import list_departments, put_theme_members
from app.storage.definitions import decisions_in_force, deployed_forms, in_force, sources_of
from app.storage.rules import begin_generation, current_generation, files_at, publish_files
from app.storage.unit_of_work import UnitOfWork

BPMN, RULES = "bpmn/", "rules/"
THEME = "theme:"


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedPackage:
    """A package without errors, and what is published of it.

    base: the generation it was checked against. regions: of its matters and themes. lists: of every matter, as its
    county offers it; members: (theme, matter) of every theme.
    """

    base: int
    contents: Mapping[str, bytes]
    files: tuple[PackageFile, ...]
    regions: tuple[str, ...]
    findings: tuple[Finding, ...]
    diagrams: tuple[FolderDiagram, ...]
    lists: tuple[CountyList, ...]
    members: tuple[tuple[str, str], ...]


def check_package(context: Context, raw: bytes) -> CheckedPackage:
    """Check a package as a whole, with everything that is in force around it.

    Raises DiagramRefused `package_refused` with every error of the archive, of its files, and of what they break in
    others, each with file, line, element and remedy.
    """
    contents, found = open_package(raw)
    base, before = files_in_force(context)
    with _laid_out({**before, **contents}) as (rules_dir, bpmn_dir):
        diagrams, inside = read_folders(bpmn_dir, rules_dir)
        findings = [*found, *_check_scenarios(contents), *_told(inside, before, contents)]
        _refuse(findings)
        matters, themes = read_matters(rules_dir), read_themes(rules_dir)
    return CheckedPackage(
        base=base,
        contents=contents,
        files=tuple(_file(path, contents[path], before.get(path)) for path in sorted(contents)),
        regions=_regions_of(contents),
        findings=tuple(findings),
        diagrams=tuple(diagram for diagram in diagrams if diagram.path in contents),
        lists=tuple(lists_by_county(matters, themes)),
        members=tuple((theme.code, member.matter_code) for theme in themes for member in theme.members),
    )


def publish_package(uow: UnitOfWork, context: Context, checked: CheckedPackage, actor: Actor) -> int:
    """Publish every file of a package in one generation, and return its number.

    Whoever calls sees to it that nothing was published since the check.
    """
    generation = begin_generation(uow, by=actor.code)
    rules = {
        path.removeprefix(RULES): text.decode() for path, text in checked.contents.items() if path.startswith(RULES)
    }
    changed = publish_files(uow, generation, {**files_at(uow.connection, generation - 1), **rules})
    with _laid_out(checked.contents) as (rules_dir, _bpmn_dir):
        publish_forms_and_decisions(uow, context, rules_dir, actor)
    publish_diagrams(uow, context, checked.diagrams, actor)
    bind_again(uow, context)
    put_theme_members(uow, checked.members)
    departments = {item.code: item for item in list_departments(uow.connection)}
    lists = [item for item in checked.lists if not item.files.isdisjoint(changed)]
    publish_offerings(uow, context, lists, departments, changed)
    return generation


def files_in_force(context: Context) -> tuple[int, dict[str, bytes]]:
    """Return the generation, and every file of diagrams and rules as it is in force, path -> content, as in a package.

    What was deployed by itself since the last whole deployment counts as it was deployed.
    """
    with context.database.read() as connection:
        generation = current_generation(connection)
        rules, forms = files_at(connection, generation), deployed_forms(connection)
        decisions = decisions_in_force(connection)
        diagrams = sources_of(connection, [row.definition_id for row in in_force(connection)])
    found = {f"{RULES}{path}": text.encode() for path, text in rules.items()}
    found |= {f"{RULES}{_path_of_form(row.key)}": bytes(row.source) for row in forms}
    found |= {f"{RULES}{_path_of_decision(row.key)}": bytes(row.source) for row in decisions}
    found |= {f"{BPMN}{diagram_path(row.key)}": bytes(row.source) for row in diagrams}
    return generation, found


def _told(found: Iterable[Finding], before: Mapping[str, bytes], contents: Mapping[str, bytes]) -> Iterator[Finding]:
    """Yield what is wrong with a package where it will stand; what was wrong with others before is nobody's fault here."""
    named = [_from_root(item) for item in found]
    foreign = [item for item in named if item.file not in contents and item.severity == "error"]
    known: set[tuple[str, ...]] = set()
    if foreign:
        with _laid_out(before) as (rules_dir, bpmn_dir):
            known = {_identity(_from_root(item)) for item in read_folders(bpmn_dir, rules_dir)[1]}
    for item in named:
        if item.file in contents:
            yield with_line(item, contents[item.file]) if kind_of(item.file) == "matter" else item
        elif item.severity == "error" and _identity(item) not in known:
            yield item


def _from_root(item: Finding) -> Finding:
    """Return a finding under the name its file has in a package."""
    return item if item.file.startswith(BPMN) else replace(item, file=RULES + item.file)


def _check_scenarios(contents: Mapping[str, bytes]) -> Iterator[Finding]:
    """Those beside diagrams are no rule files; that they can be read is all that is asked of them."""
    for path in sorted(contents):
        if path.startswith(BPMN) and kind_of(path) == "scenario":
            try:
                parse_toml(path, contents[path])
            except InvalidInput as refused:
                for item in refused.items:
                    yield Finding(severity="error", code=str(item["code"]), file=path, line=int(str(item["line"])))


def _identity(item: Finding) -> tuple[str, ...]:
    return item.code, item.file, item.element, str(sorted((name, str(value)) for name, value in item.facts.items()))


@contextmanager
def _laid_out(files: Mapping[str, bytes]) -> Iterator[tuple[Path, Path]]:
    """Lay files out in a folder that is removed again; yield the folders of rules and of diagrams."""
    with tempfile.TemporaryDirectory(prefix="lianban-") as folder:
        rules_dir, bpmn_dir = Path(folder, "rules"), Path(folder, "bpmn")
        rules_dir.mkdir()
        bpmn_dir.mkdir()
        for path, content in files.items():
            target = Path(folder, path)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
        yield rules_dir, bpmn_dir


def _file(path: str, content: bytes, before: bytes | None) -> PackageFile:
    change = NEW if before is None else SAME if before == content else CHANGED
    return PackageFile(path=path, kind=kind_of(path), change=change)


def _regions_of(contents: Mapping[str, bytes]) -> tuple[str, ...]:
    """Return the regions the matters and themes of a package are offered in."""
    regions: set[str] = set()
    for path, content in contents.items():
        if kind_of(path) == "matter" or path.endswith("/theme.toml"):
            regions.update(str(code) for code in parse_toml(path, content).fields.get("regions", ()))
        elif "/counties/" in path:
            regions.add(Path(path).stem)
    return tuple(sorted(regions))


def _path_of_form(key: str) -> str:
    return f"themes/{key.split(':')[1]}/form.json" if key.startswith(THEME) else f"forms/{key}.json"


def _path_of_decision(key: str) -> str:
    return (
        f"themes/{key.split(':')[1]}/guidance.dmn"
        if key.startswith(THEME)
        else f"decisions/{key.removeprefix(PREFIX)}.dmn"
    )


def _refuse(findings: Iterable[Finding]) -> None:
    faults = tuple(finding_item(item) for item in findings if item.severity == "error")
    if faults:
        raise DiagramRefused("package_refused", items=faults, count=len(faults))
