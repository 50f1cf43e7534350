"""Blocks of numbers for receipts on paper."""

from typing import Any

from flask.views import MethodView
from flask_smorest import Blueprint
from marshmallow import Schema, fields, validate

from app.operations.manage_receipt_blocks import issue_receipt_block, void_receipt_number
from app.queries.receipt_blocks import BlockLine, list_receipt_blocks
from app.web.api import schemas
from app.web.api.answers import page_of
from app.web.api.requests import context, reading, row_id
from app.web.api.schemas import Strict
from app.web.sign_in import require_role

blueprint = Blueprint("receipt_blocks", __name__, description="Receipts on paper (纸质收件)")
READING = ("window_clerk", "admin")


class NewBlock(Strict):
    """Numbers to be reserved for a hall, both ends included."""

    hall = fields.String(required=True, validate=validate.Length(1, 64))
    from_no = fields.Integer(required=True)
    to_no = fields.Integer(required=True)


class IssuedBlock(Schema):
    """A block that was issued."""

    block_id = fields.String()
    hall = fields.String()
    from_no = fields.Integer()
    to_no = fields.Integer()


class VoidedNumber(Strict):
    """A number that will not be used, and why."""

    number = fields.Integer(required=True)
    reason = fields.String(load_default="", validate=validate.Length(max=500))


class NumberAnswer(Schema):
    """What became of a number."""

    block_id = fields.String()
    number = fields.Integer()
    state = fields.String()


@blueprint.route("/receipt-blocks")
class Blocks(MethodView):
    """Blocks."""

    @blueprint.response(200, page_of(BlockLine))
    @blueprint.alt_response(403, schema=schemas.Problem)
    def get(self) -> object:
        """List the blocks of the halls the caller works in or administers, with the numbers used and voided."""
        person = require_role(*READING)
        with reading() as opened:
            return {"items": list_receipt_blocks(opened.connection, person), "next_cursor": None}

    @blueprint.arguments(NewBlock)
    @blueprint.response(201, IssuedBlock)
    @blueprint.alt_response(403, schema=schemas.Problem)
    @blueprint.alt_response(409, schema=schemas.Problem)
    def post(self, body: dict[str, Any]) -> object:
        """Reserve numbers for a hall, as administrator of its region."""
        person = require_role("admin")
        return issue_receipt_block(
            context(), person, hall_code=body["hall"], from_no=body["from_no"], to_no=body["to_no"]
        )


@blueprint.route("/receipt-blocks/<block_id>/voids")
class Voids(MethodView):
    """Numbers that will not be used."""

    @blueprint.arguments(VoidedNumber)
    @blueprint.response(201, NumberAnswer)
    @blueprint.alt_response(403, schema=schemas.Problem)
    @blueprint.alt_response(409, schema=schemas.Problem)
    def post(self, body: dict[str, Any], block_id: str) -> object:
        """Void a number with its reason; it can never be used then."""
        person = require_role(*READING)
        return void_receipt_number(context(), person, block_id=row_id(block_id), **body)
