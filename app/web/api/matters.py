"""The catalogue of matters."""

from typing import Any

from flask.views import MethodView
from flask_smorest import Blueprint
from marshmallow import fields

from app.domain.matter import OfferingVersion
from app.queries.catalogue import MatterLine, get_matter, list_matters
from app.queries.task_page import schema_as_json
from app.web.api import asked as asked_for
from app.web.api import schemas
from app.web.api.answers import answer_with, page_of
from app.web.api.present import jsonable
from app.web.api.requests import context, reading
from app.web.sign_in import current_person

blueprint = Blueprint("matters", __name__, description="Catalogue (事项库)")


@blueprint.route("/matters")
class Matters(MethodView):
    """Matters of a county."""

    @blueprint.arguments(asked_for.MattersAsked, location="query")
    @blueprint.response(200, page_of(MatterLine))
    def get(self, asked: dict[str, Any]) -> object:
        """List the matters offered in a county."""
        current_person()
        with reading() as opened:
            items = list_matters(
                opened.connection,
                region_code=asked["region"],
                at=opened.now,
                text=asked["q"],
                department=asked["department"],
            )
        return {"items": items, "next_cursor": None}


@blueprint.route("/matters/<code>")
class Matter(MethodView):
    """One implementation list."""

    @blueprint.arguments(asked_for.RegionAsked, location="query")
    @blueprint.response(200, answer_with(OfferingVersion, "Matter", form=fields.Dict(allow_none=True)))
    @blueprint.alt_response(404, schema=schemas.Problem)
    def get(self, asked: dict[str, Any], code: str) -> object:
        """Return the implementation list in force, with its materials and its form."""
        current_person()
        with reading() as opened:
            found = get_matter(opened.connection, code, region_code=asked["region"], at=opened.now)
        form, listed = context().library.current().forms.get(found.form_key), jsonable(found)
        assert isinstance(listed, dict)
        return {**listed, "form": schema_as_json(form.schema) if form else None}
