"""Fees and forwardings of a case: what an approval by default waits for."""

from typing import Any

from flask.views import MethodView
from flask_smorest import Blueprint
from marshmallow import Schema, fields, validate

from app.operations.record_obstacle import answer_case_forwarding, ask_case_fee, forward_case, pay_case_fee
from app.queries.obstacles import FeeView, ForwardingView, list_fees, list_forwardings
from app.web.api import schemas
from app.web.api.answers import answer_of
from app.web.api.case_answers import list_of
from app.web.api.cases import case_id_of
from app.web.api.description import REPEATABLE
from app.web.api.requests import context, idempotency, reading, row_id
from app.web.sign_in import current_person

blueprint = Blueprint("obstacles", __name__, description="Fees and forwardings of a case (缴费、转报)")
MOST_FEN = 10**12


class FeeBody(schemas.Strict):
    """A fee asked for in writing."""

    item = fields.String(required=True, validate=validate.Length(1, 200))
    amount_fen = fields.Integer(required=True, strict=True, validate=validate.Range(1, MOST_FEN))
    notice_no = fields.String(required=True, validate=validate.Length(1, 80))


class PaymentBody(schemas.Strict):
    """The payment of a fee."""

    receipt_no = fields.String(required=True, validate=validate.Length(1, 80))


class ForwardingBody(schemas.Strict):
    """A case sent to another level for the decision."""

    to_authority = fields.String(required=True, validate=validate.Length(1, 200))
    document_no = fields.String(required=True, validate=validate.Length(1, 80))


class ForwardingReply(schemas.Strict):
    """What the other level answered."""

    answer_no = fields.String(required=True, validate=validate.Length(1, 80))


class FeeAnswer(Schema):
    """A fee after an act on it: owed or paid."""

    fee_id = fields.String()
    state = fields.String()


class ForwardingAnswer(Schema):
    """A forwarding after an act on it: out or answered."""

    forwarding_id = fields.String()
    state = fields.String()


FeeList = list_of(answer_of(FeeView), "FeeList")
ForwardingList = list_of(answer_of(ForwardingView), "ForwardingList")


@blueprint.route("/cases/<case_no>/fees")
class Fees(MethodView):
    """Fees."""

    @blueprint.response(200, FeeList)
    @blueprint.alt_response(404, schema=schemas.Problem)
    def get(self, case_no: str) -> object:
        """Return the fees of a case, oldest first."""
        case_id = case_id_of(case_no)
        with reading() as opened:
            return {"items": list_fees(opened.connection, case_id), "next_cursor": None}

    @blueprint.doc(**REPEATABLE)
    @blueprint.arguments(FeeBody)
    @blueprint.response(201, FeeAnswer)
    @blueprint.alt_response(403, schema=schemas.Problem)
    @blueprint.alt_response(409, schema=schemas.Problem)
    @blueprint.alt_response(422, schema=schemas.Problem)
    def post(self, body: dict[str, Any], case_no: str) -> object:
        """Record that a fee was asked for; where fees come first nothing is approved by default before it is paid."""
        return ask_case_fee(context(), current_person(), case_id=case_id_of(case_no), **body, request=idempotency())


@blueprint.route("/cases/<case_no>/fees/<fee_id>/payment")
class FeePayment(MethodView):
    """Payment."""

    @blueprint.doc(**REPEATABLE)
    @blueprint.arguments(PaymentBody)
    @blueprint.response(200, FeeAnswer)
    @blueprint.alt_response(404, schema=schemas.Problem)
    @blueprint.alt_response(409, schema=schemas.Problem)
    def post(self, body: dict[str, Any], case_no: str, fee_id: str) -> object:
        """Record the payment; an approval by default it blocked is looked at again."""
        number = row_id(fee_id)
        case_id = case_id_of(case_no)
        return pay_case_fee(context(), current_person(), case_id=case_id, fee_id=number, **body, request=idempotency())


@blueprint.route("/cases/<case_no>/forwardings")
class Forwardings(MethodView):
    """Forwardings."""

    @blueprint.response(200, ForwardingList)
    @blueprint.alt_response(404, schema=schemas.Problem)
    def get(self, case_no: str) -> object:
        """Return the forwardings of a case, oldest first."""
        case_id = case_id_of(case_no)
        with reading() as opened:
            return {"items": list_forwardings(opened.connection, case_id), "next_cursor": None}

    @blueprint.doc(**REPEATABLE)
    @blueprint.arguments(ForwardingBody)
    @blueprint.response(201, ForwardingAnswer)
    @blueprint.alt_response(403, schema=schemas.Problem)
    @blueprint.alt_response(409, schema=schemas.Problem)
    def post(self, body: dict[str, Any], case_no: str) -> object:
        """Record that another level decides; nothing is approved by default before it answers."""
        return forward_case(context(), current_person(), case_id=case_id_of(case_no), **body, request=idempotency())


@blueprint.route("/cases/<case_no>/forwardings/<forwarding_id>/answer")
class Reply(MethodView):
    """Answer of the other level."""

    @blueprint.doc(**REPEATABLE)
    @blueprint.arguments(ForwardingReply)
    @blueprint.response(200, ForwardingAnswer)
    @blueprint.alt_response(404, schema=schemas.Problem)
    @blueprint.alt_response(409, schema=schemas.Problem)
    def post(self, body: dict[str, Any], case_no: str, forwarding_id: str) -> object:
        """Record the answer; an approval by default the forwarding blocked is looked at again."""
        return answer_case_forwarding(
            context(),
            current_person(),
            case_id=case_id_of(case_no),
            forwarding_id=row_id(forwarding_id),
            answer_no=body["answer_no"],
            request=idempotency(),
        )
