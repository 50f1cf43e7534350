"""Check all rule files together: every fault at once, with file and remedy."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from app.catalogue.files import fault, read_folder, read_json, read_toml
from app.catalogue.matter_checks import check_matters
from app.catalogue.matters import definition_key_of
from app.catalogue.organisation import (
    PEOPLE_FILE,
    DepartmentEntry,
    read_departments,
    read_operations,
    read_people,
    read_regions,
    read_roles,
)
from app.catalogue.signals import check_signals, read_signals
from app.catalogue.theme_checks import check_themes
from app.catalogue.time_rules import read_time_rules
from app.catalogue.topics import check_topics, read_topics
from app.domain.diagram import Finding, Published
from app.domain.errors import InvalidInput
from app.domain.form import read_form
from app.domain.vocabulary import ClockName

TEMPLATE = "template.typ"
STAFF = "staff"
CLOCKS = frozenset(name.value for name in ClockName)


def check_rules(
    rules_dir: Path, bpmn_dir: Path, *, more_departments: frozenset[str] = frozenset()
) -> tuple[Finding, ...]:
    """Return every fault of the rule files: unknown names, impossible limits, forms that cannot be read.

    more_departments: codes that exist besides those of the files.
    While a TOML file cannot be read at all, only such files are reported: what refers to their names cannot be judged.
    """
    malformed = tuple(_check_syntax(rules_dir))
    if malformed:
        return malformed
    departments = read_departments(rules_dir)
    return (
        *_check_forms(rules_dir),
        *_check_organisation(rules_dir, departments),
        *_check_documents(rules_dir),
        *check_topics(rules_dir, read_roles(rules_dir)),
        *check_signals(rules_dir),
        *check_matters(rules_dir, bpmn_dir, {item.code for item in departments} | more_departments),
        *check_themes(rules_dir, bpmn_dir, {item.code for item in departments}),
    )


def published_names(rules_dir: Path) -> Published:
    """Return the names diagrams may refer to. Raises InvalidInput `rules_refused` for a TOML file that is malformed."""
    forms = {path.stem: _fields(path) for path in (rules_dir / "forms").glob("*.json")}
    matters = tuple(read_folder(rules_dir, "matters/*/*.toml"))
    return Published(
        roles=read_roles(rules_dir),
        forms=forms,
        operations=read_operations(rules_dir),
        matters=frozenset(str(matter.fields.get("code", "")) for matter in matters),
        clocks=CLOCKS | frozenset(read_time_rules(rules_dir).limits),
        departments=frozenset(item.code for item in read_departments(rules_dir)),
        topics={code: frozenset(topic.gives) for code, topic in read_topics(rules_dir).items()},
        signals=frozenset(name for name, signal in read_signals(rules_dir).items() if signal.is_carried),
        matter_keys={str(matter.fields.get("code", "")): definition_key_of(matter) for matter in matters},
    )


def _fields(path: Path) -> frozenset[str]:
    try:
        return frozenset(read_form(path.read_bytes()).field_names)
    except InvalidInput:
        return frozenset()


def _check_syntax(rules_dir: Path) -> Iterator[Finding]:
    for path in sorted(rules_dir.rglob("*.toml")):
        try:
            read_toml(rules_dir, path)
        except InvalidInput as refused:
            for item in refused.items:
                yield Finding(
                    severity="error", code=str(item["code"]), file=str(item["file"]), line=int(str(item["line"]))
                )


def _check_forms(rules_dir: Path) -> Iterator[Finding]:
    for path in sorted([*(rules_dir / "forms").glob("*.json"), *(rules_dir / "themes").glob("*/form.json")]):
        try:
            read_form(path.read_bytes())
        except InvalidInput as refused:
            file = read_json(rules_dir, path)
            for item in refused.items:
                pointer = str(item.get("pointer", ""))
                yield fault("form-refused", file, at=pointer, pointer=pointer, reason=str(item.get("code", "")))


def _check_organisation(rules_dir: Path, departments: tuple[DepartmentEntry, ...]) -> Iterator[Finding]:
    regions = {item.code for item in read_regions(rules_dir)}
    file = read_toml(rules_dir, rules_dir / "regions.toml")
    for number, region in enumerate(read_regions(rules_dir)):
        if region.parent and region.parent not in regions:
            yield fault("region-unknown", file, at=f"/region/{number}/parent", region=region.parent)
    file = read_toml(rules_dir, rules_dir / "departments.toml")
    for number, department in enumerate(departments):
        if department.region not in regions:
            yield fault("region-unknown", file, at=f"/department/{number}/region", region=department.region)
    yield from _check_people(rules_dir, {item.code for item in departments})


def _check_people(rules_dir: Path, departments: set[str]) -> Iterator[Finding]:
    people, roles = read_people(rules_dir), read_roles(rules_dir)
    if not people:
        return
    file = read_toml(rules_dir, rules_dir / PEOPLE_FILE)
    times = Counter(person.login for person in people)
    for number, person in enumerate(people):
        at, login = f"/person/{number}", person.login
        if times[login] > 1:
            times[login] = 0
            yield fault("person-twice", file, at=f"{at}/login", login=login)
        if person.kind == STAFF and person.department not in departments:
            yield fault(
                "person-department", file, at=f"{at}/department", login=login, department=person.department or "-"
            )
        for role in person.roles:
            if role not in roles:
                yield fault("person-role", file, at=f"{at}/roles", login=login, role=role)


def _check_documents(rules_dir: Path) -> Iterator[Finding]:
    for file in read_folder(rules_dir, "documents/*/document.toml"):
        folder = (rules_dir / file.path).parent
        missing = [name for name in ("kind", "version", "title") if name not in file.fields]
        if missing or file.fields["kind"] != folder.name or not (folder / TEMPLATE).is_file():
            yield fault("document-incomplete", file, kind=folder.name)
