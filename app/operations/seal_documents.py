"""Seal the papers the system may seal (系统用印): outside any transaction, each then recorded in its case."""

from collections.abc import Callable

import structlog

from app.domain.actor import system_actor
from app.domain.errors import CaseworkError, Conflict, TemporaryFailure
from app.domain.seal import PaperSeal, SealRequest, is_authorised
from app.domain.vocabulary import SealState
from app.runtime.advance import Result, Target, change_case
from app.runtime.casework import Casework
from app.runtime.context import Context, in_transaction
from app.runtime.rendering import rendered_content, seal_place_of
from app.runtime.seals import leave_to_person, note_sealed, note_service_down
from app.storage.documents import find_seal, keep_sealed, papers_to_seal
from app.storage.seals import SealingOffice, office_of_case
from app.storage.unit_of_work import UnitOfWork

log = structlog.get_logger()
ACTOR = system_actor("seal")


def seal_documents(context: Context, *, limit: int = 20) -> int:
    """Seal up to `limit` queued papers whose instant has come. Returns how many were looked at.

    A paper whose authorisation ended meanwhile is left to a person. When the seal service does not answer the paper is
    tried again later, for as long as it takes; what was approved stays approved.
    Source: time-limits.md section 8 (seal).
    """
    with context.database.reading() as reading:
        waiting = papers_to_seal(reading.connection, now=reading.now, limit=limit)
    for paper in waiting:
        try:
            _seal(context, paper)
        except CaseworkError as refused:
            log.warning("Paper not sealed", action="seal_failed", case_id=str(paper.case_id), error=repr(refused))
    return len(waiting)


def _seal(context: Context, paper: PaperSeal) -> None:
    with context.database.reading() as reading:
        office = office_of_case(reading.connection, paper.case_id)
        has_leave = is_authorised(office.authorisations, paper.kind, reading.now)
    if not has_leave:
        _change(context, paper, lambda _uow, work, found: leave_to_person(work, found))
        return
    try:
        content = context.seal.apply(_request(context, paper, office))
    except TemporaryFailure:
        _change(context, paper, lambda _uow, work, found: note_service_down(work, found))
        return

    def keep(uow: UnitOfWork, work: Casework, found: PaperSeal) -> None:
        note_sealed(work, found)
        keep_sealed(uow, document_id=found.id, content=content)

    _change(context, paper, keep)


def _request(context: Context, paper: PaperSeal, office: SealingOffice) -> SealRequest:
    place, pages_count = seal_place_of(context, case_id=paper.case_id, document_id=paper.id)
    return SealRequest(
        document_no=paper.document_no,
        department_code=office.code,
        content=rendered_content(context, case_id=paper.case_id, document_id=paper.id),
        pages_count=pages_count,
        place=place,
    )


def _change(context: Context, paper: PaperSeal, act: Callable[[UnitOfWork, Casework, PaperSeal], None]) -> None:
    """Act on a paper under the lock of its case; one that a person sealed meanwhile is left alone."""

    def body(uow: UnitOfWork) -> Result:
        def on_case(work: Casework) -> Result:
            found = find_seal(uow.connection, case_id=paper.case_id, document_id=paper.id)
            if found is None or found.seal_state != SealState.QUEUED:
                raise Conflict("seal_done")
            act(uow, work, found)
            return {}

        return change_case(uow, context, Target(case_id=paper.case_id), on_case, actor=ACTOR)

    in_transaction(context, body)
