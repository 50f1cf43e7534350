"""Set up Flask: globals of the templates, security headers, limits on requests, errors, sign-in."""

from functools import partial

from flask import Flask, Response, current_app, get_flashed_messages, request, url_for
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

from app.container import Container
from app.web.counting import register_counting
from app.web.language import current_language
from app.web.presenting import read_manifest
from app.web.sign_in import csrf_token, find_current_person, register_sign_in

CONTENT_SECURITY_POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "font-src 'self' data:; object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'"
)


def set_up(app: Flask, container: Container) -> None:
    """Give the application everything its views expect to find."""
    app.extensions["lianban"] = container.context
    app.extensions["lianban_container"] = container
    register_counting(app)
    register_sign_in(app)
    _set_up_templates(app, container)
    app.after_request(_add_headers)


def limiter_of(app: Flask) -> Limiter:
    """Return the limiter of requests: doors without sign-in count per address.

    Counts are kept per process; an installation with several hosts limits at its proxy.
    """
    return Limiter(get_remote_address, app=app, storage_uri="memory://", headers_enabled=True)


def _set_up_templates(app: Flask, container: Container) -> None:
    manifest = read_manifest(container.settings.static_dist_dir, base_url="/static/dist/")
    app.jinja_env.globals["t"] = _text
    app.jinja_env.globals["asset"] = manifest.url
    app.jinja_env.globals["csrf_token"] = csrf_token
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.context_processor(partial(_page_context, container))


def _text(key: str, **facts: object) -> str:
    messages = current_app.extensions["lianban"].messages
    found: str = messages.text(current_language(), key, **facts)
    return found


def _page_context(container: Container) -> dict[str, object]:
    person = find_current_person()
    account = None
    if person is not None:
        department = ""
        if person.memberships:
            facts = container.context.library.current().departments.get(person.memberships[0].department_id)
            department = (facts.name_zh if current_language() == "zh" else facts.name_en) if facts else ""
        account = {"name": person.name, "department": department, "roles": sorted(person.roles)}
    return {
        "lang": current_language(),
        "account": account,
        "flashes": [{"kind": item[0], "text": item[1]} for item in get_flashed_messages(with_categories=True)],
        "current_url": request.full_path.rstrip("?"),
        "home_url": url_for("pages.home"),
    }


def _add_headers(response: Response) -> Response:
    response.headers.setdefault("Content-Security-Policy", CONTENT_SECURITY_POLICY)
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    response.headers.setdefault("Referrer-Policy", "same-origin")
    response.headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    if not request.path.startswith("/static/"):
        response.headers.setdefault("Cache-Control", "no-store")
    return response
