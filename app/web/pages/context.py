"""What pages share: words, a reading, safe ways back, flash texts, and faults as the errors of a form."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypedDict

from flask import flash, redirect, request, url_for
from werkzeug.wrappers import Response

from app.domain.errors import CaseworkError, Conflict, Forbidden, InvalidInput, RuleViolation
from app.domain.form import FieldKind, FormField, FormSchema
from app.domain.vocabulary import Colour
from app.queries.published_view import PublishedView
from app.web.api.requests import container, context, cursor_secret, paging, reading, row_id, sight, sight_of_case
from app.web.errors import problem_of
from app.web.form_view import name_of_pointer
from app.web.language import current_language
from app.web.presenting import DueView, MomentView, Words, present_due, present_moment

__all__ = [
    "REFUSED",
    "FormError",
    "Showing",
    "answer_rows",
    "back_to",
    "container",
    "context",
    "form_errors",
    "href",
    "local_path",
    "next_links",
    "paging",
    "reading",
    "row_id",
    "secret",
    "showing",
    "sight",
    "sight_of_case",
    "tell",
    "told_or_refused",
    "view_of_rules",
    "words",
]

# What a form tells beside its fields instead of on a page of its own.
REFUSED = (InvalidInput, RuleViolation, Conflict, Forbidden)
FIELD_OF_CODE = {
    "outcome_unknown": "outcome",
    "clock_ground_not_allowed": "ground",
    "clock_notice_missing": "document_no",
    "clock_expected_days_missing": "expected_days",
    "clock_extension_too_long": "days",
    "clock_reason_missing": "reason",
    "revocation_hearing_missing": "hearing_record",
    "revocation_reasons_missing": "reasons",
    "revocation_compensation_missing": "compensation_note",
    "revocation_harms_public": "marks",
    "cancellation_not_expired": "ground",
    "cancellation_reasons_missing": "reasons",
    "class_unknown": "class",
    "definition_key": "key",
    "receipt_number_unknown": "paper_number",
    "receipt_number_used": "paper_number",
    "receipt_outside_closure": "paper_received_at",
    "card_text_missing": "text",
    "card_appeal_ground": "ground",
    "card_exists": "cause",
    "staff_unknown": "staff",
    "receiver_unfit": "staff",
}
# Controls a page brings besides its published form.
OWN_FIELDS = ("outcome", "staff", "paper_number", "paper_received_at")
MARKED = "/materials/"
LONGEST_WAY = 2_000


class FormError(TypedDict):
    """One line of the error summary. name: of the control, empty for the whole form."""

    name: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Showing:
    """How a page shows instants and limits: its words and the instant it was read at."""

    words: Words
    now: datetime

    @property
    def read_at(self) -> MomentView:
        """The instant of the reading."""
        return present_moment(self.now, now=self.now, words=self.words)

    def at(self, instant: datetime | None) -> MomentView | None:
        """Present an instant, None for None."""
        return present_moment(instant, now=self.now, words=self.words) if instant else None

    def due(self, due_at: datetime | None, colour: Colour | str) -> DueView:
        """Present a limit with the distance to it."""
        return present_due(due_at, now=self.now, colour=colour, words=self.words)


def words() -> Words:
    """Return the sentences in the language of this request."""
    return Words(messages=context().messages, language=current_language())


def showing(now: datetime) -> Showing:
    """Return how this request shows what was read at `now`."""
    return Showing(words=words(), now=now)


def secret() -> str:
    """Return the key that signs cursors of this list for this reader."""
    return cursor_secret()


def view_of_rules() -> PublishedView:
    """Return calendars and counting rules in force."""
    return container().view()


def tell(code: str, *, kind: str = "good", **facts: object) -> None:
    """Say a sentence of `pages.flash` on the next page. kind: good, warn, bad or info."""
    flash(words().text(f"pages.flash.{code}", **facts), kind)


def told_or_refused(act: Callable[[], object], code: str) -> bool:
    """Do an act and say on the next page that it is done, or why it was refused. Returns whether it was done."""
    try:
        act()
    except REFUSED as refusal:
        flash(" ".join(error["text"] for error in form_errors(refusal)), "bad")
        return False
    tell(code)
    return True


def href(endpoint: str, values: Mapping[str, str]) -> str:
    """Return the address of a page with its values, without the empty ones."""
    given: dict[str, Any] = {name: value for name, value in values.items() if value and not name.startswith("_")}
    return url_for(endpoint, **given)


def local_path(text: str | None, default: str) -> str:
    """Return a path of this site, or `default` for anything that a browser would read as another one."""
    if not text or len(text) > LONGEST_WAY or not text.startswith("/") or text.startswith(("//", "/\\")):
        return default
    return default if any(sign < " " or sign == "\\" for sign in text) else text


def back_to(default: str, **values: str) -> Response:
    """Redirect to the page the form names in `next`, else to a page by its endpoint."""
    return redirect(local_path(request.form.get("next"), href(default, values)))


def next_links(next_cursor: str | None) -> dict[str, str]:
    """Return the links of a pager under the filters of this request; empty where there is no such page."""
    asked = {name: value for name, value in request.args.items() if name != "cursor"}
    endpoint = request.endpoint or ""
    return {
        "next_url": href(endpoint, {**asked, "cursor": next_cursor}) if next_cursor else "",
        "first_url": href(endpoint, asked) if request.args.get("cursor") else "",
    }


def form_errors(error: CaseworkError, *, prefix: str = "form") -> list[FormError]:
    """Return an error as lines of the error summary, each with the name of its control.

    prefix: of the controls of a published form; empty for controls that are named like the pointer.
    """
    problem = problem_of(error, current_language())
    items = problem["errors"]
    if not isinstance(items, list) or not items:
        name = FIELD_OF_CODE.get(error.code, "")
        if prefix and name and name not in OWN_FIELDS:
            name = f"{prefix}.{name}"
        return [FormError(name=name, text=str(problem["detail"]))]
    return [_form_error(item, prefix) for item in items]


def answer_rows(schema: FormSchema, answers: Mapping[str, object], language: str) -> list[tuple[str, str]]:
    """Return (label, value) of every answer that was given, in the order of the form."""
    return list(_rows(schema.components, answers, language))


def _form_error(item: Mapping[str, object], prefix: str) -> FormError:
    pointer = str(item.get("pointer", ""))
    text = str(item.get("detail") or item.get("code") or "")
    if pointer.startswith(MARKED):
        return FormError(name=f"mark.{pointer.removeprefix(MARKED)}", text=text)
    if not prefix:
        return FormError(name=pointer.strip("/").replace("/", "."), text=text)
    return FormError(name=name_of_pointer(pointer, prefix), text=text)


def _rows(components: Iterable[FormField], answers: Mapping[str, object], language: str) -> Iterable[tuple[str, str]]:
    for found in components:
        value = answers.get(found.key) if found.key else None
        if found.kind is FieldKind.GROUP:
            inner = value if isinstance(value, Mapping) else {} if found.key else answers
            yield from _rows(found.components, inner, language)
        elif found.kind is FieldKind.DYNAMICLIST and isinstance(value, list | tuple):
            for row in value:
                yield from _rows(found.components, row if isinstance(row, Mapping) else {}, language)
        elif value not in (None, "", []):
            yield _label(found, language), _said(found, value, language)


def _label(found: FormField, language: str) -> str:
    return found.properties.get(f"label_{language}") or found.label or found.key


def _said(found: FormField, value: object, language: str) -> str:
    names = {
        option.value: found.properties.get(f"option_{option.value}_{language}") or option.label
        for option in found.options
    }
    if isinstance(value, list | tuple):
        return words().text("pages.layout.comma").join(names.get(str(item), str(item)) for item in value)
    if isinstance(value, bool):
        return words().text(f"pages.answer.{'yes' if value else 'no'}")
    return names.get(str(value), str(value))
