"""The executable form of a definition as it is stored, and whether the engine takes it."""

from dataclasses import replace

from app.diagrams.check_diagram import check_diagram
from app.diagrams.normalise import NORMALISER_VERSION
from app.domain.diagram import Finding, Normalised, Published
from app.domain.errors import DiagramRefused
from app.engine.parser import parse
from app.runtime.context import Context
from app.runtime.decision_book import DeployedDecisions
from app.storage.definitions import NormalisedRow

PREFECTURE = "422800"


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
