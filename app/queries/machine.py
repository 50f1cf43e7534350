"""How the machine is doing (运行状况): beats, lag, what is due the next day, what failed, what waits to be sent."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from app.domain.machine_clock import LONGEST_SILENCE, Doubt
from app.storage.beats import list_beats
from app.storage.clock_doubts import DoubtEntry, list_doubts, list_open_doubts
from app.storage.sqltypes import UtcDateTime
from app.storage.tables import deadline, external_task, incident, outage, outbox

HOUR, FORECAST_HOURS = timedelta(hours=1), 24
SHOWN_DOUBTS = 5
# The literal conditions are those of the partial indexes.
ARMED, DEAD, BLOCKED = (sa.text(f"deadline.state = {state}") for state in (0, 4, 6))
UNSENT = sa.text("outbox.state = 0")
WAITING = sa.text("external_task.available_at IS NOT NULL")
BOTH_LANES = deadline.c.lane.in_((0, 1))


@dataclass(frozen=True, slots=True, kw_only=True)
class MachineFigures:
    """Figures of the whole installation; counts only, no case.

    last_beat_at: of any worker. workers: those that beat within a minute. skew_s: largest distance of a living worker's
    clock from the database's. oldest_overdue_at: since when the oldest armed deadline waits to be tried. forecast: how
    many fire in each of the next 24 hours. held_approvals: approvals by default whose instant has passed.
    """

    read_at: datetime
    last_beat_at: datetime | None
    workers: int
    skew_s: float
    doubts: tuple[Doubt, ...]
    oldest_overdue_at: datetime | None
    overdue: int
    held_approvals: int
    forecast: tuple[int, ...]
    dead: int
    blocked: int
    incidents: int
    open_outages: int
    unsent: int
    oldest_unsent_at: datetime | None
    unfetched: int
    oldest_unfetched_at: datetime | None

    @property
    def lag(self) -> timedelta:
        """How late the tick is: the age of the oldest deadline that should have been tried."""
        return self.read_at - self.oldest_overdue_at if self.oldest_overdue_at else timedelta()


def read_machine_figures(connection: sa.Connection, *, now: datetime) -> MachineFigures:
    """Return the figures at `now`; one query for the deadlines that come, one for what stands."""
    beats = list_beats(connection)
    living = [beat for beat in beats if now - beat.database_at <= LONGEST_SILENCE]
    standing = connection.execute(_standing(now)).one()
    return MachineFigures(
        read_at=now,
        last_beat_at=beats[0].database_at if beats else None,
        workers=len(living),
        skew_s=max((abs(beat.skew).total_seconds() for beat in living), default=0.0),
        doubts=list_open_doubts(connection),
        forecast=tuple(map(int, connection.execute(_forecast(now)).one())),
        **standing._asdict(),
    )


def list_doubt_log(connection: sa.Connection) -> tuple[DoubtEntry, ...]:
    """Return the newest doubts about the clock, with who settled them and why."""
    return list_doubts(connection, limit=SHOWN_DOUBTS)


def _standing(now: datetime) -> sa.Select[Any]:
    overdue = sa.and_(ARMED, BOTH_LANES, deadline.c.fire_at < now)
    late = sa.and_(UNSENT, outbox.c.next_at <= now)
    free = sa.and_(WAITING, external_task.c.available_at <= now)
    return sa.select(
        _scalar(sa.func.min(deadline.c.fire_at, type_=UtcDateTime()), overdue).label("oldest_overdue_at"),
        _scalar(sa.func.count(deadline.c.id), overdue).label("overdue"),
        _scalar(sa.func.count(deadline.c.id), sa.and_(overdue, deadline.c.name == "deemed")).label("held_approvals"),
        _scalar(sa.func.count(deadline.c.id), DEAD).label("dead"),
        _scalar(sa.func.count(deadline.c.id), sa.and_(BLOCKED, deadline.c.name == "deemed")).label("blocked"),
        _scalar(sa.func.count(incident.c.id), sa.text("incident.state = 'open'")).label("incidents"),
        _scalar(sa.func.count(outage.c.id), outage.c.released_at.is_(None)).label("open_outages"),
        _scalar(sa.func.count(outbox.c.id), late).label("unsent"),
        _scalar(sa.func.min(outbox.c.next_at, type_=UtcDateTime()), late).label("oldest_unsent_at"),
        _scalar(sa.func.count(external_task.c.id), free).label("unfetched"),
        _scalar(sa.func.min(external_task.c.opened_at, type_=UtcDateTime()), free).label("oldest_unfetched_at"),
    )


def _scalar(
    value: "sa.ColumnElement[Any]", condition: "sa.ColumnElement[bool] | sa.TextClause"
) -> sa.ScalarSelect[Any]:
    return sa.select(value).where(condition).scalar_subquery()


def _forecast(now: datetime) -> sa.Select[*tuple[Any, ...]]:
    at = deadline.c.fire_at
    hours = (
        sa.func.count(deadline.c.id).filter(at >= now + HOUR * hour, at < now + HOUR * (hour + 1))
        for hour in range(FORECAST_HOURS)
    )
    return sa.select(*hours).where(ARMED, BOTH_LANES, at >= now, at < now + HOUR * FORECAST_HOURS)
