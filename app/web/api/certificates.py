"""The register of certificates: list, one, and the entering of older ones."""

from dataclasses import replace
from typing import Any

from flask.views import MethodView
from flask_smorest import Blueprint
from marshmallow import Schema, fields, validate

from app.domain.errors import NotFound
from app.operations.enter_certificate import ENTERING, CertificateInput, enter_certificate
from app.queries.certificates import CertificateView, get_certificate, list_case_certificates, list_certificates
from app.queries.renewals import RenewalView, find_renewal
from app.web.api import asked as asked_for
from app.web.api import schemas
from app.web.api.answers import answer_of, page_of
from app.web.api.case_answers import list_of
from app.web.api.cases import case_id_of, readable_case_id_of
from app.web.api.requests import context, cursor_secret, reading, row_id
from app.web.masking import masked_certificate
from app.web.sign_in import current_person, require_role

blueprint = Blueprint("certificates", __name__, description="Register of certificates (证照)")


class CertificateBody(schemas.Strict):
    """An older certificate. valid_to_on: None without an end; source_document: the file it is taken from."""

    certificate_no = fields.String(required=True, validate=validate.Length(1, 80))
    matter_code = fields.String(required=True, validate=validate.Length(1, 64))
    region_code = fields.String(required=True, validate=validate.Length(4, 12))
    holder_name = fields.String(required=True, validate=validate.Length(1, 200))
    holder_id_type = fields.String(required=True, validate=validate.Length(1, 8))
    holder_id_number = fields.String(required=True, validate=validate.Length(1, 64))
    valid_from_on = fields.Date(required=True)
    valid_to_on = fields.Date(load_default=None, allow_none=True)
    source_document = fields.String(required=True, validate=validate.Length(1, 80))


class CertificateAnswer(Schema):
    """A certificate after an act on it."""

    certificate_id = fields.String()
    certificate_no = fields.String()
    state = fields.String()


CaseCertificates = list_of(answer_of(CertificateView), "CaseCertificates")


@blueprint.route("/certificates")
class Certificates(MethodView):
    """The register."""

    @blueprint.arguments(asked_for.CertificatesAsked, location="query")
    @blueprint.response(200, page_of(CertificateView))
    def get(self, asked: dict[str, Any]) -> object:
        """List the certificates in the caller's scope, newest first; holders are masked to who only watches."""
        person = current_person()
        with reading() as opened:
            page = list_certificates(
                opened.connection,
                person.scope,
                now=opened.now,
                secret=cursor_secret(),
                state=asked["state"],
                text=asked["q"],
                cursor=asked["cursor"],
                limit=asked["limit"],
            )
        views = [item for item in page.items if isinstance(item, CertificateView)]
        return replace(page, items=tuple(masked_certificate(view, person) for view in views))

    @blueprint.arguments(CertificateBody)
    @blueprint.response(201, CertificateAnswer)
    @blueprint.alt_response(403, schema=schemas.Problem)
    @blueprint.alt_response(409, schema=schemas.Problem)
    @blueprint.alt_response(422, schema=schemas.Problem)
    def post(self, body: dict[str, Any]) -> object:
        """Enter a certificate that was issued before this register was kept."""
        return enter_certificate(context(), require_role(*ENTERING), CertificateInput(**body))


@blueprint.route("/certificates/<certificate_id>")
class Certificate(MethodView):
    """One certificate."""

    @blueprint.response(200, answer_of(CertificateView))
    @blueprint.alt_response(404, schema=schemas.Problem)
    def get(self, certificate_id: str) -> object:
        """Return a certificate as it stands today."""
        person = current_person()
        with reading() as opened:
            view = get_certificate(opened.connection, person.scope, row_id(certificate_id), now=opened.now)
        return masked_certificate(view, person)


@blueprint.route("/cases/<case_no>/renewal")
class Renewal(MethodView):
    """What a case asks to renew."""

    @blueprint.response(200, answer_of(RenewalView))
    @blueprint.alt_response(404, schema=schemas.Problem)
    def get(self, case_no: str) -> object:
        """Return the certificate a case asks to renew, and how the renewal by law stands; 404 where it renews nothing."""
        case_id = case_id_of(case_no)
        with reading() as opened:
            found = find_renewal(opened.connection, case_id)
        if found is None:
            raise NotFound("renewal_unknown", case=case_no)
        return found


@blueprint.route("/cases/<case_no>/certificates")
class OfCase(MethodView):
    """What a case gave."""

    @blueprint.response(200, CaseCertificates)
    @blueprint.alt_response(404, schema=schemas.Problem)
    def get(self, case_no: str) -> object:
        """Return the certificate a case gave, as a list of one or none."""
        case_id, person = readable_case_id_of(case_no), current_person()
        with reading() as opened:
            found = list_case_certificates(opened.connection, case_id, now=opened.now)
        return {"items": [masked_certificate(view, person) for view in found], "next_cursor": None}
