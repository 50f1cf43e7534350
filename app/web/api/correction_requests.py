"""Correction requests of departments before a joint application is accepted, and the applications they look at."""

from typing import Any

from flask.views import MethodView
from flask_smorest import Blueprint
from marshmallow import Schema, fields, validate

from app.domain.correction_request import LONGEST_ITEM
from app.domain.vocabulary import CorrectionRequestState, Shortage
from app.operations.request_corrections import (
    CorrectionRequestInput,
    request_correction,
    settle_correction_request,
)
from app.queries.correction_requests import CorrectionRequestView, list_correction_requests
from app.queries.joint_applications import JointApplication, list_joint_applications
from app.web.api import schemas
from app.web.api.answers import answer_of
from app.web.api.case_answers import list_of
from app.web.api.cases import known_case_id_of, readable_case_id_of
from app.web.api.description import REPEATABLE
from app.web.api.requests import context, idempotency, reading, row_id
from app.web.sign_in import current_person, require_role

blueprint = Blueprint("correction_requests", __name__, description="Correction requests of departments (补正意见)")
LOOKING = ("reviewer", "unit_head")
STATES = [state.value for state in CorrectionRequestState]


class CorrectionRequestBody(schemas.Strict):
    """What a department asks for. item: code or name of a material, or what else is concerned."""

    matter_code = fields.String(required=True, validate=validate.Length(1, 64))
    item = fields.String(required=True, validate=validate.Length(1, LONGEST_ITEM))
    shortage = fields.String(required=True, validate=validate.OneOf([shortage.value for shortage in Shortage]))
    remark = fields.String(load_default="", validate=validate.Length(max=2000))


class SettlementBody(schemas.Strict):
    """Why no correction is needed."""

    reason = fields.String(required=True, validate=validate.Length(1, 2000))


class CorrectionRequestAnswer(Schema):
    """A request after an act on it."""

    request_id = fields.String()
    state = fields.String(validate=validate.OneOf(STATES))


CorrectionRequestList = list_of(answer_of(CorrectionRequestView), "CorrectionRequestList")
JointApplicationList = list_of(answer_of(JointApplication), "JointApplicationList")


@blueprint.route("/joint-applications")
class JointApplications(MethodView):
    """Joint applications before their acceptance."""

    @blueprint.response(200, JointApplicationList)
    @blueprint.alt_response(403, schema=schemas.Problem)
    def get(self) -> object:
        """List the joint applications with a member of the caller's department that wait for acceptance."""
        person = require_role(*LOOKING)
        with reading() as opened:
            return {"items": list_joint_applications(opened.connection, person), "next_cursor": None}


@blueprint.route("/cases/<case_no>/correction-requests")
class CorrectionRequests(MethodView):
    """Requests of a joint application."""

    @blueprint.response(200, CorrectionRequestList)
    @blueprint.alt_response(403, schema=schemas.Problem)
    @blueprint.alt_response(404, schema=schemas.Problem)
    def get(self, case_no: str) -> object:
        """Return the requests, oldest first: the window sees all, a department its own."""
        case_id, themes = readable_case_id_of(case_no), context().library.current().themes
        with reading() as opened:
            items = list_correction_requests(opened.connection, themes, current_person(), case_id)
        return {"items": items, "next_cursor": None}

    @blueprint.doc(**REPEATABLE)
    @blueprint.arguments(CorrectionRequestBody)
    @blueprint.response(201, CorrectionRequestAnswer)
    @blueprint.alt_response(403, schema=schemas.Problem)
    @blueprint.alt_response(404, schema=schemas.Problem)
    @blueprint.alt_response(409, schema=schemas.Problem)
    @blueprint.alt_response(422, schema=schemas.Problem)
    def post(self, body: dict[str, Any], case_no: str) -> object:
        """Ask for a correction on behalf of a chosen member's department; the window merges all in its one notice."""
        asked = CorrectionRequestInput(**body)
        case_id = known_case_id_of(case_no)
        return request_correction(context(), current_person(), case_id=case_id, asked=asked, request=idempotency())


@blueprint.route("/cases/<case_no>/correction-requests/<request_id>/settlement")
class Settlement(MethodView):
    """End of a request without a notice."""

    @blueprint.doc(**REPEATABLE)
    @blueprint.arguments(SettlementBody)
    @blueprint.response(200, CorrectionRequestAnswer)
    @blueprint.alt_response(403, schema=schemas.Problem)
    @blueprint.alt_response(404, schema=schemas.Problem)
    @blueprint.alt_response(409, schema=schemas.Problem)
    @blueprint.alt_response(422, schema=schemas.Problem)
    def post(self, body: dict[str, Any], case_no: str, request_id: str) -> object:
        """Settle a request at the window, with the reason."""
        number = row_id(request_id)
        return settle_correction_request(
            context(),
            current_person(),
            case_id=known_case_id_of(case_no),
            request_id=number,
            reason=body["reason"],
            request=idempotency(),
        )
