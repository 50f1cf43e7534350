"""Count requests by route and status; the route is its pattern, so no number of a case becomes a label."""

import time

from flask import Flask, Response, g, request

from app.telemetry.metrics import REQUEST_SECONDS, REQUESTS

NO_ROUTE = "none"


def register_counting(app: Flask) -> None:
    """Count every answer of this application and the time it took."""

    @app.before_request
    def begin() -> None:
        g.began_s = time.monotonic()

    @app.after_request
    def count(response: Response) -> Response:
        route = request.url_rule.rule if request.url_rule else NO_ROUTE
        REQUESTS.labels(method=request.method, route=route, status=str(response.status_code)).inc()
        if "began_s" in g:
            REQUEST_SECONDS.labels(route=route).observe(time.monotonic() - g.began_s)
        return response
