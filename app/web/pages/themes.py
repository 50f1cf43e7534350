"""Apply once for a life event (一事联办): answer the questions, then one form and one set of materials."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from flask import render_template, request, url_for

from app.domain.authority import Person
from app.domain.errors import InvalidInput
from app.domain.form import FieldKind, FormField, FormSchema
from app.domain.form.schema import FieldRules
from app.domain.matter import EXTERNAL, OfferingVersion
from app.domain.theme import Question, ThemeVersion
from app.operations.receive_theme_application import receive_theme_application
from app.queries.themes import chosen_members, find_theme, offered_members
from app.runtime.guidance import decide_members, refuse_unoffered
from app.runtime.published import Published
from app.web.form_view import FieldView, FormState, name_of_pointer, present_form
from app.web.language import current_language
from app.web.pages.applicant_context import Answer, for_signed_in, limit_in_words
from app.web.pages.apply import RECEIVING, department_name, member_names, region_asked, region_view
from app.web.pages.applying import (
    UNPROCESSABLE,
    Refusal,
    Sent,
    application_fields,
    blank,
    read_sent,
    receive_sent,
    to_receipt,
)
from app.web.pages.blueprint import pages
from app.web.pages.context import FormError, context, form_errors, reading, words
from app.web.pages.paper_fields import NO_PAPER, PaperSent, paper_fields, read_paper
from app.web.sign_in import require_role

GUIDANCE = "guidance"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """A joint application as far as it is chosen: theme as its region has it, situation answers, lists of the members."""

    person: Person
    theme: ThemeVersion
    region: str
    answers: Mapping[str, str]
    members: tuple[OfferingVersion, ...] = ()


@pages.route("/themes/<theme_code>/apply", methods=["GET", "POST"])
@for_signed_in
def apply_theme(theme_code: str) -> Answer:
    """Ask about the situation, then take one form with one set of materials."""
    person, published, region = require_role(*RECEIVING), context().library.current(), region_asked()
    theme = find_theme(published.themes, theme_code, region_code=region)
    asked = _Asked(person=person, theme=theme, region=region, answers=_answers(theme))
    if request.method == "GET" and request.args.get("step") != "form":
        return _questions(asked, ())
    try:
        asked = replace(asked, members=_chosen(published, asked))
    except InvalidInput as refusal:
        return _questions(asked, _guidance_faults(refusal)), UNPROCESSABLE
    if request.method == "GET":
        return _form(asked, blank(person), NO_PAPER, Refusal(errors=(), status=200))
    return _receive(asked)


def _chosen(published: Published, asked: _Asked) -> tuple[OfferingVersion, ...]:
    """Return the lists of the members the answers ask for. Raises InvalidInput as the receipt would."""
    theme, region = asked.theme, asked.region
    members = chosen_members(theme, decide_members(published, theme, asked.answers), asked.answers)
    with reading() as opened:
        offered = offered_members(opened.connection, theme, region_code=region, at=opened.now)
    refuse_unoffered(published, theme, asked.answers, offered=offered, region_code=region)
    return tuple(offered[code] for code in members)


def _receive(asked: _Asked) -> Answer:
    person, theme = asked.person, asked.theme
    sent, paper = read_sent(person, theme.form, theme.materials), read_paper(person)
    if paper.errors:
        return _form(asked, sent, paper, Refusal(errors=paper.errors))
    result = receive_sent(
        sent,
        (theme.code, asked.region),
        theme.form,
        receive=lambda application, key: receive_theme_application(context(), person, application, request=key),
        person=person,
        guidance=asked.answers,
        paper=paper.receipt,
    )
    return _form(asked, sent, paper, result) if isinstance(result, Refusal) else to_receipt(result)


def _answers(theme: ThemeVersion) -> dict[str, str]:
    sent = {question.key: request.values.get(f"{GUIDANCE}.{question.key}", "") for question in theme.questions}
    return {key: value for key, value in sent.items() if value}


def _questions(asked: _Asked, errors: tuple[FormError, ...]) -> str:
    return render_template(
        "theme_apply.html",
        step=GUIDANCE,
        theme=_theme(asked.theme),
        region=region_view(asked.region),
        guidance_fields=_question_fields(asked, errors),
        members=[],
        errors=errors,
    )


def _form(asked: _Asked, sent: Sent, paper: PaperSent, refusal: Refusal) -> Answer:
    theme = asked.theme
    named: dict[str, Any] = {f"{GUIDANCE}.{key}": value for key, value in asked.answers.items()}
    page = render_template(
        "theme_apply.html",
        step="form",
        theme=_theme(theme),
        region=region_view(asked.region),
        guidance_fields=(),
        members=_members(asked),
        guidance_answers=list(named.items()),
        guidance_url=url_for("pages.apply_theme", theme_code=theme.code, region=asked.region, **named),
        **application_fields(asked.person, sent, theme.form, theme.materials, refusal=refusal),
        **paper_fields(asked.person, paper),
    )
    return page, refusal.status


def _theme(theme: ThemeVersion) -> dict[str, str]:
    here = theme.here
    place = here.place if here else ""
    if here and current_language() == "en":
        place = here.place_en or place
    return {"code": theme.code, "name": theme.name, "summary": member_names(theme), "place": place}


def _question_fields(asked: _Asked, errors: tuple[FormError, ...]) -> tuple[FieldView, ...]:
    schema = FormSchema(id=GUIDANCE, components=tuple(_question(item) for item in asked.theme.questions))
    state = FormState(language=current_language(), errors={error["name"]: error["text"] for error in errors})
    return present_form(schema, asked.answers, state=state, prefix=GUIDANCE)


def _question(found: Question) -> FormField:
    return FormField(
        kind=FieldKind.RADIO,
        key=found.key,
        label=found.label,
        options=found.options,
        rules=FieldRules(is_required=True),
        properties=found.properties,
    )


def _guidance_faults(refusal: InvalidInput) -> tuple[FormError, ...]:
    """Name each fault by its question; pointers of situation answers begin with /guidance already."""
    if not refusal.items:
        return tuple(form_errors(refusal, prefix=""))
    named = zip(refusal.items, form_errors(refusal, prefix=""), strict=True)
    return tuple(
        FormError(name=name_of_pointer(str(item["pointer"]).removeprefix(f"/{GUIDANCE}"), GUIDANCE), text=error["text"])
        for item, error in named
    )


def _members(asked: _Asked) -> list[dict[str, object]]:
    published, said = context().library.current(), words()
    return [
        {
            "code": offering.matter_code,
            "name": offering.name,
            "department": department_name(published, offering.department_code),
            "promised": limit_in_words(offering.promised_limit, said),
            "after": "",
            "reason": "",
            "is_external": offering.handled_by == EXTERNAL,
        }
        for offering in asked.members
    ]
