"""Pages of holds (暂缓): what holds approvals by default back, what the reader may do with it, and how to ask for one."""

from collections.abc import Callable, Sequence

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.domain.authority import Person
from app.domain.vocabulary import HoldFinding, HoldReason, HoldState
from app.operations.answer_holds import confirm_holds, lift_holds, reject_holds, sign_hold_finding
from app.operations.request_holds import request_holds
from app.queries.definitions import names_of_actors
from app.queries.holds import HoldView, list_holds
from app.runtime.batches import Outcome
from app.web.pages.blueprint import pages
from app.web.pages.context import (
    Showing,
    context,
    next_links,
    paging,
    reading,
    row_id,
    secret,
    showing,
    tell,
    told_or_refused,
    words,
)
from app.web.sign_in import current_person, require_role

READING = ("supervisor", "duty_officer", "unit_head")
ANSWERING = ("supervisor", "duty_officer")
ACTS: dict[str, Callable[..., Sequence[Outcome]]] = {
    "confirmation": confirm_holds,
    "rejection": reject_holds,
    "lifting": lift_holds,
}


@pages.get("/holds")
def holds() -> str:
    """List the holds in scope, those that block first asked for, and offer what the reader may do."""
    person, page, state = require_role(*READING), paging(), request.args.get("state", "open")
    with reading() as opened:
        show = showing(opened.now)
        found = list_holds(
            opened.connection, person.scope, secret=secret(), state=state, cursor=page.cursor, limit=page.limit
        )
        lines = [item for item in found.items if isinstance(item, HoldView)]
        names = names_of_actors(opened.connection, tuple(actor for line in lines for actor in _actors(line)))
    return render_template(
        "holds.html",
        holds=[_line(person, line, show, names) for line in lines],
        state=state,
        may_ask=person.has_role("supervisor"),
        reasons=[{"code": code, "label": words().text(f"notices.words.reason_code.{code}")} for code in HoldReason],
        case_no=request.args.get("case_no", ""),
        **next_links(found.next_cursor),
    )


@pages.post("/holds")
def request_hold() -> Response:
    """Ask for holds of the cases named, one a line; say of each that was refused why."""
    person, reason = require_role("supervisor"), request.form.get("reason", "")
    case_nos, text = request.form.get("case_nos", "").split(), request.form.get("text", "")
    if reason not in {known.value for known in HoldReason}:
        tell("hold_reason_missing", kind="bad")
    else:
        _tell_outcomes(request_holds(context(), person, case_nos, reason=reason, text=text), "hold_requested")
    return redirect(url_for("pages.holds"))


@pages.post("/holds/<hold_id>/<any(confirmation, rejection, lifting):act>")
def answer_hold(hold_id: str, act: str) -> Response:
    """Confirm, reject or lift a hold."""
    outcomes = ACTS[act](context(), require_role(*ANSWERING), [str(row_id(hold_id))])
    _tell_outcomes(outcomes, f"hold_{act}")
    return redirect(url_for("pages.holds"))


@pages.post("/holds/<hold_id>/finding")
def sign_finding(hold_id: str) -> Response:
    """Sign the finding on a hold for fraud or public safety."""
    finding = HoldFinding.CLEARED if request.form.get("finding") == HoldFinding.CLEARED else HoldFinding.FOUNDED
    text = request.form.get(f"finding_text.{hold_id}", "")
    person = current_person()
    told_or_refused(
        lambda: sign_hold_finding(context(), person, hold_id=str(row_id(hold_id)), finding=finding, text=text),
        "hold_finding",
    )
    return redirect(url_for("pages.holds"))


def _tell_outcomes(outcomes: Sequence[Outcome], code: str) -> None:
    done = sum(outcome.error is None for outcome in outcomes)
    if done:
        tell(code, count=done)
    for outcome in outcomes:
        error = outcome.error
        if error is not None:
            why = words().text(f"errors.{error.code}.title")
            tell("hold_refused", kind="bad", what=outcome.key, why=why)


def _actors(line: HoldView) -> tuple[str, ...]:
    return tuple(actor for actor in (line.requested_by, line.decided_by, line.signed_by) if actor)


def _line(person: Person, line: HoldView, show: Showing, names: dict[str, str]) -> dict[str, object]:
    is_mine = line.requested_by == f"staff:{person.staff_id}"
    may_answer = person.has_role(*ANSWERING)
    heads = {place.department_id for place in person.memberships if place.role == "unit_head"}
    return {
        "hold_id": line.hold_id,
        "case_no": line.case_no,
        "name": line.name,
        "department": line.department,
        "reason": words().text(f"notices.words.reason_code.{line.reason}"),
        "text": line.text,
        "state": line.state,
        "requested_by": names.get(line.requested_by, ""),
        "requested_at": show.at(line.requested_at),
        "until_at": show.at(line.until_at),
        "decided_by": names.get(line.decided_by or "", ""),
        "finding": words().text(f"notices.words.finding.{line.finding}") if line.finding else "",
        "may_confirm": line.state == HoldState.REQUESTED and may_answer and not is_mine,
        "waits_for_other": line.state == HoldState.REQUESTED and is_mine,
        "may_lift": line.state == HoldState.CONFIRMED and may_answer,
        "may_sign": line.state == HoldState.FINDING_DUE and int(line.department_id) in heads,
    }
