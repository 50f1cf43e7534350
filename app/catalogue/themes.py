"""Read the themes (一事联办主题) of `rules/themes/<code>/`."""

from pathlib import Path
from typing import Any

from app.catalogue.files import read_toml
from app.catalogue.matters import read_material_rows
from app.domain.feel import compile_expression
from app.domain.form import Option, read_form
from app.domain.theme import MemberMatter, Question, ThemeVersion


def read_themes(rules_dir: Path) -> tuple[ThemeVersion, ...]:
    """Return every theme. A folder is complete in itself: adding one changes no other file."""
    return tuple(read_theme(rules_dir, path.parent) for path in sorted((rules_dir / "themes").glob("*/theme.toml")))


def read_theme(rules_dir: Path, folder: Path) -> ThemeVersion:
    """Return the theme of one folder. Raises InvalidInput for a form or a condition that cannot be read."""
    item = read_toml(rules_dir, folder / "theme.toml").fields
    return ThemeVersion(
        code=item["code"],
        version=item.get("version", 1),
        name=item["name"],
        region_codes=tuple(item["regions"]),
        members=tuple(_member(row) for row in item["member"]),
        form=read_form((folder / "form.json").read_bytes()),
        definition_key=item["definition"],
        guidance_key=f"theme:{item['code']}:dmn",
        form_key=f"theme:{item['code']}:form",
        lead_department=item["lead_department"],
        promised_limit=item.get("promised_limit", ""),
        statutory_limit=item.get("statutory_limit", ""),
        questions=tuple(_question(row) for row in item.get("question", [])),
        materials=read_material_rows(item.get("material", [])),
    )


def _member(row: dict[str, Any]) -> MemberMatter:
    return MemberMatter(
        matter_code=row["code"],
        name=row.get("name", row["code"]),
        is_optional=row.get("is_optional", False),
        when=compile_expression(row["when"]) if "when" in row else None,
        element=row.get("element", ""),
        handled_by=row.get("handled_by", "internal"),
    )


def _question(row: dict[str, Any]) -> Question:
    return Question(
        key=row["key"],
        label=row["label"],
        options=tuple(Option(value=value, label=label) for value, label, *_ in row["values"]),
        properties={"label_en": row.get("label_en", "")},
    )
