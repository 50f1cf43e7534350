"""Pages of accountability records (责任认定): the list, one record, and what unit and supervision office say."""

from collections.abc import Callable, Sequence
from datetime import datetime

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.domain.authority import CasePlace, Person
from app.domain.hold import is_supervisor
from app.domain.vocabulary import AccountabilityCause, AccountabilityState
from app.operations.account_for_limit import (
    choose_accountability_cause,
    close_accountability,
    enter_accountability_finding,
)
from app.queries.accountability import AccountabilityView, get_accountability, list_accountability
from app.queries.definitions import names_of_actors
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
    told_or_refused,
    words,
)
from app.web.presenting import MomentView
from app.web.sign_in import current_person, require_role

READING = ("supervisor", "duty_officer", "unit_head")
UNIT_TURN = (AccountabilityState.OPEN, AccountabilityState.CAUSE_CHOSEN)
Act = Callable[[Person, int], object]


@pages.get("/accountability")
def accountability() -> str:
    """List the records in scope, newest first."""
    person, page, state = require_role(*READING), paging(), request.args.get("state", "")
    state = state if state in {item.value for item in AccountabilityState} else ""
    with reading() as opened:
        show = showing(opened.now)
        found = list_accountability(
            opened.connection,
            person.scope,
            now=opened.now,
            secret=secret(),
            state=state,
            cursor=page.cursor,
            limit=page.limit,
        )
    return render_template(
        "accountability.html",
        records=[_line(item, show) for item in found.items if isinstance(item, AccountabilityView)],
        state=state,
        states=[
            {"code": item.value, "label": words().label("accountability_state", item.value)}
            for item in AccountabilityState
        ],
        **next_links(found.next_cursor),
    )


@pages.get("/accountability/<record_id>")
def accountability_record(record_id: str) -> str:
    """Show a record with the steps, suspensions and cards of its case, and what the reader may add."""
    person = require_role(*READING)
    with reading() as opened:
        show = showing(opened.now)
        record = get_accountability(opened.connection, person.scope, row_id(record_id), now=opened.now)
        steps, suspensions = _listed(record, "steps"), _listed(record, "suspensions")
        actors = [record.cause_by, record.finding_by, *(str(step.get("by")) for step in steps)]
        names = names_of_actors(opened.connection, tuple(actor for actor in actors if actor))
    return render_template(
        "accountability_record.html",
        record={**_line(record, show), **_said(record, show, names)},
        steps=[_step(step, show, names) for step in steps],
        suspensions=[_suspension(item, show) for item in suspensions],
        cards=[_card(card, show) for card in record.cards],
        causes=[{"code": item.value, "label": _cause(item.value)} for item in AccountabilityCause],
        **_acts_open(person, record, show),
    )


@pages.post("/accountability/<record_id>/cause")
def choose_cause(record_id: str) -> Response:
    """Choose the cause, as head of the unit."""
    cause, text = request.form.get("cause", ""), request.form.get("text", "")
    known = cause if cause in {item.value for item in AccountabilityCause} else AccountabilityCause.OTHER.value
    return _act(
        record_id,
        "accountability_cause",
        lambda person, number: choose_accountability_cause(context(), person, record_id=number, cause=known, text=text),
    )


@pages.post("/accountability/<record_id>/finding")
def enter_finding(record_id: str) -> Response:
    """Enter the finding and the measures, as supervisor."""
    finding, measures = request.form.get("finding", ""), request.form.get("measures", "")
    return _act(
        record_id,
        "accountability_finding",
        lambda person, number: enter_accountability_finding(
            context(), person, record_id=number, finding=finding, measures=measures
        ),
    )


@pages.post("/accountability/<record_id>/closing", endpoint="close_accountability")
def close_record(record_id: str) -> Response:
    """Close a record whose measures are done, as supervisor."""
    return _act(
        record_id,
        "accountability_closed",
        lambda person, number: close_accountability(context(), person, record_id=number),
    )


def _act(record_id: str, code: str, act: Act) -> Response:
    person, number = current_person(), row_id(record_id)
    told_or_refused(lambda: act(person, number), code)
    return redirect(url_for("pages.accountability_record", record_id=record_id))


def _acts_open(person: Person, record: AccountabilityView, show: Showing) -> dict[str, bool]:
    """Say what the reader may do now: the unit while no finding stands, the supervision office once the unit had its say."""
    heads = {place.department_id for place in person.memberships if place.role == "unit_head"}
    county = record.county or ""
    prefecture = county[:4] or person.scope.prefecture or ""
    place = CasePlace(prefecture=prefecture, county=county or None, department_ids=frozenset())
    watches = is_supervisor(person, place)
    is_heard = record.state != AccountabilityState.OPEN or (
        record.cause_due_at is not None and show.now > record.cause_due_at
    )
    return {
        "may_choose": record.state in UNIT_TURN and int(record.department_id) in heads,
        "may_find": record.state != AccountabilityState.CLOSED and is_heard and watches,
        "may_close": record.state == AccountabilityState.FOUND and watches,
    }


def _line(record: AccountabilityView, show: Showing) -> dict[str, object]:
    said = words()
    return {
        "record_id": record.record_id,
        "case_no": record.case_no,
        "name": record.name,
        "department": record.department,
        "clock": said.label("clock", record.clock),
        "state": record.state,
        "state_label": _state(record.state),
        "opened_at": show.at(record.opened_at),
        "cause": _cause(record.cause) if record.cause else "",
        "cause_due_at": show.at(record.cause_due_at),
        "is_cause_late": record.is_cause_late,
    }


def _said(record: AccountabilityView, show: Showing, names: dict[str, str]) -> dict[str, object]:
    return {
        "cause_text": record.cause_text or "",
        "cause_by": names.get(record.cause_by or "", ""),
        "cause_at": show.at(record.cause_at),
        "finding": record.finding or "",
        "measures": record.measures or "",
        "finding_by": names.get(record.finding_by or "", ""),
        "finding_at": show.at(record.finding_at),
        "closed_at": show.at(record.closed_at),
    }


def _listed(record: AccountabilityView, name: str) -> Sequence[dict[str, object]]:
    found = record.facts.get(name)
    return [item for item in found if isinstance(item, dict)] if isinstance(found, list) else []


def _step(step: dict[str, object], show: Showing, names: dict[str, str]) -> dict[str, object]:
    return {
        "at": _at(step.get("at"), show),
        "role": words().label("role", str(step.get("role") or "")),
        "outcome": words().label("outcome", str(step.get("outcome") or "")),
        "by": names.get(str(step.get("by")), ""),
    }


def _suspension(item: dict[str, object], show: Showing) -> dict[str, object]:
    ground = f"grounds.{item.get('ground')}"
    return {
        "at": _at(item.get("at"), show),
        "kind": words().label("ledger", str(item.get("kind") or "")),
        "ground": words().text(ground) if words().messages.has(ground) else "",
    }


def _card(card: dict[str, object], show: Showing) -> dict[str, object]:
    return {
        "at": _at(card["issued_at"], show),
        "clock": words().label("clock", str(card["clock"])),
        "colour": str(card["colour"]),
        "colour_label": words().label("card_colour", str(card["colour"])),
        "state": words().label("card_state", str(card["state"])),
    }


def _state(code: str) -> str:
    return words().label("accountability_state", code)


def _cause(code: str) -> str:
    return words().text(f"notices.words.cause.{code}")


def _at(text: object, show: Showing) -> MomentView | None:
    return show.at(datetime.fromisoformat(str(text))) if text else None
