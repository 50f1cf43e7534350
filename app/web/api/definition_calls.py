"""What a version of a diagram calls of other files (调用关系), and who calls it."""

from flask.views import MethodView
from flask_smorest import Blueprint

from app.queries.definition_calls import DefinitionCalls, get_calls
from app.web.api import schemas
from app.web.api.answers import answer_of
from app.web.api.definitions import READERS
from app.web.api.requests import reading
from app.web.sign_in import require_role

blueprint = Blueprint("calls", __name__, description="Calls between definitions (调用关系)")


@blueprint.route("/definitions/<key>/versions/<int:version>/calls")
class VersionCalls(MethodView):
    """What one version calls."""

    @blueprint.response(200, answer_of(DefinitionCalls))
    @blueprint.alt_response(404, schema=schemas.Problem)
    def get(self, key: str, version: int) -> object:
        """Return the versions a diagram runs at its call activities, and the deployed diagrams that call this definition."""
        require_role(*READERS)
        with reading() as opened:
            return get_calls(opened.connection, key, version)
