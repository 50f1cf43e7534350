"""Bars at receipt: who obtained a licence by fraud may not apply for it again for three years (行政许可法 art. 79)."""

from collections.abc import Collection
from datetime import datetime

from app.domain.calendar import to_local
from app.domain.matter import OfferingVersion
from app.domain.revocation import refuse_barred
from app.runtime.application import ApplicantInput, normal_number
from app.runtime.published import Published
from app.storage.bars import bars_of
from app.storage.unit_of_work import UnitOfWork


def barred_matters(offering: OfferingVersion) -> tuple[str, ...]:
    """Return the matters whose bars count for an application: the matter itself, and those whose certificates it renews."""
    rule = offering.renewal
    return (offering.matter_code, rule.renews, *rule.also_renews) if rule else (offering.matter_code,)


def refuse_barred_applicant(
    uow: UnitOfWork, published: Published, applicant: ApplicantInput, matter_codes: Collection[str], *, at: datetime
) -> None:
    """Raise RuleViolation `application_barred` when applicant or subject was barred from one of the matters.

    at: the instant of the receipt, which one on paper has before it is entered.
    """
    subject = applicant.subject or {}
    holders = {(applicant.id_type, normal_number(applicant.id_number))}
    if subject.get("id_number"):
        holders.add((str(subject.get("id_type", "")), normal_number(subject["id_number"])))
    bars = bars_of(uow.connection, holders, matter_codes)
    refuse_barred(bars, to_local(at).date(), published.time_rules.articles)
