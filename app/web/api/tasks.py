"""Tasks: the worklist, one task with its form, and what can be done with it."""

from typing import Any

from flask.views import MethodView
from flask_smorest import Blueprint

from app.operations.claim_task import claim_task, hand_over_task, release_task
from app.operations.complete_task import Completion, complete_task
from app.operations.save_draft import save_task_draft
from app.queries.task_page import TaskPage, get_task_page
from app.queries.worklist import WorklistFilter, WorklistItem, list_tasks, next_task
from app.web.api import asked as asked_for
from app.web.api import schemas, task_answers
from app.web.api.answers import answer_of, page_of
from app.web.api.description import REPEATABLE
from app.web.api.requests import context, cursor_secret, idempotency, reading, required_version, row_id
from app.web.sign_in import current_person

blueprint = Blueprint("tasks", __name__, description="Tasks (待办)")


@blueprint.route("/tasks")
class Tasks(MethodView):
    """The worklist."""

    @blueprint.arguments(asked_for.TasksAsked, location="query")
    @blueprint.response(200, page_of(WorklistItem))
    def get(self, asked: dict[str, Any]) -> object:
        """List open tasks by due instant: `queue` is mine, group or department."""
        wanted = WorklistFilter(
            queue=asked["queue"],
            colour=asked["colour"],
            matter_code=asked["matter"],
            county=asked["region"],
            text=asked["q"],
        )
        with reading() as opened:
            return list_tasks(
                opened.connection,
                current_person(),
                wanted,
                now=opened.now,
                secret=cursor_secret(),
                cursor=asked["cursor"],
                limit=asked["limit"],
            )


@blueprint.route("/tasks/<task_id>")
class Task(MethodView):
    """One task."""

    @blueprint.response(200, answer_of(TaskPage))
    @blueprint.alt_response(404, schema=schemas.Problem)
    def get(self, task_id: str) -> object:
        """Return a task with its form, outcomes, answers so far and the materials; `ETag` is its version."""
        with reading() as opened:
            page = get_task_page(
                opened.connection, context().library.current(), current_person(), row_id(task_id), now=opened.now
            )
        return page, {"ETag": f'"{page.task.version}"'}


@blueprint.route("/tasks/<task_id>/draft")
class TaskDraft(MethodView):
    """A half-filled form."""

    @blueprint.arguments(schemas.Draft)
    @blueprint.response(200, task_answers.DraftAnswer)
    @blueprint.alt_response(412, schema=schemas.Problem)
    @blueprint.alt_response(428, schema=schemas.Problem)
    def put(self, body: dict[str, Any], task_id: str) -> object:
        """Keep what is typed so far; it goes with the task."""
        version = required_version()
        return save_task_draft(context(), current_person(), task_id=row_id(task_id), version=version, data=body)


@blueprint.route("/tasks/<task_id>/claim")
class Claim(MethodView):
    """Take a task."""

    @blueprint.response(200, task_answers.TaskActAnswer)
    @blueprint.alt_response(409, schema=schemas.Problem)
    def post(self, task_id: str) -> object:
        """Claim a task of one's group."""
        return claim_task(context(), current_person(), task_id=row_id(task_id))


@blueprint.route("/tasks/<task_id>/release")
class Release(MethodView):
    """Give a task back."""

    @blueprint.response(200, task_answers.TaskActAnswer)
    @blueprint.alt_response(409, schema=schemas.Problem)
    def post(self, task_id: str) -> object:
        """Release a claimed task to its group."""
        return release_task(context(), current_person(), task_id=row_id(task_id))


@blueprint.route("/tasks/<task_id>/handover")
class Handover(MethodView):
    """Hand a task over."""

    @blueprint.arguments(schemas.Handover)
    @blueprint.response(200, task_answers.TaskActAnswer)
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

    @blueprint.doc(**REPEATABLE)
    @blueprint.arguments(asked_for.CompletionAsked, location="query")
    @blueprint.arguments(schemas.Completion)
    @blueprint.response(200, task_answers.CompletionAnswer)
    @blueprint.alt_response(409, schema=schemas.Problem)
    @blueprint.alt_response(412, schema=schemas.Problem)
    @blueprint.alt_response(422, schema=schemas.Problem)
    @blueprint.alt_response(428, schema=schemas.Problem)
    def post(self, asked: dict[str, str], body: dict[str, Any], task_id: str) -> object:
        """Complete a task with an outcome and its answers; suggests or claims the caller's next task."""
        person = current_person()
        completion = Completion(
            task_id=row_id(task_id),
            version=required_version(),
            outcome=str(body["outcome"]),
            data=body["data"],
            marks={item["requirement"]: (item["state"], item["remark"]) for item in body["materials"]},
        )
        following = asked["next"]
        done = complete_task(context(), person, completion, claims_next=following == "claim", request=idempotency())
        if following == "none":
            return done
        with reading() as opened:
            next_one = next_task(opened.connection, person, now=opened.now)
        return {**done, "next": next_one}
