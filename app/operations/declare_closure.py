"""Declare and confirm a closure (停止办公): one person declares it, another confirms it, then it counts."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.domain.authority import Person, require_second_person
from app.domain.calendar import ResolvedCalendar
from app.domain.calendar_authority import covers_region
from app.domain.closure import DEPARTMENT, REGION, SCOPES, ClosureInput, check_closure, closed_days, closure_versions
from app.domain.errors import Conflict, Forbidden, InvalidInput, NotFound
from app.domain.vocabulary import Role
from app.runtime.access import actor_of
from app.runtime.advance import Result
from app.runtime.calendar_progress import carry_on
from app.runtime.calendar_publishing import plan_versions, publish_versions
from app.runtime.context import Context, in_transaction
from app.runtime.published import Published
from app.storage.calendar_loads import note_cards_inside
from app.storage.calendars import current_calendars
from app.storage.closures import ClosureRow, add_closure, change_closure, lock_closure
from app.storage.rules import begin_generation, current_generation
from app.storage.unit_of_work import UnitOfWork

PREFECTURE = "422800"
AT_ONCE_S = 2.0
WATCHING = (Role.SUPERVISOR.value, Role.DUTY_OFFICER.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Scope:
    """Where a closure counts. layers: of the scope; below: more local ones. calendar: of the scope as it is now."""

    region_code: str
    department_id: int | None
    layers: tuple[str, ...]
    below: tuple[str, ...]
    calendar: ResolvedCalendar


def declare_closure(context: Context, person: Person, declared: ClosureInput) -> Result:
    """Declare a closure; it has no effect before another person confirms it.

    Raises Forbidden `not_permitted` outside the region of a supervisor or duty officer, InvalidInput `invalid`,
    `closure_scope`, `department_unknown`, `closure_span`, RuleViolation `closure_late`.
    """
    published = context.library.current()
    scope = _scope_of(published, declared.scope, declared.code)
    if not covers_region(person, scope.region_code, WATCHING):
        raise Forbidden("not_permitted", needs=", ".join(WATCHING))
    rules = published.time_rules
    closure_id = context.ids.next_id(scope.region_code)
    with context.database.write() as uow:
        now = uow.now()
        check_closure(
            declared,
            calendar=scope.calendar,
            now=now,
            late_working_days=rules.closure_late_working_days,
            counting=rules.counting,
        )
        row = ClosureRow(
            id=closure_id,
            scope=declared.scope,
            region_code=scope.region_code,
            department_id=scope.department_id,
            began_at=declared.began_at,
            ended_at=declared.ended_at,
            reason=declared.reason.strip(),
            document=declared.document.strip(),
            declared_by=actor_of(person).code,
            declared_at=now,
        )
        add_closure(uow, row)
    days = closed_days(scope.calendar, declared.began_at, declared.ended_at)
    return {"closure_id": str(closure_id), "state": row.state, "days": [day.isoformat() for day in days]}


def confirm_closure(context: Context, person: Person, *, closure_id: int) -> Result:
    """Confirm a closure as a second person: its days rest from now on, and open clocks are counted again.

    Cards whose due instant lies inside are taken back with the same load; a clock that expired before is not revived.
    Raises NotFound `closure_unknown`, Forbidden `second_person_needed`, Conflict `closure_state`.
    """
    load_id = context.ids.next_id(PREFECTURE)

    def body(uow: UnitOfWork) -> ClosureRow:
        published = context.library.published(current_generation(uow.connection))
        row = _locked(uow, person, closure_id)
        if row.confirmed_at is not None:
            raise Conflict("closure_state", state=row.state)
        require_second_person(person, _staff_id(row.declared_by))
        _put_in_force(uow, published, row, load_id=load_id, by=actor_of(person).code)
        change_closure(uow, row.id, confirmed_by=actor_of(person).code, confirmed_at=uow.now(), load_id=load_id)
        return row

    row = in_transaction(context, body)
    is_finished = carry_on(context, load_id, budget_s=AT_ONCE_S)
    return {
        "closure_id": str(row.id),
        "state": "confirmed",
        "load_id": str(load_id),
        "load_state": "done" if is_finished else "running",
    }


def _put_in_force(uow: UnitOfWork, published: Published, row: ClosureRow, *, load_id: int, by: str) -> None:
    scope = _scope_of_row(published, row)
    layers = {name: version.days for name, version in current_calendars(uow.connection).items()}
    versions = closure_versions(
        layers,
        scope.layers,
        scope.below,
        days=closed_days(scope.calendar, row.began_at, row.ended_at),
        document=row.document,
    )
    begin_generation(uow, by=by)
    plan = plan_versions(uow.connection, versions, hours=published.time_rules.office_hours)
    publish_versions(uow, plan, versions, load_id=load_id, document=row.document, by=by, closure_id=row.id)
    note_cards_inside(uow, load_id, row, offices=_offices(published, scope))


def _locked(uow: UnitOfWork, person: Person, closure_id: int) -> ClosureRow:
    row = lock_closure(uow, closure_id)
    if row is None or not covers_region(person, row.region_code, WATCHING):
        raise NotFound("closure_unknown", closure=str(closure_id))
    return row


def _scope_of_row(published: Published, row: ClosureRow) -> _Scope:
    if row.department_id is None:
        return _scope_of(published, REGION, row.region_code)
    return _scope_of(published, row.scope, published.departments[row.department_id].code)


def _scope_of(published: Published, scope: str, code: str) -> _Scope:
    if scope not in SCOPES:
        raise InvalidInput("invalid", items=({"pointer": "/scope", "code": "option_unknown"},))
    if scope == REGION:
        return _region_scope(published, code)
    department = published.department_by_code(code)
    if department is None:
        raise InvalidInput("department_unknown", department=code[:64])
    layers = [department.code]
    if scope == DEPARTMENT:
        layers += [item.code for item in published.departments.values() if item.code.startswith(f"{code}-")]
    return _Scope(
        region_code=department.region_code,
        department_id=department.id,
        layers=tuple(layers),
        below=(),
        calendar=published.calendar_of(department.id),
    )


def _region_scope(published: Published, code: str) -> _Scope:
    places = published.known_layers.values()
    place = next((item for item in places if item.region_code == code and item.level in ("prefecture", "county")), None)
    if place is None:
        raise InvalidInput("closure_scope", region=code[:12])
    chains = [item.calendar_layers for item in published.departments.values()]
    below = {name for chain in chains if place.layer in chain for name in chain[chain.index(place.layer) + 1 :]}
    return _Scope(
        region_code=code,
        department_id=None,
        layers=(place.layer,),
        below=tuple(sorted(below)),
        calendar=published.calendar_of_layer(place.layer),
    )


def _offices(published: Published, scope: _Scope) -> Sequence[int]:
    """The departments whose cases the closure concerns."""
    return sorted(
        item.id for item in published.departments.values() if not set(scope.layers).isdisjoint(item.calendar_layers)
    )


def _staff_id(actor: str) -> int | None:
    number = actor.removeprefix("staff:")
    return int(number) if number.isdecimal() else None
