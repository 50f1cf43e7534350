"""What readiness looks at."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from app.storage.beats import newest_beat
from app.storage.rules import current_generation


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """generation: of the deployment in force, 0 before the first. last_beat_at: of any timer worker."""

    generation: int
    last_beat_at: datetime | None


def read_health(connection: sa.Connection) -> Health:
    """Return what is there."""
    return Health(generation=current_generation(connection), last_beat_at=newest_beat(connection))
