"""Add a department (部门)."""

from app.catalogue.organisation import DepartmentEntry
from app.domain.authority import Person
from app.domain.errors import Forbidden, InvalidInput
from app.domain.vocabulary import Role
from app.runtime.access import actor_of
from app.runtime.advance import Result
from app.runtime.context import Context
from app.storage.catalogue import DepartmentRow, find_region, put_departments, put_groups
from app.storage.rules import begin_generation, files_at, publish_files

PREFECTURE = "422800"


def add_department(context: Context, person: Person, entry: DepartmentEntry) -> Result:
    """Add a department with its work groups; everybody sees it with the next request.

    Raises Forbidden, InvalidInput `department_taken`, `region_unknown`.
    """
    if Role.ADMIN not in person.roles:
        raise Forbidden("not_permitted", needs=Role.ADMIN.value)
    if context.library.current().department_by_code(entry.code) is not None:
        raise InvalidInput("department_taken", department=entry.code)
    department_id = context.ids.next_id(PREFECTURE)
    with context.database.write() as uow:
        if find_region(uow.connection, entry.region) is None:
            raise InvalidInput("region_unknown", region=entry.region)
        generation = begin_generation(uow, by=actor_of(person).code)
        publish_files(uow, generation, files_at(uow.connection, generation - 1))
        row = DepartmentRow(
            id=department_id,
            code=entry.code,
            name_zh=entry.name_zh,
            name_en=entry.name_en,
            region_code=entry.region,
            kind=entry.kind,
            calendar_layers=entry.calendar_layers,
        )
        put_departments(uow, [row])
        put_groups(uow, department_id, sorted(role.value for role in Role if role != Role.APPLICANT))
    return {"department_id": str(department_id), "code": entry.code}
