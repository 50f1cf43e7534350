"""What readiness looks at."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from app.domain.machine_clock import LARGEST_SKEW
from app.storage.beats import list_beats
from app.storage.revision import current_revision, newest_revision
from app.storage.rules import current_generation

LATE_BEAT = timedelta(minutes=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """generation: of the deployment in force, 0 before the first. skew: the largest, of this host or a living worker."""

    generation: int
    is_schema_current: bool
    is_beating: bool
    skew: timedelta

    @property
    def failing(self) -> tuple[str, ...]:
        """What keeps this process from answering requests rightly; a worker that is away does not."""
        checks = {
            "schema": self.is_schema_current,
            "deployment": self.generation > 0,
            "clock": self.skew <= LARGEST_SKEW,
        }
        return tuple(name for name, holds in checks.items() if not holds)


def read_health(connection: sa.Connection, *, now: datetime, host_at: datetime) -> Health:
    """Return what is there. now: of the database; host_at: of the machine this process runs on, read beside it."""
    is_current = current_revision(connection) >= newest_revision()
    if not is_current:
        return Health(generation=0, is_schema_current=False, is_beating=False, skew=abs(host_at - now))
    living = [beat for beat in list_beats(connection) if now - beat.database_at < LATE_BEAT]
    return Health(
        generation=current_generation(connection),
        is_schema_current=True,
        is_beating=bool(living),
        skew=max([abs(host_at - now), *(abs(beat.skew) for beat in living)]),
    )
