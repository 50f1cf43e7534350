"""Which language a request is answered in: the person's choice, else what the browser asks for, else Chinese."""

from flask import g, has_request_context, request

from app.domain.messages import LANGUAGES

COOKIE = "lang"


def current_language() -> str:
    """Return `zh` or `en`."""
    if not has_request_context():
        return LANGUAGES[0]
    found: str | None = getattr(g, "language", None)
    if found is None:
        chosen = request.cookies.get(COOKIE, "")
        found = chosen if chosen in LANGUAGES else request.accept_languages.best_match(LANGUAGES, LANGUAGES[0])
        g.language = found
    return found
