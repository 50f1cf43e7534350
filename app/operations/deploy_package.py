"""The life of a package (部署包): submitted whole, approved by a second person, deployed whole in one generation."""

import hashlib
from dataclasses import asdict

import orjson
import structlog

from app.diagrams.reader import finding_item
from app.domain.authority import Person, require_second_person
from app.domain.calendar_authority import covers_region
from app.domain.errors import Conflict, Forbidden, InvalidInput, NotFound
from app.domain.package import APPROVED, DEPLOYED, REJECTED, SUBMITTED
from app.domain.vocabulary import Role
from app.runtime.access import actor_of
from app.runtime.advance import Result
from app.runtime.context import Context
from app.runtime.packages import CheckedPackage, check_package, publish_package
from app.storage.packages import PackageRow, add_package, find_package, lock_package, move_package
from app.storage.rules import current_generation
from app.storage.unit_of_work import UnitOfWork

DESIGNING = (Role.DESIGNER.value,)
PREFECTURE = "422800"
LONGEST_NAME = 200
LONGEST_NOTE = 500

log = structlog.get_logger()


def submit_package(context: Context, person: Person, *, name: str, content: bytes, note: str = "") -> Result:
    """Submit a package; it is checked as a whole, and nothing of it counts before somebody else approved it.

    content: a ZIP of `bpmn/` and `rules/`. note: what it changes, at most 500 characters are kept.
    Raises DiagramRefused `package_refused` with every fault, InvalidInput `package_unchanged`, Forbidden `not_permitted`
    for a region that is not the caller's.
    """
    _require_designer(person)
    checked = check_package(context, content)
    _require_regions(person, checked.regions)
    if all(file.change == "same" for file in checked.files):
        raise InvalidInput("package_unchanged", count=len(checked.files))
    package_id = context.ids.next_id(PREFECTURE)
    with context.database.write() as uow:
        row = PackageRow(
            id=package_id,
            name=name.strip()[:LONGEST_NAME] or "package.zip",
            sha256=hashlib.sha256(content).hexdigest(),
            content=content,
            note=note.strip()[:LONGEST_NOTE],
            files=orjson.dumps([asdict(file) for file in checked.files]).decode(),
            findings=_findings(checked),
            regions=",".join(checked.regions),
            state=SUBMITTED,
            created_by=actor_of(person).code,
            created_at=uow.now(),
        )
        add_package(uow, row)
    return _answer(package_id, SUBMITTED)


def decide_package(context: Context, person: Person, *, package_id: int, is_approved: bool, reason: str = "") -> Result:
    """Approve or reject what somebody else submitted. reason: why it is rejected.

    Raises NotFound `package_unknown`, Forbidden `second_person_needed`, Conflict `package_state`, InvalidInput `invalid`
    for a rejection without a reason.
    """
    _require_designer(person)
    if not is_approved and not reason.strip():
        raise InvalidInput("invalid", items=({"pointer": "/reason", "code": "answer_required"},), count=1)
    state = APPROVED if is_approved else REJECTED
    with context.database.write() as uow:
        row = _locked(uow, person, package_id, SUBMITTED)
        number = row.created_by.removeprefix("staff:")
        require_second_person(person, int(number) if number.isdecimal() else None)
        decided = {"state": state, "decided_by": actor_of(person).code, "decided_at": uow.now()}
        move_package(uow, package_id, **decided, reason=reason.strip() or None)
    return _answer(package_id, state)


def deploy_package(context: Context, person: Person, *, package_id: int) -> Result:
    """Deploy an approved package: all of it in one generation, or nothing. Running cases keep what they began with.

    It is checked once more against what is in force now. Raises NotFound `package_unknown`, Conflict `package_state`,
    `package_overtaken` when something else was deployed meanwhile, DiagramRefused `package_refused` with every fault.
    """
    _require_designer(person)
    with context.database.read() as connection:
        row = _seen(find_package(connection, package_id), person, package_id)
    if row.state != APPROVED:
        raise Conflict("package_state", state=row.state)
    checked = check_package(context, row.content)
    with context.database.write() as uow:
        _locked(uow, person, package_id, APPROVED)
        if current_generation(uow.connection) != checked.base:
            raise Conflict("package_overtaken")
        actor = actor_of(person)
        generation = publish_package(uow, context, checked, actor)
        deployed = {"state": DEPLOYED, "deployed_by": actor.code, "deployed_at": uow.now(), "generation": generation}
        move_package(uow, package_id, **deployed, findings=_findings(checked))
    log.info("Package deployed", action="package_deployed", package_id=str(package_id), generation=generation)
    return {**_answer(package_id, DEPLOYED), "generation": generation}


def _locked(uow: UnitOfWork, person: Person, package_id: int, state: str) -> PackageRow:
    row = _seen(lock_package(uow, package_id), person, package_id)
    if row.state != state:
        raise Conflict("package_state", state=row.state)
    return row


def _seen(row: PackageRow | None, person: Person, package_id: int) -> PackageRow:
    regions = row.region_codes if row else ()
    if row is None or (regions and not any(covers_region(person, region, DESIGNING) for region in regions)):
        raise NotFound("package_unknown", package=str(package_id))
    _require_regions(person, regions)
    return row


def _require_designer(person: Person) -> None:
    if Role.DESIGNER not in person.roles:
        raise Forbidden("not_permitted", needs=Role.DESIGNER.value)


def _require_regions(person: Person, regions: tuple[str, ...]) -> None:
    """A package counts in all regions of its matters at once, so whoever acts on it answers for all of them."""
    for region in regions:
        if not covers_region(person, region, DESIGNING):
            raise Forbidden("not_permitted", needs=Role.DESIGNER.value, region=region)


def _findings(checked: CheckedPackage) -> str:
    return orjson.dumps([finding_item(item) for item in checked.findings]).decode()


def _answer(package_id: int, state: str) -> Result:
    return {"package_id": str(package_id), "state": state, "generation": None}
