"""Certificates that stand for materials, and how far materials are trusted."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from app.domain.certificate import CertificateRow
from app.domain.evidence import find_evidence, is_file_expired, trust_of
from app.domain.matter import MaterialRequirement
from app.domain.vocabulary import CertificateState

TODAY = date(2026, 3, 2)
AT = datetime(2026, 3, 2, tzinfo=UTC)
LICENCE = MaterialRequirement(code="licence", name="营业执照", satisfied_by=("startup-reg", "reg-change"))
CERTIFICATE = CertificateRow(
    id=1,
    certificate_no="照1号",
    name="营业执照",
    matter_code="startup-reg",
    case_id=1,
    department_id=1,
    prefecture="4228",
    county="422801",
    holder_name="张小芳",
    holder_id_type="111",
    holder_id_number="422801199001011234",
    valid_from_on=date(2025, 1, 1),
    valid_to_on=date(2026, 3, 2),
    state=CertificateState.VALID,
    state_at=AT,
    entered_by="staff:1",
    entered_at=AT,
)


def test_a_certificate_stands_for_its_material_up_to_and_including_its_last_day() -> None:
    on_the_day = find_evidence([LICENCE], [CERTIFICATE], TODAY)
    after = find_evidence([LICENCE], [CERTIFICATE], date(2026, 3, 3))

    assert [(item.state, item.certificate.id) for item in on_the_day] == [("accepted", 1)]
    assert [(item.state, item.certificate.id) for item in after] == [("expired", 1)]


def test_the_certificate_that_holds_the_longest_comes_before_an_expired_one() -> None:
    over = replace(CERTIFICATE, id=2, valid_to_on=date(2026, 1, 1))
    without_end = replace(CERTIFICATE, id=3, matter_code="reg-change", valid_to_on=None)

    found = find_evidence([LICENCE], [without_end, over, CERTIFICATE], TODAY)

    assert [item.certificate.id for item in found] == [3]


@pytest.mark.parametrize("state", [CertificateState.REVOKED, CertificateState.CANCELLED, CertificateState.RENEWED])
def test_what_has_ended_or_was_given_by_another_matter_stands_for_nothing(state: CertificateState) -> None:
    ended, other = replace(CERTIFICATE, state=state), replace(CERTIFICATE, matter_code="food")

    assert find_evidence([LICENCE], [ended, other], TODAY) == ()


def test_a_file_holds_through_its_last_day() -> None:
    assert [is_file_expired(day, TODAY) for day in (None, TODAY, date(2026, 3, 1))] == [False, False, True]


@pytest.mark.parametrize(
    ("certificate", "state", "checked", "stored", "asked", "trust"),
    [
        (True, "accepted", False, None, "A", "A"),
        (True, "expired", False, None, "A", None),
        (False, "accepted", True, "C", "C", "B"),
        (False, "accepted", True, None, "C", "B"),
        (False, "handed_in", False, "C", "C", "C"),
        (False, "handed_in", False, "B", "C", "B"),
        (False, "handed_in", False, "C", "D", "D"),
        (False, "wrong", True, "C", "C", None),
    ],
)
def test_trust_follows_from_who_gave_and_who_saw_it(
    *, certificate: bool, state: str, checked: bool, stored: str | None, asked: str, trust: str | None
) -> None:
    found = trust_of(has_certificate=certificate, state=state, is_checked=checked, stored=stored, asked=asked)

    assert found == trust
