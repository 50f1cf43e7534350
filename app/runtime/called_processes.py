"""Deployed diagrams as others call them (被调用流程), and which forms of them a diagram runs for good."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

from app.diagrams.calls import calls_of, processes_called
from app.diagrams.graph import BPMN_TAG, build_graph
from app.diagrams.reader import read
from app.domain.diagram import Calls, Normalised
from app.storage.database import Connection
from app.storage.definitions import NormalisedRow, forms_of, in_force

KEPT_CALLS = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class DeployedProcesses:
    """The diagrams in force. forms: key of a definition -> its newest executable form."""

    forms: Mapping[str, NormalisedRow]

    def calls(self) -> dict[str, Calls]:
        """Return what each of them calls."""
        return {key: _calls_in(row.xml, tuple(row.origin.items())) for key, row in self.forms.items()}

    def key_of(self, raw: bytes) -> str:
        """Return the key of the diagram whose process a file holds; empty when it is none of these.

        Raises DiagramRefused for what cannot be opened.
        """
        drawn = {item.get("id") for item in read(raw, file="diagram.bpmn").root.iter(f"{BPMN_TAG}process")}
        return next((key for key, row in self.forms.items() if row.process_id in drawn), "")

    def called_from(self, xml: bytes) -> dict[str, Normalised]:
        """Return what an executable diagram calls, near and far, as the engine parses it."""
        return {key: normalised_of(row) for key, row in self.forms_called_from(xml).items()}

    def forms_called_from(self, xml: bytes) -> dict[str, NormalisedRow]:
        """Return the forms an executable diagram calls, and those they call; each definition in one version alone."""
        found: dict[str, NormalisedRow] = {}
        waiting = list(processes_called(xml))
        for key in waiting:
            row = self.forms.get(key)
            if row is not None and key not in found:
                found[key] = row
                waiting.extend(processes_called(row.xml))
        return found

    def with_form(self, key: str, row: NormalisedRow) -> "DeployedProcesses":
        """Return the same with a newer form of a definition."""
        return replace(self, forms={**self.forms, key: row})


def deployed_processes(connection: Connection) -> DeployedProcesses:
    """Read the diagrams in force."""
    return DeployedProcesses(forms=forms_of(connection, [row.diagram_id for row in in_force(connection)]))


def normalised_of(row: NormalisedRow) -> Normalised:
    """Return a stored executable form as the engine parses it."""
    return Normalised(xml=row.xml, processes=(row.process_id,), origin=row.origin)


@lru_cache(maxsize=KEPT_CALLS)
def _calls_in(xml: bytes, origin: tuple[tuple[str, str], ...]) -> Calls:
    return calls_of(build_graph(read(xml, file="diagram.bpmn").root), dict(origin))
