"""The published shapes of tasks and of what acting on them leads to."""

from marshmallow import Schema, fields

from app.queries.worklist import WorklistItem
from app.web.api.answers import answer_of
from app.web.api.fields import Instant
from app.web.api.schemas import CaseSummary


class TaskSummary(Schema):
    """A task after an act. version: absent once it is completed; outcome: absent before."""

    id = fields.String()
    state = fields.String()
    version = fields.Integer()
    outcome = fields.String()


class TaskActAnswer(Schema):
    """A task and its case after it was claimed, released or handed over."""

    task = fields.Nested(TaskSummary)
    case = fields.Nested(CaseSummary)


class CompletionAnswer(TaskActAnswer):
    """A completed task and its case; `next` is the caller's next task, left out with `?next=none`."""

    next = fields.Nested(answer_of(WorklistItem), allow_none=True)


class DraftAnswer(Schema):
    """The version of a draft after it was saved, and when that was."""

    version = fields.Integer()
    saved_at = Instant()
