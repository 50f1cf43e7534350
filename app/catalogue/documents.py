"""Read the kinds of papers (文书) of `rules/documents/<kind>/`."""

from dataclasses import dataclass
from pathlib import Path

from app.catalogue.files import read_folder


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentTemplate:
    """A kind of paper and the version of its template. folder: relative to `rules/`."""

    kind: str
    version: str
    title: str
    folder: str


def read_documents(rules_dir: Path) -> tuple[DocumentTemplate, ...]:
    """Return every kind of paper."""
    return tuple(
        DocumentTemplate(
            kind=file.fields["kind"],
            version=file.fields["version"],
            title=file.fields["title"],
            folder=file.path.removesuffix("/document.toml"),
        )
        for file in read_folder(rules_dir, "documents/*/document.toml")
    )
