"""Open a package (部署包): a ZIP of the folders `bpmn/` and `rules/`, from anybody. Nothing of it is trusted.

Nothing is written while it is read. What it says of sizes is not believed: no more is unpacked than is allowed.
"""

import re
import stat
import struct
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from io import BytesIO

from app.catalogue.files import fault
from app.domain.diagram import Finding

MEGABYTE = 1 << 20
MOST_PACKED_BYTES = 5 * MEGABYTE
MOST_ENTRIES = 500
MOST_BYTES = 20 * MEGABYTE
MOST_FILE_BYTES = 2_000_000
# A drawing packs to a twentieth; what packs to less than a hundredth is made to burst.
MOST_RATIO = 100
SMALL_BYTES = 64 * 1024
LONGEST_PATH = 200
SHOWN = 120
ENCRYPTED = 0x1
METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
NAME = r"[a-z0-9]+(?:[-_][a-z0-9]+)*"
# What reading a damaged archive raises, and one that uses what is not understood.
BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, RuntimeError, struct.error)
KINDS: Mapping[str, re.Pattern[str]] = {
    "diagram": re.compile(rf"bpmn/(?:patterns|processes|themes|matters)/{NAME}/process\.bpmn"),
    "scenario": re.compile(
        rf"(?:bpmn/(?:patterns|processes|themes|matters)|rules/themes)/{NAME}/scenarios/{NAME}\.toml"
    ),
    "matter": re.compile(rf"rules/matters/{NAME}/{NAME}\.toml"),
    "form": re.compile(rf"rules/forms/{NAME}\.json"),
    "decision": re.compile(rf"rules/decisions/{NAME}\.dmn"),
    "theme": re.compile(rf"rules/themes/{NAME}/(?:theme\.toml|form\.json|guidance\.dmn|counties/{NAME}\.toml)"),
}


def kind_of(path: str) -> str:
    """Return what a file of a package is: a key of KINDS; empty for a file a package cannot hold."""
    return next((kind for kind, pattern in KINDS.items() if pattern.fullmatch(path)), "")


def open_package(raw: bytes) -> tuple[Mapping[str, bytes], tuple[Finding, ...]]:
    """Return the files of a package, path -> content, and every fault of the archive itself.

    With a fault the files are those that could be read, for no other use than to look at them too.
    """
    if len(raw) > MOST_PACKED_BYTES:
        return {}, (fault("package-too-large", "", most=f"{MOST_PACKED_BYTES // MEGABYTE} MB"),)
    try:
        with zipfile.ZipFile(BytesIO(raw)) as archive:
            return _read(archive)
    except BROKEN as broken:
        return {}, (_unreadable("", broken),)


def _read(archive: zipfile.ZipFile) -> tuple[Mapping[str, bytes], tuple[Finding, ...]]:
    entries = archive.infolist()
    if len(entries) > MOST_ENTRIES:
        return {}, (fault("package-too-many", "", count=len(entries), most=MOST_ENTRIES),)
    files: dict[str, bytes] = {}
    findings: list[Finding] = []
    seen: set[str] = set()
    left = MOST_BYTES
    for entry in entries:
        found = tuple(_faults_of(entry, seen))
        seen.add(entry.orig_filename.casefold())
        findings.extend(found)
        if found or entry.is_dir():
            continue
        try:
            content = _content(archive, entry, min(MOST_FILE_BYTES, left))
        except BROKEN as broken:
            findings.append(_unreadable(entry.filename, broken))
            continue
        if content is None and left < MOST_FILE_BYTES:
            return files, (*findings, fault("package-too-large", "", most=f"{MOST_BYTES // MEGABYTE} MB"))
        if content is None:
            findings.append(fault("package-file-too-large", entry.filename, most=f"{MOST_FILE_BYTES // 1_000_000} MB"))
        elif entry.compress_size * MOST_RATIO < len(content) > SMALL_BYTES:
            findings.append(fault("package-ratio", entry.filename, most=MOST_RATIO))
        else:
            left -= len(content)
            files[entry.filename] = content
            findings.extend(_faults_of_text(entry.filename, content))
    if not files and not findings:
        findings.append(fault("package-empty", ""))
    return files, tuple(findings)


def _unreadable(file: str, broken: Exception) -> Finding:
    return fault("package-unreadable", file, reason=_shown(str(broken)) or type(broken).__name__)


def _faults_of(entry: zipfile.ZipInfo, seen: set[str]) -> Iterator[Finding]:
    """Yield what is wrong with an entry before anything of it is unpacked; at most one fault, the gravest."""
    path, shown = entry.orig_filename, _shown(entry.orig_filename)
    mode = stat.S_IFMT(entry.external_attr >> 16)
    if not _is_plain(path):
        yield fault("package-path", shown)
    elif mode and not (stat.S_ISREG(mode) or (stat.S_ISDIR(mode) and entry.is_dir())):
        yield fault("package-link", shown)
    elif entry.flag_bits & ENCRYPTED or entry.compress_type not in METHODS:
        yield fault("package-packing", shown)
    elif path.casefold() in seen:
        yield fault("package-twice", shown)
    elif not entry.is_dir() and not kind_of(path):
        yield fault("package-file-kind", shown)


def _is_plain(path: str) -> bool:
    """Say whether a path stays inside the folder it is unpacked in, on every system, and means one file only."""
    parts = path.removesuffix("/").split("/")
    return (
        0 < len(path) <= LONGEST_PATH
        and path.isascii()
        and path.isprintable()
        and unicodedata.is_normalized("NFC", path)
        and not any(mark in path for mark in '\\:*?"<>|')
        and all(part not in ("", ".", "..") for part in parts)
    )


def _content(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, most: int) -> bytes | None:
    """Unpack an entry; None when it is longer than `most` bytes, whatever it says of itself."""
    with archive.open(entry) as opened:
        content = opened.read(most + 1)
    return content if len(content) <= most else None


def _faults_of_text(path: str, content: bytes) -> Iterator[Finding]:
    """Rules are stored and read as UTF-8; a diagram says its encoding itself."""
    if path.startswith("rules/"):
        try:
            content.decode("utf-8")
        except UnicodeDecodeError as wrong:
            line = content.count(b"\n", 0, wrong.start) + 1
            yield Finding(severity="error", code="package-encoding", file=path, line=line, facts={})


def _shown(path: str) -> str:
    """Return a path as it may be shown: without control characters, and not longer than a line."""
    return "".join(mark if mark.isprintable() else "�" for mark in path)[:SHOWN]
