"""Coverage of a version by its scenarios (覆盖率): play them, and read what they reached."""

from typing import Any

from flask.views import MethodView
from flask_smorest import Blueprint
from marshmallow import Schema, fields

from app.domain.coverage import MeasuredCoverage
from app.domain.errors import NotFound
from app.queries.definitions import get_version
from app.scenarios.measuring import measure_coverage
from app.storage.coverage import find_coverage
from app.web.api import schemas
from app.web.api.definitions import READERS
from app.web.api.requests import context, reading
from app.web.api.scenario_answers import DiagramCoverage, ScenarioDifference
from app.web.api.scenarios import present_coverage, present_difference
from app.web.sign_in import require_role

blueprint = Blueprint("coverage", __name__, description="Coverage of definitions by scenarios (覆盖率)")


class MeasuredAnswer(Schema):
    """What the scenarios of a version reached. files: that were played; differences: what did not end as they say."""

    version = fields.Integer(required=True)
    sha256 = fields.String(required=True)
    measured_at = fields.AwareDateTime(required=True)
    measured_by = fields.String(required=True)
    files = fields.List(fields.String(), required=True)
    holds = fields.Boolean(required=True)
    differences = fields.List(fields.Nested(ScenarioDifference), required=True)
    coverage = fields.Nested(DiagramCoverage, required=True)


@blueprint.route("/definitions/<key>/versions/<int:version>/coverage")
class VersionCoverage(MethodView):
    """What the scenarios beside a diagram reach of one version."""

    @blueprint.response(200, MeasuredAnswer)
    @blueprint.alt_response(404, schema=schemas.Problem)
    def get(self, key: str, version: int) -> object:
        """Return what was reached when the scenarios were last played on the version as it is drawn now."""
        require_role(*READERS)
        with reading() as opened:
            row = get_version(opened.connection, key, version)
            found = find_coverage(opened.connection, definition_id=row.id, key=key, sha256=row.sha256)
        if found is None:
            raise NotFound("coverage_not_measured", definition=key, version=version)
        return _answer(found, version)

    @blueprint.response(200, MeasuredAnswer)
    @blueprint.alt_response(403, schema=schemas.Problem)
    @blueprint.alt_response(404, schema=schemas.Problem)
    @blueprint.alt_response(409, schema=schemas.Problem)
    @blueprint.alt_response(422, schema=schemas.Problem)
    def post(self, key: str, version: int) -> object:
        """Play the scenarios shipped beside the diagram on this version, apart from this installation; keep what they reach."""
        person = require_role("designer")
        return _answer(measure_coverage(context(), person, key=key, version=version), version)


def _answer(found: MeasuredCoverage, version: int) -> dict[str, Any]:
    return {
        "version": version,
        "sha256": found.sha256,
        "measured_at": found.measured_at,
        "measured_by": found.measured_by,
        "files": found.files,
        "holds": not found.differences,
        "differences": [present_difference(item) for item in found.differences],
        "coverage": present_coverage([found.coverage])[0],
    }
