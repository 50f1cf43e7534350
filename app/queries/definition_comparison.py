"""Two versions of a definition beside each other (版本比较)."""

from dataclasses import dataclass

import sqlalchemy as sa

from app.diagrams.comparing import compare
from app.diagrams.comparing_decisions import compare_decisions
from app.domain.diagram_comparison import DiagramComparison
from app.queries.definitions import get_version
from app.storage.definitions import DefinitionRow

DECISIONS = "dmn"


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionComparison:
    """What `new` says otherwise than `old`, two versions of one key."""

    old: DefinitionRow
    new: DefinitionRow
    comparison: DiagramComparison


def compare_versions(connection: sa.Connection, key: str, old: int, new: int) -> VersionComparison:
    """Compare two versions of a definition, drafts included. Raises NotFound `definition_unknown`."""
    before, after = get_version(connection, key, old), get_version(connection, key, new)
    comparing = compare_decisions if after.kind == DECISIONS else compare
    return VersionComparison(old=before, new=after, comparison=comparing(before.source, after.source))
