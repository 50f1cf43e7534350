"""The audit chain (办件日志、哈希链): canonical bytes of each act, linked by hash per case."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

GENESIS = bytes(32)


class ChainLink(Protocol):
    """What a stored audit entry shows of itself."""

    @property
    def seq(self) -> int:
        """Place in the chain, counted from 1."""
        ...

    @property
    def body(self) -> bytes:
        """Canonical bytes the hash covers."""
        ...

    @property
    def hash(self) -> bytes:
        """Hash of the entry before and of the body."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainFault:
    """Where a chain is broken. kind: gap (an entry is missing), hash (bytes changed), head (the end was cut off)."""

    seq: int
    kind: str


def audit_body(*, case_id: int, seq: int, at: datetime, kind: str, actor: str, facts: Mapping[str, object]) -> bytes:
    """Return the canonical bytes of an act: JSON in UTF-8 with sorted keys and no spaces.

    at: aware; written in UTC. facts: JSON values without personal data. The id is a text, because JSON numbers of other
    readers end at 2^53.
    """
    values = {
        "case_id": str(case_id),
        "seq": seq,
        "at": at.astimezone(UTC).isoformat(),
        "kind": kind,
        "actor": actor,
        "facts": dict(facts),
    }
    return json.dumps(values, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def audit_link(last_hash: bytes, body: bytes) -> bytes:
    """Return the hash of an entry: sha256 over the hash before it and its body. The first one follows `GENESIS`."""
    return hashlib.sha256(last_hash + body).digest()


def verify_chain(
    entries: Iterable[ChainLink], *, last_seq: int | None = None, last_hash: bytes | None = None
) -> ChainFault | None:
    """Return the first fault of a chain, None when it is whole.

    entries: of one case, ordered by seq. last_seq, last_hash: the head the case row or an anchor holds; without them a
    cut-off tail cannot be seen.
    """
    seq, link = 0, GENESIS
    for entry in entries:
        seq += 1
        if entry.seq != seq:
            return ChainFault(seq=seq, kind="gap")
        link = audit_link(link, entry.body)
        if link != entry.hash:
            return ChainFault(seq=seq, kind="hash")
    if last_seq is not None and (last_seq != seq or (last_hash is not None and last_hash != link)):
        return ChainFault(seq=last_seq, kind="head")
    return None
