"""The part of an application form a window clerk fills in for a receipt that was given on paper (纸质收件)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from flask import request

from app.domain.authority import Person
from app.domain.calendar import ZONE
from app.domain.errors import CaseworkError, InvalidInput, RuleViolation
from app.domain.matter import MaterialRequirement
from app.runtime.paper_receipts import PaperReceipt
from app.web.pages.applying import material_fields, store_files
from app.web.pages.context import FormError, form_errors, words

NUMBER, RECEIVED_AT, SCAN = "paper_number", "paper_received_at", "paper_scan"
LONGEST_NUMBER = 9


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperSent:
    """What was sent. receipt: None when nothing was filled in, or something is wrong with it."""

    values: Mapping[str, str]
    scan: Mapping[str, str]
    receipt: PaperReceipt | None = None
    errors: tuple[FormError, ...] = ()


NO_PAPER = PaperSent(values={NUMBER: "", RECEIVED_AT: ""}, scan={})


def read_paper(person: Person) -> PaperSent:
    """Read number, instant and scan of a receipt on paper; all three or none. Applicants have none."""
    if person.is_applicant:
        return NO_PAPER
    values = {name: request.form.get(name, "").strip() for name in (NUMBER, RECEIVED_AT)}
    scan, faults = store_files(person, (_scan(),))
    if not any(values.values()) and not scan and not faults:
        return NO_PAPER
    errors = [*faults, *_faults(values, scan)]
    if errors:
        return PaperSent(values=values, scan=scan, errors=tuple(errors))
    at = datetime.fromisoformat(values[RECEIVED_AT])
    receipt = PaperReceipt(
        number=int(values[NUMBER]),
        received_at=(at if at.tzinfo else at.replace(tzinfo=ZONE)).astimezone(UTC),
        scan_id=int(scan[SCAN]),
    )
    return PaperSent(values=values, scan=scan, receipt=receipt)


def paper_fields(person: Person, paper: PaperSent) -> dict[str, object]:
    """Return what the form shows of it; nothing to applicants."""
    uploads = [] if person.is_applicant else material_fields(person, (_scan(),), paper.scan)
    return {"paper": {"values": paper.values, "uploads": uploads}}


def _scan() -> MaterialRequirement:
    return MaterialRequirement(code=SCAN, name=words().text("pages.paper.scan"), is_required=False)


def _faults(values: Mapping[str, str], scan: Mapping[str, str]) -> list[FormError]:
    """Name everything that is missing or cannot be read, each beside its control."""
    faults: list[FormError] = []
    number = values[NUMBER]
    if not (number.isascii() and number.isdecimal() and len(number) <= LONGEST_NUMBER):
        faults += _named(InvalidInput("receipt_number_unknown", number=number[:40]), NUMBER)
    try:
        datetime.fromisoformat(values[RECEIVED_AT])
    except ValueError:
        faults += _named(RuleViolation("receipt_outside_closure", received_at=""), RECEIVED_AT)
    if SCAN not in scan:
        faults.append(FormError(name=f"material.{SCAN}", text=words().text("pages.paper.scan_missing")))
    return faults


def _named(refusal: CaseworkError, name: str) -> list[FormError]:
    return [FormError(name=name, text=error["text"]) for error in form_errors(refusal)]
