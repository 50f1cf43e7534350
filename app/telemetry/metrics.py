"""Counts of this installation, in the format of Prometheus.

Several processes count together when PROMETHEUS_MULTIPROC_DIR names a folder before they start; `make run` sets it.
Names never change; labels hold codes only, never a case and never a person.
"""

from collections.abc import Iterable
from pathlib import Path

from prometheus_client import REGISTRY, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

LAG_BUCKETS = (0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 60, 300, 3_600, 86_400, float("inf"))
WAIT_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 3, float("inf"))

FIRING_LAG = Histogram(
    "lianban_firing_lag_seconds",
    "How late a stage of a deadline fired, from the instant it was to be tried.",
    ["lane"],
    buckets=LAG_BUCKETS,
)
FIRINGS = Counter("lianban_firings", "Stages of deadlines by what they led to.", ["lane", "outcome"])
FIRING_FAILURES = Counter("lianban_firing_failures", "Tries of a deadline that failed.", ["lane"])
MESSAGES = Counter("lianban_messages", "Messages of the outbox by what became of them.", ["outcome"])
REQUESTS = Counter("lianban_http_requests", "Requests by route and status.", ["method", "route", "status"])
REQUEST_SECONDS = Histogram("lianban_http_request_seconds", "Time of a request.", ["route"], buckets=WAIT_BUCKETS)
LOCK_WAIT = Histogram("lianban_lock_wait_seconds", "Wait for the lock of a case.", buckets=WAIT_BUCKETS)
WRITER_WAIT = Histogram("lianban_writer_wait_seconds", "Wait for the writer's turn on SQLite.", buckets=WAIT_BUCKETS)
BUSY = Counter("lianban_case_busy", "Locks that were not had in time.")


class _Figures(Collector):
    """Gauges read from the database at the moment somebody asks."""

    def __init__(self, families: Iterable[GaugeMetricFamily]) -> None:
        self._families = tuple(families)

    def collect(self) -> Iterable[GaugeMetricFamily]:
        return self._families


def gauge(name: str, text: str, value: float) -> GaugeMetricFamily:
    """Return a gauge with its value."""
    return GaugeMetricFamily(f"lianban_{name}", text, value=value)


def expose(figures: Iterable[GaugeMetricFamily], *, folder: Path | None) -> bytes:
    """Return everything as text. folder: where the processes of this installation count together; None: this one only."""
    registry = CollectorRegistry()
    registry.register(_Figures(figures))
    text: bytes = generate_latest(registry)
    if folder is None:
        return text + generate_latest(REGISTRY)
    together = CollectorRegistry()
    MultiProcessCollector(together, path=str(folder))
    return text + generate_latest(together)
