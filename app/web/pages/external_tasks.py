"""The lines of a case page about steps that wait for programs outside (等待外部程序)."""

from collections.abc import Mapping
from datetime import datetime

from app.domain.external_task import Topic
from app.queries.external_tasks import WaitingForProgram
from app.web.pages.context import Showing


def program_line(item: WaitingForProgram, topics: Mapping[str, Topic], showing: Showing) -> dict[str, object]:
    """Return a step as the page shows it: for which program it waits, since when, who has it, and its last failure."""
    words, topic = showing.words, topics.get(item.topic)
    return {
        "title": item.name or item.element,
        "topic": topic.name(words.language) if topic else f"{item.topic} ({words.text('pages.external.unpublished')})",
        "opened_at": showing.at(item.opened_at),
        "stage": words.text(f"pages.external.{_stage(item, showing.now)}", worker=item.worker_id or ""),
        "next_at": showing.at(item.available_at) if item.available_at and item.available_at > showing.now else None,
        "tries": words.text("pages.external.tries", count=item.retries) if item.retries else "",
        "error": item.last_error or "",
        "failed_at": showing.at(item.failed_at) if item.failed_at else None,
    }


def _stage(item: WaitingForProgram, now: datetime) -> str:
    if item.available_at is None:
        return "stuck"
    if item.available_at <= now:
        return "free"
    return "leased" if item.worker_id else "again"
