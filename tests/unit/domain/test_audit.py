"""The audit chain shows a changed byte, a missing entry and a cut-off end."""

import json
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from app.domain.audit import GENESIS, ChainFault, audit_body, audit_link, verify_chain

AT = datetime(2026, 3, 9, 2, 0, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    seq: int
    body: bytes
    hash: bytes


def chain(length: int) -> list[Entry]:
    entries, last = [], GENESIS
    for seq in range(1, length + 1):
        body = audit_body(case_id=1, seq=seq, at=AT, kind="step", actor="staff:1", facts={"n": seq})
        last = audit_link(last, body)
        entries.append(Entry(seq=seq, body=body, hash=last))
    return entries


def test_whole_chain_has_no_fault() -> None:
    entries = chain(3)

    assert verify_chain(entries, last_seq=3, last_hash=entries[-1].hash) is None
    assert verify_chain([], last_seq=0, last_hash=GENESIS) is None


@pytest.mark.parametrize(
    ("entries", "fault"),
    [
        ([replace(chain(3)[0], body=b"{}"), *chain(3)[1:]], ChainFault(seq=1, kind="hash")),
        ([chain(3)[0], chain(3)[2]], ChainFault(seq=2, kind="gap")),
        (chain(2), ChainFault(seq=3, kind="head")),
        ([], ChainFault(seq=3, kind="head")),
    ],
)
def test_fault_is_found_where_it_is(entries: list[Entry], fault: ChainFault) -> None:
    assert verify_chain(entries, last_seq=3, last_hash=chain(3)[-1].hash) == fault


def test_same_act_has_the_same_bytes_in_every_zone_and_order() -> None:
    china = AT.astimezone(timezone(timedelta(hours=8)))

    bodies = {
        audit_body(case_id=2**60, seq=1, at=at, kind="k", actor="staff:1", facts=facts)
        for at, facts in ((AT, {"b": 1, "a": "王"}), (china, {"a": "王", "b": 1}))
    }

    (body,) = bodies
    assert b" " not in body
    assert json.loads(body)["case_id"] == str(2**60)
    assert "王".encode() in body
