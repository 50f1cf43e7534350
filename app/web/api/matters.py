"""The catalogue of matters."""

from flask import request
from flask.views import MethodView
from flask_smorest import Blueprint

from app.queries.catalogue import DEMO_COUNTY, get_matter, list_matters
from app.web.api import schemas
from app.web.api.present import jsonable
from app.web.api.requests import reading
from app.web.sign_in import current_person

blueprint = Blueprint("matters", __name__, description="Catalogue (事项库)")


@blueprint.route("/matters")
class Matters(MethodView):
    """Matters of a county."""

    @blueprint.response(200)
    def get(self) -> object:
        """List the matters offered in a county."""
        current_person()
        asked = request.args
        with reading() as opened:
            items = list_matters(
                opened.connection,
                region_code=asked.get("region", DEMO_COUNTY),
                at=opened.now,
                text=asked.get("q", ""),
                department=asked.get("department", ""),
            )
        return jsonable({"items": items, "next_cursor": None})


@blueprint.route("/matters/<code>")
class Matter(MethodView):
    """One implementation list."""

    @blueprint.response(200)
    @blueprint.alt_response(404, schema=schemas.Problem)
    def get(self, code: str) -> object:
        """Return the implementation list in force, with its materials and the key of its form."""
        current_person()
        with reading() as opened:
            found = get_matter(
                opened.connection, code, region_code=request.args.get("region", DEMO_COUNTY), at=opened.now
            )
        return jsonable(found)
