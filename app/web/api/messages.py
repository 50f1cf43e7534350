"""Messages from outside (消息): a program says what happened, and the case that waits for it goes on."""

from typing import Any

from flask.views import MethodView
from flask_smorest import Blueprint
from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from app.domain.event_message import LONGEST_KEY, LONGEST_NAME, MOST_VALUES, EventMessage
from app.operations.receive_message import receive_message
from app.web.api import schemas
from app.web.api.description import REPEATABLE
from app.web.api.requests import context, idempotency
from app.web.sign_in import current_person

blueprint = Blueprint("messages", __name__, description="Messages to waiting cases (消息)")


class MessageBody(schemas.Strict):
    """What happened, and to which case: by its key, by the number of the case, or both.

    variables: values the waiting event lists in `lb:accepts`; texts, numbers, true, false or null.
    """

    name = fields.String(required=True, validate=validate.Length(1, LONGEST_NAME))
    correlation_key = fields.String(load_default="", validate=validate.Length(max=LONGEST_KEY))
    case_no = fields.String(load_default="", validate=validate.Length(max=50))
    variables = fields.Dict(keys=fields.String(), load_default=dict, validate=validate.Length(max=MOST_VALUES))

    @validates_schema
    def refuse_unaddressed(self, data: dict[str, Any], **_more: object) -> None:
        """Refuse a message that says neither key nor case: it could be for anybody."""
        if not data.get("correlation_key") and not data.get("case_no"):
            raise ValidationError("correlation_key or case_no", "correlation_key")


class MessageAnswer(Schema):
    """Where the message went: the event that waited for it, and its case now."""

    element = fields.String()
    case = fields.Nested(schemas.CaseSummary)


@blueprint.route("/messages")
class Messages(MethodView):
    """What a case waits for from outside."""

    @blueprint.doc(**REPEATABLE)
    @blueprint.arguments(MessageBody)
    @blueprint.response(200, MessageAnswer)
    @blueprint.alt_response(403, schema=schemas.Problem)
    @blueprint.alt_response(404, schema=schemas.Problem)
    @blueprint.alt_response(409, schema=schemas.Problem)
    @blueprint.alt_response(422, schema=schemas.Problem)
    def post(self, body: dict[str, Any]) -> object:
        """Give a message to the one case that waits for it; it is not kept for a case that does not wait yet."""
        message = EventMessage(
            name=body["name"], key=body["correlation_key"], case_no=body["case_no"], data=body["variables"]
        )
        return receive_message(context(), current_person(), message, request=idempotency())
