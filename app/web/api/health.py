"""Liveness and readiness, for whoever watches the processes."""

from datetime import timedelta

from flask import Flask, Response, jsonify

from app.container import Container
from app.domain.calendar_layers import data_end
from app.domain.errors import CaseworkError
from app.queries.health import read_health

LATE_BEAT = timedelta(minutes=2)


def register(app: Flask) -> None:
    """Add /healthz (the process answers) and /readyz (database, deployment and timer worker are there)."""

    @app.get("/healthz")
    def healthz() -> Response:
        return jsonify({"status": "ok"})

    @app.get("/readyz")
    def readyz() -> Response:
        container: Container = app.extensions["lianban_container"]
        with container.context.database.reading() as reading:
            health = read_health(reading.connection)
        if not health.generation:
            raise CaseworkError("not_ready")
        is_beating = health.last_beat_at is not None and reading.now - health.last_beat_at < LATE_BEAT
        published = container.context.library.current()
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
                "timer_worker": is_beating,
                "calendar": calendar,
            }
        )
