"""Coverage of a version by its scenarios: the button that plays them, and what they reached, drawn and in words."""

from collections.abc import Mapping

from flask import redirect, url_for
from werkzeug.wrappers import Response as WerkzeugResponse

from app.domain.coverage import MeasuredCoverage
from app.scenarios.measuring import measure_coverage, scenario_files
from app.storage.definitions import DefinitionRow
from app.web.language import current_language
from app.web.pages.blueprint import pages
from app.web.pages.context import Showing, context, told_or_refused
from app.web.sign_in import current_person, require_role

REACHED, MISSED = "reached", "missed"


@pages.post("/definitions/<key>/versions/<int:number>/coverage", endpoint="measure_coverage")
def measure_page(key: str, number: int) -> WerkzeugResponse:
    """Play the scenarios beside the diagram on this version and keep what they reach."""
    person = require_role("designer")
    told_or_refused(lambda: measure_coverage(context(), person, key=key, version=number), "coverage_measured")
    return redirect(url_for("pages.definition_version", key=key, number=number))


def present_coverage(
    row: DefinitionRow, found: MeasuredCoverage | None, *, show: Showing, names: Mapping[str, str]
) -> dict[str, object] | None:
    """Return what the page of a version says of its coverage; None where there is nothing to play or to show.

    names: actor code -> name.
    """
    may_measure = "designer" in current_person().roles and bool(scenario_files(context(), row.key))
    if row.kind != "bpmn" or not (found or may_measure):
        return None
    return {"may_measure": may_measure, "found": _present(found, show, names) if found else None}


def marks_of(found: MeasuredCoverage | None) -> dict[str, list[str]]:
    """Return the ids that are marked as reached, and those never reached."""
    if found is None:
        return {}
    return {REACHED: sorted(found.coverage.reached), MISSED: list(found.coverage.missing)}


def _present(found: MeasuredCoverage, show: Showing, names: Mapping[str, str]) -> dict[str, object]:
    covered, messages = found.coverage, context().messages
    drawn = {**covered.elements, **covered.flows}
    return {
        "percent": covered.percent,
        "elements": {"reached": covered.reached_of(covered.elements), "count": len(covered.elements)},
        "flows": {"reached": covered.reached_of(covered.flows), "count": len(covered.flows)},
        "missing": [
            {"element": item, "name": drawn[item], "is_flow": item in covered.flows} for item in covered.missing
        ],
        "files": found.files,
        "differences": [
            messages.text(current_language(), "demonstration.difference", **item.facts) for item in found.differences
        ],
        "measured_at": show.at(found.measured_at),
        "measured_by": names.get(found.measured_by, found.measured_by),
    }
