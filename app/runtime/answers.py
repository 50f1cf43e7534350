"""Answers of the steps of a case, as the instance keeps them in its variables."""

from app.runtime.casework import Casework


def latest_answers(work: Casework) -> dict[str, object]:
    """Return the answers of the task completed in this move, empty when none was."""
    assert work.instance is not None
    element = work.completed_element
    answers = work.instance.variables.get("answers")
    found = answers.get(element) if isinstance(answers, dict) and element else None
    return dict(found) if isinstance(found, dict) else {}


def answer_of(work: Casework, *names: str) -> object:
    """Return the first non-empty answer among `names` of the task just completed, else an empty string."""
    answers = latest_answers(work)
    return next((answers[name] for name in names if answers.get(name) not in (None, "")), "")


def list_of(work: Casework, name: str) -> list[str]:
    """Return a list answer as texts."""
    value = latest_answers(work).get(name)
    return [str(item) for item in value] if isinstance(value, list) else []
