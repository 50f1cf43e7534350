"""Check what the files of a theme say together: rules, guidance and diagram (主题文件)."""

from collections.abc import Iterator
from pathlib import Path

from app.catalogue.county_lists import lists_by_county
from app.catalogue.files import read_folder, read_toml
from app.catalogue.matters import MatterFile, matter_of, missing_fields
from app.catalogue.theme_shape import OVERLAY, THEME, check_shape
from app.catalogue.themes import THEME_FILE, read_overlays, read_theme
from app.domain.diagram import Finding
from app.domain.errors import InvalidInput
from app.domain.feel import FeelRefused
from app.domain.theme import ThemeVersion
from app.runtime.guidance_checks import check_guidance
from app.runtime.theme_diagrams import ThemeDiagram, check_theme_diagrams


def check_theme_files(rules_dir: Path, bpmn_dir: Path) -> Iterator[Finding]:
    """Return every fault between the files of each theme. What cannot be read at all is found where it is read."""
    themes = tuple(_readable(rules_dir))
    for theme in themes:
        yield from check_guidance(rules_dir, theme)
    drawn = [item for theme in themes if (item := _drawn(bpmn_dir, theme))]
    yield from check_theme_diagrams(rules_dir, drawn, tuple(lists_by_county(_matters(rules_dir), themes)))


def of_theme(rules_dir: Path, code: str, findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """Return the findings about the files of one theme and about the matters and forms its members need."""
    rows = [
        row for file in read_folder(rules_dir, f"themes/{code}/{THEME_FILE}") for row in file.fields.get("member", [])
    ]
    members = {str(row.get("code", "")) for row in rows if isinstance(row, dict)}
    matters = [file for file in read_folder(rules_dir, "matters/*/*.toml") if file.fields.get("code") in members]
    forms = {f"forms/{file.fields.get('form', '')}.json" for file in matters}
    named = forms | {file.path for file in matters}
    folders = (f"themes/{code}/", f"bpmn/themes/{code}/")
    return tuple(item for item in findings if item.file in named or item.file.startswith(folders))


def _readable(rules_dir: Path) -> Iterator[ThemeVersion]:
    for path in sorted((rules_dir / "themes").glob(f"*/{THEME_FILE}")):
        file, overlays = read_toml(rules_dir, path), read_overlays(rules_dir, path.parent)
        wrong = [*check_shape(file, THEME), *(item for found in overlays for item in check_shape(found, OVERLAY))]
        if wrong or file.fields["code"] != path.parent.name:
            continue
        try:
            yield read_theme(rules_dir, path.parent)
        except (InvalidInput, FeelRefused, FileNotFoundError):
            continue


def _drawn(bpmn_dir: Path, theme: ThemeVersion) -> ThemeDiagram | None:
    path = bpmn_dir / "themes" / theme.code / "process.bpmn"
    if not path.is_file():
        return None
    return ThemeDiagram(theme=theme, source=path.read_bytes(), file=path.relative_to(bpmn_dir.parent).as_posix())


def _matters(rules_dir: Path) -> Iterator[MatterFile]:
    for file in read_folder(rules_dir, "matters/*/*.toml"):
        if not missing_fields(file):
            yield matter_of(file)
