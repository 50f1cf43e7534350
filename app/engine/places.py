"""Where a token stands (所在环节), as rows, history and pages tell it.

In the file of the case that is the author's id of its element. In a file it calls, the ids of the calls that lead there
stand before it: `deliver/post`. What stands before the first stroke is always drawn on the diagram of the case.
"""

from app.domain.snapshot import STROKE
from app.engine.library_fixes import CaseTask


def place_of(task: CaseTask, element: str = "") -> str:
    """Return the place of a token. element: the author's id of an event beside it; its own element when empty."""
    names = [element or str(task.task_spec.element.id)]
    process = task.workflow
    while process.parent_task is not None:
        if process.is_of_other_file:
            names.append(str(process.parent_task.task_spec.element.id))
        process = process.parent_task.workflow
    return STROKE.join(reversed(names))


def place_of_wait(task: CaseTask, key: str) -> str:
    """Return the place of an event a token waits for. key: of the wait, its id in the executable diagram."""
    return place_of(task, str(task.workflow.spec.origin.get(key, key)))
