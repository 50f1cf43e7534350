"""Page of releases (放行): what outages and closures block, who asked for its release, and the second person's word."""

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.domain.authority import Person
from app.operations.release_deemed import ask_release, release_deemed
from app.queries.definitions import names_of_actors
from app.queries.holds import BlockView, list_blocks
from app.queries.officer_facts import RegionName, list_region_names
from app.web.pages.blueprint import pages
from app.web.pages.context import Showing, context, reading, row_id, showing, told_or_refused, words
from app.web.sign_in import require_role

READING = ("supervisor", "duty_officer", "unit_head")
ANSWERING = ("supervisor", "duty_officer")
OUTAGE = "outage"


@pages.get("/releases")
def releases() -> str:
    """List the outages and closures that were not released, oldest first, and offer what the reader may do."""
    person = require_role(*READING)
    with reading() as opened:
        show = showing(opened.now)
        blocks = list_blocks(opened.connection, person.scope)
        names = names_of_actors(opened.connection, tuple(block.asked_by for block in blocks))
        regions = list_region_names(opened.connection)
    return render_template("releases.html", blocks=[_line(person, block, show, names, regions) for block in blocks])


@pages.post("/releases/<any(outage, closure):kind>/<block_id>")
def request_release(kind: str, block_id: str) -> Response:
    """Ask for the release of everything one outage or closure blocks."""
    person, number = require_role("supervisor"), row_id(block_id)
    outage_id, closure_id = (number, None) if kind == OUTAGE else (None, number)
    reason = request.form.get(f"reason.{kind}.{block_id}", "")
    told_or_refused(
        lambda: ask_release(context(), person, outage_id=outage_id, closure_id=closure_id, reason=reason),
        "release_asked",
    )
    return redirect(url_for("pages.releases"))


@pages.post("/releases/<release_id>/confirmation")
def confirm_release(release_id: str) -> Response:
    """Confirm a release as the second person; each blocked approval is looked at again."""
    person = require_role(*ANSWERING)
    told_or_refused(lambda: release_deemed(context(), person, release_id=row_id(release_id)), "release_confirmed")
    return redirect(url_for("pages.releases"))


def _line(
    person: Person, block: BlockView, show: Showing, names: dict[str, str], regions: dict[str, RegionName]
) -> dict[str, object]:
    is_over = block.ended_at is not None and block.ended_at <= show.now
    is_mine = block.asked_by == f"staff:{person.staff_id}"
    place = regions.get(block.region_code)
    return {
        "kind": block.kind,
        "block_id": block.block_id,
        "place": place.name(words().language) if place else words().text("pages.closure.whole_prefecture"),
        "began_at": show.at(block.began_at),
        "ended_at": show.at(block.ended_at),
        "reason": block.reason,
        "url": url_for("pages.closure", closure_id=block.block_id) if block.kind != OUTAGE else "",
        "release_id": block.release_id or "",
        "asked_by": names.get(block.asked_by or "", ""),
        "may_ask": is_over and block.release_id is None and person.has_role("supervisor"),
        "may_confirm": block.release_id is not None and not is_mine and person.has_role(*ANSWERING),
        "waits_for_other": block.release_id is not None and is_mine,
    }
