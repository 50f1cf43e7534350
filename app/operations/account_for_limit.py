"""Account for a limit that passed (责任认定): the unit chooses the cause, the supervision office finds and closes."""

from collections.abc import Callable

from app.domain.accountability import choose_cause, close_record, enter_finding
from app.domain.authority import Person
from app.domain.deemed_rows import AccountabilityRow
from app.domain.errors import Forbidden, NotFound
from app.domain.hold import is_supervisor
from app.domain.request_key import RequestKey
from app.domain.vocabulary import Role
from app.runtime.access import actor_of, place_of, refuse_foreign_case, refuse_without_role
from app.runtime.advance import Result, Target, change_case
from app.runtime.casework import Casework
from app.runtime.context import Context, in_transaction
from app.runtime.notices import tell_role, tell_supervision_office
from app.storage.accountability import find_record
from app.storage.unit_of_work import UnitOfWork

Act = Callable[[Casework, AccountabilityRow], AccountabilityRow]


def choose_accountability_cause(
    context: Context, person: Person, *, record_id: int, cause: str, text: str, request: RequestKey | None = None
) -> Result:
    """Choose the cause as head of the unit, within three working days.

    cause: code of `accountability_cause`. Raises NotFound, Forbidden `not_permitted`, Conflict `accountability_state`,
    RuleViolation `clock_reason_missing`.
    """

    def act(work: Casework, row: AccountabilityRow) -> AccountabilityRow:
        refuse_without_role(person, work, (Role.UNIT_HEAD,))
        chosen = choose_cause(row, cause=cause, text=text, by=work.actor.code, now=work.now)
        work.record("accountability_cause", {"record": str(row.id), "cause": cause})
        facts = {"cause": cause}
        tell_supervision_office(work, "accountability_cause", facts, key=f"accountability:{row.id}:{work.last_seq}")
        return chosen

    return _change(context, person, record_id, act, request)


def enter_accountability_finding(
    context: Context,
    person: Person,
    *,
    record_id: int,
    finding: str,
    measures: str,
    request: RequestKey | None = None,
) -> Result:
    """Enter what the supervision office found, and the measures. Raises the errors of a choice of the cause."""

    def act(work: Casework, row: AccountabilityRow) -> AccountabilityRow:
        _require_supervisor(person, work)
        found = enter_finding(row, finding=finding, measures=measures, by=work.actor.code, now=work.now)
        work.record("accountability_finding", {"record": str(row.id)})
        key = f"accountability:{row.id}:{work.last_seq}"
        tell_role(work, Role.UNIT_HEAD, "accountability_finding", {"measures": measures}, key=key)
        return found

    return _change(context, person, record_id, act, request)


def close_accountability(
    context: Context, person: Person, *, record_id: int, request: RequestKey | None = None
) -> Result:
    """Close a record whose measures are done. Raises the errors of a choice of the cause."""

    def act(work: Casework, row: AccountabilityRow) -> AccountabilityRow:
        _require_supervisor(person, work)
        work.record("accountability_closed", {"record": str(row.id)})
        return close_record(row, by=work.actor.code, now=work.now)

    return _change(context, person, record_id, act, request)


def _require_supervisor(person: Person, work: Casework) -> None:
    refuse_foreign_case(person, work)
    if not is_supervisor(person, place_of(work)):
        raise Forbidden("not_permitted", needs=Role.SUPERVISOR.value)


def _change(context: Context, person: Person, record_id: int, act: Act, request: RequestKey | None) -> Result:
    def body(uow: UnitOfWork) -> Result:
        known = find_record(uow.connection, record_id)
        if known is None:
            raise NotFound("accountability_unknown", record=str(record_id))

        def change(work: Casework) -> Result:
            row = find_record(uow.connection, record_id)
            assert row is not None
            changed = act(work, row)
            work.changes.accountability_changed.append(changed)
            return {"record_id": str(record_id), "case_no": work.case.case_no, "state": changed.state}

        target = Target(case_id=known.case_id)
        return change_case(uow, context, target, change, actor=actor_of(person), request=request)

    return in_transaction(context, body)
