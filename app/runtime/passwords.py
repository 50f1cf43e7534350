"""Passwords: argon2id, with the parameters OWASP gives for interactive sign-in (19 MiB, two passes)."""

from datetime import timedelta
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

MOST_FAILURES = 5
LOCKED_FOR = timedelta(minutes=15)
HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)


def hash_password(password: str) -> str:
    """Return the stored form of a password."""
    return HASHER.hash(password)


def verify_password(stored: str | None, password: str) -> bool:
    """Say whether the password is right. None stands for an unknown login; it takes as long as a known one."""
    nobody = _hash_of_nobody()
    try:
        return HASHER.verify(stored or nobody, password) and stored is not None
    except (VerifyMismatchError, InvalidHashError):
        return False


@cache
def _hash_of_nobody() -> str:
    """Return a hash nothing is stored under; made at the first sign-in of a process, whoever it is."""
    return HASHER.hash("nobody")
