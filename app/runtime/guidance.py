"""Guidance (情形引导): the situation answers decide which members of a theme apply, and the county which are offered."""

from collections.abc import Collection, Mapping

from app.domain.errors import InvalidInput
from app.domain.theme import Question, ThemeVersion, choose_members
from app.runtime.published import Published

WHOLE = "/guidance"


def decide_members(published: Published, theme: ThemeVersion, answers: Mapping[str, object]) -> tuple[str, ...]:
    """Return the codes of the members the situation asks for, by the decision table `members` of the theme.

    Raises InvalidInput `invalid` when a question has no answer or an answer that is not offered.
    """
    faults = [
        {"pointer": f"{WHOLE}/{question.key}", "code": "option_unknown"}
        for question in theme.questions
        if answers.get(question.key) not in question.values
    ]
    faults.extend(
        {"pointer": f"{WHOLE}/{name}", "code": "field_unknown"}
        for name in answers
        if name not in {question.key for question in theme.questions}
    )
    if faults:
        raise InvalidInput("invalid", items=tuple(faults))
    return _decided(published, theme, answers)


def refuse_unoffered(
    published: Published,
    theme: ThemeVersion,
    answers: Mapping[str, object],
    *,
    offered: Collection[str],
    region_code: str,
) -> None:
    """Refuse a situation that asks for members the county does not offer; `answers` have been judged before.

    theme: as it holds in the county. offered: members that have a list there.
    Raises InvalidInput `theme_not_offered`, or `member_not_offered` with one item per member: the question whose answer
    asks for it as pointer, the matter, its name, the county and the reason, as far as the county gives one.
    """
    if region_code[:6] not in theme.region_codes:
        raise InvalidInput("theme_not_offered", theme=theme.code, name=theme.name, region=region_code)
    chosen = choose_members(theme, _decided(published, theme, answers), answers)
    missing = [code for code in chosen if code not in offered]
    items = tuple(_unoffered(published, theme, answers, code, region_code) for code in missing)
    if items:
        names = ", ".join(str(item["name"]) for item in items)
        raise InvalidInput("member_not_offered", items=items, theme=theme.code, region=region_code, names=names)


def _unoffered(
    published: Published, theme: ThemeVersion, answers: Mapping[str, object], code: str, region_code: str
) -> dict[str, object]:
    member, said = theme.member(code), theme.left_out(code)
    asking = (question for question in theme.questions if _asks_for(published, theme, answers, question, code))
    question = next(asking, None)
    return {
        "pointer": f"{WHOLE}/{question.key}" if question else WHOLE,
        "code": "member_not_offered",
        "matter": code,
        "name": member.name if member else code,
        "region": region_code,
        "reason": said.reason if said else "",
    }


def _asks_for(
    published: Published, theme: ThemeVersion, answers: Mapping[str, object], question: Question, code: str
) -> bool:
    """Say whether another answer to one question would leave the member out."""
    others = ({**answers, question.key: value} for value in question.values if value != answers.get(question.key))
    return any(code not in choose_members(theme, _decided(published, theme, other), other) for other in others)


def _decided(published: Published, theme: ThemeVersion, answers: Mapping[str, object]) -> tuple[str, ...]:
    decision = published.decisions.get(theme.guidance_key)
    if decision is None:
        return ()
    chosen = decision.decide("members", answers).value
    values = chosen if isinstance(chosen, list) else [chosen]
    return tuple(dict.fromkeys(str(value) for value in values if value))
