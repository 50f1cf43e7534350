"""Run the jobs on APScheduler. Each runs once at a time; a missed run is made up by the next one."""

import random
import signal
import threading
from collections.abc import Callable
from datetime import UTC

import structlog
from apscheduler.schedulers.background import BackgroundScheduler

from app.channels import Channel
from app.domain.vocabulary import Lane
from app.operations.continue_calendar_loads import continue_calendar_loads
from app.operations.continue_migrations import continue_migrations
from app.operations.release_deemed import recheck_blocked
from app.operations.seal_documents import seal_documents
from app.runtime.containment import describe
from app.runtime.context import Context
from app.telemetry.collector import keep_for_good
from app.worker.jobs import beat, drain_lane, drain_outbox, run_daily, send_digests

log = structlog.get_logger()

TICK_S = 1.0
BEAT_S = 10.0
CALENDARS_S = 5.0
MIGRATIONS_S = 2.0
DAILY_CHECK_S = 60.0
RECHECK_S = 600.0
SEAL_S = 5.0
DIGEST_S = 30.0
SHARE_OF_INTERVAL = 0.8


def run_worker(context: Context, channel: Channel, *, stop: threading.Event | None = None) -> None:
    """Run the timer worker until `stop` is set or the process is told to end.

    The first beat comes before the first tick: an outage this start ends is known before anything is approved.
    """
    stopping = stop or threading.Event()
    _stop_on_signal(stopping)
    scheduler = BackgroundScheduler(
        timezone=UTC, job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
    )
    budget_s = TICK_S * SHARE_OF_INTERVAL
    jobs: tuple[tuple[str, Callable[[], object], float], ...] = (
        ("tick_moves", lambda: drain_lane(context, Lane.MOVE, budget_s=budget_s, stop=stopping), TICK_S),
        ("tick_notices", lambda: drain_lane(context, Lane.NOTICE, budget_s=budget_s, stop=stopping), TICK_S),
        ("drain_outbox", lambda: drain_outbox(context, channel, budget_s=budget_s, stop=stopping), TICK_S),
        (
            "card_digests",
            lambda: send_digests(context, channel, budget_s=DIGEST_S * SHARE_OF_INTERVAL, stop=stopping),
            DIGEST_S,
        ),
        ("beat", lambda: beat(context), BEAT_S),
        (
            "calendar_loads",
            lambda: continue_calendar_loads(context, budget_s=CALENDARS_S * SHARE_OF_INTERVAL),
            CALENDARS_S,
        ),
        (
            "case_migrations",
            lambda: continue_migrations(context, budget_s=MIGRATIONS_S * SHARE_OF_INTERVAL),
            MIGRATIONS_S,
        ),
        ("daily", lambda: run_daily(context, stop=stopping), DAILY_CHECK_S),
        ("seal_documents", lambda: seal_documents(context), SEAL_S),
        ("recheck_blocked", lambda: recheck_blocked(context), RECHECK_S),
    )
    for name, job, interval_s in jobs:
        scheduler.add_job(_guarded(name, job), "interval", seconds=interval_s, id=name, jitter=interval_s * 0.1)
    stopping.wait(random.SystemRandom().uniform(0, TICK_S))
    _guarded("beat", lambda: beat(context))()
    keep_for_good()
    scheduler.start()
    log.info("Worker started", action="worker_started")
    stopping.wait()
    scheduler.shutdown(wait=True)
    log.info("Worker stopped", action="worker_stopped")


def _guarded(name: str, job: Callable[[], object]) -> Callable[[], None]:
    """A job that fails is logged and comes again with its next run; the worker goes on."""

    def run() -> None:
        try:
            job()
        except Exception as error:
            log.exception("Job failed", action="job_failed", job=name, error=describe(error))

    return run


def _stop_on_signal(stopping: threading.Event) -> None:
    if threading.current_thread() is threading.main_thread():
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stopping.set())
