"""Check all rule files together: every fault at once, with file and remedy."""

from collections.abc import Iterator
from pathlib import Path

from app.catalogue.files import fault
from app.catalogue.matters import MatterFile, read_matters
from app.catalogue.organisation import read_departments, read_operations, read_roles
from app.catalogue.themes import read_themes
from app.catalogue.time_rules import read_time_rules
from app.domain.diagram import Finding, Published
from app.domain.errors import InvalidInput
from app.domain.form import read_form
from app.domain.limit import TimeLimit, parse_limit
from app.domain.vocabulary import ClockName, LimitUnit

IMPL_CODE_LENGTH = 31
LICENCE = "01"
CLOCKS = frozenset(name.value for name in ClockName)


def check_rules(rules_dir: Path, bpmn_dir: Path) -> tuple[Finding, ...]:
    """Return every fault of the rule files: unknown names, impossible limits, forms that cannot be read."""
    return (
        *_check_forms(rules_dir),
        *(item for matter in read_matters(rules_dir) for item in _check_matter(matter, rules_dir, bpmn_dir)),
        *_check_themes(rules_dir),
    )


def published_names(rules_dir: Path, bpmn_dir: Path) -> Published:
    """Return the names diagrams may refer to."""
    forms = {path.stem: _fields(path) for path in (rules_dir / "forms").glob("*.json")}
    return Published(
        roles=read_roles(rules_dir),
        forms=forms,
        operations=read_operations(rules_dir),
        matters=frozenset(matter.code for matter in read_matters(rules_dir)),
        clocks=CLOCKS | frozenset(read_time_rules(rules_dir).limits),
        departments=frozenset(item.code for item in read_departments(rules_dir)),
        processes=frozenset(path.parent.name for path in bpmn_dir.rglob("*.bpmn")),
    )


def _fields(path: Path) -> frozenset[str]:
    try:
        return frozenset(read_form(path.read_bytes()).field_names)
    except InvalidInput:
        return frozenset()


def _check_forms(rules_dir: Path) -> Iterator[Finding]:
    for path in sorted([*(rules_dir / "forms").glob("*.json"), *(rules_dir / "themes").glob("*/form.json")]):
        try:
            read_form(path.read_bytes())
        except InvalidInput as refused:
            for item in refused.items:
                yield fault(
                    "form-refused",
                    path.relative_to(rules_dir).as_posix(),
                    pointer=str(item.get("pointer", "")),
                    reason=str(item.get("code", "")),
                )


def _check_matter(matter: MatterFile, rules_dir: Path, bpmn_dir: Path) -> Iterator[Finding]:
    item, departments = matter.fields, {entry.code for entry in read_departments(rules_dir)}
    for region in matter.regions:
        if f"{region}-{matter.department}" not in departments:
            yield fault("matter-department", matter.path, department=f"{region}-{matter.department}")
    kind, _, name = matter.definition_key.partition(":")
    folder = {"pattern": "patterns", "process": "processes"}.get(kind, kind)
    if not (bpmn_dir / folder / name / "process.bpmn").is_file():
        yield fault("matter-definition", matter.path, definition=matter.definition_key)
    form = item.get("form")
    if form and not (rules_dir / "forms" / f"{form}.json").is_file():
        yield fault("matter-form", matter.path, form=form)
    if len(item.get("impl_code", "")) != IMPL_CODE_LENGTH:
        yield fault("matter-code", matter.path, length=IMPL_CODE_LENGTH)
    yield from _check_limits(matter)
    if item.get("is_deemed_whitelisted") and (item.get("deemed_exclusion") or item["item_type"] != LICENCE):
        yield fault("matter-deemed", matter.path, exclusion=item.get("deemed_exclusion") or "not_licence")


def _check_limits(matter: MatterFile) -> Iterator[Finding]:
    limits = {}
    for name in ("promised_limit", "statutory_limit", "delivery_limit"):
        text = matter.fields.get(name) or ""
        try:
            limits[name] = parse_limit(text) if text else None
        except InvalidInput:
            yield fault("matter-limit", matter.path, name=name, text=text)
    promised, statutory = limits.get("promised_limit"), limits.get("statutory_limit")
    are_days = all(isinstance(one, TimeLimit) and one.unit == LimitUnit.WORKING_DAY for one in (promised, statutory))
    if are_days and promised.amount > statutory.amount:  # type: ignore[union-attr]
        yield fault("promise-over-statutory", matter.path)


def _check_themes(rules_dir: Path) -> Iterator[Finding]:
    codes = {matter.code for matter in read_matters(rules_dir)}
    for theme in read_themes(rules_dir):
        for member in theme.members:
            if member.matter_code not in codes:
                yield fault("theme-member", f"themes/{theme.code}/theme.toml", member=member.matter_code)
