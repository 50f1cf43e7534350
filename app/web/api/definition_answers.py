"""The published shapes of definitions and of what a check finds."""

from marshmallow import Schema, fields, validate

from app.web.api.schemas import Sentence, Strict


class Reason(Strict):
    """Why a second person says no."""

    reason = fields.String(required=True, validate=validate.Length(1, 500))


class Finding(Schema):
    """A fault of a diagram, where it is and what to do."""

    severity = fields.String()
    code = fields.String()
    file = fields.String()
    line = fields.Integer(allow_none=True)
    element_id = fields.String(allow_none=True)
    name = fields.String(allow_none=True)
    message = fields.Nested(Sentence)
    remedy = fields.Nested(Sentence)


class Checked(Schema):
    """Whether a diagram can be deployed, and every fault of it."""

    deployable = fields.Boolean()
    findings = fields.List(fields.Nested(Finding))


class DefinitionVersion(Schema):
    """A version on its way from draft to deployment. edit: for `If-Match` of the next save."""

    id = fields.String()
    key = fields.String()
    version = fields.Integer()
    state = fields.String()
    edit = fields.Integer()
    findings = fields.List(fields.Dict())
