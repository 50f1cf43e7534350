"""Papers (文书) of a case, and how its results are handed over (出件)."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentRow:
    """A legal paper (文书). content_sha256 and content are filled when it is rendered; the facts freeze what it says."""

    id: int
    case_id: int
    kind: str
    document_no: str
    template_version: str
    issued_at: datetime
    facts: str
    seal_state: str | None = None  # code of `seal_state`; None for a paper without a seal
    seal_next_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryRow:
    """A result handed over (出件)."""

    id: int
    case_id: int
    method: str
    state: str
    delivered_at: datetime | None
    facts: str
