"""Applications for matters and themes; the materials they carry."""

from typing import Any

from flask import request
from flask.views import MethodView
from flask_smorest import Blueprint

from app.domain.errors import InvalidInput
from app.operations.receive_application import receive_application
from app.operations.receive_theme_application import receive_theme_application
from app.operations.upload_material import upload_material
from app.queries.task_page import schema_as_json
from app.queries.themes import (
    ThemeView,
    chosen_members,
    find_theme,
    list_themes,
    offered_members,
    view_theme,
)
from app.runtime.application import ApplicantInput, ApplicationInput, HandedIn
from app.runtime.guidance import decide_members, refuse_unoffered
from app.runtime.paper_receipts import PaperReceipt
from app.web.api import asked as asked_for
from app.web.api import schemas
from app.web.api.answers import page_of
from app.web.api.description import REPEATABLE
from app.web.api.present import jsonable
from app.web.api.requests import context, idempotency, instant, last_day, reading, row_id
from app.web.sign_in import current_person

blueprint = Blueprint("applications", __name__, description="Apply (申请)")
UPLOAD = {
    "required": True,
    "description": "One file: PDF, JPEG or PNG, read from its bytes; valid_to_on: the last day of what ends by itself.",
    "content": {
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "required": ["file"],
                "properties": {
                    "file": {"type": "string", "format": "binary"},
                    "valid_to_on": {"type": "string", "format": "date"},
                },
            }
        }
    },
}


def application_input(code: str, body: dict[str, Any]) -> ApplicationInput:
    """Return an application from a checked body."""
    applicant = dict(body["applicant"])
    return ApplicationInput(
        code=code,
        region_code=str(body["region_code"]),
        intake_mode=str(body["intake_mode"]),
        applicant=ApplicantInput(**applicant, subject=body.get("subject")),
        form=body["form"],
        guidance=body.get("guidance") or {},
        paper=_paper(body.get("paper")),
        refuse_duplicate=bool(body.get("refuse_duplicate")),
        materials=handed_in(body["materials"]),
    )


def handed_in(materials: list[dict[str, Any]]) -> list[HandedIn]:
    """Return what a checked body offers for the list of materials."""
    return [
        HandedIn(
            requirement=item["requirement"],
            material_id=row_id(item["material_id"]) if item["material_id"] else None,
            certificate_no=item["certificate_no"],
        )
        for item in materials
    ]


def _paper(body: dict[str, Any] | None) -> PaperReceipt | None:
    if body is None:
        return None
    received_at = instant(body["received_at"])
    assert received_at is not None
    return PaperReceipt(number=body["number"], received_at=received_at, scan_id=row_id(body["scan_id"]))


@blueprint.route("/applications")
class Applications(MethodView):
    """Apply for one matter."""

    @blueprint.doc(**REPEATABLE)
    @blueprint.arguments(schemas.Application)
    @blueprint.response(201, schemas.Receipt)
    @blueprint.alt_response(422, schema=schemas.Problem)
    def post(self, body: dict[str, Any]) -> object:
        """Receive an application; the answer is its receipt."""
        person = current_person()
        application = application_input(str(body["matter_code"]), body)
        return receive_application(context(), person, application, request=idempotency())


@blueprint.route("/themes")
class Themes(MethodView):
    """Joint handling themes."""

    @blueprint.arguments(asked_for.ThemesAsked, location="query")
    @blueprint.response(200, page_of(ThemeView))
    def get(self, asked: dict[str, Any]) -> object:
        """List the themes; with `region` those its county offers, as they hold there."""
        current_person()
        themes = list_themes(context().library.current().themes, region_code=asked["region"])
        return {"items": themes, "next_cursor": None}


@blueprint.route("/themes/<code>")
class Theme(MethodView):
    """One theme."""

    @blueprint.arguments(asked_for.ThemesAsked, location="query")
    @blueprint.response(200, schemas.Theme)
    @blueprint.alt_response(404, schema=schemas.Problem)
    def get(self, asked: dict[str, Any], code: str) -> object:
        """Return a theme with its questions, members, form and materials; with `region` as it holds in that county."""
        current_person()
        region = asked["region"]
        theme = find_theme(context().library.current().themes, code, region_code=region)
        with reading() as opened:
            offered = offered_members(opened.connection, theme, region_code=region, at=opened.now) if region else None
        fields = jsonable(view_theme(theme, region_code=region, offered=offered))
        assert isinstance(fields, dict)
        return {**fields, "form": schema_as_json(theme.form)}


@blueprint.route("/themes/<code>/guidance")
class ThemeGuidance(MethodView):
    """Which members a situation asks for."""

    @blueprint.arguments(schemas.Guidance)
    @blueprint.response(200, schemas.Members)
    @blueprint.alt_response(422, schema=schemas.Problem)
    def post(self, body: dict[str, Any], code: str) -> object:
        """Answer the situation questions; with `region_code` refused where the county does not offer a member."""
        current_person()
        published, region = context().library.current(), body["region_code"]
        theme, answers = find_theme(published.themes, code, region_code=region), dict(body["answers"])
        members = chosen_members(theme, decide_members(published, theme, answers), answers)
        if region:
            with reading() as opened:
                offered = offered_members(opened.connection, theme, region_code=region, at=opened.now)
            refuse_unoffered(published, theme, answers, offered=offered, region_code=region)
        return {"members": list(members)}


@blueprint.route("/themes/<code>/applications")
class ThemeApplications(MethodView):
    """Apply once for a life event."""

    @blueprint.doc(**REPEATABLE)
    @blueprint.arguments(schemas.ThemeApplication)
    @blueprint.response(201, schemas.Receipt)
    @blueprint.alt_response(422, schema=schemas.Problem)
    def post(self, body: dict[str, Any], code: str) -> object:
        """Receive a joint application."""
        return receive_theme_application(
            context(), current_person(), application_input(code, body), request=idempotency()
        )


@blueprint.route("/materials")
class Materials(MethodView):
    """Uploads."""

    @blueprint.doc(requestBody=UPLOAD)
    @blueprint.response(201, schemas.Material)
    @blueprint.alt_response(413, schema=schemas.Problem)
    @blueprint.alt_response(415, schema=schemas.Problem)
    def post(self) -> object:
        """Upload a material once; refer to it by id. The same bytes again give the same id."""
        file = request.files.get("file")
        if file is None:
            raise InvalidInput("material_missing", items=({"pointer": "/file", "code": "file_missing"},), names="file")
        return upload_material(
            context(),
            current_person(),
            name=file.filename or "",
            content=file.stream.read(),
            valid_to_on=last_day(request.form.get("valid_to_on", "")),
        )
