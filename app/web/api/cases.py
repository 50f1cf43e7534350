"""Cases: search, one case, its clocks, history, diagram and papers, and the acts on it."""

from collections.abc import Sequence
from typing import Any

from flask import Response, jsonify, make_response, request
from flask.views import MethodView
from flask_smorest import Blueprint

from app.operations.extend_clock import extend_clock
from app.operations.render_document import render_case_document
from app.operations.submit_correction import submit_correction
from app.operations.suspend_clock import SuspensionRequest, resume_clock, suspend_clock
from app.operations.withdraw_case import withdraw_case
from app.queries import case_page
from app.queries.cases import list_cases
from app.queries.clock import ClockView, list_clocks
from app.queries.diagram import get_diagram
from app.runtime.application import HandedIn
from app.web.api import schemas
from app.web.api.present import jsonable
from app.web.api.requests import container, context, idempotency, instant, paging, reading, row_id
from app.web.masking import masked_case
from app.web.sign_in import current_person

blueprint = Blueprint("cases", __name__, description="Cases (办件)")


def case_id_of(case_no: str) -> int:
    """Return the id of a case the caller may see. Raises NotFound otherwise."""
    with reading() as opened:
        return case_page.find_case_id(opened.connection, current_person().scope, case_no)


@blueprint.route("/cases")
class Cases(MethodView):
    """Search."""

    @blueprint.response(200)
    def get(self) -> object:
        """List the cases in the caller's scope, newest first."""
        page = paging()
        with reading() as opened:
            found = list_cases(
                opened.connection,
                current_person().scope,
                secret=container().settings.secret_key,
                text=request.args.get("q", ""),
                state=request.args.get("state", ""),
                cursor=page.cursor,
                limit=page.limit,
            )
        return jsonable(found)


@blueprint.route("/cases/<case_no>")
class Case(MethodView):
    """One case."""

    @blueprint.response(200)
    @blueprint.alt_response(404, schema=schemas.Problem)
    def get(self, case_no: str) -> object:
        """Return a case with its state, tasks, clocks and members; `ETag` is its version."""
        person = current_person()
        with reading() as opened:
            view = case_page.get_case(opened.connection, person.scope, case_no)
            clocks = list_clocks(opened.connection, container().view(), int(view.id), now=opened.now)
        body = jsonable(masked_case(view, person))
        assert isinstance(body, dict)
        body["clocks"] = present_clocks(clocks)
        response = make_response(jsonify(body))
        response.headers["ETag"] = f'"{view.version}"'
        return response


@blueprint.route("/cases/<case_no>/<any(events, materials, cards, documents, deliveries, decision):part>")
class CasePart(MethodView):
    """What belongs to a case."""

    @blueprint.response(200)
    @blueprint.alt_response(404, schema=schemas.Problem)
    def get(self, case_no: str, part: str) -> object:
        """Return the history, the materials, the cards, the papers, the deliveries or the decision of a case."""
        case_id = case_id_of(case_no)
        lists = {
            "events": case_page.list_history,
            "materials": case_page.list_materials,
            "cards": case_page.list_cards,
            "documents": case_page.list_documents,
            "deliveries": case_page.list_deliveries,
        }
        with reading() as opened:
            if part == "decision":
                return jsonable(case_page.find_decision(opened.connection, case_id) or {})
            return jsonable({"items": lists[part](opened.connection, case_id), "next_cursor": None})


@blueprint.route("/cases/<case_no>/documents/<document_id>")
class CaseDocument(MethodView):
    """A paper as PDF."""

    @blueprint.response(200, content_type="application/pdf")
    @blueprint.alt_response(404, schema=schemas.Problem)
    def get(self, case_no: str, document_id: str) -> Response:
        """Return a paper of the case as PDF; it is rendered once and kept with its hash."""
        content = render_case_document(context(), case_id=case_id_of(case_no), document_id=row_id(document_id))
        return Response(content, mimetype="application/pdf")


@blueprint.route("/cases/<case_no>/diagram")
class CaseDiagram(MethodView):
    """The diagram with tokens."""

    @blueprint.response(200)
    @blueprint.alt_response(404, schema=schemas.Problem)
    def get(self, case_no: str) -> object:
        """Return the diagram as its author drew it, with the elements that wait and those that are done."""
        case_id = case_id_of(case_no)
        with reading() as opened:
            return jsonable(get_diagram(opened.connection, case_id))


@blueprint.route("/cases/<case_no>/suspensions")
class Suspensions(MethodView):
    """Start of a special procedure."""

    @blueprint.arguments(schemas.Suspension)
    @blueprint.response(201, schemas.ClockActAnswer)
    @blueprint.alt_response(422, schema=schemas.Problem)
    def post(self, body: dict[str, Any], case_no: str) -> object:
        """Stop the clocks for a lawful ground, with the written notice."""
        asked = SuspensionRequest(
            ground=str(body["ground"]),
            document_no=str(body["document_no"]),
            expected_days=int(str(body["expected_days"])),
            reason=str(body["reason"]),
            occurred_at=instant(body["occurred_at"]),
        )
        case_id = case_id_of(case_no)
        return suspend_clock(context(), current_person(), case_id=case_id, asked=asked, request=idempotency())


@blueprint.route("/cases/<case_no>/resumptions")
class Resumptions(MethodView):
    """End of a special procedure."""

    @blueprint.arguments(schemas.Resumption)
    @blueprint.response(201, schemas.ClockActAnswer)
    @blueprint.alt_response(409, schema=schemas.Problem)
    def post(self, body: dict[str, Any], case_no: str) -> object:
        """Let the clocks run again."""
        suspension = body["suspension_id"]
        return resume_clock(
            context(),
            current_person(),
            case_id=case_id_of(case_no),
            suspension_id=row_id(str(suspension)) if suspension else None,
            occurred_at=instant(body["occurred_at"]),
            document_no=str(body["document_no"]),
            request=idempotency(),
        )


@blueprint.route("/cases/<case_no>/extensions")
class Extensions(MethodView):
    """Extension of a limit."""

    @blueprint.arguments(schemas.Extension)
    @blueprint.response(201, schemas.ClockActAnswer)
    @blueprint.alt_response(422, schema=schemas.Problem)
    def post(self, body: dict[str, Any], case_no: str) -> object:
        """Extend the limits; the caller approves."""
        return extend_clock(
            context(),
            current_person(),
            case_id=case_id_of(case_no),
            days=int(str(body["days"])),
            reason=str(body["reason"]),
            occurred_at=instant(body["occurred_at"]),
            document_no=str(body["document_no"]),
            request=idempotency(),
        )


@blueprint.route("/cases/<case_no>/corrections")
class Corrections(MethodView):
    """Answer to a correction notice."""

    @blueprint.arguments(schemas.Correction)
    @blueprint.response(201)
    @blueprint.alt_response(409, schema=schemas.Problem)
    def post(self, body: dict[str, Any], case_no: str) -> object:
        """Hand in what the one-time notice asked for."""
        materials = [
            HandedIn(requirement=item["requirement"], material_id=row_id(item["material_id"]))
            for item in body["materials"]
        ]
        return submit_correction(
            context(),
            current_person(),
            case_id=case_id_of(case_no),
            materials=materials,
            answers=body["data"],
            request=idempotency(),
        )


@blueprint.route("/cases/<case_no>/withdrawal")
class Withdrawal(MethodView):
    """Taking an application back."""

    @blueprint.arguments(schemas.Withdrawal)
    @blueprint.response(200)
    @blueprint.alt_response(409, schema=schemas.Problem)
    def post(self, body: dict[str, str], case_no: str) -> object:
        """Withdraw a case before its decision."""
        return withdraw_case(
            context(),
            current_person(),
            case_id=case_id_of(case_no),
            reason=body["reason"],
            request=idempotency(),
        )


def present_clocks(clocks: Sequence[ClockView]) -> list[dict[str, object]]:
    """Return clocks with their sentences in both languages."""
    messages = context().messages
    presented = []
    for clock in clocks:
        fields = jsonable(clock)
        assert isinstance(fields, dict)
        del fields["sentences"]
        fields["explanation"] = [messages.both(item.key, **item.facts) for item in clock.sentences]
        presented.append(fields)
    return presented
