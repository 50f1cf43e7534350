"""What may be asked without signing in: progress by case number and code."""

from flask.views import MethodView
from flask_limiter import Limiter
from flask_smorest import Blueprint
from marshmallow import fields

from app.queries.progress import Progress, get_progress
from app.runtime.application import hash_progress_code
from app.settings import Settings
from app.web.api import asked as asked_for
from app.web.api import case_answers, schemas
from app.web.api.answers import answer_with
from app.web.api.cases import present_clocks
from app.web.api.present import jsonable
from app.web.api.requests import container, reading

PublicAnswer = answer_with(Progress, "Progress", clocks=fields.List(fields.Nested(case_answers.Clock)))


def make_blueprint(limiter: Limiter, settings: Settings) -> Blueprint:
    """Return the public room; its requests are counted per address."""
    blueprint = Blueprint("public", __name__, description="Public progress (进度查询)")

    @blueprint.route("/public/progress/<case_no>")
    class PublicProgress(MethodView):
        """Progress without an account."""

        decorators = [limiter.limit(f"{settings.public_requests_per_minute} per minute")]  # noqa: RUF012

        @blueprint.doc(security=[])
        @blueprint.arguments(asked_for.ProgressAsked, location="query")
        @blueprint.response(200, PublicAnswer)
        @blueprint.alt_response(404, schema=schemas.Problem)
        @blueprint.alt_response(429, schema=schemas.Problem)
        def get(self, asked: dict[str, str], case_no: str) -> object:
            """Return the progress of a case; `code` is the code of its receipt. Personal data is masked."""
            code_hash = hash_progress_code(asked["code"])
            with reading() as opened:
                found = get_progress(
                    opened.connection, container().view(), case_no=case_no, code_hash=code_hash, now=opened.now
                )
            body = jsonable(found)
            assert isinstance(body, dict)
            body["clocks"] = present_clocks(found.clocks)
            return body

    return blueprint
