"""Scenarios: play files on a virtual clock, apart from this installation."""

from collections.abc import Iterable, Mapping
from typing import Any

from flask.views import MethodView
from flask_smorest import Blueprint

from app.domain.coverage import Coverage, join_coverage
from app.domain.scenario import Difference
from app.scenarios.running import RunBounds, run_apart
from app.web.api import scenario_answers, schemas
from app.web.api.requests import context
from app.web.sign_in import require_role

blueprint = Blueprint("scenarios", __name__, description="Scenarios (场景)")
BOUNDS = RunBounds()


@blueprint.route("/scenarios/runs")
class Runs(MethodView):
    """A run of scenario files."""

    @blueprint.arguments(scenario_answers.RunBody)
    @blueprint.response(200, scenario_answers.Run)
    @blueprint.alt_response(403, schema=schemas.Problem)
    @blueprint.alt_response(409, schema=schemas.Problem)
    @blueprint.alt_response(422, schema=schemas.Problem)
    def post(self, body: dict[str, Any]) -> object:
        """Play scenario files on a virtual clock and say what differs and what of the diagrams is reached.

        They run against the shipped diagrams and rules in an installation of their own that is removed afterwards; no
        case of this one is read or written.
        """
        require_role("designer")
        files = {str(item["name"]): str(item["content"]) for item in body["files"]}
        plays = run_apart(context().settings, files, BOUNDS)
        together = join_coverage(part for play in plays for part in play.covered)
        return {
            "holds": not any(play.differences for play in plays),
            "items": [
                {
                    "file": play.scenario.file,
                    "title": play.scenario.titles,
                    "holds": not play.differences,
                    "differences": [present_difference(item) for item in play.differences],
                    "coverage": present_coverage(play.covered),
                }
                for play in plays
            ],
            "coverage": present_coverage(together),
        }


def present_difference(item: Difference) -> Mapping[str, object]:
    """Return a difference with its sentence in both languages."""
    sentence = context().messages.both("demonstration.difference", **item.facts)
    told = {name: getattr(item, name) for name in ("line", "place", "what", "expected", "found")}
    return {**told, "sentence": sentence}


def present_coverage(parts: Iterable[Coverage]) -> list[Mapping[str, object]]:
    """Return what was reached of each diagram, and the names of what was not."""
    return [
        {
            "key": part.key,
            "percent": part.percent,
            "elements": {"reached": part.reached_of(part.elements), "count": len(part.elements)},
            "flows": {"reached": part.reached_of(part.flows), "count": len(part.flows)},
            "missing": [{"id": item, "name": {**part.elements, **part.flows}[item]} for item in part.missing],
        }
        for part in parts
    ]
