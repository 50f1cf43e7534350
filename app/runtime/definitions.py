"""The executable form of a definition as it is stored, and whether the engine takes it."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import lru_cache
from random import Random

import structlog

from app.diagrams.check_diagram import check_diagram
from app.diagrams.normalise import NORMALISER_VERSION
from app.domain.diagram import Finding, Normalised, Published
from app.domain.errors import DiagramRefused
from app.engine.parser import parse, shape
from app.engine.walking import load_dice, walk
from app.runtime.called_processes import DeployedProcesses
from app.runtime.context import Context
from app.runtime.decision_book import DeployedDecisions
from app.storage.definitions import DefinitionRow, NormalisedRow

PREFECTURE = "422800"
WALKS = 20
KEPT_TRIALS = 500
CRASHED, CHANGED = "crashed", "changed"
# A file as the trial knows it again: key, XML, process, and what was added to it.
_Drawn = tuple[str, bytes, str, tuple[tuple[str, str], ...]]

log = structlog.get_logger()


def check_executable(
    raw: bytes, *, file: str, published: Published, deployed: DeployedProcesses
) -> tuple[Normalised, tuple[Finding, ...]]:
    """Return the executable form of a diagram and all findings; what no check names the engine still has to take.

    deployed: where the processes of other files are that it calls. Raises DiagramRefused when the document cannot be
    opened at all.
    """
    normalised, findings = check_diagram(raw, file=file, published=published)
    if normalised.is_deployable:
        findings = (*findings, *refused_by_engine(normalised, file=file, called=deployed.called_from(normalised.xml)))
    return replace(normalised, findings=findings), findings


def refused_by_engine(normalised: Normalised, *, file: str, called: Mapping[str, Normalised]) -> Iterator[Finding]:
    """Yield a finding where the engine does not take a diagram together with what it calls."""
    try:
        for process_id in normalised.processes:
            parse(normalised, key="", process_id=process_id, called=called)
    except DiagramRefused as refused:
        yield not_executable(refused, file)


def try_out(normalised: Normalised, *, file: str, called: Mapping[str, Normalised]) -> Iterator[Finding]:
    """Play what is about to be deployed at random; yield a finding for each process the engine stumbles over.

    All cases of a version share one definition, so a walk may neither crash nor leave anything changed in it. Where a
    walk leads to says nothing here: conditions are dice.
    """
    files = tuple(
        (key, item.xml, item.processes[0], tuple(sorted(item.origin.items()))) for key, item in called.items()
    )
    for process_id in normalised.processes:
        own = ("", normalised.xml, process_id, tuple(sorted(normalised.origin.items())))
        reason = _stumble(own, files)
        if reason:
            facts = {"reason": reason, "element": process_id}
            yield Finding(severity="error", code="not-executable", file=file, element=process_id, facts=facts)


@lru_cache(maxsize=KEPT_TRIALS)
def _stumble(own: _Drawn, files: tuple[_Drawn, ...]) -> str:
    """Return how walks went wrong, empty when none did. Equal diagrams are walked once in a process."""
    called = {item[0]: _normalised(item) for item in files}
    definition = parse(_normalised(own), key="", called=called)
    random = Random(own[2])  # noqa: S311 - dice, no secret; equal diagrams give equal walks
    load_dice(definition, random)
    before = shape(definition)
    try:
        for _ in range(WALKS):
            walk(definition, random)
    except Exception:
        log.exception("Walk crashed", action="walk_crashed", process=own[2])
        return CRASHED
    return "" if shape(definition) == before else CHANGED


def _normalised(drawn: _Drawn) -> Normalised:
    _key, xml, process_id, origin = drawn
    return Normalised(xml=xml, processes=(process_id,), origin=dict(origin))


def not_executable(refused: DiagramRefused, file: str) -> Finding:
    """Return the finding about what the engine does not take."""
    element = str(refused.facts.get("element", ""))
    return Finding(severity="error", code="not-executable", file=file, element=element, facts=refused.facts)


def normalised_row(
    context: Context,
    row: DefinitionRow,
    normalised: Normalised,
    *,
    decisions: DeployedDecisions,
    processes: DeployedProcesses,
) -> NormalisedRow:
    """Return the executable form of a version as it is stored, bound to the decision files and processes in force.

    A newer normaliser, table or called process never touches a stored one.
    """
    called = processes.forms_called_from(normalised.xml)
    return NormalisedRow(
        id=context.ids.next_id(PREFECTURE),
        definition_id=row.id,
        sha256=row.sha256,
        normaliser=NORMALISER_VERSION,
        start="",
        process_id=normalised.processes[0],
        xml=normalised.xml,
        origin=normalised.origin,
        decisions=decisions.bound_to([normalised.xml, *(form.xml for form in called.values())]),
        calls=",".join(str(number) for number in sorted(form.id for form in called.values())),
    )
