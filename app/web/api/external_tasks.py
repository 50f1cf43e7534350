"""External tasks: programs of integrators fetch work of diagrams, do it, and report."""

from typing import Any

from flask import request
from flask.views import MethodView
from flask_smorest import Blueprint
from marshmallow import Schema, fields, validate

from app.domain.external_task import LONGEST_BACK_OFF_S, LONGEST_LEASE_S, MOST_RETRIES, Failure, Report
from app.domain.request_key import RequestKey, request_key
from app.operations.fetch_external_tasks import FetchedTask, FetchInput, fetch_external_tasks
from app.operations.report_external_task import complete_external_task, fail_external_task
from app.web.api import schemas
from app.web.api.answers import answer_of
from app.web.api.description import REPEATABLE
from app.web.api.fields import Instant
from app.web.api.requests import context, idempotency, row_id
from app.web.sign_in import current_person

blueprint = Blueprint("external_tasks", __name__, description="External tasks (外部任务)")
MOST_FETCHED, MOST_TOPICS = 100, 50
WORKER = validate.Length(1, 120)


class FetchBody(schemas.Strict):
    """What a program wants: of which topics, how much, for how long."""

    worker_id = fields.String(required=True, validate=WORKER)
    topics = fields.List(fields.String(), required=True, validate=validate.Length(1, MOST_TOPICS))
    limit = fields.Integer(load_default=10, strict=True, validate=validate.Range(1, MOST_FETCHED))
    lease_s = fields.Integer(load_default=None, strict=True, validate=validate.Range(1, LONGEST_LEASE_S))


class Fetched(Schema):
    """Tasks the program has now, the oldest first."""

    items = fields.List(fields.Nested(answer_of(FetchedTask)), required=True)


class ReportBody(schemas.Strict):
    """Who reports: as it called itself when it fetched, with the number of the lease it was given."""

    worker_id = fields.String(required=True, validate=WORKER)
    lease = fields.Integer(required=True, strict=True, validate=validate.Range(1, 2**31 - 1))


class CompletionBody(ReportBody):
    """Work that is done. variables: those the topic lets a program return."""

    variables = fields.Dict(keys=fields.String(), load_default=dict)


class FailureBody(ReportBody):
    """Work that failed. error_code: one the diagram may catch; retries: tries that are left, never more than there were."""

    message = fields.String(required=True, validate=validate.Length(1, 500))
    error_code = fields.String(load_default="", validate=validate.Regexp(r"^[\w.:-]{0,64}$"))
    retry_in_s = fields.Integer(load_default=None, strict=True, validate=validate.Range(0, LONGEST_BACK_OFF_S))
    retries = fields.Integer(load_default=None, strict=True, validate=validate.Range(0, MOST_RETRIES))


class CompletedTask(Schema):
    """A task that is done. retrying: steps behind it that failed and come again by themselves."""

    id = fields.String(required=True)
    state = fields.String(required=True)
    retrying = fields.List(fields.String(), required=True)


class FailedTask(Schema):
    """What becomes of a failure: caught by the diagram, waiting until `next_at`, or stuck until a person looks at it."""

    id = fields.String(required=True)
    state = fields.String(required=True, validate=validate.OneOf(["caught", "waiting", "stuck"]))
    retries = fields.Integer(required=True)
    next_at = Instant(required=True, allow_none=True)


@blueprint.route("/external-tasks/fetch")
class Fetch(MethodView):
    """Take work."""

    @blueprint.arguments(FetchBody)
    @blueprint.response(200, Fetched)
    @blueprint.alt_response(403, schema=schemas.Problem)
    @blueprint.alt_response(422, schema=schemas.Problem)
    def post(self, body: dict[str, Any]) -> object:
        """Fetch free tasks and lock them for the caller; answers at once, with an empty list when there is nothing."""
        asked = FetchInput(
            worker_id=body["worker_id"], topics=tuple(body["topics"]), limit=body["limit"], lease_s=body["lease_s"]
        )
        return {"items": fetch_external_tasks(context(), current_person(), asked)}


@blueprint.route("/external-tasks/<task_id>/complete")
class Completion(MethodView):
    """Work is done."""

    @blueprint.doc(**REPEATABLE)
    @blueprint.arguments(CompletionBody)
    @blueprint.response(200, CompletedTask)
    @blueprint.alt_response(409, schema=schemas.Problem)
    @blueprint.alt_response(422, schema=schemas.Problem)
    def post(self, body: dict[str, Any], task_id: str) -> object:
        """Report a fetched task as done; the case goes on in the same commit."""
        return complete_external_task(
            context(),
            current_person(),
            _report(body, task_id),
            variables=body["variables"],
            request=_key(body),
        )


@blueprint.route("/external-tasks/<task_id>/failure")
class Failed(MethodView):
    """Work failed."""

    @blueprint.doc(**REPEATABLE)
    @blueprint.arguments(FailureBody)
    @blueprint.response(200, FailedTask)
    @blueprint.alt_response(409, schema=schemas.Problem)
    @blueprint.alt_response(422, schema=schemas.Problem)
    def post(self, body: dict[str, Any], task_id: str) -> object:
        """Report a fetched task as failed: the diagram catches it, it is tried again later, or it waits for a person."""
        failure = Failure(
            message=body["message"],
            error_code=body["error_code"],
            retry_in_s=body["retry_in_s"],
            retries=body["retries"],
        )
        return fail_external_task(
            context(),
            current_person(),
            _report(body, task_id),
            failure=failure,
            request=_key(body),
        )


def _report(body: dict[str, Any], task_id: str) -> Report:
    account_id = current_person().account_id
    return Report(task_id=row_id(task_id), account_id=account_id, worker_id=body["worker_id"], lease=body["lease"])


def _key(body: dict[str, Any]) -> RequestKey:
    """Return what names a report: the key its program sent, else its lease, so that it may be sent twice either way."""
    return idempotency() or request_key(
        actor_id=current_person().account_id,
        method=request.method,
        path=request.path,
        key=f"lease:{body['lease']}",
        body=request.get_data(),
    )
