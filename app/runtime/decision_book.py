"""Deployed decision files (决策文件) read together, and which versions of them a diagram decides by."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from app.diagrams.decision_names import decisions_named
from app.diagrams.dmn_reader import read_decisions
from app.diagrams.reader import finding_item
from app.domain.decisions import DecisionModel, in_order
from app.domain.errors import DiagramRefused
from app.storage.definitions import FormInForce

PREFIX = "decision:"
NO_DECISIONS = DecisionModel(decisions={})


def decision_versions(rows: Iterable[FormInForce]) -> tuple[FormInForce, ...]:
    """Return those of the deployed files that diagrams may decide by; the guidance of a theme is its own."""
    return tuple(row for row in rows if row.key.startswith(PREFIX))


def read_versions(versions: Iterable[FormInForce]) -> DecisionModel:
    """Read versions of decision files together. Raises DiagramRefused `definition_refused` with what does not fit."""
    reading = read_decisions({row.key: row.source for row in versions})
    faults = tuple(finding_item(item) for item in reading.findings if item.severity == "error")
    if reading.model is None:
        raise DiagramRefused("definition_refused", items=faults, count=len(faults))
    return reading.model


def names_of(model: DecisionModel | None) -> frozenset[str]:
    """Return the names a diagram may call the decisions by: their ids and their names; none while files have faults."""
    decisions = model.decisions.values() if model else ()
    return frozenset(name for decision in decisions for name in (decision.id, decision.name))


@dataclass(frozen=True, slots=True, kw_only=True)
class DeployedDecisions:
    """The decision files in force. versions: key of a file -> id of its version."""

    model: DecisionModel
    versions: Mapping[str, int]

    def bound_to(self, xmls: Iterable[bytes]) -> str:
        """Return the versions an executable diagram decides by: of the files of its decisions and of all they need.

        xmls: of the diagram and of all it calls. Ids ascending, joined by commas; empty where nothing is decided.
        """
        files: set[str] = set()
        for name in (name for xml in xmls for name in decisions_named(xml)):
            decision = self.model.find(name)
            if decision is not None:
                files.update(item.file for item in (decision, *in_order(self.model, decision)))
        return ",".join(str(number) for number in sorted(self.versions[file] for file in files))

    def missing_in(self, xml: bytes) -> tuple[str, ...]:
        """Return the decisions an executable diagram asks for and that are not there."""
        return tuple(name for name in decisions_named(xml) if self.model.find(name) is None)
