"""Page of what an approval by default waits for: fees (缴费) and forwardings (转报) of a case."""

import re

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.operations.record_obstacle import (
    FEE_ROLES,
    FORWARDING_ROLES,
    answer_case_forwarding,
    ask_case_fee,
    forward_case,
    pay_case_fee,
)
from app.queries.case_page import find_case_id
from app.queries.obstacles import FeeView, ForwardingView, list_fees, list_forwardings
from app.web.pages.blueprint import pages
from app.web.pages.case_file import read_case
from app.web.pages.context import Showing, context, reading, row_id, told_or_refused
from app.web.sign_in import current_person

FEN = 100
AMOUNT = re.compile(r"(?P<yuan>[0-9]{1,10})(?:\.(?P<fen>[0-9]{1,2}))?")


@pages.get("/cases/<case_no>/obstacles")
def obstacles(case_no: str) -> str:
    """Show the fees and forwardings of a case, with what the reader may record."""
    person = current_person()
    with reading() as opened:
        file = read_case(opened, person, case_no)
        fees = list_fees(opened.connection, int(file.view.id))
        forwardings = list_forwardings(opened.connection, int(file.view.id))
    places = {int(file.view.department_id), file.extras.intake_department_id}
    roles = {str(place.role) for place in person.memberships if place.department_id in places}
    offering = file.extras.offering
    return render_template(
        "obstacles.html",
        case={"case_no": case_no, "name": file.view.name},
        fees=[_fee(view, file.showing) for view in fees],
        forwardings=[_forwarding(view, file.showing) for view in forwardings],
        is_fee_first=bool(offering and offering.is_fee_first),
        may_ask=bool(offering and offering.fee) and not roles.isdisjoint(FEE_ROLES),
        may_pay=not roles.isdisjoint(FEE_ROLES),
        may_forward=not roles.isdisjoint(FORWARDING_ROLES),
    )


@pages.post("/cases/<case_no>/obstacles/fees")
def ask_fee(case_no: str) -> Response:
    """Record a fee that was asked for."""
    person, amount = current_person(), _fen(request.form.get("amount_yuan", ""))
    item, notice_no = request.form.get("item", ""), request.form.get("notice_no", "")
    case_id = _case_id(case_no)
    told_or_refused(
        lambda: ask_case_fee(context(), person, case_id=case_id, item=item, amount_fen=amount, notice_no=notice_no),
        "fee_asked",
    )
    return redirect(url_for("pages.obstacles", case_no=case_no))


@pages.post("/cases/<case_no>/obstacles/fees/<fee_id>")
def pay_fee(case_no: str, fee_id: str) -> Response:
    """Record the payment of a fee."""
    person, receipt_no = current_person(), request.form.get("receipt_no", "")
    case_id, number = _case_id(case_no), row_id(fee_id)
    told_or_refused(
        lambda: pay_case_fee(context(), person, case_id=case_id, fee_id=number, receipt_no=receipt_no), "fee_paid"
    )
    return redirect(url_for("pages.obstacles", case_no=case_no))


@pages.post("/cases/<case_no>/obstacles/forwardings")
def forward(case_no: str) -> Response:
    """Record that another level decides."""
    person, case_id = current_person(), _case_id(case_no)
    to_authority, document_no = request.form.get("to_authority", ""), request.form.get("document_no", "")
    told_or_refused(
        lambda: forward_case(context(), person, case_id=case_id, to_authority=to_authority, document_no=document_no),
        "case_forwarded",
    )
    return redirect(url_for("pages.obstacles", case_no=case_no))


@pages.post("/cases/<case_no>/obstacles/forwardings/<forwarding_id>")
def answer_forwarding(case_no: str, forwarding_id: str) -> Response:
    """Record the answer of the other level."""
    person, answer_no = current_person(), request.form.get("answer_no", "")
    case_id, number = _case_id(case_no), row_id(forwarding_id)
    told_or_refused(
        lambda: answer_case_forwarding(context(), person, case_id=case_id, forwarding_id=number, answer_no=answer_no),
        "forwarding_answered",
    )
    return redirect(url_for("pages.obstacles", case_no=case_no))


def _case_id(case_no: str) -> int:
    with reading() as opened:
        return find_case_id(opened.connection, current_person().scope, case_no)


def _fen(text: str) -> int:
    """Return an amount typed in yuan in fen; 0, which no rule allows, for anything else."""
    found = AMOUNT.fullmatch(text.strip())
    return int(found["yuan"]) * FEN + int(f"{found['fen'] or ''}00"[:2]) if found else 0


def _fee(view: FeeView, show: Showing) -> dict[str, object]:
    return {
        "fee_id": view.fee_id,
        "item": view.item,
        "amount_yuan": f"{view.amount_fen // FEN}.{view.amount_fen % FEN:02d}",
        "notice_no": view.notice_no,
        "noticed_at": show.at(view.noticed_at),
        "receipt_no": view.receipt_no or "",
        "paid_at": show.at(view.paid_at),
    }


def _forwarding(view: ForwardingView, show: Showing) -> dict[str, object]:
    return {
        "forwarding_id": view.forwarding_id,
        "to_authority": view.to_authority,
        "document_no": view.document_no,
        "forwarded_at": show.at(view.forwarded_at),
        "answer_no": view.answer_no or "",
        "answered_at": show.at(view.answered_at),
    }
