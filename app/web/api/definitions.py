"""Definitions: check, draft, second person, deploy, list, read."""

from flask import Response, request
from flask.views import MethodView
from flask_smorest import Blueprint

from app.domain.diagram import Finding
from app.domain.errors import InvalidInput
from app.operations.define import (
    approve_definition,
    check_definition,
    deploy_definition,
    save_definition,
    submit_definition,
)
from app.queries.definition_comparison import compare_versions
from app.queries.definitions import DefinitionLine, get_version, list_definitions
from app.web.api import asked as asked_for
from app.web.api import definition_answers, schemas
from app.web.api.answers import page_of
from app.web.api.requests import context, reading, required_version
from app.web.comparison_words import element_sentence, field_sentence
from app.web.sign_in import require_role

READERS = ("designer", "catalogue_manager", "integrator", "admin")
blueprint = Blueprint("definitions", __name__, description="Definitions (流程定义)")
DIAGRAM = {
    "required": True,
    "description": "The definition: BPMN 2.0 or DMN, as the body itself or as the file of a form.",
    "content": {"application/xml": {"schema": {"type": "string"}}},
}


def present_findings(findings: tuple[Finding, ...]) -> list[dict[str, object]]:
    """Return findings with their sentences in both languages."""
    messages = context().messages
    return [
        {
            "severity": item.severity,
            "code": item.code,
            "file": item.file,
            "line": item.line,
            "element_id": item.element,
            "name": item.name,
            "message": messages.both(f"checks.{item.code}.message", **item.facts),
            "remedy": messages.both(f"checks.{item.code}.remedy", **item.facts),
        }
        for item in findings
    ]


def diagram_source() -> bytes:
    """Return the diagram of a request: a file of a form, or the body itself."""
    file = request.files.get("file")
    source = file.stream.read() if file is not None else request.get_data()
    if not source:
        raise InvalidInput("invalid", items=({"pointer": "/file", "code": "required"},))
    return source


@blueprint.route("/definitions")
class Definitions(MethodView):
    """All definitions."""

    @blueprint.response(200, page_of(DefinitionLine))
    @blueprint.alt_response(403, schema=schemas.Problem)
    def get(self) -> object:
        """List definitions and their versions."""
        require_role(*READERS)
        with reading() as opened:
            return {"items": list_definitions(opened.connection), "next_cursor": None}


@blueprint.route("/definitions/checks")
class Checks(MethodView):
    """The one list of rules."""

    @blueprint.doc(requestBody=DIAGRAM)
    @blueprint.arguments(asked_for.CheckAsked, location="query")
    @blueprint.response(200, definition_answers.Checked)
    @blueprint.alt_response(422, schema=schemas.Problem)
    def post(self, asked: dict[str, str]) -> object:
        """Check a diagram or a decision file: every fault with element, line and remedy. Deploys nothing."""
        require_role("designer", "integrator")
        checked = check_definition(context(), diagram_source(), file="upload", key=asked["key"])
        return {"deployable": not checked.errors, "findings": present_findings(checked.findings)}


@blueprint.route("/definitions/<key>/draft")
class Draft(MethodView):
    """The draft of a key."""

    @blueprint.doc(requestBody=DIAGRAM)
    @blueprint.response(200, definition_answers.DefinitionVersion)
    @blueprint.alt_response(412, schema=schemas.Problem)
    @blueprint.alt_response(428, schema=schemas.Problem)
    def put(self, key: str) -> object:
        """Save the draft; `If-Match` is its edit as last seen, 0 for a new one. Keys `decision:...` hold DMN."""
        person = require_role("designer")
        return save_definition(context(), person, key=key, source=diagram_source(), edit=required_version())


@blueprint.route("/definitions/<key>/draft/submission")
class Submission(MethodView):
    """Submission for approval."""

    @blueprint.response(200, definition_answers.DefinitionVersion)
    @blueprint.alt_response(422, schema=schemas.Problem)
    def post(self, key: str) -> object:
        """Submit the draft; a diagram with an error is refused."""
        return submit_definition(context(), require_role("designer"), key=key)


@blueprint.route("/definitions/<key>/versions/<int:version>/<any(approval, deployment):act>")
class Acts(MethodView):
    """The second person, and the deployment."""

    @blueprint.response(200, definition_answers.DefinitionVersion)
    @blueprint.alt_response(403, schema=schemas.Problem)
    @blueprint.alt_response(409, schema=schemas.Problem)
    def post(self, key: str, version: int, act: str) -> object:
        """Approve somebody else's version, or deploy an approved one."""
        person = require_role("designer")
        if act == "deployment":
            return deploy_definition(context(), person, key=key, version=version)
        return approve_definition(context(), person, key=key, version=version, is_approved=True)


@blueprint.route("/definitions/<key>/versions/<int:version>/refusal")
class Refusal(MethodView):
    """The second person says no."""

    @blueprint.arguments(definition_answers.Reason)
    @blueprint.response(200, definition_answers.DefinitionVersion)
    @blueprint.alt_response(403, schema=schemas.Problem)
    @blueprint.alt_response(409, schema=schemas.Problem)
    def post(self, body: dict[str, str], key: str, version: int) -> object:
        """Send somebody else's version back with the reason; its author may correct and submit it again."""
        person, reason = require_role("designer"), body["reason"]
        return approve_definition(context(), person, key=key, version=version, is_approved=False, remark=reason)


@blueprint.route("/definitions/<key>/versions/<int:version>")
class Version(MethodView):
    """One version."""

    @blueprint.response(200, {"type": "string"}, content_type="application/xml")
    @blueprint.alt_response(404, schema=schemas.Problem)
    def get(self, key: str, version: int) -> Response:
        """Return the diagram as drawn."""
        require_role(*READERS)
        with reading() as opened:
            row = get_version(opened.connection, key, version)
        return Response(row.source, mimetype="application/xml")


@blueprint.route("/definitions/<key>/versions/<int:version>/diff/<int:other>")
class Difference(MethodView):
    """Two versions beside each other."""

    @blueprint.response(200, definition_answers.VersionDifference)
    @blueprint.alt_response(404, schema=schemas.Problem)
    def get(self, key: str, version: int, other: int) -> object:
        """Return what version `other` says otherwise than `version`, element by element, in words."""
        require_role(*READERS)
        with reading() as opened:
            found = compare_versions(opened.connection, key, version, other).comparison
        messages = context().messages
        return {
            "key": key,
            "from_version": version,
            "to_version": other,
            "is_layout_only": found.is_layout_only,
            "changes": [
                {
                    "element_id": change.element,
                    "type": change.type,
                    "name": change.name,
                    "change": change.kind.value,
                    "is_moved": change.moved,
                    "sentence": element_sentence(messages, change),
                    "fields": [
                        {
                            "field": item.field,
                            "column": item.name,
                            "old": item.old,
                            "new": item.new,
                            "sentence": field_sentence(messages, item),
                        }
                        for item in change.fields
                    ],
                }
                for change in found.changes
            ],
        }
