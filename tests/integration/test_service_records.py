"""A service record is written, comes back with its case, and is proven once; on both databases."""

from datetime import timedelta

import pytest

from app.domain.change_rows.papers import DocumentRow
from app.domain.change_set import ChangeSet
from app.domain.errors import Conflict
from app.domain.service_record import ServiceChange, ServiceRow
from app.storage.apply_changes import apply_changes
from app.storage.case_loading import load_case
from app.storage.database import Database
from tests.integration.rows import AT, new_id, seed_case


def write(database: Database, changes: ChangeSet) -> None:
    with database.write() as uow:
        apply_changes(uow, changes)


def loaded(database: Database, case_id: int) -> tuple[ServiceRow, ...]:
    with database.write() as uow:
        found = load_case(uow, case_id)
    assert found is not None
    return found.services


def sent(case_id: int) -> ChangeSet:
    """A notice, and that it was posted."""
    document_id, record_id = new_id(), new_id()
    paper = DocumentRow(
        id=document_id,
        case_id=case_id,
        kind="correction_notice",
        document_no=f"N{document_id}",
        template_version="1",
        issued_at=AT,
        facts="{}",
    )
    record = ServiceRow(
        id=record_id,
        case_id=case_id,
        document_id=document_id,
        addressee="applicant",
        channel="post",
        consent_at=None,
        sent_at=AT,
        served_at=None,
        proof=None,
        attempts="[]",
        fallback_of=None,
        clock="correction",
        period="15WD",
    )
    return ChangeSet(documents=[paper], services_added=[record])


def test_a_record_comes_back_with_its_case_and_is_proven_once(database: Database) -> None:
    case_id = seed_case(database).case_id
    changes = sent(case_id)
    write(database, changes)
    (record,) = changes.services_added
    served = ServiceChange(id=record.id, served_at=AT + timedelta(days=1), proof="EMS 1", attempts="[]")

    assert loaded(database, case_id) == (record,)
    write(database, ChangeSet(services_changed=[served]))

    (found,) = loaded(database, case_id)
    assert (found.served_at, found.proof) == (served.served_at, "EMS 1")
    with pytest.raises(Conflict):
        write(database, ChangeSet(services_changed=[served]))
