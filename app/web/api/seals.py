"""Seals of papers: whose papers the system may seal, and the sealing of one paper."""

from typing import Any

from flask.views import MethodView
from flask_smorest import Blueprint
from marshmallow import Schema, fields, validate

from app.domain.seal import SEALED_KINDS
from app.domain.vocabulary import SealState
from app.operations.authorise_seals import (
    AUTHORISING,
    AuthorisationInput,
    authorise_seal,
    withdraw_seal_authorisation,
)
from app.operations.seal_document import seal_document
from app.queries.seals import READING, SealAuthorisationView, list_seal_authorisations
from app.web.api import schemas
from app.web.api.answers import answer_of
from app.web.api.cases import case_id_of
from app.web.api.description import REPEATABLE
from app.web.api.requests import context, idempotency, reading, row_id
from app.web.sign_in import current_person, require_role

blueprint = Blueprint("seals", __name__, description="Seals of papers (用印)")


class AuthorisationBody(schemas.Strict):
    """Leave for the system to seal a kind of paper of a department; both dates are included."""

    department_code = fields.String(required=True, validate=validate.Length(1, 64))
    document_kind = fields.String(required=True, validate=validate.OneOf(SEALED_KINDS))
    document_no = fields.String(required=True, validate=validate.Length(1, 80))
    valid_from_on = fields.Date(required=True)
    valid_to_on = fields.Date(required=True)


class AuthorisationAnswer(Schema):
    """An authorisation after an act on it."""

    authorisation_id = fields.String()


class SealBody(schemas.Strict):
    """Who seals: the system, or the caller by hand."""

    by = fields.String(required=True, validate=validate.OneOf(["system", "person"]))


class SealAnswer(Schema):
    """A paper after an act on its seal."""

    document_id = fields.String()
    document_no = fields.String()
    seal_state = fields.String(validate=validate.OneOf([state.value for state in SealState]))


class Authorisations(Schema):
    """Authorisations, the newest first."""

    items = fields.List(fields.Nested(answer_of(SealAuthorisationView)), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


@blueprint.route("/seal-authorisations")
class SealAuthorisations(MethodView):
    """What the system may seal."""

    @blueprint.response(200, Authorisations)
    @blueprint.alt_response(403, schema=schemas.Problem)
    def get(self) -> object:
        """List the authorisations in the caller's region or unit, the newest first."""
        person = require_role(*READING)
        with reading() as opened:
            return {
                "items": list_seal_authorisations(opened.connection, person, now=opened.now),
                "next_cursor": None,
            }

    @blueprint.arguments(AuthorisationBody)
    @blueprint.response(201, AuthorisationAnswer)
    @blueprint.alt_response(403, schema=schemas.Problem)
    @blueprint.alt_response(422, schema=schemas.Problem)
    def post(self, body: dict[str, Any]) -> object:
        """Let the system seal a kind of paper of a department, with the document that gives the leave."""
        return authorise_seal(context(), require_role(*AUTHORISING), AuthorisationInput(**body))


@blueprint.route("/seal-authorisations/<authorisation_id>/withdrawal")
class AuthorisationWithdrawal(MethodView):
    """End of an authorisation."""

    @blueprint.response(200, AuthorisationAnswer)
    @blueprint.alt_response(404, schema=schemas.Problem)
    @blueprint.alt_response(409, schema=schemas.Problem)
    def post(self, authorisation_id: str) -> object:
        """Take an authorisation back; papers that are queued are left to a person."""
        person = require_role(*AUTHORISING)
        return withdraw_seal_authorisation(context(), person, authorisation_id=row_id(authorisation_id))


@blueprint.route("/cases/<case_no>/documents/<document_id>/seal")
class DocumentSeal(MethodView):
    """The seal of one paper."""

    @blueprint.doc(**REPEATABLE)
    @blueprint.arguments(SealBody)
    @blueprint.response(200, SealAnswer)
    @blueprint.alt_response(403, schema=schemas.Problem)
    @blueprint.alt_response(409, schema=schemas.Problem)
    def post(self, body: dict[str, str], case_no: str, document_id: str) -> object:
        """Have the system seal a paper, or record that the caller sealed it."""
        return seal_document(
            context(),
            current_person(),
            case_id=case_id_of(case_no),
            document_id=row_id(document_id),
            is_by_system=body["by"] == "system",
            request=idempotency(),
        )
