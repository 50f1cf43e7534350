"""Release what an outage or a closure blocks (放行): asked for by one supervisor, confirmed by another person."""

from app.domain.authority import CasePlace, Person, require_second_person
from app.domain.errors import Conflict, Forbidden, InvalidInput, NotFound
from app.domain.hold import require_answerer, require_requester
from app.runtime.access import actor_of
from app.runtime.advance import Result
from app.runtime.context import Context
from app.runtime.rearming import rearm_cases
from app.storage.holds import (
    StoredBlock,
    StoredRelease,
    add_release,
    blocked_cases,
    confirm_release,
    find_block,
    find_release,
)
from app.storage.unit_of_work import UnitOfWork

PREFECTURE_DIGITS = 4
COUNTY_DIGITS = 6
GUARD = {True: "outage", False: "closure"}


def ask_release(
    context: Context, person: Person, *, outage_id: int | None = None, closure_id: int | None = None, reason: str
) -> Result:
    """Ask for the release of everything one outage or one closure blocks, after a look at the list.

    Raises InvalidInput `invalid` unless exactly one of the two is named, NotFound `block_unknown`, Conflict
    `block_lasts` while it has not ended, `block_released` when it was released, Forbidden `hold_not_allowed` for who is
    no supervisor of its region; an outage concerns the whole prefecture.
    Source: time-limits.md sections 1 (rule 10) and 8 (outage block).
    """
    if (outage_id is None) == (closure_id is None):
        raise InvalidInput("invalid", items=({"pointer": "/outage_id", "code": "value_missing"},))
    with context.database.write() as uow:
        block = _block(uow, outage_id=outage_id, closure_id=closure_id)
        require_requester(person, _place(person, block))
        if not reason.strip():
            raise InvalidInput("invalid", items=({"pointer": "/reason", "code": "value_missing"},))
        release_id = context.ids.next_id(_region(person, block))
        add_release(
            uow,
            release_id=release_id,
            outage_id=outage_id,
            closure_id=closure_id,
            reason=reason.strip(),
            by=actor_of(person).code,
        )
        cases = blocked_cases(uow.connection, reason=GUARD[outage_id is not None])
    return {"release_id": str(release_id), "state": "requested", "blocked_count": len(cases)}


def release_deemed(context: Context, person: Person, *, release_id: int) -> Result:
    """Confirm a release as the second person; each blocked approval is looked at again, in a transaction of its own.

    Returns per case the state of its approval and the guards that still block it; one that waits for a finding says
    `finding_missing`. Raises NotFound `release_unknown`, Forbidden `second_person_needed`, `hold_not_allowed`, Conflict
    `block_released`, `block_lasts`.
    """
    with context.database.write() as uow:
        release = find_release(uow.connection, release_id)
        if release is None:
            raise NotFound("release_unknown", release=str(release_id))
        block = _block(uow, outage_id=release.outage_id, closure_id=release.closure_id)
        require_answerer(person, _place(person, block))
        require_second_person(person, _staff_id(release))
        if not confirm_release(uow, release, by=actor_of(person).code):
            raise Conflict("block_released", block=str(block.id))
        cases = blocked_cases(uow.connection, reason=GUARD[release.outage_id is not None])
    return {"release_id": str(release_id), "state": "released", "items": list(rearm_cases(context, cases))}


def recheck_blocked(context: Context) -> int:
    """Look at every blocked approval whose reason may be gone by itself, such as a calendar loaded since.

    Returns how many are armed again. Guard G15 is final and is not looked at.
    """
    with context.database.reading() as reading:
        cases = blocked_cases(reading.connection)
    return sum(item["state"] == "armed" for item in rearm_cases(context, cases))


def _block(uow: UnitOfWork, *, outage_id: int | None, closure_id: int | None) -> StoredBlock:
    block = find_block(uow.connection, outage_id=outage_id, closure_id=closure_id)
    if block is None:
        raise NotFound("block_unknown", block=str(outage_id or closure_id))
    if block.released_at is not None:
        raise Conflict("block_released", block=str(block.id))
    if block.ended_at is None or block.ended_at > uow.now():
        raise Conflict("block_lasts", block=str(block.id))
    return block


def _place(person: Person, block: StoredBlock) -> CasePlace:
    """Where a block lies, as far as the right to release it goes: an outage is everywhere in the prefecture."""
    region = _region(person, block)
    county = region[:COUNTY_DIGITS] if len(region) >= COUNTY_DIGITS and not region.endswith("00") else None
    return CasePlace(prefecture=region[:PREFECTURE_DIGITS], county=county, department_ids=frozenset())


def _region(person: Person, block: StoredBlock) -> str:
    if block.region_code:
        return block.region_code
    above = [held.region_code for held in person.memberships if held.region_code.endswith("00")]
    if not above:
        raise Forbidden("hold_not_allowed", needs="supervisor")
    return above[0]


def _staff_id(release: StoredRelease) -> int | None:
    number = release.asked_by.removeprefix("staff:")
    return int(number) if number.isdecimal() else None
