"""What belongs to a case: history, materials, papers, deliveries, decision, diagram."""

from collections.abc import Callable, Sequence

from flask import Response
from flask.views import MethodView
from flask_smorest import Blueprint

from app.operations.render_document import render_case_document
from app.queries import case_page
from app.queries.bundle_plan import BundlePlanView, get_bundle_plan
from app.queries.case_materials import list_materials, list_missing_materials
from app.queries.diagram import DiagramView, get_diagram
from app.web.api import case_answers, schemas
from app.web.api.answers import answer_of
from app.web.api.cases import case_id_of, readable_case_id_of
from app.web.api.requests import container, context, reading, row_id

blueprint = Blueprint("case_parts", __name__, description="What belongs to a case (办件内容)")


@blueprint.route("/cases/<case_no>/events")
class Events(MethodView):
    """The audit chain."""

    @blueprint.response(200, case_answers.Events)
    @blueprint.alt_response(404, schema=schemas.Problem)
    def get(self, case_no: str) -> object:
        """Return the history of a case, oldest first."""
        return _whole(case_no, case_page.list_history)


@blueprint.route("/cases/<case_no>/materials")
class Materials(MethodView):
    """The materials."""

    @blueprint.response(200, case_answers.Materials)
    @blueprint.alt_response(404, schema=schemas.Problem)
    def get(self, case_no: str) -> object:
        """Return the materials of a case with the officer's marks, and what is missing for its acceptance."""
        case_id, themes = readable_case_id_of(case_no), context().library.current().themes
        with reading() as opened:
            missing = list_missing_materials(opened.connection, themes, case_id)
            return {
                "items": list_materials(opened.connection, themes, case_id),
                "next_cursor": None,
                "missing": [{"requirement": item.code, "name": item.name} for item in missing],
            }


@blueprint.route("/cases/<case_no>/bundle-plan")
class BundlePlan(MethodView):
    """The plan of a joint case."""

    @blueprint.response(200, answer_of(BundlePlanView))
    @blueprint.alt_response(404, schema=schemas.Problem)
    def get(self, case_no: str) -> object:
        """Return when each member of a joint case starts and finishes, and the chain that decides the end."""
        case_id = case_id_of(case_no)
        with reading() as opened:
            return get_bundle_plan(opened.connection, container().view(), case_id)


@blueprint.route("/cases/<case_no>/documents")
class Documents(MethodView):
    """The papers."""

    @blueprint.response(200, case_answers.Papers)
    @blueprint.alt_response(404, schema=schemas.Problem)
    def get(self, case_no: str) -> object:
        """Return the papers issued in a case, oldest first."""
        return _whole(case_no, case_page.list_documents)


@blueprint.route("/cases/<case_no>/documents/<document_id>")
class Document(MethodView):
    """A paper as PDF."""

    @blueprint.response(200, {"type": "string", "format": "binary"}, content_type="application/pdf")
    @blueprint.alt_response(404, schema=schemas.Problem)
    def get(self, case_no: str, document_id: str) -> Response:
        """Return a paper of the case as PDF; it is rendered once and kept with its hash."""
        content = render_case_document(context(), case_id=readable_case_id_of(case_no), document_id=row_id(document_id))
        return Response(content, mimetype="application/pdf")


@blueprint.route("/cases/<case_no>/deliveries")
class Deliveries(MethodView):
    """The deliveries."""

    @blueprint.response(200, case_answers.Deliveries)
    @blueprint.alt_response(404, schema=schemas.Problem)
    def get(self, case_no: str) -> object:
        """Return how the results of a case were handed over."""
        return _whole(case_no, case_page.list_deliveries)


@blueprint.route("/cases/<case_no>/decision")
class Decision(MethodView):
    """The decision."""

    @blueprint.response(200, case_answers.Decision)
    @blueprint.alt_response(404, schema=schemas.Problem)
    def get(self, case_no: str) -> object:
        """Return the decision of a case, an empty object while there is none."""
        case_id = readable_case_id_of(case_no)
        with reading() as opened:
            return case_page.find_decision(opened.connection, case_id) or {}


@blueprint.route("/cases/<case_no>/diagram")
class Diagram(MethodView):
    """The diagram with tokens."""

    @blueprint.response(200, answer_of(DiagramView))
    @blueprint.alt_response(404, schema=schemas.Problem)
    def get(self, case_no: str) -> object:
        """Return the diagram as its author drew it, with the elements that wait and those that are done."""
        case_id = readable_case_id_of(case_no)
        with reading() as opened:
            return get_diagram(opened.connection, case_id)


def _whole(case_no: str, read: Callable[..., Sequence[object]]) -> dict[str, object]:
    """Return a list that belongs to a case the caller may see."""
    case_id = readable_case_id_of(case_no)
    with reading() as opened:
        return {"items": read(opened.connection, case_id), "next_cursor": None}
