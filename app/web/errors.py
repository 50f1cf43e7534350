"""Errors to HTTP, in one place: problem+json (RFC 9457) for programs, a page for people."""

from datetime import datetime
from http import HTTPStatus
from urllib.parse import urlsplit

import structlog
from flask import Flask, Response, current_app, jsonify, redirect, render_template, request, url_for
from marshmallow import ValidationError
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as BaseResponse

from app.domain import errors
from app.domain.calendar import ZONE
from app.domain.notice import say_facts
from app.web.language import current_language

log = structlog.get_logger()


class Unauthenticated(errors.CaseworkError):
    """Nobody is signed in."""

    default_code = "unauthenticated"


STATUS_OF_CLASS: tuple[tuple[type[errors.CaseworkError], int], ...] = (
    (errors.NotFound, 404),
    (errors.Forbidden, 403),
    (errors.Stale, 412),
    (errors.Conflict, 409),
    (errors.TemporaryFailure, 503),
    (errors.DiagramRefused, 422),
    (errors.InvalidInput, 422),
    (errors.RuleViolation, 422),
)
STATUS_OF_CODE = {
    "material_too_large": 413,
    "material_type": 415,
    "malformed": 400,
    "precondition_required": 428,
    "unauthenticated": 401,
    "csrf_failed": 400,
    "too_many_requests": 429,
    "method_not_allowed": 405,
}
# The rooms of people: who is not signed in is led to the sign-in page there; programs are told 401.
PAGES = "pages"
SAFE_METHODS = ("GET", "HEAD", "OPTIONS")
RETRY_AFTER_S = {"case_busy": 1, "database_busy": 1}
HTTP_CODES = {
    400: "malformed",
    401: "unauthenticated",
    403: "not_permitted",
    404: "not_found",
    405: "method_not_allowed",
    413: "material_too_large",
    415: "media_type",
    422: "invalid",
    429: "too_many_requests",
}


def status_of(error: errors.CaseworkError) -> int:
    """Return the HTTP status of an error: its code decides where one is named, else its class."""
    if error.code in STATUS_OF_CODE:
        return STATUS_OF_CODE[error.code]
    return next((status for cls, status in STATUS_OF_CLASS if isinstance(error, cls)), 500)


def problem_of(error: errors.CaseworkError, language: str) -> dict[str, object]:
    """Return the problem+json body of an error, its sentences in `language`."""
    messages = current_app.extensions["lianban"].messages
    base = f"errors.{error.code}"
    key = base if messages.has(f"{base}.title") else "errors.failed"
    facts = {name: value for name, value in error.facts.items() if isinstance(value, str | int | float)}
    said = say_facts(messages, language, {"count": len(error.items), **facts})
    detail, remedy = (messages.text(language, f"{key}.{part}", **said) for part in ("detail", "remedy"))
    return {
        "type": f"/problems/{error.code}",
        "title": messages.text(language, f"{key}.title", **said),
        "status": status_of(error),
        "detail": f"{detail} {remedy}".strip(),
        "remedy": remedy,
        "code": error.code,
        **{name: _local(value) if name.endswith("_at") else value for name, value in facts.items() if value != ""},
        "errors": [_item(item, language) for item in error.items],
    }


def _local(instant: object) -> str:
    """Return an instant with the offset of Asia/Shanghai."""
    return datetime.fromisoformat(str(instant)).astimezone(ZONE).isoformat()


def _item(item: object, language: str) -> dict[str, object]:
    messages = current_app.extensions["lianban"].messages
    fields = dict(item) if isinstance(item, dict) else dict(item.items())  # type: ignore[attr-defined]
    if "severity" in fields:
        return _finding(fields, language)
    key = f"faults.{fields.get('code')}"
    if "field" not in fields and messages.has(f"{key}_here"):
        key = f"{key}_here"
    if "detail" not in fields and messages.has(key):
        fields["detail"] = messages.text(language, key, **{k: v for k, v in fields.items() if k != "code"})
    return fields


def _finding(fields: dict[str, object], language: str) -> dict[str, object]:
    """Say what is wrong at an element of a diagram and how it is drawn right; `detail` says both, as for other items."""
    messages = current_app.extensions["lianban"].messages
    facts = fields.get("facts")
    values = facts if isinstance(facts, dict) else {}
    keys = {part: f"checks.{fields['code']}.{part}" for part in ("message", "remedy")}
    said = {part: messages.text(language, key, **values) for part, key in keys.items() if messages.has(key)}
    return {**fields, **said, "detail": " ".join(said.values()) or str(fields["code"])}


def register_error_handlers(app: Flask) -> None:
    """Give every error its one answer."""

    @app.errorhandler(errors.CaseworkError)
    def refused(error: errors.CaseworkError) -> BaseResponse:
        if isinstance(error, Unauthenticated) and request.method in SAFE_METHODS and request.blueprint == PAGES:
            return _ask_to_sign_in()
        return _answer(error)

    @app.errorhandler(ValidationError)
    def schema_refused(error: ValidationError) -> Response:
        return _answer(errors.InvalidInput("invalid", items=tuple(_pointers(error.messages))))

    @app.errorhandler(HTTPException)
    def http_error(error: HTTPException) -> Response:
        status = error.code or 500
        code = HTTP_CODES.get(status, "failed")
        data = getattr(error, "data", None) or {}
        parts = data.get("messages", {}) if isinstance(data, dict) else {}
        items = tuple(item for part in parts.values() for item in _pointers(part)) if isinstance(parts, dict) else ()
        answer = _answer(errors.CaseworkError(code, items=items, **_facts_of(status)), status=status)
        for name, value in error.get_headers():
            if name in ("Allow", "Retry-After"):
                answer.headers[name] = value
        return answer

    @app.errorhandler(Exception)
    def failed(error: Exception) -> Response:
        log.error("Request failed", action="request_failed", path=request.path, exc_info=error)
        return _answer(errors.CaseworkError("failed"), status=500)


def _facts_of(status: int) -> dict[str, object]:
    """Return what the sentence of a status needs: of a body that is refused unread only the sender's length is known."""
    if status != HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        return {}
    return {"size_bytes": request.content_length or 0, "most_bytes": current_app.config["MAX_CONTENT_LENGTH"]}


def _pointers(messages: object, at: str = "") -> list[dict[str, object]]:
    if isinstance(messages, dict):
        return [item for name, inner in messages.items() for item in _pointers(inner, _join(at, str(name)))]
    texts = messages if isinstance(messages, list) else [messages]
    return [{"pointer": at or "/", "code": "schema", "detail": str(text)} for text in texts]


def _join(at: str, name: str) -> str:
    if not at and name == "_schema":
        return at
    return f"{at}/{name.replace('~', '~0').replace('/', '~1')}"


def _is_program() -> bool:
    return request.path.startswith("/api/") or request.accept_mimetypes.best == "application/problem+json"


def _ask_to_sign_in() -> BaseResponse:
    """Lead to the sign-in page, and from there back to where the person wanted to go."""
    return redirect(url_for("pages.sign_in", next=request.full_path.rstrip("?")))


def _came_from() -> str:
    """Return the path of the page a form was sent from; empty for none of this site."""
    sent_from = urlsplit(request.referrer or "")
    return sent_from.path if sent_from.netloc == request.host else ""


def _answer(error: errors.CaseworkError, status: int | None = None) -> Response:
    language = current_language()
    problem = problem_of(error, language)
    problem["status"] = status or problem["status"]
    code = int(str(problem["status"]))
    if _is_program():
        response = jsonify(problem)
        response.mimetype = "application/problem+json"
    else:
        response = Response(
            render_template("error.html", problem=problem, came_from=_came_from()), mimetype="text/html"
        )
    response.status_code = code
    if error.code in RETRY_AFTER_S:
        response.headers["Retry-After"] = str(RETRY_AFTER_S[error.code])
    return response
