"""Keyset cursors: where the last page ended, opaque and signed. Never an offset."""

import base64
import hashlib
import hmac
from dataclasses import dataclass

import orjson

from app.domain.errors import InvalidInput

SIGNATURE_BYTES = 12
MOST_ROWS = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Rows of a list, and the cursor of the next page or None."""

    items: tuple[object, ...]
    next_cursor: str | None


def encode_cursor(secret: str, values: tuple[str | int, ...]) -> str:
    """Return the cursor of the last row's sort values."""
    body = orjson.dumps(list(values))
    return base64.urlsafe_b64encode(_sign(secret, body) + body).decode().rstrip("=")


def decode_cursor(secret: str, text: str) -> tuple[str | int, ...]:
    """Return the sort values of a cursor. Raises InvalidInput `cursor_unknown` for one we did not make."""
    try:
        raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        signature, body = raw[:SIGNATURE_BYTES], raw[SIGNATURE_BYTES:]
        if not hmac.compare_digest(signature, _sign(secret, body)):
            raise InvalidInput("cursor_unknown")
        return tuple(orjson.loads(body))
    except ValueError as malformed:
        raise InvalidInput("cursor_unknown") from malformed


def checked_limit(limit: int) -> int:
    """Return the page size asked for, between 1 and 200."""
    return max(1, min(limit, MOST_ROWS))


def _sign(secret: str, body: bytes) -> bytes:
    return hmac.new(secret.encode(), body, hashlib.sha256).digest()[:SIGNATURE_BYTES]
