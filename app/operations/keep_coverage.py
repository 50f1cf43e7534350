"""Keep what the scenarios of a version reached, so that who approves it sees what was tried."""

from app.domain.authority import Person
from app.domain.coverage import Coverage, MeasuredCoverage
from app.domain.errors import Conflict, Forbidden, NotFound
from app.domain.scenario import Difference
from app.domain.vocabulary import Role
from app.runtime.access import actor_of
from app.runtime.context import Context
from app.storage.coverage import put_coverage
from app.storage.definitions import find_version


def keep_coverage(
    context: Context,
    person: Person,
    *,
    version: int,
    sha256: str,
    coverage: Coverage,
    files: tuple[str, ...],
    differences: tuple[Difference, ...],
) -> MeasuredCoverage:
    """Keep what was reached of version `version` of `coverage.key`, in place of what was reached before.

    sha256: of the drawing that was played. files: the scenarios, by name. Raises Forbidden `not_permitted`, NotFound
    `definition_unknown`, Conflict `coverage_outdated` when the draft was saved meanwhile.
    """
    if Role.DESIGNER not in person.roles:
        raise Forbidden("not_permitted", needs=Role.DESIGNER.value)
    with context.database.write() as uow:
        row = find_version(uow.connection, coverage.key, version)
        if row is None:
            raise NotFound("definition_unknown", definition=coverage.key)
        if row.sha256 != sha256:
            raise Conflict("coverage_outdated", definition=coverage.key, version=version)
        measured = MeasuredCoverage(
            definition_id=row.id,
            sha256=sha256,
            coverage=coverage,
            files=files,
            differences=differences,
            measured_by=actor_of(person).code,
            measured_at=uow.now(),
        )
        put_coverage(uow, measured)
    return measured
