"""One warning card (红黄牌): what it is about, what became of it, and the act its reader may do; and issuing one."""

from collections.abc import Callable
from dataclasses import dataclass

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.domain.authority import Person
from app.domain.vocabulary import AppealGround, CardState
from app.operations.answer_card import acknowledge_card, appeal_card, explain_card
from app.operations.decide_card import revoke_card, uphold_card
from app.operations.raise_card import CAUSES, raise_card
from app.queries.cards import CardView, get_card
from app.queries.case_page import find_case_id
from app.queries.officer_facts import list_counties, staff_names
from app.runtime.card_acts import CardTarget
from app.web.errors import status_of
from app.web.pages.blueprint import pages
from app.web.pages.card_view import CardReader, card_life, card_row, staff_of
from app.web.pages.cards import officer
from app.web.pages.context import REFUSED, FormError, context, form_errors, reading, row_id, showing, tell, words
from app.web.sign_in import require_role

Answer = str | Response | tuple[str, int]
OUTCOMES = (CardState.UPHELD.value, CardState.REVOKED.value)
ASKED = ("text", "ground", "outcome", "version")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shown:
    card: CardView
    reader: CardReader


@pages.get("/cards/<card_id>")
def card(card_id: str) -> str:
    """Show one card."""
    return _page(_read(officer(), card_id), [], dict.fromkeys(ASKED, ""))


@pages.post("/cards/<card_id>/<any(acknowledge, explain, appeal, decide, cancel):act>")
def act_on_card(card_id: str, act: str) -> Answer:
    """Do what the reader chose; what is refused is told beside the form."""
    person = officer()
    values = {name: request.form.get(name, "").strip() for name in ASKED}
    shown = _read(person, card_id)
    target = CardTarget(
        case_id=int(shown.card.case_id),
        card_id=int(shown.card.id),
        version=int(values["version"]) if values["version"].isdecimal() else None,
    )
    try:
        _act(person, target, act, values)()
    except REFUSED as refusal:
        return _page(_read(person, card_id), form_errors(refusal, prefix=""), values), status_of(refusal)
    tell(f"card_{act}_done")
    return redirect(url_for("pages.card", card_id=card_id))


@pages.route("/cases/<case_no>/cards/new", methods=["GET", "POST"])
def issue_card(case_no: str) -> Answer:
    """Issue a card for a breach of procedure."""
    person = require_role("supervisor")
    cause, content = (request.form.get(name, "").strip() for name in ("cause", "content"))
    with reading() as opened:
        case_id = find_case_id(opened.connection, person.scope, case_no)
    errors: list[FormError] = []
    status = 200
    if request.method == "POST":
        try:
            raise_card(context(), person, case_id=case_id, cause=cause, content=content)
        except REFUSED as refusal:
            errors, status = form_errors(refusal, prefix=""), status_of(refusal)
        else:
            tell("card_issued")
            return redirect(url_for("pages.case", case_no=case_no) + "#cards")
    page = render_template(
        "card_new.html",
        case_no=case_no,
        causes=[{"code": item.value, "label": words().label("card_cause", item.value)} for item in CAUSES],
        values={"cause": cause, "content": content},
        errors=errors,
    )
    return page, status


def _act(person: Person, target: CardTarget, act: str, values: dict[str, str]) -> Callable[[], object]:
    text, chosen = values["text"], context()
    decide = revoke_card if act == "cancel" or values["outcome"] == CardState.REVOKED else uphold_card
    acts: dict[str, Callable[[], object]] = {
        "acknowledge": lambda: acknowledge_card(chosen, person, target),
        "explain": lambda: explain_card(chosen, person, target, text=text),
        "appeal": lambda: appeal_card(chosen, person, target, ground=values["ground"], text=text),
        "decide": lambda: decide(chosen, person, target, reason=text),
        "cancel": lambda: decide(chosen, person, target, reason=text),
    }
    return acts[act]


def _read(person: Person, card_id: str) -> _Shown:
    with reading() as opened:
        link = opened.connection
        found = get_card(link, person.scope, row_id(card_id))
        reader = CardReader(
            person=person,
            showing=showing(opened.now),
            names=staff_names(link, staff_of(found)),
            counties={county.code: county for county in list_counties(link, person.scope)},
        )
    return _Shown(card=found, reader=reader)


def _page(shown: _Shown, errors: list[FormError], values: dict[str, str]) -> str:
    card, reader = shown.card, shown.reader
    said = reader.showing.words
    row = card_row(card, reader)
    acts = row["acts"]
    return render_template(
        "card.html",
        card={
            **row,
            "supervision_no": card.supervision_no,
            "rule_no": card.rule_no,
            "due_at": reader.showing.at(card.due_at),
        },
        life=card_life(card, reader),
        act=acts[0] if isinstance(acts, tuple) and acts else "",
        grounds=[{"code": item.value, "label": said.label("card_appeal_ground", item.value)} for item in AppealGround],
        outcomes=OUTCOMES,
        values=values,
        errors=errors,
    )
