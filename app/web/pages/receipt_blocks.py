"""Page of the numbers for receipts on paper (收件凭证号段): blocks of a hall, what became of each number."""

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.domain.calendar_authority import covers_region
from app.operations.manage_receipt_blocks import issue_receipt_block, void_receipt_number
from app.queries.definitions import names_of_actors
from app.queries.receipt_blocks import BlockLine, NumberLine, list_receipt_blocks
from app.web.language import current_language
from app.web.pages.blueprint import pages
from app.web.pages.context import Showing, context, reading, row_id, showing, told_or_refused
from app.web.sign_in import current_person, require_role

READING = ("window_clerk", "admin")
HALL = "-hall"
LONGEST_NUMBER = 9


@pages.get("/receipt-blocks")
def receipt_blocks() -> str:
    """List the blocks, and offer to issue one and to void a number."""
    person = require_role(*READING)
    with reading() as opened:
        show = showing(opened.now)
        blocks = list_receipt_blocks(opened.connection, person)
        actors = [
            actor for block in blocks for actor in (block.issued_by, *(item.recorded_by for item in block.numbers))
        ]
        names = names_of_actors(opened.connection, tuple(actors))
    is_chinese = current_language() == "zh"
    halls = [
        {"code": item.code, "label": item.name_zh if is_chinese else item.name_en}
        for item in sorted(context().library.current().departments.values(), key=lambda item: item.code)
        if item.code.endswith(HALL) and covers_region(person, item.region_code, ("admin",))
    ]
    return render_template("receipt_blocks.html", blocks=[_block(block, show, names) for block in blocks], halls=halls)


@pages.post("/receipt-blocks")
def issue_block() -> Response:
    """Reserve numbers for a hall."""
    person, form = require_role("admin"), request.form
    first, last = (_number(form.get(name, "")) for name in ("from_no", "to_no"))
    told_or_refused(
        lambda: issue_receipt_block(context(), person, hall_code=form.get("hall", ""), from_no=first, to_no=last),
        "receipt_block_issued",
    )
    return redirect(url_for("pages.receipt_blocks"))


@pages.post("/receipt-blocks/<block_id>/voids")
def void_number(block_id: str) -> Response:
    """Void a number with its reason."""
    person = current_person()
    number, reason = _number(request.form.get(f"number.{block_id}", "")), request.form.get(f"reason.{block_id}", "")
    told_or_refused(
        lambda: void_receipt_number(context(), person, block_id=row_id(block_id), number=number, reason=reason),
        "receipt_number_voided",
    )
    return redirect(url_for("pages.receipt_blocks"))


def _number(text: str) -> int:
    """Return a number as typed; 0, which no block has, for anything else."""
    typed = text.strip()
    return int(typed) if typed.isascii() and typed.isdecimal() and len(typed) <= LONGEST_NUMBER else 0


def _block(block: BlockLine, show: Showing, names: dict[str, str]) -> dict[str, object]:
    return {
        "block_id": block.block_id,
        "hall": block.hall,
        "from_no": block.from_no,
        "to_no": block.to_no,
        "left": block.left,
        "issued_at": show.at(block.issued_at),
        "issued_by": names.get(block.issued_by, ""),
        "numbers": [_line(item, show, names) for item in block.numbers],
    }


def _line(item: NumberLine, show: Showing, names: dict[str, str]) -> dict[str, object]:
    return {
        "number": item.number,
        "state": item.state,
        "case_no": item.case_no or "",
        "url": url_for("pages.case", case_no=item.case_no) if item.case_no else "",
        "received_at": show.at(item.received_at),
        "reason": item.reason or "",
        "recorded_at": show.at(item.recorded_at),
        "recorded_by": names.get(item.recorded_by, ""),
    }
