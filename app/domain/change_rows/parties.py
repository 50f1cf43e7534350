"""Rows of who applies and whom it is about, and of what they handed in."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PartyRow:
    """Applicant and subject of a case, with the hashed progress code of the receipt.

    subject_number: identity number of whom the case is about, the applicant unless somebody else is named.
    """

    case_id: int
    account_id: int | None
    kind: str
    name: str
    id_type: str
    id_number: str
    mobile: str
    subject: str | None  # canonical JSON: name, id_type, id_number, relation, authorisation
    progress_code_hash: bytes
    subject_number: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseMaterialRow:
    """A material of a case, for one requirement. material_id: the file; None for what was shown, or is missing.

    certificate_id: the certificate of the register that stands for it.
    """

    case_id: int
    requirement: str
    material_id: int | None
    state: str  # handed_in, accepted, missing, wrong, expired
    checked_by: int | None
    checked_at: datetime | None
    remark: str | None
    certificate_id: int | None = None
