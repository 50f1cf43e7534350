"""Guidance (情形引导): the situation answers decide which members of a theme apply."""

from collections.abc import Mapping

from app.domain.errors import InvalidInput
from app.domain.theme import ThemeVersion
from app.runtime.published import Published


def decide_members(published: Published, theme: ThemeVersion, answers: Mapping[str, object]) -> tuple[str, ...]:
    """Return the codes of the members the situation asks for, by the decision table `members` of the theme.

    Raises InvalidInput `invalid` when a question has no answer or an answer that is not offered.
    """
    faults = [
        {"pointer": f"/guidance/{question.key}", "code": "option_unknown"}
        for question in theme.questions
        if answers.get(question.key) not in question.values
    ]
    faults.extend(
        {"pointer": f"/guidance/{name}", "code": "field_unknown"}
        for name in answers
        if name not in {question.key for question in theme.questions}
    )
    if faults:
        raise InvalidInput("invalid", items=tuple(faults))
    decision = published.decisions.get(theme.guidance_key)
    if decision is None:
        return tuple(member.matter_code for member in theme.members)
    chosen = decision.decide("members", answers).value
    values = chosen if isinstance(chosen, list) else [chosen]
    return tuple(dict.fromkeys(str(value) for value in values if value))
