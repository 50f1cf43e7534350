"""Service of documents (送达): a period that is counted from service runs from the proven instant, and not before.

Source: 民法典 art. 201; time-limits.md K23.
"""

from dataclasses import dataclass
from datetime import datetime

import orjson

from app.domain.errors import Conflict, InvalidInput, RuleViolation

APPLICANT = "applicant"
IN_PERSON, ELECTRONIC, PHONE, POST, LEFT, PUBLIC = "in_person", "electronic", "phone", "post", "left", "public"
CHANNELS = (IN_PERSON, ELECTRONIC, PHONE, POST, LEFT, PUBLIC)
FALLBACKS = {IN_PERSON: PHONE, ELECTRONIC: PHONE, PHONE: POST, POST: LEFT, LEFT: PUBLIC}
SENT, SERVED, FAILED = "sent", "served", "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceRow:
    """One way of serving a document on somebody (送达记录).

    attempts: canonical JSON, `[{channel, at, result}]`. fallback_of: the record whose way did not work. clock, period: the
    clock that starts with the service and its limit, None when no period runs from this document.
    """

    id: int
    case_id: int
    document_id: int
    addressee: str
    channel: str
    consent_at: datetime | None
    sent_at: datetime
    served_at: datetime | None
    proof: str | None
    attempts: str
    fallback_of: int | None
    clock: str | None
    period: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceChange:
    """What a later attempt adds to a record that was not served yet."""

    id: int
    served_at: datetime | None
    proof: str | None
    attempts: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """An attempt to serve a document. served_at: None while it is not proven; proof: receipt, call log, post number."""

    channel: str
    sent_at: datetime
    served_at: datetime | None = None
    proof: str = ""
    consent_at: datetime | None = None
    has_failed: bool = False

    @property
    def result(self) -> str:
        """What came of it: served, failed, or sent and not known yet."""
        return SERVED if self.served_at is not None else FAILED if self.has_failed else SENT


def refuse_unproven(attempt: Attempt, *, issued_at: datetime, now: datetime) -> None:
    """Refuse a service nobody can prove, or one at an impossible instant.

    issued_at: of the document. Raises InvalidInput `service_channel_unknown`, RuleViolation `service_proof_missing`
    without an instant's proof or, for electronic service, without consent; `clock_future`, `service_before_issue`.
    """
    if attempt.channel not in CHANNELS:
        raise InvalidInput("service_channel_unknown", channel=attempt.channel)
    if attempt.served_at is None:
        return
    if not attempt.proof.strip() or (attempt.channel == ELECTRONIC and attempt.consent_at is None):
        raise RuleViolation("service_proof_missing")
    if attempt.served_at > now:
        raise RuleViolation("clock_future", occurred_at=attempt.served_at.isoformat())
    if attempt.served_at < issued_at:
        raise RuleViolation("service_before_issue", issued_at=issued_at.isoformat())


def open_record(records: tuple[ServiceRow, ...], document_id: int) -> ServiceRow | None:
    """Return the last record of a document, None when there is none. Raises Conflict `service_done` when it was served."""
    found = [row for row in records if row.document_id == document_id]
    if any(row.served_at is not None for row in found):
        raise Conflict("service_done", document=str(document_id))
    return found[-1] if found else None


def with_attempt(attempts: str, attempt: Attempt) -> str:
    """Return the attempts of a record with one more."""
    said = {"channel": attempt.channel, "at": attempt.sent_at.isoformat(), "result": attempt.result}
    return orjson.dumps([*orjson.loads(attempts), said], option=orjson.OPT_SORT_KEYS).decode()
