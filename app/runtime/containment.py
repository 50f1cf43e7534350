"""Contain failures: one poisoned case must not take its batch down with it."""

from collections.abc import Callable
from typing import TypeVar

import structlog

from app.domain.errors import CaseworkError
from app.runtime.library import DiagramNotLoaded, Library, NotLoaded
from app.storage.unit_of_work import UnitOfWork
from app.telemetry.logs import places_of

T = TypeVar("T")
log = structlog.get_logger()


class Containment:
    """Runs acts in savepoints, over several beginnings of one batch; it remembers which diagrams cannot be read."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._unreadable: dict[int, Exception] = {}

    def run(self, uow: UnitOfWork, act: Callable[[], T]) -> T | Exception:
        """Run `act` inside a savepoint. A failure rolls back to it and is returned, so that the caller can postpone.

        A published object that is not loaded yet is no failure: it ends the whole transaction, which begins again.
        """
        try:
            with uow.savepoint():
                return act()
        except DiagramNotLoaded as missing:
            if missing.diagram_id not in self._unreadable:
                raise
            return self._unreadable[missing.diagram_id]
        except NotLoaded:
            raise
        except Exception as error:
            log.warning("Act failed", action="act_failed", error=describe(error), exc_info=True)
            return error

    def load(self, missing: NotLoaded) -> None:
        """Read what a batch needed. A diagram that cannot be read is the failure of its own cases alone."""
        if not isinstance(missing, DiagramNotLoaded):
            self._library.load(missing)
            return
        try:
            self._library.load(missing)
        except Exception as error:
            log.warning("Diagram not readable", action="diagram_unreadable", error=describe(error), exc_info=True)
            self._unreadable[missing.diagram_id] = error


def describe(error: Exception) -> str:
    """Return what an error is, without the text of a library, which may quote a row: code and facts, or class and place."""
    if isinstance(error, CaseworkError):
        return str(error)
    places = places_of(error)
    return f"{type(error).__name__} at {places[-1]}" if places else type(error).__name__
