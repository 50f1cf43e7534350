"""Staff and tokens."""

from typing import Any

from flask.views import MethodView
from flask_smorest import Blueprint

from app.operations.manage_staff import StaffInput, create_staff, issue_token, revoke_api_token
from app.queries.staff import StaffLine, TokenLine, list_people, list_tokens
from app.web.api import schemas
from app.web.api.answers import page_of
from app.web.api.requests import context, reading, row_id
from app.web.sign_in import current_person, require_role

blueprint = Blueprint("staff", __name__, description="Administration (人员与令牌)")


@blueprint.route("/staff")
class Staff(MethodView):
    """Officers."""

    @blueprint.response(200, page_of(StaffLine))
    @blueprint.alt_response(403, schema=schemas.Problem)
    def get(self) -> object:
        """List the officers with their roles."""
        require_role("admin")
        with reading() as opened:
            return {"items": list_people(opened.connection), "next_cursor": None}

    @blueprint.arguments(schemas.NewStaff)
    @blueprint.response(201, schemas.StaffAdded)
    @blueprint.alt_response(422, schema=schemas.Problem)
    def post(self, body: dict[str, Any]) -> object:
        """Add an officer."""
        entered = StaffInput(
            login=str(body["login"]),
            name=str(body["name"]),
            department_code=str(body["department_code"]),
            roles=tuple(body["roles"]),
            password=str(body["password"]),
        )
        return create_staff(context(), current_person(), entered)


@blueprint.route("/tokens")
class Tokens(MethodView):
    """Bearer tokens."""

    @blueprint.response(200, page_of(TokenLine))
    @blueprint.alt_response(403, schema=schemas.Problem)
    def get(self) -> object:
        """List the tokens; never the tokens themselves."""
        require_role("admin")
        with reading() as opened:
            return {"items": list_tokens(opened.connection), "next_cursor": None}

    @blueprint.arguments(schemas.NewToken)
    @blueprint.response(201, schemas.TokenIssued)
    @blueprint.alt_response(404, schema=schemas.Problem)
    def post(self, body: dict[str, Any]) -> object:
        """Issue a token; it is shown this once."""
        return issue_token(
            context(), current_person(), login=str(body["login"]), name=str(body["name"]), days=int(str(body["days"]))
        )


@blueprint.route("/tokens/<token_id>/revocation")
class Revocation(MethodView):
    """The end of a token."""

    @blueprint.response(200, schemas.TokenRevoked)
    @blueprint.alt_response(404, schema=schemas.Problem)
    def post(self, token_id: str) -> object:
        """Revoke a token."""
        return revoke_api_token(context(), current_person(), token_id=row_id(token_id))
