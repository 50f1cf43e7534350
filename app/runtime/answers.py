"""Answers of the steps of a case: checked when they come in, and as the instance keeps them in its variables."""

from collections.abc import Iterator, Mapping

from app.domain.errors import InvalidInput
from app.domain.form import check_answers
from app.domain.loaded_case import TaskFacts
from app.domain.snapshot import STROKE
from app.engine import codec
from app.engine.parser import Definition
from app.runtime.casework import Casework


def checked_answers(
    work: Casework, task: TaskFacts, answers: Mapping[str, object], *, outcome: str
) -> Mapping[str, object]:
    """Check answers against the form version the task was opened with, also when a newer one was deployed since.

    A form sees the outcome, so that fields may depend on it. Raises InvalidInput `invalid` with one item per fault,
    `form_unexpected` when a task without a form gets answers.
    """
    form = work.published.pinned_form(task.form_key, task.form_version)
    if form is None:
        if answers:
            raise InvalidInput("form_unexpected", task=str(task.id))
        return {}
    return check_answers(form.schema, answers, given={"outcome": outcome})


def variables_of(work: Casework) -> Mapping[str, object]:
    """Return the variables of the case in hand, as they are now; none once its state was erased."""
    if work.instance is not None:
        return work.instance.variables
    return codec.load_variables(work.loaded.state.variables) if work.loaded.state else {}


def latest_answers(work: Casework) -> dict[str, object]:
    """Return the answers of the task completed in this move, empty when none was."""
    assert work.instance is not None
    found: object = work.instance.variables.get("answers")
    for name in (work.completed_element or "").split(STROKE):
        found = found.get(name) if isinstance(found, dict) else None
    return dict(found) if isinstance(found, dict) else {}


def answers_of_steps(work: Casework) -> list[Mapping[str, object]]:
    """Return the answers of every step, in the order they first came in, also of steps in called files."""
    assert work.instance is not None
    answers = work.instance.variables.get("answers")
    return list(_steps(work.instance.definition, answers, ())) if isinstance(answers, dict) else []


def _steps(
    definition: Definition, answers: Mapping[str, object], calls: tuple[str, ...]
) -> Iterator[Mapping[str, object]]:
    for name, value in answers.items():
        element = definition.element_at((*calls, name))
        if not isinstance(value, dict):
            continue
        if element is not None and definition.leads_away(element):
            yield from _steps(definition, value, (*calls, name))
        else:
            yield value


def answer_of(work: Casework, *names: str) -> object:
    """Return the first non-empty answer among `names` of the task just completed, else an empty string."""
    answers = latest_answers(work)
    return next((answers[name] for name in names if answers.get(name) not in (None, "")), "")


def list_of(work: Casework, name: str) -> list[str]:
    """Return a list answer as texts."""
    value = latest_answers(work).get(name)
    return [str(item) for item in value] if isinstance(value, list) else []
