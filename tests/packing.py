"""Pack ZIP files for tests, sound and hostile ones."""

import zipfile
from collections.abc import Mapping
from io import BytesIO


def packed(files: Mapping[str, bytes | str]) -> bytes:
    """Return a ZIP of files, path -> content."""
    raw = BytesIO()
    with zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, content in files.items():
            archive.writestr(path, content)
    return raw.getvalue()


def packed_entry(
    path: str, content: bytes = b"x", *, mode: int = 0o100644, method: int = zipfile.ZIP_DEFLATED
) -> bytes:
    """Return a ZIP of one entry with a mode, which says what kind of file it is on its system."""
    raw = BytesIO()
    entry = zipfile.ZipInfo(path)
    entry.external_attr, entry.compress_type = mode << 16, method
    with zipfile.ZipFile(raw, "w") as archive:
        archive.writestr(entry, content)
    return raw.getvalue()
