"""Legal papers (文书) as PDF: a template of `rules/documents/` and the facts frozen at the issue, typeset by Typst.

The facts reach the template as the JSON text `sys.inputs.data`, never as markup, so nothing an applicant typed is ever
executed. A template reads them with `#let data = json(bytes(sys.inputs.data))`.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import orjson
import pylopdf_fonts_zh_cn

from app.domain.errors import InvalidInput, TemporaryFailure
from app.domain.seal import SealPlace

TEMPLATE = "template.typ"
FIXED_CREATION_S = 0
REASON_LENGTH = 200
SEAL_PLACE = "<seal_place>"


@dataclass(frozen=True, slots=True, kw_only=True)
class RenderedDocument:
    """A PDF and its sha256 as 64 hex digits."""

    content: bytes
    sha256: str


def render_document(template_dir: Path, data: Mapping[str, object]) -> RenderedDocument:
    """Typeset a document.

    template_dir: folder of its kind, `rules/documents/<kind>`; the template may read files of `rules/documents/` and
    nothing else. data: JSON values under the names the template uses.
    The same data give the same bytes: the creation date of the file is fixed, the paper says its own date.
    Raises InvalidInput `document_data` when the data are no JSON values, TemporaryFailure `document_template`
    (permanent) when the template is missing or faulty.
    """
    path = template_dir / TEMPLATE
    if not path.is_file():
        raise _template_failure(template_dir, "missing")
    content = compile_file(path, root=template_dir.parent, inputs={"data": _as_json(data)})
    return RenderedDocument(content=content, sha256=hashlib.sha256(content).hexdigest())


def compile_file(path: Path, *, root: Path, inputs: Mapping[str, str]) -> bytes:
    """Typeset a file that reads nothing beyond `root`. Raises TemporaryFailure `document_template` (permanent)."""
    typst = _typst()
    try:
        content = typst.compile(
            str(path), root=str(root), font_paths=_fonts(), sys_inputs=dict(inputs), timestamp=FIXED_CREATION_S
        )
    except typst.TypstError as fault:
        raise _template_failure(path.parent, str(fault)) from fault
    assert isinstance(content, bytes)
    return content


def find_seal_place(template_dir: Path, data: Mapping[str, object]) -> tuple[SealPlace, int]:
    """Return where the frame of the papers leaves room for the seal, and how many pages the paper has.

    Takes and raises what `render_document` does; a paper without that place is a faulty template.
    """
    typst = _typst()
    try:
        found = typst.query(
            str(template_dir / TEMPLATE),
            SEAL_PLACE,
            field="value",
            one=True,
            root=str(template_dir.parent),
            font_paths=_fonts(),
            sys_inputs={"data": _as_json(data)},
        )
    except (typst.TypstError, RuntimeError) as fault:
        raise _template_failure(template_dir, str(fault)) from fault
    place = orjson.loads(found)
    return SealPlace(page=place["page"], x_pt=place["x"], y_pt=place["y"]), place["pages"]


@lru_cache(maxsize=1)
def font_dir() -> Path:
    """Return the folder of the Chinese fonts that every paper embeds."""
    return Path(pylopdf_fonts_zh_cn.__file__).parent


def _typst() -> ModuleType:
    """Load the typesetter with the first paper: most processes never typeset one, and it takes 7 MB."""
    return import_module("typst")


@lru_cache(maxsize=1)
def _fonts() -> Any:
    """Fonts of the machine are left out, so that a paper looks the same everywhere. Opening them costs 80 ms, once."""
    return _typst().Fonts(include_system_fonts=False, font_paths=[str(font_dir())])


def _as_json(data: Mapping[str, object]) -> str:
    try:
        return orjson.dumps(dict(data), option=orjson.OPT_SORT_KEYS).decode()
    except TypeError as fault:
        raise InvalidInput("document_data", reason=str(fault)[:REASON_LENGTH]) from fault


def _template_failure(template_dir: Path, reason: str) -> TemporaryFailure:
    return TemporaryFailure("document_template", permanent=True, kind=template_dir.name, reason=reason[:REASON_LENGTH])
