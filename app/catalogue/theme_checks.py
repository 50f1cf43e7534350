"""Check the theme folders: names that exist, members that are offered, and one form that fills the forms of all members."""

import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from app.catalogue.files import RuleFile, fault, read_folder, read_json
from app.catalogue.matter_checks import has_diagram, is_time_limit
from app.catalogue.organisation import read_regions
from app.catalogue.overlay_checks import check_agreement, check_overlays
from app.catalogue.theme_shape import OVERLAY, THEME, check_shape
from app.catalogue.themes import FORM_FILE, overlay_of, read_overlays, read_theme
from app.domain.diagram import Finding
from app.domain.errors import InvalidInput
from app.domain.feel import FeelRefused, compile_expression
from app.domain.form import FormSchema, read_form
from app.domain.theme import CountyOverlay
from app.domain.theme_form import mapping_faults

LIMITS = ("promised_limit", "statutory_limit")
HALL = "hall"
CODE = re.compile(r"[a-z][a-z0-9-]{1,30}")
SITUATION = "guidance"


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What a theme may name. departments: codes such as `422801-scjg`; matters: files of matters by code."""

    departments: Collection[str]
    regions: Collection[str]
    matters: Mapping[str, RuleFile]


def check_themes(rules_dir: Path, bpmn_dir: Path, departments: Collection[str]) -> Iterator[Finding]:
    """Return every fault of the themes. departments: codes that exist, such as `422801-scjg`."""
    files = read_folder(rules_dir, "matters/*/*.toml")
    known = Known(
        departments=departments,
        regions={item.code for item in read_regions(rules_dir)},
        matters={str(file.fields["code"]): file for file in files if "code" in file.fields},
    )
    said: list[tuple[RuleFile, CountyOverlay]] = []
    for file in read_folder(rules_dir, "themes/*/theme.toml"):
        overlays = tuple(read_overlays(rules_dir, (rules_dir / file.path).parent))
        wrong = [*check_shape(file, THEME), *(item for found in overlays for item in check_shape(found, OVERLAY))]
        yield from wrong
        if wrong:
            continue
        here = [(found, overlay_of(found)) for found in overlays]
        said.extend(here)
        yield from _check_names(file, bpmn_dir, known)
        yield from _check_members(file, known, [overlay for _file, overlay in here])
        yield from _check_twice(file)
        yield from check_overlays(file, here, known.departments, known.regions, known.matters)
        yield from _check_form(rules_dir, file, known)
    yield from check_agreement(said)


def _check_names(file: RuleFile, bpmn_dir: Path, known: Known) -> Iterator[Finding]:
    item = file.fields
    if item["code"] != Path(file.path).parent.name or not CODE.fullmatch(item["code"]):
        yield fault("theme-code", file, at="/code", theme=item["code"], folder=Path(file.path).parent.name)
    for number, region in enumerate(item["regions"]):
        at = f"/regions/{number}"
        if region not in known.regions:
            yield fault("theme-region", file, at=at, region=region)
            continue
        for name, place in ((item["lead_department"], "/lead_department"), (HALL, at)):
            if f"{region}-{name}" not in known.departments:
                yield fault("theme-department", file, at=place, department=f"{region}-{name}")
    if not has_diagram(bpmn_dir, f"theme:{item['code']}"):
        yield fault("theme-definition", file, at="/code", definition=f"bpmn/themes/{item['code']}/process.bpmn")
    for name in LIMITS:
        if not is_time_limit(item.get(name, "")):
            yield fault("matter-limit", file, at=f"/{name}", name=name, text=item[name])


def _check_members(file: RuleFile, known: Known, overlays: list[CountyOverlay]) -> Iterator[Finding]:
    """A member is a matter, offered in every county of the theme that does not leave it out, on a readable condition."""
    out = {(said.matter_code, here.region_code) for here in overlays for said in here.members if not said.is_offered}
    names = {row["key"] for row in file.fields.get("question", [])} | {SITUATION}
    for number, row in enumerate(file.fields["member"]):
        at, code = f"/member/{number}/code", row["code"]
        matter = known.matters.get(code)
        if matter is None:
            yield fault("theme-member", file, at=at, member=code)
        offered = matter.fields.get("regions", ()) if matter else file.fields["regions"]
        for region in file.fields["regions"]:
            if region not in offered and (code, region) not in out:
                yield fault("theme-member-not-offered", file, at=at, member=code, region=region)
        yield from _check_condition(file, f"/member/{number}/when", row.get("when"), names)


def _check_condition(file: RuleFile, at: str, text: str | None, names: Collection[str]) -> Iterator[Finding]:
    if text is None:
        return
    try:
        unknown = sorted(compile_expression(text).names - set(names))
    except FeelRefused as refused:
        yield fault("theme-condition", file, at=at, reason=refused.code)
        return
    if unknown:
        yield fault("theme-condition-name", file, at=at, name=", ".join(unknown))


def _check_twice(file: RuleFile) -> Iterator[Finding]:
    """Two rows of one name would be one too many: the second could never be meant."""
    named = {"question": "key", "member": "code", "material": "code"}
    for table, key in named.items():
        rows = file.fields.get(table, [])
        counts = Counter(row[key] for row in rows)
        for number, row in enumerate(rows):
            if counts[row[key]] > 1:
                yield fault("theme-twice", file, at=f"/{table}/{number}/{key}", name=f"{table} {row[key]}")
                counts[row[key]] = 0
    for number, row in enumerate(file.fields.get("question", [])):
        values = [option[0] for option in row["values"]]
        if len(set(values)) < len(values) or not values:
            yield fault("theme-twice", file, at=f"/question/{number}/values", name=f"question {row['key']}")


def _check_form(rules_dir: Path, file: RuleFile, known: Known) -> Iterator[Finding]:
    """Judge the merged form when it and the forms of the members can be read; a form that cannot is its own finding."""
    folder = (rules_dir / file.path).parent
    if not (folder / FORM_FILE).is_file():
        yield fault("theme-field", file, name=FORM_FILE)
        return
    try:
        theme = read_theme(rules_dir, folder)
    except (InvalidInput, FeelRefused):
        return
    form = read_json(rules_dir, folder / FORM_FILE)
    codes = [member.matter_code for member in theme.members]
    for item in mapping_faults(theme, dict(_member_forms(rules_dir, codes, known))):
        facts = {name: str(item[name]) for name in ("field", "matter", "target")}
        yield fault(str(item["code"]).replace("_", "-"), form, at=str(item["pointer"]), **facts)


def _member_forms(rules_dir: Path, codes: list[str], known: Known) -> Iterator[tuple[str, FormSchema]]:
    for code in codes:
        matter = known.matters.get(code)
        path = rules_dir / "forms" / f"{matter.fields.get('form', '') if matter else ''}.json"
        if path.is_file():
            try:
                yield code, read_form(path.read_bytes())
            except InvalidInput:
                continue
