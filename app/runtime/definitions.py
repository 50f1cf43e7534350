"""The executable form of a definition as it is stored."""

from app.diagrams.normalise import NORMALISER_VERSION
from app.domain.diagram import Normalised
from app.runtime.context import Context
from app.storage.definitions import NormalisedRow

PREFECTURE = "422800"


def normalised_row(context: Context, definition_id: int, sha256: str, normalised: Normalised) -> NormalisedRow:
    """Return the stored executable form of a definition. A newer normaliser never touches a stored one."""
    return NormalisedRow(
        id=context.ids.next_id(PREFECTURE),
        definition_id=definition_id,
        sha256=sha256,
        normaliser=NORMALISER_VERSION,
        start="",
        process_id=normalised.processes[0],
        xml=normalised.xml,
        origin=normalised.origin,
    )
