"""The published shapes of warning cards."""

from marshmallow import Schema, fields, validate

from app.domain.vocabulary import AppealGround, CardCause, CardColour, CardState
from app.operations.raise_card import CAUSES
from app.web.api.schemas import Sentence, Strict

Text = validate.Length(1, 1000)


class NewCard(Strict):
    """A breach of procedure a supervisor has seen."""

    case_no = fields.String(required=True, validate=validate.Length(1, 50))
    cause = fields.String(required=True, validate=validate.OneOf([cause.value for cause in CAUSES]))
    content = fields.String(required=True, validate=Text)
    department_id = fields.String(load_default=None, allow_none=True, validate=validate.Regexp(r"^\d{1,19}$"))


class Explanation(Strict):
    """What the handler has to say to a card."""

    text = fields.String(required=True, validate=Text)


class Appeal(Strict):
    """Why the unit asks to have a card taken back."""

    ground = fields.String(required=True, validate=validate.OneOf([ground.value for ground in AppealGround]))
    text = fields.String(required=True, validate=Text)


class CardDecision(Strict):
    """What the supervision office decides on an appeal."""

    outcome = fields.String(required=True, validate=validate.OneOf([CardState.UPHELD, CardState.REVOKED]))
    reason = fields.String(required=True, validate=Text)


class Cancellation(Strict):
    """Why a card is taken back."""

    reason = fields.String(required=True, validate=Text)


class Card(Schema):
    """A warning card: the fields of GB/T 39046-2020 table 11, and its life. `*_by` are actor codes."""

    id = fields.String()
    case_no = fields.String()
    case_name = fields.String()
    item_type = fields.String()
    content = fields.Nested(Sentence)
    supervision_no = fields.String()
    rule_no = fields.String()
    warning_type = fields.String()
    colour = fields.String(validate=validate.OneOf([colour.value for colour in CardColour]))
    cause = fields.String(validate=validate.OneOf([cause.value for cause in CardCause]))
    clock = fields.String()
    element = fields.String()
    state = fields.String(validate=validate.OneOf([state.value for state in CardState]))
    version = fields.Integer()
    issued_at = fields.String()
    state_at = fields.String()
    due_at = fields.String(allow_none=True)
    county = fields.String(allow_none=True)
    department_id = fields.String()
    department = fields.String()
    handler_id = fields.String(allow_none=True)
    handler = fields.String()
    raised_by = fields.String()
    acknowledged_by = fields.String(allow_none=True)
    acknowledged_at = fields.String(allow_none=True)
    explained_by = fields.String(allow_none=True)
    explained_at = fields.String(allow_none=True)
    explanation = fields.String(allow_none=True)
    appealed_by = fields.String(allow_none=True)
    appealed_at = fields.String(allow_none=True)
    appeal_ground = fields.String(allow_none=True)
    appeal_text = fields.String(allow_none=True)
    outcome = fields.String(allow_none=True)
    decided_by = fields.String(allow_none=True)
    decided_at = fields.String(allow_none=True)
    decision_reason = fields.String(allow_none=True)


class CardPage(Schema):
    """A page of cards."""

    items = fields.List(fields.Nested(Card))
    next_cursor = fields.String(allow_none=True)


class CardHead(Schema):
    """What an act on a card answers about it."""

    id = fields.String()
    supervision_no = fields.String()
    state = fields.String()
    version = fields.Integer()


class CaseHead(Schema):
    """What an act answers about its case."""

    case_no = fields.String()
    state = fields.String()
    version = fields.Integer()


class CardAnswer(Schema):
    """The answer to an act on a card."""

    card = fields.Nested(CardHead)
    case = fields.Nested(CaseHead)


class CardScore(Schema):
    """The cards of a department; revoked ones count on their own."""

    county = fields.String(allow_none=True)
    department_id = fields.String()
    department = fields.String()
    issued = fields.Integer()
    yellow = fields.Integer()
    red = fields.Integer()
    overdue = fields.Integer()
    abnormal = fields.Integer()
    waiting = fields.Integer()
    upheld = fields.Integer()
    revoked = fields.Integer()


class CardScores(Schema):
    """The scores of the departments in scope."""

    items = fields.List(fields.Nested(CardScore))
