"""Read the themes (一事联办主题) of `rules/themes/<code>/`."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from app.catalogue.files import RuleFile, read_toml
from app.catalogue.matters import read_material_rows
from app.domain.feel import compile_expression
from app.domain.form import Option, read_form
from app.domain.theme import CountyOverlay, MemberInCounty, MemberMatter, Question, ThemeVersion

THEME_FILE, FORM_FILE, GUIDANCE_FILE, COUNTIES = "theme.toml", "form.json", "guidance.dmn", "counties"


def read_themes(rules_dir: Path) -> tuple[ThemeVersion, ...]:
    """Return every theme. A folder is complete in itself: adding one changes no other file."""
    return tuple(read_theme(rules_dir, path.parent) for path in sorted((rules_dir / "themes").glob(f"*/{THEME_FILE}")))


def read_theme(rules_dir: Path, folder: Path) -> ThemeVersion:
    """Return the theme of one folder. Raises InvalidInput for a form or a condition that cannot be read."""
    item = read_toml(rules_dir, folder / THEME_FILE).fields
    code = item["code"]
    return ThemeVersion(
        code=code,
        version=1,
        name=item["name"],
        name_en=item.get("name_en", ""),
        region_codes=tuple(item["regions"]),
        members=tuple(_member(row) for row in item["member"]),
        form=read_form((folder / FORM_FILE).read_bytes()),
        definition_key=f"theme:{code}",
        guidance_key=f"theme:{code}:dmn",
        form_key=f"theme:{code}:form",
        lead_department=item["lead_department"],
        promised_limit=item.get("promised_limit", ""),
        statutory_limit=item.get("statutory_limit", ""),
        questions=tuple(_question(row) for row in item.get("question", [])),
        materials=read_material_rows(item.get("material", [])),
        counties=tuple(overlay_of(file) for file in read_overlays(rules_dir, folder)),
    )


def read_overlays(rules_dir: Path, folder: Path) -> Iterator[RuleFile]:
    """Yield what counties say otherwise about the theme of a folder; the name of a file is the code of its county."""
    for path in sorted((folder / COUNTIES).glob("*.toml")):
        yield read_toml(rules_dir, path)


def overlay_of(file: RuleFile) -> CountyOverlay:
    """Return what a county says, from a file with known keys."""
    item = dict(file.fields)
    members = tuple(_member_in_county(row) for row in item.pop("member", []))
    return CountyOverlay(region_code=Path(file.path).stem, members=members, **item)


def _member_in_county(row: Mapping[str, Any]) -> MemberInCounty:
    return MemberInCounty(matter_code=row["code"], **{name: value for name, value in row.items() if name != "code"})


def _member(row: Mapping[str, Any]) -> MemberMatter:
    return MemberMatter(
        matter_code=row["code"],
        name=row.get("name", row["code"]),
        is_optional=row.get("is_optional", False),
        when=compile_expression(row["when"]) if "when" in row else None,
    )


def _question(row: Mapping[str, Any]) -> Question:
    options = [(value, label, *english) for value, label, *english in row["values"]]
    return Question(
        key=row["key"],
        label=row["label"],
        options=tuple(Option(value=value, label=label) for value, label, *_ in options),
        properties={
            "label_en": row.get("label_en", ""),
            **{f"option_{value}_en": english[0] for value, _, *english in options if english},
        },
    )
