"""Revocation (撤销) of what a decision granted, and cancellation (注销) of its certificate. Pure; never automatic.

Source: 行政许可法 art. 7 (to be heard), 69 (who may revoke, on which grounds, with which effect), 70 (cancellation),
79 (three years without a new application after fraud).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from app.domain.calendar import to_local
from app.domain.case_life import is_granting
from app.domain.certificate import CertificateRow, require_alive, state_on
from app.domain.counting import months_later
from app.domain.errors import Conflict, RuleViolation
from app.domain.vocabulary import CancellationGround, CaseState, CertificateState, RevocationGround

BAR_MONTHS = 36
# Classes of matters in which life, health or public safety is always concerned (art. 79).
SAFETY_CLASSES = ("public_safety", "life_health")
SYSTEM_OF_A_BODY = "-"


@dataclass(frozen=True, slots=True, kw_only=True)
class RevocationInput:
    """A revocation as asked for.

    heard_at, hearing_record: when the applicant was heard, and the number of the record of it. would_harm_public: it
    would gravely harm the public interest. compensation_note: how lawful interests are made good, or why there are
    none. concerns_safety: public safety, life, health or property is directly concerned.
    """

    ground: RevocationGround
    reasons: str
    heard_at: datetime | None
    hearing_record: str
    would_harm_public: bool = False
    compensation_note: str = ""
    concerns_safety: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RevocationRow:
    """A revocation, at most one a case."""

    id: int
    case_id: int
    certificate_id: int | None
    ground: str
    article: str
    reasons: str
    heard_at: datetime
    hearing_record: str
    compensation_note: str
    concerns_safety: bool
    document_id: int
    revoked_by: str
    revoked_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CancellationInput:
    """A cancellation as asked for. source_document: the number of the paper it rests on."""

    ground: CancellationGround
    reasons: str
    source_document: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CancellationRow:
    """The cancellation of a certificate, at most one. case_id, document_id: None for an older certificate."""

    id: int
    certificate_id: int
    case_id: int | None
    ground: str
    article: str
    reasons: str
    source_document: str
    document_id: int | None
    cancelled_by: str
    cancelled_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class BarRow:
    """A holder may not apply for a matter again until a day, which is included (三年内不得再次申请)."""

    id: int
    revocation_id: int
    matter_code: str
    holder_id_type: str
    holder_id_number: str
    until_on: date


def article_of(ground: RevocationGround, articles: Mapping[str, str]) -> str:
    """Return the article of a ground: fraud and bribery shall be revoked, the others may be. articles: by what they rule."""
    return articles["revocation_shall" if ground == RevocationGround.FRAUD else "revocation_may"]


def check_revocation(
    asked: RevocationInput,
    *,
    state: str,
    decision: str | None,
    decided_at: datetime | None,
    now: datetime,
    articles: Mapping[str, str],
) -> None:
    """Refuse a revocation the law does not allow.

    Raises Conflict `revocation_done`, `revocation_not_granted` (nothing was granted), RuleViolation
    `revocation_hearing_missing` (the applicant was not heard between decision and now), `revocation_harms_public`,
    `revocation_reasons_missing`, `revocation_compensation_missing` (a ground of 69(1) without a word about it).
    """
    if state == CaseState.REVOKED:
        raise Conflict("revocation_done")
    if decided_at is None or not is_granting(decision):
        raise Conflict("revocation_not_granted", state=state)
    was_heard = asked.heard_at is not None and decided_at <= asked.heard_at <= now
    if not was_heard or not asked.hearing_record.strip():
        raise RuleViolation("revocation_hearing_missing", article=articles["hearing"])
    if asked.would_harm_public:
        raise RuleViolation("revocation_harms_public", article=articles["revocation_harm"])
    if not asked.reasons.strip():
        raise RuleViolation("revocation_reasons_missing", article=article_of(asked.ground, articles))
    if asked.ground != RevocationGround.FRAUD and not asked.compensation_note.strip():
        raise RuleViolation("revocation_compensation_missing", article=articles["revocation_compensation"])


def bar_until(asked: RevocationInput, exclusion_class: str, now: datetime) -> date | None:
    """Return until when the holder may not apply again; None without fraud in a matter of safety.

    exclusion_class: of the matter; the classes of safety need no finding of their own.
    Source: 行政许可法 art. 79.
    """
    concerns_safety = asked.concerns_safety or exclusion_class in SAFETY_CLASSES
    if asked.ground != RevocationGround.FRAUD or not concerns_safety:
        return None
    return months_later(to_local(now).date(), BAR_MONTHS)


def refuse_barred(bars: Sequence[BarRow], today: date, articles: Mapping[str, str]) -> None:
    """Raise RuleViolation `application_barred` while one of the bars of an applicant runs."""
    running = [bar for bar in bars if today <= bar.until_on]
    if running:
        last_on = max(bar.until_on for bar in running)
        raise RuleViolation("application_barred", article=articles["bar"], until=last_on.isoformat())


def check_cancellation(
    row: CertificateRow, asked: CancellationInput, now: datetime, *, articles: Mapping[str, str]
) -> None:
    """Refuse a cancellation the law does not know.

    Raises Conflict `certificate_ended`, RuleViolation `cancellation_not_expired` for ground `expired` before the last day
    has passed, `cancellation_reasons_missing` without reasons or the document it rests on.
    """
    require_alive(row, now)
    today = to_local(now).date()
    if (
        asked.ground == CancellationGround.EXPIRED
        and state_on(row.state, row.valid_to_on, today) != CertificateState.EXPIRED
    ):
        valid_to = row.valid_to_on.isoformat() if row.valid_to_on else ""
        raise RuleViolation("cancellation_not_expired", article=articles["cancellation"], valid_to=valid_to)
    if not asked.reasons.strip() or not asked.source_document.strip():
        raise RuleViolation("cancellation_reasons_missing", article=articles["cancellation"])


def is_above(superior_code: str, department_code: str, departments: Mapping[str, str]) -> bool:
    """Say whether a department is the superior of another: of the same system, in the prefecture above its county.

    departments: code -> region code. `422800-scjg` stands above `422801-scjg`.
    Source: 行政许可法 art. 69(1) (the authority or its superior).
    """
    above, below = departments.get(superior_code, ""), departments.get(department_code, "")
    system = superior_code.partition(SYSTEM_OF_A_BODY)[2]
    is_same_system = bool(system) and system == department_code.partition(SYSTEM_OF_A_BODY)[2]
    return is_same_system and above.endswith("00") and above != below and below.startswith(above.removesuffix("00"))
