"""Legal papers (文书): a row that freezes what the paper says; the channel of documents renders it."""

from collections.abc import Mapping
from datetime import datetime

import orjson

from app.domain.calendar import ZONE
from app.domain.change_rows.papers import DocumentRow
from app.domain.seal import state_at_issue
from app.domain.vocabulary import SealState
from app.runtime.casework import Casework


def issues_paper(work: Casework, kind: str) -> bool:
    """Say whether the implementation list has this paper issued; a joint case has all of them."""
    return work.loaded.offering is None or kind in work.loaded.offering.papers


def issue_document(work: Casework, kind: str, facts: Mapping[str, object]) -> DocumentRow:
    """Issue a document of `kind` (code table document_kind) with a number of its authority, kind and year.

    The facts of the case at this moment are frozen in the row, so that the paper can be printed again unchanged.
    One that carries a seal is queued for the system where an authorisation is in force, else it waits for a person.
    """
    department = work.published.departments[work.case.department_id]
    number = work.ports.next_number(kind=kind, scope=department.code, on=work.now)
    year = work.now.astimezone(ZONE).year
    title = work.published.messages.text(
        "zh", f"documents.{kind}.number", authority=department.name_zh, year=year, n=number
    )
    seal_state = state_at_issue(work.loaded.seal_authorisations, kind, work.now)
    row = DocumentRow(
        id=work.ports.next_id(),
        case_id=work.case.id,
        kind=kind,
        document_no=title,
        template_version=work.published.document_versions.get(kind, "1"),
        issued_at=work.now,
        facts=orjson.dumps(_frozen(work, facts), option=orjson.OPT_SORT_KEYS).decode(),
        seal_state=seal_state,
        seal_next_at=work.now if seal_state == SealState.QUEUED else None,
    )
    work.changes.documents.append(row)
    return row


def _frozen(work: Casework, facts: Mapping[str, object]) -> dict[str, object]:
    case, party, offering = work.case, work.loaded.party, work.loaded.offering
    department = work.published.departments[case.department_id]
    promised, statutory = work.clock("promised"), work.clock("statutory")
    return {
        "case_no": case.case_no,
        "matter_name": case.name,
        "applicant_name": party.name if party else "",
        "department_name": department.name_zh,
        "issued_on": work.now.astimezone(ZONE).strftime("%Y-%m-%d"),
        "received_at": _local(case.received_at),
        "accepted_on": _local(work.accepted_at),
        "promised_due_at": _local(promised.due_at),
        "statutory_due_at": _local(statutory.due_at),
        "legal_basis": list(offering.legal_basis) if offering else [],
        "result_name": offering.result_name if offering else "",
        "materials": [{"requirement": row.requirement, "state": row.state} for row in work.loaded.materials],
        **{key: value for key, value in facts.items() if value is not None},
    }


def _local(instant: datetime | None) -> str:
    return instant.astimezone(ZONE).strftime("%Y-%m-%d %H:%M") if instant else ""
