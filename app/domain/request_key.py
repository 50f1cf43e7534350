"""The key of a request that may arrive twice (幂等键)."""

import hashlib
from dataclasses import dataclass

from app.domain.errors import InvalidInput

LONGEST_KEY = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestKey:
    """Names one request of one caller. scope: method and path; body_hash: sha256 of the body as sent."""

    actor_id: int
    scope: str
    key: str
    body_hash: bytes

    def check_same(self, stored_hash: bytes) -> None:
        """Refuse the same key with another body. Raises InvalidInput `idempotency_mismatch`."""
        if stored_hash != self.body_hash:
            raise InvalidInput("idempotency_mismatch", key=self.key)


def request_key(*, actor_id: int, method: str, path: str, key: str, body: bytes) -> RequestKey:
    """Return the key of a request. Raises InvalidInput `idempotency_key_malformed` for a key that is empty or too long."""
    if not 0 < len(key) <= LONGEST_KEY:
        raise InvalidInput("idempotency_key_malformed", most=LONGEST_KEY)
    return RequestKey(
        actor_id=actor_id, scope=f"{method} {path}"[:160], key=key, body_hash=hashlib.sha256(body).digest()
    )
