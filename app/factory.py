"""The factory: the only place that knows everything."""

from flask import Flask

from app.container import Container, build_container
from app.settings import Settings, read_settings
from app.web.api import (
    accountability,
    applications,
    calendars,
    cards,
    case_parts,
    cases,
    catalogue_changes,
    certificates,
    closures,
    correction_requests,
    deemed,
    definition_calls,
    definition_coverage,
    definition_packages,
    definitions,
    external_tasks,
    health,
    interventions,
    ledger,
    machine,
    matters,
    messages,
    migrations,
    obstacles,
    public,
    receipt_blocks,
    revocations,
    scenarios,
    seals,
    staff,
    supervision,
    tasks,
    time_limits,
)
from app.web.api.description import DescribedApi, DescriptionPlugin
from app.web.errors import register_error_handlers
from app.web.pages.registry import register_pages
from app.web.setup import limiter_of, set_up

API_PREFIX = "/api/v1"
API_ROOMS = (
    accountability,
    applications,
    calendars,
    cards,
    case_parts,
    cases,
    catalogue_changes,
    certificates,
    closures,
    correction_requests,
    deemed,
    definition_calls,
    definition_coverage,
    definition_packages,
    definitions,
    external_tasks,
    interventions,
    ledger,
    machine,
    matters,
    messages,
    migrations,
    obstacles,
    receipt_blocks,
    revocations,
    scenarios,
    seals,
    staff,
    supervision,
    tasks,
    time_limits,
)


def create_app(settings: Settings | None = None, *, container: Container | None = None) -> Flask:
    """Build the web application.

    settings: of this process; read from the environment by default. container: adapters somebody else chose.
    """
    chosen = settings or (container.settings if container else read_settings())
    app = Flask("app.web", static_folder="static", static_url_path="/static", template_folder="templates")
    app.config.update(
        SECRET_KEY=chosen.secret_key,
        MAX_CONTENT_LENGTH=chosen.max_upload_bytes + 1024 * 1024,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=chosen.secure_cookies,
        API_TITLE="Lianban API",
        API_VERSION="v1",
        OPENAPI_VERSION="3.1.0",
        OPENAPI_URL_PREFIX=API_PREFIX,
        OPENAPI_JSON_PATH="openapi.json",
        API_SPEC_OPTIONS={"security": [{"bearer": []}]},
    )
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    set_up(app, container or build_container(chosen))
    limiter = limiter_of(app)
    api = DescribedApi(app, spec_kwargs={"extra_plugins": [DescriptionPlugin()]})
    api.spec.components.security_scheme("bearer", {"type": "http", "scheme": "bearer"})
    register_error_handlers(app)
    for room in API_ROOMS:
        api.register_blueprint(room.blueprint, url_prefix=API_PREFIX)
    api.register_blueprint(public.make_blueprint(limiter, chosen), url_prefix=API_PREFIX)
    health.register(app)
    register_pages(app, limiter)
    return app
