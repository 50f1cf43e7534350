"""Contain a failure: one poisoned case must not take its batch down with it."""

from collections.abc import Callable
from typing import TypeVar

import structlog

from app.runtime.library import NotLoaded
from app.storage.unit_of_work import UnitOfWork

T = TypeVar("T")
log = structlog.get_logger()


def contain_failure(uow: UnitOfWork, act: Callable[[], T]) -> T | Exception:
    """Run `act` inside a savepoint. A failure rolls back to it and is returned, so that the caller can postpone.

    A published object that is not loaded yet is no failure: it ends the whole transaction, which begins again.
    """
    try:
        with uow.savepoint():
            return act()
    except NotLoaded:
        raise
    except Exception as error:
        log.warning("Deadline failed", action="deadline_failed", error=repr(error)[:500], exc_info=True)
        return error
