"""Change sets of the catalogue (变更包): list version, diagram and document that go live together."""

from dataclasses import asdict
from typing import Any

from flask.views import MethodView
from flask_smorest import Blueprint
from marshmallow import Schema, fields, validate

from app.domain.catalogue_change import APPROVED, REJECTED, SUBMITTED, ChangeKind
from app.operations.change_catalogue import CHANGING, approve_change, reject_change, submit_change
from app.queries.catalogue_changes import (
    READING,
    CatalogueChangeLine,
    RegionChange,
    get_catalogue_change,
    list_catalogue_changes,
)
from app.web.api import definition_answers, schemas
from app.web.api.answers import answer_of, answer_with, page_of
from app.web.api.asked import PageAsked
from app.web.api.definition_answers import Reason
from app.web.api.definitions import present_findings
from app.web.api.description import REPEATABLE
from app.web.api.requests import context, cursor_secret, idempotency, reading, row_id
from app.web.change_form import change_of_request
from app.web.sign_in import require_role

blueprint = Blueprint("catalogue-changes", __name__, description="Change sets of the catalogue (变更包)")
FILE = {"type": "string", "format": "binary"}
TEXT = {"type": "string"}
PARTS = {
    "required": True,
    "description": "The parts: a list (TOML), a diagram (BPMN) or the version that stays, and the source document."
    " A pause or a cancellation names matter and regions instead of list and diagram.",
    "content": {
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "properties": {
                    "kind": {"type": "string", "enum": [kind.value for kind in ChangeKind]},
                    "matter_code": TEXT,
                    "regions": {
                        "type": "string",
                        "description": "Codes with commas between; of a pause or cancellation.",
                    },
                    "list": FILE,
                    "diagram": FILE,
                    "kept_key": TEXT,
                    "kept_version": {"type": "integer"},
                    "document_no": TEXT,
                    "document_text": TEXT,
                    "document": FILE,
                    "effective_from": {"type": "string", "format": "date"},
                },
                "required": ["document_no", "effective_from"],
            }
        }
    },
}


class ChangeState(Schema):
    """A change set after an act on it. definition_version: of the diagram its list names, None for the deployed one."""

    change_id = fields.String(required=True)
    matter_code = fields.String(required=True)
    kind = fields.String(required=True, validate=validate.OneOf([kind.value for kind in ChangeKind]))
    state = fields.String(required=True, validate=validate.OneOf([SUBMITTED, APPROVED, REJECTED]))
    effective_from = fields.String(required=True)
    definition_key = fields.String(required=True)
    definition_version = fields.Integer(required=True, allow_none=True)


OneChange = answer_with(
    CatalogueChangeLine,
    "CatalogueChange",
    list_path=fields.String(required=True),
    list_source=fields.String(required=True),
    document_text=fields.String(required=True),
    document_name=fields.String(required=True),
    changes=fields.List(fields.Nested(answer_of(RegionChange)), required=True),
    running_count=fields.Integer(required=True),
    findings=fields.List(fields.Nested(definition_answers.Finding), required=True),
)


@blueprint.route("/catalogue-changes")
class CatalogueChanges(MethodView):
    """All change sets."""

    @blueprint.arguments(PageAsked, location="query")
    @blueprint.response(200, page_of(CatalogueChangeLine))
    @blueprint.alt_response(403, schema=schemas.Problem)
    def get(self, asked: dict[str, Any]) -> object:
        """List the change sets of the caller's regions, the newest first."""
        person = require_role(*READING)
        with reading() as opened:
            return list_catalogue_changes(opened.connection, person, now=opened.now, secret=cursor_secret(), **asked)

    @blueprint.doc(requestBody=PARTS, **REPEATABLE)
    @blueprint.response(201, ChangeState)
    @blueprint.alt_response(403, schema=schemas.Problem)
    @blueprint.alt_response(422, schema=schemas.Problem)
    def post(self) -> object:
        """Submit a change set; one that lacks a part or has a fault is refused as a whole."""
        person, request = require_role(*CHANGING), idempotency()
        return submit_change(context(), person, change_of_request(), request=request)


@blueprint.route("/catalogue-changes/<change_id>")
class CatalogueChange(MethodView):
    """One change set."""

    @blueprint.response(200, OneChange)
    @blueprint.alt_response(404, schema=schemas.Problem)
    def get(self, change_id: str) -> object:
        """Return a change set with what it changes in each region, old and new, and what the checks found."""
        person = require_role(*READING)
        with reading() as opened:
            view = get_catalogue_change(opened.connection, person, row_id(change_id), now=opened.now)
        found: dict[str, Any] = {name: getattr(view, name) for name in view.__dataclass_fields__ if name != "line"}
        return {**asdict(view.line), **found, "findings": present_findings(view.findings)}


@blueprint.route("/catalogue-changes/<change_id>/approval")
class Approval(MethodView):
    """The second person."""

    @blueprint.doc(**REPEATABLE)
    @blueprint.response(200, ChangeState)
    @blueprint.alt_response(403, schema=schemas.Problem)
    @blueprint.alt_response(409, schema=schemas.Problem)
    @blueprint.alt_response(422, schema=schemas.Problem)
    def post(self, change_id: str) -> object:
        """Approve what somebody else submitted; list and diagram count from its day on."""
        person = require_role(*CHANGING)
        return approve_change(context(), person, change_id=row_id(change_id), request=idempotency())


@blueprint.route("/catalogue-changes/<change_id>/rejection")
class Rejection(MethodView):
    """The second person says no."""

    @blueprint.doc(**REPEATABLE)
    @blueprint.arguments(Reason)
    @blueprint.response(200, ChangeState)
    @blueprint.alt_response(403, schema=schemas.Problem)
    @blueprint.alt_response(409, schema=schemas.Problem)
    def post(self, body: dict[str, str], change_id: str) -> object:
        """Reject what somebody else submitted, with the reason."""
        person = require_role(*CHANGING)
        number = row_id(change_id)
        return reject_change(context(), person, change_id=number, reason=body["reason"], request=idempotency())
