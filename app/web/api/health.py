"""Liveness, readiness and metrics, for whoever watches the processes."""

import hmac
from collections.abc import Iterator

from flask import Flask, Response, jsonify, request
from prometheus_client import CONTENT_TYPE_LATEST
from prometheus_client.core import GaugeMetricFamily

from app.container import Container
from app.domain.calendar_layers import data_end
from app.domain.errors import TemporaryFailure
from app.queries.health import read_health
from app.queries.machine import MachineFigures, read_machine_figures
from app.telemetry.metrics import expose, gauge
from app.web.errors import Unauthenticated


def register(app: Flask) -> None:
    """Add /healthz (the process answers), /readyz (it can serve) and /metrics (what it counted)."""

    def container() -> Container:
        found: Container = app.extensions["lianban_container"]
        return found

    @app.get("/healthz")
    def healthz() -> Response:
        return jsonify({"status": "ok"})

    @app.get("/readyz")
    def readyz() -> Response:
        database = container().context.database
        with database.reading() as reading:
            health = read_health(reading.connection, now=reading.now, host_at=database.clock.now())
        if health.failing:
            raise TemporaryFailure("not_ready", failing=", ".join(health.failing))
        published = container().context.library.current()
        edge_days = published.time_rules.provisional_edge_days
        end = data_end(published.layers, now=reading.now, edge_days=edge_days)
        calendar = {
            "published_through": end.published_through,
            "days_left": end.days_left,
            "alarm": end.is_alarm,
        }
        return jsonify(
            {
                "status": "ready",
                "generation": health.generation,
                "timer_worker": health.is_beating,
                "skew_s": health.skew.total_seconds(),
                "calendar": calendar,
            }
        )

    @app.get("/metrics")
    def metrics() -> Response:
        settings = container().settings
        sent = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if settings.metrics_token and not hmac.compare_digest(sent.encode(), settings.metrics_token.encode()):
            raise Unauthenticated
        with container().context.database.reading() as reading:
            figures = read_machine_figures(reading.connection, now=reading.now)
        return Response(expose(_gauges(figures), folder=settings.metrics_dir), content_type=CONTENT_TYPE_LATEST)


def _gauges(figures: MachineFigures) -> Iterator[GaugeMetricFamily]:
    """Say the figures of the board as gauges."""
    now = figures.read_at
    yield gauge("oldest_overdue_seconds", "Age of the oldest armed deadline to be tried.", figures.lag.total_seconds())
    yield gauge("overdue_deadlines", "Armed deadlines whose instant has passed.", figures.overdue)
    yield gauge("held_approvals", "Approvals by default whose instant has passed.", figures.held_approvals)
    yield gauge("dead_deadlines", "Deadlines given up after ten tries.", figures.dead)
    yield gauge("blocked_approvals", "Approvals by default that a guard blocks.", figures.blocked)
    yield gauge("open_incidents", "Incidents that wait for a person.", figures.incidents)
    yield gauge("open_outages", "Outages that wait for their release.", figures.open_outages)
    yield gauge("open_clock_doubts", "Doubts about the clock nobody has settled.", len(figures.doubts))
    yield gauge("workers", "Timer workers that beat within a minute.", figures.workers)
    yield gauge("clock_skew_seconds", "Largest distance of a worker's clock from the database's.", figures.skew_s)
    yield gauge("outbox_waiting", "Messages to be sent now.", figures.unsent)
    oldest = figures.oldest_unsent_at
    yield gauge("outbox_oldest_seconds", "Age of the oldest of them.", (now - oldest).total_seconds() if oldest else 0)
    yield gauge("unfetched_tasks", "Work for programs outside that none has fetched.", figures.unfetched)
    if figures.last_beat_at is not None:
        beaten = (now - figures.last_beat_at).total_seconds()
        yield gauge("last_beat_seconds", "Time since the last beat of any worker.", beaten)
    forecast = GaugeMetricFamily("lianban_forecast", "Deadlines that fire in that hour from now.", labels=["hour"])
    for hour, count in enumerate(figures.forecast):
        forecast.add_metric([str(hour)], count)
    yield forecast
