"""Revocation of decisions, and cancellation of certificates."""

from dataclasses import replace
from typing import Any

from flask.views import MethodView
from flask_smorest import Blueprint
from marshmallow import Schema, fields, validate

from app.domain.revocation import CancellationInput, RevocationInput
from app.domain.vocabulary import CancellationGround, RevocationGround, Role
from app.operations.cancel_certificate import cancel_certificate
from app.operations.revoke_case import revoke_case
from app.queries.cases import CaseLine, list_cases
from app.queries.revocations import RevocationView, list_revocations
from app.runtime.superiors import revocable_by
from app.web.api import asked as asked_for
from app.web.api import schemas
from app.web.api.answers import page_of
from app.web.api.cases import known_case_id_of
from app.web.api.description import REPEATABLE
from app.web.api.requests import context, cursor_secret, idempotency, instant, reading, row_id, sight
from app.web.masking import masked_line
from app.web.sign_in import current_person, require_role

blueprint = Blueprint("revocations", __name__, description="Revocation and cancellation (撤销、注销)")
READING = ("supervisor", "duty_officer", "unit_head", "decider", "reviewer")


class RevocationBody(schemas.Strict):
    """A revocation: its ground, and the record of having heard the applicant."""

    ground = fields.String(required=True, validate=validate.OneOf([ground.value for ground in RevocationGround]))
    reasons = fields.String(load_default="", validate=validate.Length(max=4000))
    heard_at = fields.AwareDateTime(load_default=None, allow_none=True)
    hearing_record = fields.String(load_default="", validate=validate.Length(max=80))
    would_harm_public = fields.Boolean(load_default=False)
    compensation_note = fields.String(load_default="", validate=validate.Length(max=2000))
    concerns_safety = fields.Boolean(load_default=False)


class RevocationAnswer(Schema):
    """A case after its revocation. document_nos: revocation, then cancellation of the certificate."""

    case = fields.Nested(schemas.CaseSummary)
    revocation_id = fields.String()
    article = fields.String()
    document_nos = fields.List(fields.String())
    barred_until_on = fields.String(allow_none=True, metadata={"format": "date"})


class CancellationBody(schemas.Strict):
    """A cancellation: its ground, why, and the document it rests on."""

    ground = fields.String(required=True, validate=validate.OneOf([ground.value for ground in CancellationGround]))
    reasons = fields.String(load_default="", validate=validate.Length(max=2000))
    source_document = fields.String(load_default="", validate=validate.Length(max=80))


class CancellationAnswer(Schema):
    """A certificate after its cancellation."""

    certificate_id = fields.String()
    certificate_no = fields.String()
    state = fields.String()
    article = fields.String()


@blueprint.route("/revocations")
class Revocations(MethodView):
    """What was revoked."""

    @blueprint.arguments(asked_for.PageAsked, location="query")
    @blueprint.response(200, page_of(RevocationView))
    @blueprint.alt_response(403, schema=schemas.Problem)
    def get(self, asked: dict[str, Any]) -> object:
        """List the revocations the caller may read, newest first; a superior also those below it."""
        require_role(*READING)
        with reading() as opened:
            return list_revocations(
                opened.connection, sight(), secret=cursor_secret(), cursor=asked["cursor"], limit=asked["limit"]
            )


@blueprint.route("/revocable-cases")
class RevocableCases(MethodView):
    """What may be revoked."""

    @blueprint.arguments(asked_for.RevocableAsked, location="query")
    @blueprint.response(200, page_of(CaseLine))
    @blueprint.alt_response(403, schema=schemas.Problem)
    def get(self, asked: dict[str, Any]) -> object:
        """List what the caller may revoke, newest first: granted by the authority they head or by one below it."""
        person = require_role(Role.UNIT_HEAD.value)
        with reading() as opened:
            found = list_cases(
                opened.connection,
                revocable_by(person, context().library.current()),
                secret=cursor_secret(),
                text=asked["q"],
                with_members=True,
                with_revoked=False,
                cursor=asked["cursor"],
                limit=asked["limit"],
            )
        return replace(found, items=tuple(masked_line(item) for item in found.items if isinstance(item, CaseLine)))


@blueprint.route("/cases/<case_no>/revocation")
class Revocation(MethodView):
    """End of what a case granted."""

    @blueprint.doc(**REPEATABLE)
    @blueprint.arguments(RevocationBody)
    @blueprint.response(201, RevocationAnswer)
    @blueprint.alt_response(403, schema=schemas.Problem)
    @blueprint.alt_response(409, schema=schemas.Problem)
    @blueprint.alt_response(422, schema=schemas.Problem)
    def post(self, body: dict[str, Any], case_no: str) -> object:
        """Revoke what a case granted, as head of the authority that decided or of the one above it."""
        case_id = known_case_id_of(case_no)
        asked = RevocationInput(
            **{**body, "ground": RevocationGround(body["ground"]), "heard_at": instant(body["heard_at"])}
        )
        return revoke_case(context(), current_person(), case_id=case_id, asked=asked, request=idempotency())


@blueprint.route("/certificates/<certificate_id>/cancellation")
class Cancellation(MethodView):
    """End of a certificate."""

    @blueprint.doc(**REPEATABLE)
    @blueprint.arguments(CancellationBody)
    @blueprint.response(201, CancellationAnswer)
    @blueprint.alt_response(403, schema=schemas.Problem)
    @blueprint.alt_response(404, schema=schemas.Problem)
    @blueprint.alt_response(409, schema=schemas.Problem)
    @blueprint.alt_response(422, schema=schemas.Problem)
    def post(self, body: dict[str, Any], certificate_id: str) -> object:
        """Cancel a certificate, as head of the department that gave it; the decision behind it stays."""
        return cancel_certificate(
            context(),
            current_person(),
            certificate_id=row_id(certificate_id),
            asked=CancellationInput(**{**body, "ground": CancellationGround(body["ground"])}),
            request=idempotency(),
        )
