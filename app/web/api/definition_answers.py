"""The published shapes of definitions and of what a check finds."""

from marshmallow import Schema, fields, validate

from app.domain.diagram_comparison import ElementChangeKind
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


class FieldDifference(Schema):
    """One thing an element says otherwise; empty for none. column: of a decision table, where it is about one."""

    field = fields.String(required=True)
    column = fields.String(required=True)
    old = fields.String(required=True)
    new = fields.String(required=True)
    sentence = fields.Nested(Sentence, required=True)


class ElementDifference(Schema):
    """An element that differs. change: `moved` only when nothing but its place on the drawing differs."""

    element_id = fields.String(required=True)
    type = fields.String(required=True)
    name = fields.String(required=True)
    change = fields.String(required=True, validate=validate.OneOf([kind.value for kind in ElementChangeKind]))
    is_moved = fields.Boolean(required=True)
    sentence = fields.Nested(Sentence, required=True)
    fields_ = fields.List(fields.Nested(FieldDifference), required=True, data_key="fields", attribute="fields")


class VersionDifference(Schema):
    """What the newer of two versions says otherwise. is_layout_only: nothing is done differently."""

    key = fields.String(required=True)
    from_version = fields.Integer(required=True)
    to_version = fields.Integer(required=True)
    is_layout_only = fields.Boolean(required=True)
    changes = fields.List(fields.Nested(ElementDifference), required=True)
