"""The plan of a joint case (联办计划): when each member starts and finishes, and which of them decide the end."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime

import orjson
import sqlalchemy as sa

from app.diagrams.member_order import order_of_members
from app.domain.bundle import BundlePlan, MemberPlan, bundle_due, plan_bundle, project_bundle, working_days_of
from app.domain.bundle_order import order_among
from app.domain.bundle_slack import slack_of_members
from app.domain.calendar import ResolvedCalendar, to_local, to_utc
from app.domain.clock_ledger import ClockEntry, fold
from app.domain.clock_state import NOT_STARTED, ClockState
from app.domain.counting import CountingRules, begin
from app.domain.errors import NotFound
from app.domain.limit import TimeLimit, parse_limit
from app.domain.matter import OfferingVersion
from app.domain.vocabulary import ClockName, LedgerKind
from app.queries.clock import ledger_of
from app.queries.published_view import PublishedView
from app.storage.catalogue import offerings_in_force
from app.storage.tables import case_file, definition, instance_state, matter_offering


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedMember:
    """A member in the plan. case_no: empty while it waits. after: codes of those it waits for. limit: such as `5WD`.

    start_on: the day that is not counted; finish_on: of its closing, else planned; None while a suspension is open before
    it. slack_working_days: by how much it may finish later; without any it is critical. has_moved_plan: by its suspensions.
    """

    code: str
    name: str
    case_no: str
    state: str
    limit: str
    after: tuple[str, ...]
    start_on: date | None
    finish_on: date | None
    is_finished: bool
    is_paused: bool
    is_critical: bool
    has_moved_plan: bool
    slack_working_days: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class BundlePlanView:
    """The plan. due_at: its end, None while an open suspension decides it; projected_due_at: with the expected days then.

    promised_due_at: of the clock of the bundle; counted_due_at: the same when the finishes to come are as planned.
    serial_due_at: if the members ran one after the other. critical: the chain that decides the end, first to last.
    """

    case_no: str
    started_at: datetime
    due_at: datetime | None
    projected_due_at: datetime | None
    serial_due_at: datetime
    promised_due_at: datetime | None
    counted_due_at: datetime | None
    is_provisional: bool
    critical: tuple[str, ...]
    moved_by: tuple[str, ...]
    members: tuple[PlannedMember, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Joint:
    case_no: str
    region_code: str
    received_at: datetime
    source: bytes
    variables: bytes | str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Frame:
    """What limits of members are counted in. began: where the bundle begins, local."""

    began: datetime
    calendar: ResolvedCalendar
    counting: CountingRules


@dataclass(frozen=True, slots=True, kw_only=True)
class _Member:
    """What is known of a member: its list, and its case once it was opened."""

    offering: OfferingVersion
    case_no: str = ""
    state: str = ""
    closed_at: datetime | None = None
    ledger: tuple[ClockEntry, ...] = ()
    clock: ClockState | None = None


def get_bundle_plan(connection: sa.Connection, view: PublishedView, case_id: int) -> BundlePlanView:
    """Return the plan of a joint case, as the ledgers of its members have it now.

    Raises NotFound `plan_unknown` for a case that is no joint case or was not accepted yet, InvalidInput
    `bundle_circle` when the diagram lets members wait for each other, `calendar_missing` outside the data.
    Source: time-limits.md section 9 (J1, J2, J6-J8).
    """
    row = _joint_case(connection, case_id)
    own = fold(
        ledger_of(connection, case_id), ClockName.BUNDLE_PROMISED, calendars=view.calendars, counting=view.counting
    )
    if row is None or own.status == NOT_STARTED or own.calendar is None or own.started_at is None:
        raise NotFound("plan_unknown", case=str(case_id))
    known = _members(connection, view, case_id, row)
    after = order_among(order_of_members(bytes(row.source)), known)
    started, calendar, counting = to_local(own.started_at), own.calendar, view.counting
    began = begin(started, calendar, counting.start_policy)
    frame = _Frame(began=began, calendar=calendar, counting=counting)
    plans = [_planned(code, known[code], after[code], frame) for code in after]
    plan = plan_bundle(plans, started_at=started, calendar=calendar, counting=counting)
    projected = project_bundle(plans, _expected(known), started_at=started, calendar=calendar, counting=counting)
    counted = bundle_due(
        plans,
        plan,
        working_days_of(own.limit, began, calendar, counting),
        started_at=started,
        calendar=calendar,
        counting=counting,
    )
    slack = slack_of_members(plans, plan, own.calendar)
    return BundlePlanView(
        case_no=row.case_no,
        started_at=own.started_at,
        due_at=_utc(plan.due_at),
        projected_due_at=_utc(projected.due_at),
        serial_due_at=to_utc(plan.serial_due_at),
        promised_due_at=own.due_at,
        counted_due_at=_utc(counted),
        is_provisional=plan.is_provisional,
        critical=plan.critical,
        moved_by=plan.moved_by,
        members=tuple(_shown(item, known[item.code], plan, slack) for item in plans),
    )


def _joint_case(connection: sa.Connection, case_id: int) -> _Joint | None:
    query = (
        sa.select(
            case_file.c.case_no,
            case_file.c.region_code,
            case_file.c.received_at,
            definition.c.source,
            instance_state.c.variables,
        )
        .join(definition, definition.c.id == case_file.c.definition_id)
        .outerjoin(instance_state, instance_state.c.case_id == case_file.c.id)
        .where(case_file.c.id == case_id, case_file.c.theme_code.is_not(None))
    )
    row = connection.execute(query).one_or_none()
    return _Joint(**row._asdict()) if row else None


def _members(connection: sa.Connection, view: PublishedView, case_id: int, row: _Joint) -> dict[str, _Member]:
    """Return the members by matter code: those opened, and those the guidance chose."""
    opened = connection.execute(
        sa.select(
            case_file.c.id, case_file.c.case_no, case_file.c.state, case_file.c.closed_at, matter_offering.c.matter_code
        )
        .join(matter_offering, matter_offering.c.id == case_file.c.offering_id)
        .where(case_file.c.parent_case_id == case_id)
        .order_by(case_file.c.id)
    ).all()
    codes = {*_chosen(row.variables), *(item.matter_code for item in opened)}
    offerings = offerings_in_force(connection, sorted(codes), row.region_code, row.received_at)
    found = {code: _Member(offering=offering) for code, offering in offerings.items()}
    for item in opened:
        if item.matter_code not in offerings:
            continue
        ledger = ledger_of(connection, int(item.id))
        found[item.matter_code] = _Member(
            offering=offerings[item.matter_code],
            case_no=item.case_no,
            state=item.state,
            closed_at=item.closed_at,
            ledger=ledger,
            clock=fold(ledger, ClockName.PROMISED, calendars=view.calendars, counting=view.counting),
        )
    return found


def _chosen(variables: bytes | str | None) -> tuple[str, ...]:
    guidance = orjson.loads(variables).get("guidance") if variables else None
    chosen = guidance.get("members") if isinstance(guidance, dict) else None
    return tuple(map(str, chosen or ()))


def _planned(code: str, member: _Member, after: tuple[str, ...], frame: _Frame) -> MemberPlan:
    clock = member.clock
    limit = clock.limit if clock is not None and clock.limit is not None else _promised(member)
    spans: list[tuple[datetime, datetime | None]] = list(clock.suspended) if clock else []
    if clock is not None:
        spans += [(to_local(since), None) for since in clock.open_suspensions.values()]
    return MemberPlan(
        code=code,
        limit_wd=working_days_of(limit, frame.began, frame.calendar, frame.counting),
        after=after,
        suspensions=tuple(spans),
        finished_at=to_local(member.closed_at) if member.closed_at else None,
    )


def _promised(member: _Member) -> TimeLimit | None:
    limit = parse_limit(member.offering.promised_limit) if member.offering.promised_limit else None
    return limit if isinstance(limit, TimeLimit) else None


def _expected(known: Mapping[str, _Member]) -> dict[str, int]:
    """Return the expected working days of the open suspensions, the longest of each member."""
    expected: dict[str, int] = {}
    for code, member in known.items():
        still: Collection[int] = member.clock.open_suspensions if member.clock else ()
        told = [
            entry.expected_days or 0
            for entry in member.ledger
            if entry.kind == LedgerKind.SUSPEND and entry.suspension_id in still
        ]
        expected[code] = max(told, default=0)
    return expected


def _shown(item: MemberPlan, member: _Member, plan: BundlePlan, slack: Mapping[str, int | None]) -> PlannedMember:
    limit = member.clock.limit if member.clock is not None and member.clock.limit is not None else _promised(member)
    times = plan.members[item.code]
    return PlannedMember(
        code=item.code,
        name=member.offering.name,
        case_no=member.case_no,
        state=member.state,
        limit=f"{limit.amount}{limit.unit}" if limit else "",
        after=item.after,
        start_on=times.start_on,
        finish_on=times.finish_on,
        is_finished=item.finished_at is not None,
        is_paused=bool(member.clock and member.clock.open_suspensions) and item.finished_at is None,
        is_critical=item.code in plan.critical or slack[item.code] == 0,
        has_moved_plan=item.code in plan.moved_by,
        slack_working_days=slack[item.code],
    )


def _utc(local: datetime | None) -> datetime | None:
    return to_utc(local) if local else None
