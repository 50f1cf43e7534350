"""Measure what the scenarios beside a diagram reach of one version of it, a draft as well as a deployed one."""

from collections.abc import Mapping
from dataclasses import replace

from app.catalogue.matter_checks import diagram_path
from app.domain.authority import Person
from app.domain.coverage import Coverage, MeasuredCoverage, join_coverage
from app.domain.errors import InvalidInput
from app.operations.keep_coverage import keep_coverage
from app.queries.definitions import get_version
from app.runtime.context import Context
from app.runtime.kept_packages import packaged_scenarios, with_packages
from app.scenarios.running import RunBounds, run_apart

BOUNDS = RunBounds(seconds=120.0)


def measure_coverage(
    context: Context, person: Person, *, key: str, version: int, bounds: RunBounds = BOUNDS
) -> MeasuredCoverage:
    """Play the scenarios beside the diagram `key`, shipped or of a package, on its version, and keep what they reached.

    The version takes the place of its diagram in an installation of its own. Raises NotFound
    `definition_unknown`, InvalidInput `scenarios_none` when no scenario plays on the diagram, `definition_refused` with
    the faults of a version that could not be deployed, and what `run_apart` and `keep_coverage` raise.
    """
    with context.database.read() as connection:
        row = get_version(connection, key, version)
    files = scenario_files(context, key)
    if row.kind != "bpmn" or not files:
        raise InvalidInput("scenarios_none", definition=key)
    settings = context.settings
    with with_packages(context, settings.bpmn_dir, settings.rules_dir) as (bpmn_dir, rules_dir):
        apart = replace(settings, bpmn_dir=bpmn_dir, rules_dir=rules_dir)
        plays = run_apart(apart, files, bounds, drawn=(diagram_path(key), row.source))
    reached = {part.key: part for part in join_coverage(part for play in plays for part in play.covered)}
    covered: Coverage | None = reached.get(key)
    if covered is None:
        raise InvalidInput("scenarios_none", definition=key)
    return keep_coverage(
        context,
        person,
        version=version,
        sha256=row.sha256,
        coverage=covered,
        files=tuple(files),
        differences=tuple(item for play in plays for item in play.differences),
    )


def scenario_files(context: Context, key: str) -> Mapping[str, str]:
    """Return the scenario files of a diagram, name -> TOML: those that are shipped, over them those of the last package."""
    settings, (kind, _, name) = context.settings, key.partition(":")
    folders = [(settings.bpmn_dir / diagram_path(key)).parent]
    if kind == "theme":
        folders.append(settings.rules_dir / "themes" / name)
    paths = [path for folder in folders for path in sorted((folder / "scenarios").glob("*.toml"))]
    shipped = {path.name: path.read_text(encoding="utf-8") for path in paths}
    return {**shipped, **packaged_scenarios(context, key)}
