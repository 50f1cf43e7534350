"""Packages (部署包): diagrams and rules that are checked, approved and deployed together."""

from typing import Any

from flask import Response, request
from flask.views import MethodView
from flask_smorest import Blueprint
from marshmallow import Schema, fields, validate

from app.domain.errors import InvalidInput
from app.domain.package import CHANGED, NEW, SAME, STATES, PackageFile
from app.operations.deploy_package import decide_package, deploy_package, submit_package
from app.queries.packages import READING, PackageLine, get_package, get_package_row, list_packages
from app.web.api import definition_answers, schemas
from app.web.api.answers import answer_with, page_of
from app.web.api.definition_answers import Reason
from app.web.api.definitions import present_findings
from app.web.api.requests import context, reading, row_id
from app.web.sign_in import require_role

blueprint = Blueprint("packages", __name__, description="Packages of diagrams and rules (部署包)")
FILE = {"type": "string", "format": "binary"}
ZIP = {
    "required": True,
    "description": "A ZIP of `bpmn/` and `rules/`; files that are not in it stay as they are.",
    "content": {
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "properties": {"file": FILE, "note": {"type": "string"}},
                "required": ["file"],
            }
        }
    },
}


class PackageState(Schema):
    """A package after an act on it. generation: of the deployment, None before it."""

    package_id = fields.String(required=True)
    state = fields.String(required=True, validate=validate.OneOf(STATES))
    generation = fields.Integer(required=True, allow_none=True)


FileOfPackage = answer_with(
    PackageFile, "PackageFile", change=fields.String(required=True, validate=validate.OneOf((NEW, CHANGED, SAME)))
)


OnePackage = answer_with(
    PackageLine,
    "OnePackage",
    contents=fields.List(fields.Nested(FileOfPackage), required=True),
    findings=fields.List(fields.Nested(definition_answers.Finding), required=True),
)


def package_of_request() -> dict[str, Any]:
    """Return name, content and note of the package of this request. Raises InvalidInput `invalid` without a file."""
    file = request.files.get("file")
    content = file.stream.read() if file is not None else b""
    if file is None or not content:
        raise InvalidInput("invalid", items=({"pointer": "/file", "code": "required"},))
    return {"name": file.filename or "", "content": content, "note": request.form.get("note", "")}


@blueprint.route("/definitions", methods=["POST"])
class NewPackage(MethodView):
    """The way of a package into the installation."""

    @blueprint.doc(requestBody=ZIP)
    @blueprint.response(201, PackageState)
    @blueprint.alt_response(403, schema=schemas.Problem)
    @blueprint.alt_response(422, schema=schemas.Problem)
    def post(self) -> object:
        """Submit a package; with any fault it is refused as a whole, and it counts once another designer approved it."""
        return submit_package(context(), require_role("designer"), **package_of_request())


@blueprint.route("/definitions/packages")
class Packages(MethodView):
    """All packages."""

    @blueprint.response(200, page_of(PackageLine))
    @blueprint.alt_response(403, schema=schemas.Problem)
    def get(self) -> object:
        """List the packages of the caller's regions, the newest first."""
        person = require_role(*READING)
        with reading() as opened:
            return {"items": list_packages(opened.connection, person), "next_cursor": None}


@blueprint.route("/definitions/packages/<package_id>")
class Package(MethodView):
    """One package."""

    @blueprint.response(200, OnePackage)
    @blueprint.alt_response(404, schema=schemas.Problem)
    def get(self, package_id: str) -> object:
        """Return a package with its files, against what was in force when it was checked, and its findings."""
        person = require_role(*READING)
        with reading() as opened:
            view = get_package(opened.connection, person, row_id(package_id))
        line = {name: getattr(view.line, name) for name in view.line.__dataclass_fields__}
        return {**line, "contents": view.contents, "findings": present_findings(view.findings)}


@blueprint.route("/definitions/packages/<package_id>/content")
class PackageContent(MethodView):
    """The archive."""

    @blueprint.response(200, FILE, content_type="application/zip")
    @blueprint.alt_response(404, schema=schemas.Problem)
    def get(self, package_id: str) -> Response:
        """Return the ZIP as it was submitted."""
        person = require_role(*READING)
        with reading() as opened:
            row = get_package_row(opened.connection, person, row_id(package_id))
        return Response(row.content, mimetype="application/zip")


@blueprint.route("/definitions/packages/<package_id>/<any(approval, deployment):act>")
class Acts(MethodView):
    """The second person, and the deployment."""

    @blueprint.response(200, PackageState)
    @blueprint.alt_response(403, schema=schemas.Problem)
    @blueprint.alt_response(404, schema=schemas.Problem)
    @blueprint.alt_response(409, schema=schemas.Problem)
    @blueprint.alt_response(422, schema=schemas.Problem)
    def post(self, package_id: str, act: str) -> object:
        """Approve somebody else's package, or deploy an approved one: all of it in one generation, or nothing."""
        person, number = require_role("designer"), row_id(package_id)
        if act == "deployment":
            return deploy_package(context(), person, package_id=number)
        return decide_package(context(), person, package_id=number, is_approved=True)


@blueprint.route("/definitions/packages/<package_id>/rejection")
class Rejection(MethodView):
    """The second person says no."""

    @blueprint.arguments(Reason)
    @blueprint.response(200, PackageState)
    @blueprint.alt_response(403, schema=schemas.Problem)
    @blueprint.alt_response(404, schema=schemas.Problem)
    @blueprint.alt_response(409, schema=schemas.Problem)
    def post(self, body: dict[str, str], package_id: str) -> object:
        """Send somebody else's package back with the reason."""
        person, number = require_role("designer"), row_id(package_id)
        return decide_package(context(), person, package_id=number, is_approved=False, reason=body["reason"])
