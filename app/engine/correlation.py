"""Keys of messages (关联键): what a message and the wait for it must have in common, evaluated where a token stands."""

from app.domain.errors import RuleViolation
from app.domain.event_message import LONGEST_KEY
from app.engine.expressions import Condition, plain
from app.engine.library_fixes import CaseTask


def correlation_key(expression: Condition | None, task: CaseTask, element: str) -> str:
    """Return the key `lb:correlation` of `element` gives at `task`; empty without one.

    Raises RuleViolation `correlation_unusable` for anything but a text of 1 to 200 characters or a number: a message
    without its key would reach whom it is not for, or nobody.
    """
    if expression is None:
        return ""
    value = plain(expression.value(task))
    text = str(value).strip() if isinstance(value, str | int | float) and not isinstance(value, bool) else ""
    if not 0 < len(text) <= LONGEST_KEY:
        raise RuleViolation("correlation_unusable", element=element, expression=expression.text)
    return text
