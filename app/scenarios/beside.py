"""What a diagram of another system calls in the files beside it, as that system would find it: by the id of a process."""

import os
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from app.diagrams.calls import CALL, calls_of, find_circle, key_of_call
from app.diagrams.check_diagram import check_diagram
from app.diagrams.foreign import MATTER, PROCESS, called_process
from app.diagrams.graph import BPMN_TAG, Graph, build_graph
from app.diagrams.normalise import rewrite
from app.diagrams.reader import MOST_BYTES, read
from app.domain.diagram import Calls, Normalised, Published
from app.domain.errors import DiagramRefused

SUFFIXES = (".bpmn", ".bpmn2", ".bpmn20.xml")
MOST_FILES = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """What a diagram calls in other files, near and far. called: by key, what the engine runs; names: what is known of it."""

    called: Mapping[str, Normalised]
    names: Published


def read_beside(path: Path, raw: bytes) -> Beside:
    """Return what the diagram at `path` calls in the files of its folder. Raises DiagramRefused when it does not open."""
    document = read(raw, file=path.name)
    if document.root.find(f".//{BPMN_TAG}{CALL}") is None:
        return Beside(called={}, names=Published())
    files = _processes_in(path.parent)
    called, calls = dict[str, Normalised](), dict[str, Calls]()
    waiting = list(_called_in(build_graph(document.root)))
    for key in waiting:
        found = _read_called(files[key], key, files) if key in files and key not in called else None
        if found is not None:
            called[key], calls[key] = found
            waiting.extend(name for name in calls[key].called if not name.startswith(MATTER))
    own_key = PROCESS + rewrite(document).normalised.processes[0]
    return Beside(called=called, names=Published(calls=_judged(calls), own_key=own_key))


def read_file(path: Path) -> bytes | None:
    """Return the beginning of a file; None for a pipe, a device or a folder, which is never waited for."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            return None
        with os.fdopen(descriptor, "rb", closefd=False) as opened:
            return opened.read(MOST_BYTES + 1)
    finally:
        os.close(descriptor)


@lru_cache(maxsize=8)
def _processes_in(folder: Path) -> dict[str, Path]:
    """Return the keys of the processes of a folder with their files; of two of one id that of the first file.

    Links are not followed: what a folder calls lies in it.
    """
    found: dict[str, Path] = {}
    paths = sorted(item for item in folder.iterdir() if item.name.endswith(SUFFIXES) and not item.is_symlink())
    for path in paths[:MOST_FILES]:
        try:
            root = read(read_file(path) or b"", file=path.name).root
        except (DiagramRefused, OSError):
            continue
        for process in root.iter(f"{BPMN_TAG}process"):
            found.setdefault(PROCESS + (process.get("id") or ""), path)
    return found


def _called_in(graph: Graph) -> Iterator[str]:
    keys = (key_of_call(graph, node) for node in graph.nodes.values())
    return (key for key in keys if key and not key.startswith(MATTER))


def _read_called(path: Path, key: str, files: Mapping[str, Path]) -> tuple[Normalised, Calls] | None:
    """Return a called process and what is known of it; None when its file does not run it."""
    known = Published(calls=dict.fromkeys(files, Calls()))
    try:
        normalised, _findings = check_diagram(read_file(path) or b"", file=path.name, published=None, beside=known)
        graph = build_graph(read(normalised.xml, file=path.name).root)
    except DiagramRefused:
        return None
    process_id = key.removeprefix(PROCESS)
    if process_id not in graph.processes:
        return None
    own = build_graph(read(normalised.xml, file=path.name).root, only=_with_called(graph, process_id))
    calls = replace(calls_of(own, normalised.origin), has_errors=not normalised.is_deployable)
    return replace(normalised, processes=(process_id,)), calls


def _with_called(graph: Graph, process_id: str) -> list[str]:
    """Return a process and those of its file it calls, near and far."""
    calls: dict[str, list[str]] = {}
    for node in graph.nodes.values():
        target = called_process(node.element.get("calledElement") or "", graph.processes) if node.kind == CALL else ""
        if target:
            calls.setdefault(graph.process_of(node), []).append(target)
    found = [process_id]
    for process in found:
        found.extend(target for target in dict.fromkeys(calls.get(process, ())) if target not in found)
    return found


def _judged(calls: Mapping[str, Calls]) -> dict[str, Calls]:
    """Return what is known of each called process, with a fault of those that come back to themselves."""
    names = Published(calls=calls)
    circles = {
        key
        for key, item in calls.items()
        if any(find_circle(replace(names, own_key=key), name) for name in item.called)
    }
    return {key: replace(item, has_errors=item.has_errors or key in circles) for key, item in calls.items()}
