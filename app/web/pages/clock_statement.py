"""The clock ledger of a case as a page to print (计时说明): each clock with the sentence of every step, as of an instant."""

from datetime import datetime

from flask import render_template, request, url_for

from app.domain.calendar import to_local, to_utc
from app.queries.case_page import get_case
from app.queries.clock import ClockView, list_clocks
from app.web.pages.blueprint import pages
from app.web.pages.case_parts import limit_text
from app.web.pages.context import Showing, reading, showing, sight_of_case, view_of_rules


@pages.get("/cases/<case_no>/clock")
def clock_statement(case_no: str) -> tuple[str, int]:
    """Show why each due instant of a case is what it is, now or as it was known at a local instant `?as_of=`."""
    asked = request.args.get("as_of", "").strip()
    as_of = _instant(asked)
    with reading() as opened:
        view = get_case(opened.connection, sight_of_case(opened, case_no), case_no)
        now = as_of or opened.now
        clocks = list_clocks(opened.connection, view_of_rules(), int(view.id), now=now, asof=as_of)
        shown = showing(opened.now)
    is_refused = bool(asked) and as_of is None
    page = render_template(
        "clock_statement.html",
        case={"case_no": view.case_no, "name": view.name, "department": view.department},
        clocks=[_clock(clock, shown) for clock in clocks],
        as_of=f"{to_local(now):%Y-%m-%dT%H:%M}",
        at=shown.at(now),
        error=shown.words.text("pages.clock_statement.unreadable") if is_refused else "",
        back_url=url_for("pages.case", case_no=case_no),
    )
    return page, 422 if is_refused else 200


def _clock(clock: ClockView, shown: Showing) -> dict[str, object]:
    return {
        "name": clock.clock,
        "state": clock.state,
        "limit": limit_text(clock.limit, shown.words),
        "started_at": shown.at(clock.started_at),
        "due_at": shown.at(clock.due_at),
        "is_provisional": clock.provisional,
        "sentences": [shown.words.text(item.key, **item.facts) for item in clock.sentences],
    }


def _instant(text: str) -> datetime | None:
    """Return a local instant as a browser sends it; one with an offset is taken at it. None for what is none."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return to_utc(found if found.tzinfo is None else to_local(found))
