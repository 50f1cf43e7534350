"""The executable form of a definition as it is stored, and whether the engine takes it."""

from collections.abc import Iterator
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
from app.runtime.context import Context
from app.runtime.decision_book import DeployedDecisions
from app.storage.definitions import NormalisedRow

PREFECTURE = "422800"
WALKS = 20
KEPT_TRIALS = 500
CRASHED, CHANGED = "crashed", "changed"

log = structlog.get_logger()


def check_executable(raw: bytes, *, file: str, published: Published) -> tuple[Normalised, tuple[Finding, ...]]:
    """Return the executable form of a diagram and all findings; what no check names the engine still has to take.

    Raises DiagramRefused when the document cannot be opened at all.
    """
    normalised, findings = check_diagram(raw, file=file, published=published)
    if not normalised.is_deployable:
        return normalised, findings
    try:
        for process_id in normalised.processes:
            parse(normalised, key="", process_id=process_id)
    except DiagramRefused as refused:
        findings = (*findings, not_executable(refused, file))
    return replace(normalised, findings=findings), findings


def try_out(normalised: Normalised, *, file: str) -> Iterator[Finding]:
    """Play what is about to be deployed at random; yield a finding for each process the engine stumbles over.

    All cases of a version share one definition, so a walk may neither crash nor leave anything changed in it. Where a
    walk leads to says nothing here: conditions are dice.
    """
    for process_id in normalised.processes:
        reason = _stumble(normalised.xml, tuple(sorted(normalised.origin.items())), process_id)
        if reason:
            facts = {"reason": reason, "element": process_id}
            yield Finding(severity="error", code="not-executable", file=file, element=process_id, facts=facts)


@lru_cache(maxsize=KEPT_TRIALS)
def _stumble(xml: bytes, origin: tuple[tuple[str, str], ...], process_id: str) -> str:
    """Return how walks went wrong, empty when none did. Equal diagrams are walked once in a process."""
    drawn = Normalised(xml=xml, processes=(process_id,), origin=dict(origin))
    definition = parse(drawn, key="", process_id=process_id)
    random = Random(process_id)  # noqa: S311 - dice, no secret; equal diagrams give equal walks
    load_dice(definition, random)
    before = shape(definition)
    try:
        for _ in range(WALKS):
            walk(definition, random)
    except Exception:
        log.exception("Walk crashed", action="walk_crashed", process=process_id)
        return CRASHED
    return "" if shape(definition) == before else CHANGED


def not_executable(refused: DiagramRefused, file: str) -> Finding:
    """Return the finding about what the engine does not take."""
    element = str(refused.facts.get("element", ""))
    return Finding(severity="error", code="not-executable", file=file, element=element, facts=refused.facts)


def normalised_row(
    context: Context, definition_id: int, sha256: str, normalised: Normalised, deployed: DeployedDecisions
) -> NormalisedRow:
    """Return the stored executable form of a definition, bound to the decision files in force.

    A newer normaliser or table never touches a stored one.
    """
    return NormalisedRow(
        id=context.ids.next_id(PREFECTURE),
        definition_id=definition_id,
        sha256=sha256,
        normaliser=NORMALISER_VERSION,
        start="",
        process_id=normalised.processes[0],
        xml=normalised.xml,
        origin=normalised.origin,
        decisions=deployed.bound_to(normalised.xml),
    )
