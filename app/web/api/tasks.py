"""Tasks: the worklist, one task with its form, and what can be done with it."""

from typing import Any

from flask import jsonify, make_response, request
from flask.views import MethodView
from flask_smorest import Blueprint

from app.operations.claim_task import claim_task, hand_over_task, release_task
from app.operations.complete_task import Completion, complete_task
from app.operations.save_draft import save_task_draft
from app.queries.task_page import get_task_page
from app.queries.worklist import WorklistFilter, list_tasks, next_task
from app.web.api import schemas
from app.web.api.present import jsonable
from app.web.api.requests import container, context, idempotency, paging, reading, required_version, row_id
from app.web.sign_in import current_person

blueprint = Blueprint("tasks", __name__, description="Tasks (待办)")


@blueprint.route("/tasks")
class Tasks(MethodView):
    """The worklist."""

    @blueprint.response(200)
    def get(self) -> object:
        """List open tasks by due instant: `queue` is mine, group or department."""
        asked = request.args
        wanted = WorklistFilter(
            queue=asked.get("queue", "group"),
            colour=asked.get("colour", ""),
            matter_code=asked.get("matter", ""),
            county=asked.get("region", ""),
            text=asked.get("q", ""),
        )
        page = paging()
        with reading() as opened:
            found = list_tasks(
                opened.connection,
                current_person(),
                wanted,
                now=opened.now,
                secret=container().settings.secret_key,
                cursor=page.cursor,
                limit=page.limit,
            )
        return jsonable(found)


@blueprint.route("/tasks/<task_id>")
class Task(MethodView):
    """One task."""

    @blueprint.response(200)
    @blueprint.alt_response(404, schema=schemas.Problem)
    def get(self, task_id: str) -> object:
        """Return a task with its form, outcomes, answers so far and the materials; `ETag` is its version."""
        with reading() as opened:
            page = get_task_page(
                opened.connection, context().library.current(), current_person(), row_id(task_id), now=opened.now
            )
        response = make_response(jsonify(jsonable(page)))
        response.headers["ETag"] = f'"{page.task.version}"'
        return response


@blueprint.route("/tasks/<task_id>/draft")
class TaskDraft(MethodView):
    """A half-filled form."""

    @blueprint.response(200)
    @blueprint.alt_response(412, schema=schemas.Problem)
    def put(self, task_id: str) -> object:
        """Keep what is typed so far; it goes with the task."""
        version = required_version()
        return save_task_draft(
            context(), current_person(), task_id=row_id(task_id), version=version, data=request.get_json()
        )


@blueprint.route("/tasks/<task_id>/claim")
class Claim(MethodView):
    """Take a task."""

    @blueprint.response(200)
    @blueprint.alt_response(409, schema=schemas.Problem)
    def post(self, task_id: str) -> object:
        """Claim a task of one's group."""
        return claim_task(context(), current_person(), task_id=row_id(task_id))


@blueprint.route("/tasks/<task_id>/release")
class Release(MethodView):
    """Give a task back."""

    @blueprint.response(200)
    @blueprint.alt_response(409, schema=schemas.Problem)
    def post(self, task_id: str) -> object:
        """Release a claimed task to its group."""
        return release_task(context(), current_person(), task_id=row_id(task_id))


@blueprint.route("/tasks/<task_id>/handover")
class Handover(MethodView):
    """Hand a task over."""

    @blueprint.arguments(schemas.Handover)
    @blueprint.response(200)
    @blueprint.alt_response(403, schema=schemas.Problem)
    def post(self, body: dict[str, str], task_id: str) -> object:
        """Hand a task over to a named person, with a reason."""
        return hand_over_task(
            context(),
            current_person(),
            task_id=row_id(task_id),
            to_staff_id=row_id(body["to_staff_id"]),
            reason=body["reason"],
        )


@blueprint.route("/tasks/<task_id>/completion")
class TaskCompletion(MethodView):
    """Complete a task."""

    @blueprint.arguments(schemas.Completion)
    @blueprint.response(200)
    @blueprint.alt_response(409, schema=schemas.Problem)
    @blueprint.alt_response(412, schema=schemas.Problem)
    @blueprint.alt_response(422, schema=schemas.Problem)
    @blueprint.alt_response(428, schema=schemas.Problem)
    def post(self, body: dict[str, Any], task_id: str) -> object:
        """Complete a task with an outcome and its answers; suggests the caller's next task."""
        person = current_person()
        completion = Completion(
            task_id=row_id(task_id),
            version=required_version(),
            outcome=str(body["outcome"]),
            data=body["data"],
            marks={item["requirement"]: (item["state"], item["remark"]) for item in body["materials"]},
        )
        result = dict(complete_task(context(), person, completion, request=idempotency()))
        if request.args.get("next") != "none":
            with reading() as opened:
                result["next"] = next_task(
                    opened.connection, person, now=opened.now, secret=container().settings.secret_key
                )
        return jsonable(result)
