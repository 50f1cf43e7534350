"""Play scenario files of somebody else in a process of their own, within bounds of time, memory and disk.

The process makes an installation in a folder that is removed with it; the database of this installation is not opened
there. Nothing of a file is executed: it names acts, people and instants, and everything else is refused.
"""

import contextlib
import importlib
import multiprocessing
import resource
import secrets
import shutil
import tempfile
import threading
from collections.abc import Mapping
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING

from app.domain.errors import Busy, CaseworkError, InvalidInput
from app.settings import Settings

if TYPE_CHECKING:
    from app.scenarios.playing import Played

MEGABYTE = 1 << 20
# It knows the tool that makes databases, which only the process that plays needs.
PLAYING = "app.scenarios.playing"
_PLAYS = threading.Lock()


@dataclass(frozen=True, slots=True, kw_only=True)
class RunBounds:
    """What one run may cost. seconds: by the clock on the wall; memory_bytes: of address space; file_bytes: each."""

    seconds: float = 60.0
    memory_bytes: int = 1 << 30
    file_bytes: int = 64 * MEGABYTE


@dataclass(frozen=True, slots=True, kw_only=True)
class _Refused:
    """A refusal on its way between two processes."""

    code: str
    items: tuple[Mapping[str, object], ...]
    facts: Mapping[str, object]


def run_apart(
    settings: Settings, files: Mapping[str, str], bounds: RunBounds, *, drawn: tuple[str, bytes] | None = None
) -> "tuple[Played, ...]":
    """Play files, name -> TOML, and return what each led to, in their order.

    drawn: path below `bpmn/` and source of a diagram that takes the place of the one that is shipped there.
    Raises InvalidInput with the code of what cannot be played, `scenario_gave_up` when a bound was met or the play broke
    down, and Busy `scenario_run_busy` while this process plays for somebody else.
    """
    if not _PLAYS.acquire(blocking=False):
        raise Busy("scenario_run_busy")
    try:
        with tempfile.TemporaryDirectory(prefix="lianban-") as folder:
            apart = _with_diagram(_apart(settings, folder), *drawn) if drawn else _apart(settings, folder)
            answer = _ask(apart, files, bounds)
    finally:
        _PLAYS.release()
    if isinstance(answer, _Refused):
        raise InvalidInput(answer.code, items=answer.items, **answer.facts)
    if answer is None:
        megabytes = bounds.memory_bytes // MEGABYTE
        raise InvalidInput("scenario_gave_up", seconds=round(bounds.seconds), megabytes=megabytes)
    return answer


def _ask(settings: Settings, files: Mapping[str, str], bounds: RunBounds) -> "tuple[Played, ...] | _Refused | None":
    context = multiprocessing.get_context("spawn")
    near, far = context.Pipe(duplex=False)
    process = context.Process(target=_serve, args=(far, settings, dict(files), bounds), daemon=True)
    process.start()
    far.close()
    answer: tuple[Played, ...] | _Refused | None = None
    try:
        if near.poll(bounds.seconds):
            with contextlib.suppress(EOFError):
                answer = near.recv()
    finally:
        process.kill()
        process.join()
        near.close()
    return answer


def _apart(settings: Settings, folder: str) -> Settings:
    """Return settings that name nothing of this installation but what is shipped."""
    url, key = f"sqlite:///{folder}/none.sqlite", secrets.token_hex()
    return replace(settings, database_url=url, var_dir=Path(folder), secret_key=key)


def _with_diagram(settings: Settings, path: str, source: bytes) -> Settings:
    """Return settings whose diagrams are a copy of the shipped ones, one of them redrawn."""
    folder = settings.var_dir / "bpmn"
    shutil.copytree(settings.bpmn_dir, folder)
    (folder / path).parent.mkdir(parents=True, exist_ok=True)
    (folder / path).write_bytes(source)
    return replace(settings, bpmn_dir=folder)


def _serve(connection: Connection, settings: Settings, files: Mapping[str, str], bounds: RunBounds) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (bounds.memory_bytes, bounds.memory_bytes))
    resource.setrlimit(resource.RLIMIT_FSIZE, (bounds.file_bytes, bounds.file_bytes))
    tempfile.tempdir = str(settings.var_dir)
    play_file = importlib.import_module(PLAYING).play_file
    played = []
    try:
        for number, (name, text) in enumerate(files.items()):
            path = settings.var_dir / f"{number}.toml"
            path.write_text(text, encoding="utf-8")
            played.append(play_file(settings, path, name=name))
    except CaseworkError as refusal:
        connection.send(_Refused(code=refusal.code, items=refusal.items, facts=refusal.facts))
    else:
        connection.send(tuple(played))
