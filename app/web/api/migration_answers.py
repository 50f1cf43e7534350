"""The published shapes of migrations of running cases."""

from marshmallow import Schema, fields, validate

from app.domain.migration import OUTCOMES
from app.web.api.schemas import Sentence, Strict

LONGEST_ID = 64
MOST_ELEMENTS = 300


class MigrationBody(Strict):
    """From which version to which. mapping: element ids, old -> new, where they differ; apply_limits: new element ids."""

    from_version = fields.Integer(required=True, validate=validate.Range(1))
    to_version = fields.Integer(required=True, validate=validate.Range(1))
    mapping = fields.Dict(
        keys=fields.String(validate=validate.Length(1, LONGEST_ID)),
        values=fields.String(validate=validate.Length(1, LONGEST_ID)),
        load_default=dict,
        validate=validate.Length(max=MOST_ELEMENTS),
    )
    apply_limits = fields.List(fields.String(), load_default=list, validate=validate.Length(max=MOST_ELEMENTS))
    case_nos = fields.List(fields.String(), load_default=list)
    reason = fields.String(load_default="")


class UndoBody(Strict):
    """Why a run is taken back."""

    reason = fields.String(required=True)


class MigrationBegun(Schema):
    """A run that has begun. waiting: cases it will move."""

    migration_id = fields.String(required=True)
    waiting = fields.Integer(required=True)


class MigrationReason(Schema):
    """Why a case cannot go. element_id: in the old version, empty when it is about the whole case."""

    element_id = fields.String(required=True)
    code = fields.String(required=True)
    sentence = fields.Nested(Sentence, required=True)


class CountedReason(MigrationReason):
    """A reason, and how many cases it holds back."""

    cases = fields.Integer(required=True)


class ChangedLimit(Schema):
    """A limit the new version draws otherwise; it counts for running steps only where `apply_limits` names it."""

    element_id = fields.String(required=True)
    name = fields.String(required=True)
    old = fields.String(required=True)
    new = fields.String(required=True)


class TriedCase(Schema):
    """What would become of a case."""

    case_no = fields.String(required=True)
    moves = fields.Boolean(required=True)
    reasons = fields.List(fields.Nested(MigrationReason), required=True)


class DryRun(Schema):
    """What a run would do; the counts are of all cases, the items a page of them."""

    instances = fields.Integer(required=True)
    moves = fields.Integer(required=True)
    cannot = fields.Integer(required=True)
    reasons = fields.List(fields.Nested(CountedReason), required=True)
    changed_limits = fields.List(fields.Nested(ChangedLimit), required=True)
    items = fields.List(fields.Nested(TriedCase), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class MigratedCase(Schema):
    """What became of a case."""

    case_no = fields.String(required=True)
    outcome = fields.String(required=True, validate=validate.OneOf(OUTCOMES))
    reasons = fields.List(fields.Nested(MigrationReason), required=True)


class MigrationCases(Schema):
    """A page of the cases of a run."""

    items = fields.List(fields.Nested(MigratedCase), required=True)
    next_cursor = fields.String(required=True, allow_none=True)
