"""Diagram files of a folder on their way to use: checked among each other, those that are called before their callers."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from app.diagrams.calls import processes_called, read_calls
from app.diagrams.check_diagram import check_diagram
from app.diagrams.reader import finding_of
from app.domain.diagram import Calls, Finding, Normalised, Promise, Published
from app.domain.errors import DiagramRefused
from app.runtime.definitions import refused_by_engine, try_out


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderDiagram:
    """A diagram of a folder that could be opened. path: of its file, from `bpmn/` on."""

    key: str
    path: str
    source: bytes
    normalised: Normalised
    findings: tuple[Finding, ...]


def read_diagram_files(
    bpmn_dir: Path, published: Published, promises: Mapping[str, tuple[Promise, ...]]
) -> tuple[list[FolderDiagram], list[Finding]]:
    """Return the diagrams of a folder, callees before callers, and every finding about its files.

    published: the names they may refer to; what they may call are the processes of the folder. promises: by key.
    """
    sources = [
        (diagram_key(path, bpmn_dir), path.relative_to(bpmn_dir.parent).as_posix(), path.read_bytes())
        for path in sorted(bpmn_dir.rglob("*.bpmn"))
    ]
    names = replace(published, calls=dict(_calls_of(sources)))
    files, findings = list[FolderDiagram](), list[Finding]()
    for key, file, source in sources:
        known = replace(names, own_key=key, promises=promises.get(key, ()))
        try:
            normalised, found = check_diagram(source, file=file, published=known)
        except DiagramRefused as refused:
            findings.extend(finding_of(item, file) for item in refused.items)
            continue
        files.append(FolderDiagram(key=key, path=file, source=source, normalised=normalised, findings=found))
    files = [replace(item, findings=(*item.findings, *_played(item, files))) for item in _callees_first(files)]
    in_order = sorted(files, key=lambda item: item.path)
    return files, [*findings, *(found for item in in_order for found in item.findings)]


def diagram_key(path: Path, bpmn_dir: Path) -> str:
    """Return the key of a diagram: `pattern:<name>`, `theme:<code>`, `matter:<code>` or `process:<name>`."""
    kind, name, *_ = path.relative_to(bpmn_dir).parts
    return f"{kind.removesuffix('s').removesuffix('se') if kind != 'processes' else 'process'}:{name}"


def _calls_of(sources: Collection[tuple[str, str, bytes]]) -> Iterator[tuple[str, Calls]]:
    """Yield what each diagram calls. One that cannot be opened has a finding of its own; its callers are not blamed."""
    keys = {key for key, _file, _source in sources}
    for key, _file, source in sources:
        try:
            yield key, read_calls(source, called=keys)
        except DiagramRefused:
            yield key, Calls()


def _played(item: FolderDiagram, files: Iterable[FolderDiagram]) -> Iterator[Finding]:
    """Parse and play a diagram with what it calls, unless one of them has errors that say enough."""
    called = _called_from(item, {other.key: other for other in files})
    if called is None or not item.normalised.is_deployable:
        return
    refused = tuple(refused_by_engine(item.normalised, file=item.path, called=called))
    yield from refused or try_out(item.normalised, file=item.path, called=called)


def _called_from(item: FolderDiagram, files: Mapping[str, FolderDiagram]) -> dict[str, Normalised] | None:
    found: dict[str, Normalised] = {}
    waiting = list(processes_called(item.normalised.xml))
    for key in waiting:
        other = files.get(key)
        if other is None or not other.normalised.is_deployable:
            return None
        if key not in found:
            found[key] = other.normalised
            waiting.extend(processes_called(other.normalised.xml))
    return found


def _callees_first(files: Iterable[FolderDiagram]) -> list[FolderDiagram]:
    """Return the diagrams so that each stands behind those it calls; otherwise as they came, also in a circle."""
    left, done = list(files), list[FolderDiagram]()
    while left:
        keys = {item.key for item in left}
        ready = [item for item in left if not keys & set(processes_called(item.normalised.xml))] or left
        done.extend(ready)
        left = [item for item in left if item not in ready]
    return done
