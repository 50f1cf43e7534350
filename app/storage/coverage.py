"""What scenarios reached of a version (覆盖率), the last time they were played: one row a version."""

import orjson
import sqlalchemy as sa

from app.domain.coverage import Coverage, MeasuredCoverage
from app.domain.scenario import Difference
from app.storage.tables import definition_coverage
from app.storage.unit_of_work import UnitOfWork


def put_coverage(uow: UnitOfWork, measured: MeasuredCoverage) -> None:
    """Keep what was reached of a version, in place of what was reached before."""
    columns, covered = definition_coverage.c, measured.coverage
    uow.connection.execute(definition_coverage.delete().where(columns.definition_id == measured.definition_id))
    said = {"elements": dict(covered.elements), "flows": dict(covered.flows), "reached": sorted(covered.reached)}
    values = {
        "definition_id": measured.definition_id,
        "sha256": measured.sha256,
        "coverage": orjson.dumps(said).decode(),
        "files": orjson.dumps(measured.files).decode(),
        "differences": orjson.dumps(measured.differences).decode(),
        "measured_by": measured.measured_by,
        "measured_at": measured.measured_at,
    }
    uow.connection.execute(definition_coverage.insert(), values)


def find_coverage(connection: sa.Connection, *, definition_id: int, key: str, sha256: str) -> MeasuredCoverage | None:
    """Return what was reached of a version as it is drawn now; None when it was not played since it was drawn so."""
    columns = definition_coverage.c
    query = sa.select(definition_coverage).where(columns.definition_id == definition_id, columns.sha256 == sha256)
    row = connection.execute(query).one_or_none()
    if row is None:
        return None
    said = orjson.loads(row.coverage)
    reached = frozenset(said["reached"])
    return MeasuredCoverage(
        definition_id=definition_id,
        sha256=row.sha256,
        coverage=Coverage(key=key, elements=said["elements"], flows=said["flows"], reached=reached),
        files=tuple(orjson.loads(row.files)),
        differences=tuple(Difference(**item) for item in orjson.loads(row.differences)),
        measured_by=row.measured_by,
        measured_at=row.measured_at,
    )
