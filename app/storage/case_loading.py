"""Load cases for a decision: lock their rows, then read everything else in one further statement."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, TypeVar

import orjson
import sqlalchemy as sa

from app.domain.card_life import CardFacts
from app.domain.certificate import CertificateRow
from app.domain.change_rows.external_tasks import ExternalTaskFacts
from app.domain.change_rows.incidents import OpenIncidentFacts
from app.domain.change_rows.messages import MessageWaitRow
from app.domain.change_rows.parties import CaseMaterialRow, PartyRow
from app.domain.change_rows.pauses import PauseRow
from app.domain.change_set import DecisionRow, LedgerRow, StateRow
from app.domain.correction_request import CorrectionRequestRow
from app.domain.deemed_rows import HoldRow
from app.domain.errors import NotFound
from app.domain.loaded_case import (
    CaseFacts,
    DeadlineFacts,
    DraftFacts,
    HandledStep,
    LoadedCase,
    MemberFacts,
    StoredAnswer,
    TaskFacts,
)
from app.domain.matter import OfferingVersion
from app.domain.obstacle import FeeRow, ForwardingRow
from app.domain.outage import Gap
from app.domain.renewal import RenewalRow
from app.domain.request_key import RequestKey
from app.domain.seal import SealAuthorisation
from app.domain.service_record import ServiceRow
from app.domain.vocabulary import DeadlineState
from app.storage import dialects, tables
from app.storage.cases import lock_case, lock_case_of_task
from app.storage.catalogue import offerings_of_theme
from app.storage.json_rows import RowSet, query_together, read_together
from app.storage.offering_doc import read_offering
from app.storage.unit_of_work import UnitOfWork

R = TypeVar("R")
Rows = Mapping[RowSet[Any], Sequence[Sequence[Any]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class _OfferingDoc:
    offering_id: int
    version: int
    doc: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Closure:
    began_at: datetime


OF_CASE = "case_id = wanted.case_id"
CASE = RowSet(row=CaseFacts, table=tables.case_file, where="id = wanted.case_id", order="id")
STATE = RowSet(row=StateRow, table=tables.instance_state, where=OF_CASE, order="case_id")
PARTY = RowSet(row=PartyRow, table=tables.case_party, where=OF_CASE, order="case_id")
TASKS = RowSet(row=TaskFacts, table=tables.user_task, where=f"{OF_CASE} AND state < 2", order="id", lists=("outcomes",))
DRAFTS = RowSet(
    row=DraftFacts,
    table=tables.draft,
    where="topic IN (SELECT 'task:' || id FROM user_task WHERE case_id = wanted.case_id AND state < 2)",
    order="id",
)
HANDLED = RowSet(
    row=HandledStep,
    table=tables.user_task,
    where=f"{OF_CASE} AND state = 2 AND completed_by IS NOT NULL",
    order="element",
)
HANDLED_IN_THEME = RowSet(
    row=HandledStep,
    table=tables.user_task,
    where="case_id = (SELECT parent_case_id FROM case_file WHERE id = wanted.case_id)"
    " AND state = 2 AND completed_by IS NOT NULL",
    order="element",
)
HOLDS = RowSet(row=HoldRow, table=tables.hold, where=OF_CASE, order="id")
FEES = RowSet(row=FeeRow, table=tables.case_fee, where=OF_CASE, order="id")
FORWARDINGS = RowSet(row=ForwardingRow, table=tables.case_forwarding, where=OF_CASE, order="id")
CORRECTION_REQUESTS = RowSet(row=CorrectionRequestRow, table=tables.correction_request, where=OF_CASE, order="id")
OUTAGES = RowSet(
    row=Gap,
    table=tables.outage,
    where="released_at IS NULL AND ended_at >= (SELECT received_at FROM case_file WHERE id = wanted.case_id)",
    order="began_at",
)
SEAL_AUTHORISATIONS = RowSet(
    row=SealAuthorisation,
    table=tables.seal_authorisation,
    where="withdrawn_at IS NULL AND department_id = (SELECT department_id FROM case_file WHERE id = wanted.case_id)",
    order="id",
)
CERTIFICATE = RowSet(row=CertificateRow, table=tables.certificate, where=OF_CASE, order="id")
CERTIFICATES = RowSet(
    row=CertificateRow,
    table=tables.certificate,
    where="id IN (SELECT certificate_id FROM case_material WHERE case_id = wanted.case_id AND certificate_id IS NOT NULL"
    " UNION ALL SELECT given.id FROM certificate given JOIN case_file member ON member.id = given.case_id"
    " WHERE member.parent_case_id = wanted.case_id)",
    order="id",
)
RENEWAL = RowSet(row=RenewalRow, table=tables.renewal_request, where=OF_CASE, order="case_id")
RENEWED = RowSet(
    row=CertificateRow,
    table=tables.certificate,
    where="id = (SELECT certificate_id FROM renewal_request WHERE case_id = wanted.case_id)",
    order="id",
)
DEADLINES = RowSet(row=DeadlineFacts, table=tables.deadline, where=OF_CASE, order="id")
MESSAGE_WAITS = RowSet(row=MessageWaitRow, table=tables.message_wait, where=OF_CASE, order="id")
INCIDENTS = RowSet(row=OpenIncidentFacts, table=tables.incident, where=f"{OF_CASE} AND state = 'open'", order="id")
EXTERNAL_TASKS = RowSet(row=ExternalTaskFacts, table=tables.external_task, where=OF_CASE, order="id")
PAUSE = RowSet(row=PauseRow, table=tables.technical_pause, where=f"{OF_CASE} AND resumed_at IS NULL", order="id")
CARDS = RowSet(row=CardFacts, table=tables.warning_card, where=OF_CASE, order="id")
LEDGER = RowSet(row=LedgerRow, table=tables.clock_entry, where=OF_CASE, order="seq")
MATERIALS = RowSet(row=CaseMaterialRow, table=tables.case_material, where=OF_CASE, order="requirement")
SERVICES = RowSet(row=ServiceRow, table=tables.service_record, where=OF_CASE, order="id")
DECISION = RowSet(row=DecisionRow, table=tables.decision_record, where=OF_CASE, order="case_id")
MEMBERS = RowSet(row=MemberFacts, table=tables.case_file, where="parent_case_id = wanted.case_id", order="id")
MEMBER_LEDGER = RowSet(
    row=LedgerRow,
    table=tables.clock_entry,
    where="case_id IN (SELECT id FROM case_file WHERE parent_case_id = wanted.case_id)",
    order="seq",
)
OFFERING = RowSet(
    row=_OfferingDoc,
    table=tables.offering_version,
    where="(offering_id, version) IN (SELECT offering_id, offering_version FROM case_file WHERE id = wanted.case_id)",
    order="version",
)
# A department is closed with its offices, whose codes begin with its own; an office also for the cases it took in.
CLOSURES = RowSet(
    row=_Closure,
    table=tables.closure,
    where="confirmed_at IS NOT NULL AND released_at IS NULL AND EXISTS (SELECT 1 FROM case_file c WHERE c.id = wanted.case_id"
    " AND ((closure.department_id IS NULL AND"
    " closure.region_code IN (c.county, c.town, c.region_code, c.prefecture, c.prefecture || '00'))"
    " OR closure.department_id = c.department_id"
    " OR (closure.scope = 'office' AND closure.department_id = c.intake_department_id)"
    " OR (closure.scope = 'department' AND EXISTS (SELECT 1 FROM department a JOIN department b"
    " ON b.code LIKE a.code || '-%' WHERE a.id = closure.department_id AND b.id = c.department_id))))",
    order="began_at",
)
ANSWER = RowSet(
    row=StoredAnswer,
    table=tables.idempotency_key,
    where="actor_id = :actor_id AND scope = :scope AND key = :key",
    order="request_hash",
)
ROW_SETS = (
    CASE,
    STATE,
    PARTY,
    OFFERING,
    TASKS,
    DRAFTS,
    HANDLED,
    HANDLED_IN_THEME,
    DEADLINES,
    MESSAGE_WAITS,
    CARDS,
    LEDGER,
    MATERIALS,
    SERVICES,
    DECISION,
    MEMBERS,
    MEMBER_LEDGER,
    HOLDS,
    OUTAGES,
    FEES,
    FORWARDINGS,
    CORRECTION_REQUESTS,
    CLOSURES,
    SEAL_AUTHORISATIONS,
    CERTIFICATE,
    CERTIFICATES,
    RENEWAL,
    RENEWED,
    INCIDENTS,
    EXTERNAL_TASKS,
    PAUSE,
    ANSWER,
)
WANTED = (("case_id", "bigint"),)
GENERATION = "(SELECT coalesce(max(generation), 0) FROM deployment)"


def load_case(uow: UnitOfWork, case_id: int, request: RequestKey | None = None) -> LoadedCase | None:
    """Lock a case and load it; None when there is none. Raises Busy `case_busy` when its lock was not had in 3 s."""
    locked = lock_case(uow, case_id)
    return load_cases_unlocked(uow, [locked.id], request).get(case_id) if locked else None


def load_case_of_task(uow: UnitOfWork, task_id: int, request: RequestKey | None = None) -> LoadedCase | None:
    """Lock the case of a task and load it; None when there is no such task. Raises Busy `case_busy`."""
    locked = lock_case_of_task(uow, task_id)
    return load_cases_unlocked(uow, [locked.id], request).get(locked.id) if locked else None


def load_cases_unlocked(
    uow: UnitOfWork, case_ids: Sequence[int], request: RequestKey | None = None
) -> dict[int, LoadedCase]:
    """Load cases whose locks this transaction holds already, by id; one that is not there is left out.

    One statement, and a new one: it sees what was committed while this transaction waited for a lock. request: asks
    for the answer it was given before; that is read here as well, so that a repeated request costs nothing extra.
    """
    values = {
        "wanted": orjson.dumps([{"case_id": case_id} for case_id in case_ids]).decode(),
        "actor_id": request.actor_id if request else None,
        "scope": request.scope if request else None,
        "key": request.key if request else None,
    }
    found: dict[int, LoadedCase] = {}
    for row in uow.connection.execute(_query(uow.connection.engine), values).all():
        now = uow.note_instants(*row[:2])
        loaded = _loaded(uow, read_together(ROW_SETS, row[3]), now=now, generation=row[2])
        if loaded is not None:
            found[loaded.case.id] = loaded
    return found


def _loaded(uow: UnitOfWork, rows: Rows, *, now: datetime, generation: int) -> LoadedCase | None:
    cases = CASE.read(rows[CASE])
    if not cases:
        return None
    case, closures = cases[0], CLOSURES.read(rows[CLOSURES])
    deadlines = DEADLINES.read(rows[DEADLINES])
    return LoadedCase(
        case=case,
        state=_only(STATE.read(rows[STATE])),
        party=_only(PARTY.read(rows[PARTY])),
        offering=_offering(case, rows[OFFERING]),
        tasks=TASKS.read(rows[TASKS]),
        drafts=DRAFTS.read(rows[DRAFTS]),
        handled=HANDLED.read(rows[HANDLED]),
        deadlines=tuple(row for row in deadlines if row.state != DeadlineState.DISARMED),
        disarmed=tuple(row.id for row in deadlines if row.state == DeadlineState.DISARMED),
        message_waits=MESSAGE_WAITS.read(rows[MESSAGE_WAITS]),
        cards=CARDS.read(rows[CARDS]),
        ledger=LEDGER.read(rows[LEDGER]),
        materials=MATERIALS.read(rows[MATERIALS]),
        decision=_only(DECISION.read(rows[DECISION])),
        services=SERVICES.read(rows[SERVICES]),
        members=MEMBERS.read(rows[MEMBERS]),
        member_ledger=MEMBER_LEDGER.read(rows[MEMBER_LEDGER]),
        member_offerings=_member_offerings(uow.connection, case),
        handled_in_theme=HANDLED_IN_THEME.read(rows[HANDLED_IN_THEME]),
        holds=HOLDS.read(rows[HOLDS]),
        outages=OUTAGES.read(rows[OUTAGES]),
        fees=FEES.read(rows[FEES]),
        forwardings=FORWARDINGS.read(rows[FORWARDINGS]),
        correction_requests=CORRECTION_REQUESTS.read(rows[CORRECTION_REQUESTS]),
        seal_authorisations=SEAL_AUTHORISATIONS.read(rows[SEAL_AUTHORISATIONS]),
        certificate=_only(CERTIFICATE.read(rows[CERTIFICATE])),
        certificates=CERTIFICATES.read(rows[CERTIFICATES]),
        pause=_only(PAUSE.read(rows[PAUSE])),
        incidents=INCIDENTS.read(rows[INCIDENTS]),
        external_tasks=EXTERNAL_TASKS.read(rows[EXTERNAL_TASKS]),
        renewal=_only(RENEWAL.read(rows[RENEWAL])),
        renewed=_only(RENEWED.read(rows[RENEWED])),
        has_closure=any(closure.began_at <= now for closure in closures),
        answer=_only(ANSWER.read(rows[ANSWER])),
        now=now,
        arrived_at=uow.arrived_at,
        generation=generation,
    )


@lru_cache(maxsize=16)
def _query(engine: sa.Engine) -> sa.TextClause:
    columns = (dialects.instants_columns(engine), GENERATION, query_together(ROW_SETS, engine))
    return sa.text(" FROM ".join((f"SELECT {', '.join(columns)}", dialects.records(engine, "wanted", WANTED))))


def _only(rows: tuple[R, ...]) -> R | None:
    return rows[0] if rows else None


def _offering(case: CaseFacts, rows: Sequence[Sequence[Any]]) -> OfferingVersion | None:
    found = _only(OFFERING.read(rows))
    if found is None and case.offering_id is not None:
        raise NotFound("offering_unknown", offering=str(case.offering_id), version=case.offering_version)
    return read_offering(found.offering_id, found.version, found.doc) if found else None


def _member_offerings(connection: sa.Connection, case: CaseFacts) -> dict[str, OfferingVersion]:
    """The lists its members open under are those in force at the receipt of the joint case."""
    if case.theme_code is None:
        return {}
    return offerings_of_theme(connection, case.theme_code, case.region_code, case.received_at)
