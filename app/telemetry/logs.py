"""Log lines: one JSON object each on the standard error stream, a sentence for people and `action` for machines.

Never personal data: a case number and codes are enough to find the case.
"""

import logging
import sys
import traceback
from collections.abc import MutableMapping
from typing import Any

import orjson
import structlog

PACKAGE = "/app/"
SHOWN_FRAMES = 6


def configure_logs() -> None:
    """Let every line be one JSON object; APScheduler speaks up only when a job could not run."""
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _say_places,
            structlog.processors.JSONRenderer(serializer=_dump),
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )


def places_of(error: BaseException) -> list[str]:
    """Return where an error came from, the innermost place last, as `app/runtime/fire.py:61 fire`.

    Places instead of the text of a library's error: that text may quote a row, and a row may hold personal data.
    """
    found = []
    for frame in traceback.extract_tb(error.__traceback__):
        _, package, path = frame.filename.rpartition(PACKAGE)
        if package:
            found.append(f"app/{path}:{frame.lineno} {frame.name}")
    return found[-SHOWN_FRAMES:]


def _say_places(_logger: object, _method: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    given = line.pop("exc_info", None)
    error = given if isinstance(given, BaseException) else sys.exc_info()[1] if given else None
    if error is not None:
        line.setdefault("error", type(error).__name__)
        line["places"] = places_of(error)
    return line


def _dump(line: object, **_options: object) -> str:
    return orjson.dumps(line, default=str).decode()
