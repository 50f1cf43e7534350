"""Record a sign of life of a worker (心跳)."""

from app.runtime.context import Context
from app.storage.beats import save_beat


def record_beat(context: Context, *, worker: str, monotonic_ms: int, boot_id: str) -> None:
    """Save the database's instant beside the host's and its monotonic clock; outage and skew rules compare them."""
    with context.database.write() as uow:
        save_beat(uow, worker=worker, monotonic_ms=monotonic_ms, boot_id=boot_id)
