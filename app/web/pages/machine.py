"""The machine on the supervisor's board (运行状况): its figures, the clock in doubt, incidents to be tried again."""

from datetime import datetime, timedelta

from flask import request
from werkzeug.wrappers import Response

from app.domain.calendar import ZONE
from app.domain.machine_clock import LARGEST_SKEW
from app.operations.confirm_clock import confirm_clock
from app.operations.retry_incident import retry_incident
from app.queries.failures import OpenIncident, list_incidents
from app.queries.machine import HOUR, MachineFigures, list_doubt_log, read_machine_figures
from app.queries.pauses import list_paused
from app.storage.clock_doubts import DoubtEntry
from app.storage.database import Reading
from app.web.api.requests import row_id
from app.web.pages.blueprint import pages
from app.web.pages.context import Showing, back_to, context, secret, told_or_refused
from app.web.pages.interventions import paused_line
from app.web.sign_in import current_person

SHOWN_INCIDENTS = 20
FAILED_DEADLINE, FAILED_OPERATION = "deadline_failed", "operation_failed"
LATE_BEAT, LATE_TICK = timedelta(minutes=2), timedelta(seconds=10)


@pages.post("/board/clock-confirmation")
def confirm_clock_on_board() -> Response:
    """Confirm that the clock is right after a jump or a restart."""
    person, reason = current_person(), request.form.get("reason", "")
    told_or_refused(lambda: confirm_clock(context(), person, reason=reason), "clock_confirmed")
    return back_to("pages.board")


@pages.post("/board/incidents/<incident_id>/retry")
def retry_incident_on_board(incident_id: str) -> Response:
    """Try again what failed."""
    person, wanted = current_person(), row_id(incident_id)
    told_or_refused(lambda: retry_incident(context(), person, incident_id=wanted), "incident_retried")
    return back_to("pages.board")


def machine_panel(opened: Reading, showing: Showing) -> dict[str, object]:
    """Return what the panel shows: figures of the whole installation, incidents of the reader's scope."""
    link, scope = opened.connection, current_person().scope
    figures = read_machine_figures(link, now=opened.now)
    listed = list_incidents(link, scope, secret=secret(), limit=SHOWN_INCIDENTS)
    return {
        "rows": _rows(figures, showing),
        "forecast": _forecast(figures),
        "is_doubted": bool(figures.doubts),
        "doubts": [_doubt(entry, showing) for entry in list_doubt_log(link)],
        "paused": [paused_line(item, showing) for item in list_paused(link, scope)],
        "incidents": [incident_line(item, showing) for item in listed.items if isinstance(item, OpenIncident)],
    }


def _rows(figures: MachineFigures, showing: Showing) -> list[dict[str, object]]:
    """Return term, figure, an instant beside it where there is one, and whether somebody should look."""
    last, now = figures.last_beat_at, figures.read_at
    is_late = last is None or now - last > LATE_BEAT
    return [
        _row("last_beat", figures.workers, showing, at=last, is_bad=is_late),
        _row("skew", f"{figures.skew_s:.1f}", showing, is_bad=figures.skew_s > LARGEST_SKEW.total_seconds()),
        _row("lag", _seconds(figures.lag), showing, at=figures.oldest_overdue_at, is_bad=figures.lag > LATE_TICK),
        _row("overdue", figures.overdue, showing),
        _row(
            "held_approvals",
            figures.held_approvals,
            showing,
            is_bad=bool(figures.doubts) and figures.held_approvals > 0,
        ),
        _row("dead", figures.dead, showing, is_bad=figures.dead > 0),
        _row("blocked", figures.blocked, showing, is_bad=figures.blocked > 0),
        _row("open_outages", figures.open_outages, showing, is_bad=figures.open_outages > 0),
        _row("unsent", figures.unsent, showing, at=figures.oldest_unsent_at),
        _row("unfetched", figures.unfetched, showing, at=figures.oldest_unfetched_at),
    ]


def _row(
    code: str, figure: object, showing: Showing, *, at: datetime | None = None, is_bad: bool = False
) -> dict[str, object]:
    return {"code": code, "figure": figure, "at": showing.at(at), "is_bad": is_bad}


def _forecast(figures: MachineFigures) -> list[dict[str, object]]:
    """Return hours with the deadlines that fire in them, the empty ones left out; they begin with the reading."""
    begins = (figures.read_at + HOUR * hour for hour in range(len(figures.forecast)))
    hours = ((at.astimezone(ZONE), count) for at, count in zip(begins, figures.forecast, strict=True))
    return [{"hour": f"{at:%H:%M}", "count": count} for at, count in hours if count]


def _doubt(entry: DoubtEntry, showing: Showing) -> dict[str, object]:
    return {
        "kind": entry.kind,
        "noticed_at": showing.at(entry.noticed_at),
        "drift": showing.words.text("pages.machine.drift", minutes=round(entry.drift_s / 60)),
        "settled_at": showing.at(entry.settled_at),
        "settled_by": entry.settled_by or "",
        "reason": entry.reason or "",
    }


def incident_line(item: OpenIncident, showing: Showing) -> dict[str, object]:
    """Return an incident as a list shows it: what failed, how often, and when it is tried again by itself."""
    return {
        "id": item.id,
        "case_no": item.case_no,
        "case_name": item.case_name,
        "department": item.department,
        "deadline": _what_failed(item, showing),
        "opened_at": showing.at(item.opened_at),
        "error": _why(item, showing),
        "attempts": item.attempts,
        "next_at": showing.at(item.next_attempt_at) if item.next_attempt_at else None,
        "may_retry": any((item.deadline_id, item.engine_task, item.external_task_id)),
    }


def _what_failed(item: OpenIncident, showing: Showing) -> str:
    if item.decision is not None:
        return showing.words.text("pages.machine.decision", decision=item.decision)
    return showing.words.label("clock", item.element) if item.code == FAILED_DEADLINE else item.name or item.element


def _why(item: OpenIncident, showing: Showing) -> str:
    """Say why: what a diagram cannot do has a sentence of its own, a failure its place in the program."""
    is_machine = item.code in (FAILED_DEADLINE, FAILED_OPERATION) or item.engine_task or item.external_task_id
    return item.error if is_machine else showing.words.text(f"errors.{item.code}.title")


def _seconds(span: timedelta) -> str:
    return f"{span.total_seconds():.0f}"
