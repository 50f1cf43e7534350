"""Try every diagram of a folder, each within bounds of time and memory, and say what became of it.

The files come from anywhere, so a process of their own tries them: one that hangs, eats memory or breaks down costs its
file an answer that says so, and the next one goes on.
"""

import contextlib
import multiprocessing
import resource
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

from app.diagrams.reader import finding_item
from app.domain.diagram import Finding
from app.domain.messages import Messages
from app.scenarios.trying import DEPLOYABLE, REFUSED, Trial, refused_trial, try_diagram

SUFFIXES = (".bpmn", ".bpmn2", ".bpmn20.xml")
MOST_SECONDS = 20.0
MOST_BYTES_OF_MEMORY = 1 << 30
MEGABYTE = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """What trying one file may cost. seconds: by the clock on the wall. memory_bytes: of address space, at most."""

    walks: int = 12
    seconds: float = MOST_SECONDS
    memory_bytes: int = MOST_BYTES_OF_MEMORY


def find_diagrams(paths: Iterable[Path]) -> Iterator[tuple[Path, str]]:
    """Yield every diagram below the paths with its name relative to the folder it was found in, in order."""
    for path in paths:
        if path.is_dir():
            found = sorted(item for item in path.rglob("*") if item.name.endswith(SUFFIXES) and item.is_file())
            yield from ((item, item.relative_to(path).as_posix()) for item in found)
        else:
            yield path, path.name


def try_diagrams(paths: Iterable[Path], bounds: Bounds) -> Iterator[Trial]:
    """Yield the answer about each diagram below the paths. Every file gets one."""
    worker: _Worker | None = None
    for path, file in find_diagrams(paths):
        worker = worker or _Worker(bounds)
        trial = worker.ask(path, file)
        if trial is None:
            worker.stop()
            worker = None
        yield trial or _without_answer(file, bounds)
    if worker is not None:
        worker.stop()


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
        except (MemoryError, OSError):
            trial = _without_answer(file, bounds)
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
