"""Try every diagram of a folder, each within bounds of time and memory, and say what became of it.

The files come from anywhere, so a process of their own tries them: one that hangs, eats memory or breaks down costs its
file an answer that says so, and the next one goes on.
"""

import contextlib
import multiprocessing
import os
import resource
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

from app.diagrams.reader import finding_item
from app.domain.diagram import Finding
from app.domain.messages import Messages
from app.scenarios.beside import SUFFIXES
from app.scenarios.trying import DEPLOYABLE, REFUSED, Trial, refused_trial, try_diagram

MOST_SECONDS = 20.0
MOST_BYTES_OF_MEMORY = 1 << 30
MEGABYTE = 1 << 20
LINK_BROKEN, LINK_OUTSIDE, UNREADABLE = "link-broken", "link-outside", "file-unreadable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """What trying one file may cost. seconds: by the clock on the wall. memory_bytes: of address space, at most."""

    walks: int = 12
    seconds: float = MOST_SECONDS
    memory_bytes: int = MOST_BYTES_OF_MEMORY


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A file to try. file: its name in answers, relative to the folder it was found in; folder: None when it was named."""

    path: Path
    file: str
    folder: Path | None = None


def find_diagrams(paths: Iterable[Path]) -> Iterator[Found]:
    """Yield everything below the paths that is named as a diagram, in order, also what turns out to be no file.

    Links to folders are not followed, so a link back up makes no circle.
    """
    for path in paths:
        if not _is_folder(path):
            yield Found(path=path, file=path.name)
            continue
        found: list[Path] = []
        for folder, inside, files in os.walk(path):
            links = (name for name in inside if Path(folder, name).is_symlink())
            found.extend(Path(folder, name) for name in (*files, *links) if name.endswith(SUFFIXES))
        for item in sorted(found):
            yield Found(path=item, file=item.relative_to(path).as_posix(), folder=path)


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:
        return False  # such as a name that is too long; reading it says why


def try_diagrams(paths: Iterable[Path], bounds: Bounds) -> Iterator[Trial]:
    """Yield the answer about each diagram below the paths. Every file gets one."""
    worker: _Worker | None = None
    for found in find_diagrams(paths):
        path, file, misled = found.path, found.file, _misled(found)
        if misled:
            yield refused_trial(file, (Finding(severity="error", code=misled, file=file),))
            continue
        worker = worker or _Worker(bounds)
        trial = worker.ask(path, file)
        if trial is None:
            worker.stop()
            worker = None
        yield trial or _without_answer(file, bounds)
    if worker is not None:
        worker.stop()


def _misled(found: Found) -> str:
    """Return the fault of a link that leads nowhere, or out of the folder it was found in; empty for everything else."""
    if found.folder is None or not found.path.is_symlink():
        return ""
    try:
        target = found.path.resolve(strict=True)
    except (OSError, RuntimeError):
        return LINK_BROKEN
    return "" if target.is_relative_to(found.folder.resolve()) else LINK_OUTSIDE


class _Worker:
    """A process that tries one file after the other."""

    def __init__(self, bounds: Bounds) -> None:
        context = multiprocessing.get_context("spawn")
        self._seconds = bounds.seconds
        self._near, far = context.Pipe()
        self._process = context.Process(target=_serve, args=(far, bounds), daemon=True)
        self._process.start()
        far.close()
        with contextlib.suppress(EOFError):
            self._near.recv()  # it is ready: its start is not on the account of the first file

    def ask(self, path: Path, file: str) -> Trial | None:
        """Return the answer about a file; None when the process broke down or took too long."""
        try:
            self._near.send((path, file))
            if self._near.poll(self._seconds):
                trial: Trial = self._near.recv()
                return trial
        except (EOFError, OSError):
            return None
        return None

    def stop(self) -> None:
        """End the process, whatever it does."""
        self._process.kill()
        self._process.join()
        self._near.close()


def _serve(connection: Connection, bounds: Bounds) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (bounds.memory_bytes, bounds.memory_bytes))
    connection.send(None)
    while True:
        path, file = connection.recv()
        try:
            trial = try_diagram(path, file=file, walks=bounds.walks)
        except MemoryError:
            trial = _without_answer(file, bounds)
        except OSError as broken:
            facts = {"reason": broken.strerror or type(broken).__name__}
            trial = refused_trial(file, (Finding(severity="error", code=UNREADABLE, file=file, facts=facts),))
        connection.send(trial)


def _without_answer(file: str, bounds: Bounds) -> Trial:
    facts = {"seconds": round(bounds.seconds, 1), "megabytes": bounds.memory_bytes // MEGABYTE}
    return refused_trial(file, (Finding(severity="error", code="gave-up", file=file, facts=facts),))


def trial_item(trial: Trial, messages: Messages) -> dict[str, object]:
    """Return an answer in JSON types, with the sentences of every finding in both languages."""
    return {
        "file": trial.file,
        "deployable": trial.verdict == DEPLOYABLE,
        "opens_as_draft": trial.opens,
        "walks": {"run": sum(trial.walks.values()), **trial.walks},
        "faults": [
            {
                **finding_item(item),
                "message": messages.both(f"checks.{item.code}.message", **item.facts),
                "remedy": messages.both(f"checks.{item.code}.remedy", **item.facts),
            }
            for item in trial.findings
        ],
    }


def count_trials(trials: Iterable[Trial]) -> dict[str, int]:
    """Return the totals: files, opened, deployable, refused, always_ended."""
    counted: Counter[str] = Counter(files=0, opened=0, deployable=0, refused=0, always_ended=0)
    for trial in trials:
        counted.update(
            files=1,
            opened=trial.opens,
            deployable=trial.verdict == DEPLOYABLE,
            refused=trial.verdict == REFUSED,
            always_ended=trial.always_ends,
        )
    return dict(counted)


def say_trial(trial: Trial, messages: Messages, language: str) -> str:
    """Return one line: the verdict, the file, how its walks ended, and why it may not be deployed, by element."""
    reasons = [
        f"{item.code} {item.element or '-'}:{item.line} "
        f"{messages.text(language, f'checks.{item.code}.message', **item.facts)}"
        for item in trial.findings
        if item.severity == "error"
    ]
    walks = " ".join(f"{end}={count}" for end, count in sorted(trial.walks.items()))
    verdict = messages.text(language, f"conformance.{trial.verdict}")
    return " | ".join(" ".join(part.split()) for part in (verdict, trial.file, walks, *reasons))
