"""Page of a supervisor's interventions in a case (人工干预): chosen by name, previewed, confirmed."""

from collections.abc import Mapping

import orjson
from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.domain.errors import InvalidInput
from app.domain.intervention import Intervention, InterventionKind
from app.domain.vocabulary import Role
from app.operations.intervene import intervene_in_case
from app.queries.pauses import PausedCase, find_pause
from app.runtime.places import Places, places_of
from app.web.errors import status_of
from app.web.pages.blueprint import pages
from app.web.pages.case_file import CaseFile, read_case
from app.web.pages.context import REFUSED, FormError, Showing, context, form_errors, reading, row_id, tell
from app.web.sign_in import require_role

Answer = str | Response | tuple[str, int]
FIELDS = ("kind", "move", "element", "variable", "value", "reason", "version")
STANDING = (InterventionKind.MOVE, InterventionKind.CANCEL, InterventionKind.CORRECT)


@pages.get("/cases/<case_no>/interventions")
def interventions(case_no: str) -> str:
    """Show what can be done to a case; once a kind is chosen, what it asks for."""
    return _page(case_no, {"kind": request.args.get("kind", "")}, None, [])


@pages.post("/cases/<case_no>/interventions")
def do_intervene(case_no: str) -> Answer:
    """Say what would follow, or do it once that was seen."""
    person = require_role(Role.SUPERVISOR)
    values = {name: request.form.get(name, "").strip() for name in FIELDS}
    is_confirmed = request.form.get("step") == "confirm"
    with reading() as opened:
        case_id = int(read_case(opened, person, case_no).view.id)
    try:
        asked = _asked(values)
        done = intervene_in_case(context(), person, case_id=case_id, asked=asked, is_dry_run=not is_confirmed)
    except REFUSED as refusal:
        return _page(case_no, values, None, form_errors(refusal, prefix="")), status_of(refusal)
    if not is_confirmed:
        effects = done["effects"]
        return _page(case_no, values, effects if isinstance(effects, Mapping) else {}, [])
    tell("intervened")
    return redirect(url_for("pages.case", case_no=case_no))


def _asked(values: Mapping[str, str]) -> Intervention:
    """Read the form. Raises InvalidInput for a kind nobody knows."""
    if values["kind"] not in set(InterventionKind):
        raise InvalidInput("invalid", items=({"pointer": "/kind", "code": "option_unknown"},))
    kind = InterventionKind(values["kind"])
    element, _, target = values["move"].partition("|")
    return Intervention(
        kind=kind,
        reason=values["reason"],
        version=row_id(values["version"] or "0"),
        element=element if kind == InterventionKind.MOVE else values["element"],
        target=target,
        variable=values["variable"],
        value=_value(values["value"]),
    )


def _value(text: str) -> object:
    """Return what was typed as JSON, else as the text it is."""
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return text


def _page(
    case_no: str, values: Mapping[str, str], effects: Mapping[str, object] | None, errors: list[FormError]
) -> str:
    person = require_role(Role.SUPERVISOR)
    with reading() as opened:
        file = read_case(opened, person, case_no)
        places = places_of(context(), opened, int(file.view.id))
        paused = find_pause(opened.connection, int(file.view.id))
    # Who looked confirms what they saw; who was refused goes on from how the case is now.
    version = values["version"] if effects is not None else str(file.view.version)
    return render_template(
        "interventions.html",
        case={"case_no": case_no, "name": file.view.name},
        kinds=_kinds(file.showing, is_paused=paused is not None),
        **_choices(places),
        values={**{name: values.get(name, "") for name in FIELDS}, "version": version},
        paused=paused_line(paused, file.showing) if paused else None,
        preview=None if effects is None else _preview(effects, file.showing),
        errors=errors,
    )


def _kinds(showing: Showing, *, is_paused: bool) -> list[dict[str, str]]:
    last = InterventionKind.RESUME if is_paused else InterventionKind.PAUSE
    words = showing.words
    return [{"code": kind, "label": words.text(f"pages.intervention.kinds.{kind}")} for kind in (*STANDING, last)]


def _choices(places: Places) -> dict[str, list[dict[str, str]]]:
    return {
        "moves": [
            {"code": f"{here.element}|{to.element}", "label": f"{here.name or here.element} → {to.name or to.element}"}
            for here, to in places.moves
        ],
        "places": [{"code": place.element, "label": place.name or place.element} for place in places.open],
    }


def _preview(effects: Mapping[str, object], showing: Showing) -> list[str]:
    lines = []
    for name, found in effects.items():
        if isinstance(found, list) and found:
            said = [showing.words.label("clock", item) for item in found] if name.startswith("deadlines") else found
            lines.append(f"{showing.words.text(f'pages.intervention.effects.{name}')}: {', '.join(map(str, said))}")
    return lines or [showing.words.text("pages.intervention.effects.nothing")]


def paused_line(paused: PausedCase, showing: Showing) -> dict[str, object]:
    """Return a paused case as a list and its own page show it."""
    return {
        "case_no": paused.case_no,
        "case_name": paused.case_name,
        "department": paused.department,
        "paused_at": showing.at(paused.paused_at),
        "reason": paused.reason,
    }


def may_intervene(file: CaseFile) -> bool:
    """Say whether the reader may intervene: a supervisor, in a case that has not ended."""
    return file.person.has_role(Role.SUPERVISOR) and file.view.closed_at is None and not file.is_seen_from_above
