"""Legal papers as PDF: a template of `rules/documents/` and the facts frozen at the issue, typeset by Typst.

The facts reach the template as data, never as markup, so nothing an applicant typed is ever executed.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import orjson
import pylopdf_fonts_zh_cn
import typst

from app.domain.errors import RuleViolation

TEMPLATE = "template.typ"


@dataclass(frozen=True, slots=True, kw_only=True)
class RenderedDocument:
    """A PDF and its hash."""

    content: bytes
    sha256: str


def render_document(template_dir: Path, facts: Mapping[str, object]) -> RenderedDocument:
    """Typeset a document. template_dir: folder of its kind; facts: JSON values, under the names the template uses.

    The same facts give the same bytes. Raises RuleViolation `document_template` when the template is missing or faulty.
    """
    path = template_dir / TEMPLATE
    if not path.is_file():
        raise RuleViolation("document_template", kind=template_dir.name, reason="missing")
    data = orjson.dumps(dict(facts), option=orjson.OPT_SORT_KEYS).decode()
    try:
        content = typst.compile(
            str(path),
            root=str(template_dir.parent),
            font_paths=[str(font_dir())],
            ignore_system_fonts=True,
            sys_inputs={"data": data},
            timestamp=0,
        )
    except typst.TypstError as fault:
        raise RuleViolation("document_template", kind=template_dir.name, reason=str(fault)[:200]) from fault
    assert isinstance(content, bytes)
    return RenderedDocument(content=content, sha256=hashlib.sha256(content).hexdigest())


@lru_cache(maxsize=1)
def font_dir() -> Path:
    """Return the folder of the Chinese fonts that every paper embeds."""
    return Path(pylopdf_fonts_zh_cn.__file__).parent
