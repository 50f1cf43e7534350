"""Evidence (材料依据): certificates that stand for a material, and how far a material of a case is trusted. Pure.

Source: 国务院关于在线政务服务的若干规定 art. 9 to 12: an electronic certificate has the force of the paper one, and what the
state holds already is not asked for again.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from app.domain.certificate import CertificateRow, state_on
from app.domain.materials import EXPIRED
from app.domain.matter import MaterialRequirement
from app.domain.vocabulary import CertificateState, MaterialTrust

ACCEPTED = "accepted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """A certificate found for a requirement. is_expired: its last day has passed, so that it stands for nothing."""

    requirement: str
    certificate: CertificateRow
    is_expired: bool

    @property
    def state(self) -> str:
        """The state of the material: in order without anybody's look, or expired and told by name."""
        return EXPIRED if self.is_expired else ACCEPTED


def find_evidence(
    requirements: Iterable[MaterialRequirement], certificates: Sequence[CertificateRow], today: date
) -> tuple[Evidence, ...]:
    """Return the best certificate for each requirement that one satisfies, in the order of the list.

    certificates: of the holder. One that holds the longest comes first; one that was revoked, cancelled or renewed is
    none. Only where no certificate holds any more is an expired one told.
    """
    found = []
    for item in requirements:
        fitting = [row for row in certificates if row.matter_code in item.satisfied_by]
        living = [row for row in fitting if state_on(row.state, row.valid_to_on, today) == CertificateState.VALID]
        over = [row for row in fitting if state_on(row.state, row.valid_to_on, today) == CertificateState.EXPIRED]
        if living or over:
            best = max(living or over, key=_holds_until)
            found.append(Evidence(requirement=item.code, certificate=best, is_expired=not living))
    return tuple(found)


def _holds_until(row: CertificateRow) -> tuple[date, int]:
    return row.valid_to_on or date.max, row.id


def is_file_expired(valid_to_on: date | None, today: date) -> bool:
    """Say whether the last day of a file, as its owner stated it, has passed."""
    return valid_to_on is not None and valid_to_on < today


def trust_of(
    *, has_certificate: bool, state: str, is_checked: bool, stored: str | None, asked: str
) -> MaterialTrust | None:
    """Return how far a material of a case is trusted; None where there is nothing to trust.

    stored: of the file, None without one. asked: of its row in the list; a row that takes a statement of the applicant
    (D) gets no more than one until an officer accepts it.
    """
    if state not in (ACCEPTED, "handed_in"):
        return None
    if has_certificate and not is_checked:
        return MaterialTrust.ISSUED
    if state == ACCEPTED and is_checked:
        return MaterialTrust.VERIFIED
    if stored is None:
        return None
    return MaterialTrust.DECLARED if asked == MaterialTrust.DECLARED else MaterialTrust(stored)
