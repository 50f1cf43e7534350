"""Check the theme folders: members that exist, a diagram, and one form that fills the forms of all members."""

from collections.abc import Collection, Iterator
from pathlib import Path

from app.catalogue.files import RuleFile, fault, read_folder
from app.catalogue.matter_checks import has_diagram, is_time_limit
from app.catalogue.themes import read_theme
from app.domain.diagram import Finding
from app.domain.errors import InvalidInput
from app.domain.form import FormSchema, read_form
from app.domain.theme import ThemeVersion, mapping_faults

REQUIRED_FIELDS = ("code", "name", "regions", "lead_department", "definition", "member")
LIMITS = ("promised_limit", "statutory_limit")


def check_themes(rules_dir: Path, bpmn_dir: Path, departments: Collection[str]) -> Iterator[Finding]:
    """Return every fault of the themes. departments: codes that exist, such as `422801-scjg`."""
    forms = {
        str(file.fields["code"]): str(file.fields.get("form", ""))
        for file in read_folder(rules_dir, "matters/*/*.toml")
        if "code" in file.fields
    }
    for file in read_folder(rules_dir, "themes/*/theme.toml"):
        lacking = [name for name in REQUIRED_FIELDS if name not in file.fields]
        for name in lacking:
            yield fault("theme-field", file.path, name=name)
        if lacking:
            continue
        yield from _check_names(file, bpmn_dir, departments)
        for member in file.fields["member"]:
            if member.get("code") not in forms:
                yield fault("theme-member", file.path, member=member.get("code", "-"))
        yield from _check_mapping(rules_dir, file, forms)


def _check_names(file: RuleFile, bpmn_dir: Path, departments: Collection[str]) -> Iterator[Finding]:
    for region in file.fields["regions"]:
        code = f"{region}-{file.fields['lead_department']}"
        if code not in departments:
            yield fault("theme-department", file.path, department=code)
    if not has_diagram(bpmn_dir, file.fields["definition"]):
        yield fault("theme-definition", file.path, definition=file.fields["definition"])
    for name in LIMITS:
        if not is_time_limit(file.fields.get(name, "")):
            yield fault("matter-limit", file.path, name=name, text=file.fields[name])


def _check_mapping(rules_dir: Path, file: RuleFile, forms: dict[str, str]) -> Iterator[Finding]:
    """Judge the merged form when it and the forms of the members can be read; a form that cannot is its own finding."""
    try:
        theme = read_theme(rules_dir, (rules_dir / file.path).parent)
    except InvalidInput as refused:
        if refused.code != "form_refused":
            yield fault("theme-condition", file.path, reason=refused.code)
        return
    except (FileNotFoundError, KeyError) as missing:
        yield fault("theme-field", file.path, name=_missing_name(missing))
        return
    for item in mapping_faults(theme, dict(_member_forms(rules_dir, theme, forms))):
        if item["code"] != "theme_member_unknown":
            yield fault(
                "theme-mapping",
                file.path.replace("theme.toml", "form.json"),
                field=str(item["field"]),
                matter=str(item["matter"]),
                target=str(item["target"]),
                reason=str(item["code"]),
            )


def _member_forms(rules_dir: Path, theme: ThemeVersion, forms: dict[str, str]) -> Iterator[tuple[str, FormSchema]]:
    for member in theme.members:
        path = rules_dir / "forms" / f"{forms.get(member.matter_code, '')}.json"
        if path.is_file():
            try:
                yield member.matter_code, read_form(path.read_bytes())
            except InvalidInput:
                continue


def _missing_name(missing: FileNotFoundError | KeyError) -> str:
    return Path(missing.filename).name if isinstance(missing, FileNotFoundError) else str(missing.args[0])
