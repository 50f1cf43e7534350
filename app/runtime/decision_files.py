"""Decision files (决策文件) on their way to use: checked in a folder, published, and bound to the diagrams in force."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from app.catalogue.checker import published_names
from app.diagrams.dmn_reader import DmnReading, read_checked
from app.diagrams.reader import finding_item
from app.domain.diagram import Calls, Finding, Published
from app.domain.errors import DiagramRefused
from app.runtime.context import Context
from app.runtime.decision_book import (
    NO_DECISIONS,
    PREFIX,
    DeployedDecisions,
    decision_versions,
    names_of,
    read_versions,
)
from app.storage.definitions import add_normalised, decisions_in_force, forms_of, get_normalised, in_force
from app.storage.unit_of_work import UnitOfWork

FILES, GUIDANCE = "decisions/*.dmn", "themes/*/guidance.dmn"
PREFECTURE = "422800"


def check_decision_files(rules_dir: Path) -> tuple[frozenset[str], tuple[Finding, ...]]:
    """Return the ids and names of the decisions of a folder, and every finding about its decision files.

    Those of `decisions/` may need one another; the guidance of a theme stands alone.
    """
    shared = {_name(path, rules_dir): path.read_bytes() for _key, path in decision_files(rules_dir)}
    reading = read_checked(shared) if shared else DmnReading(model=NO_DECISIONS, findings=())
    findings = list(reading.findings)
    for path in sorted(rules_dir.glob(GUIDANCE)):
        findings.extend(read_checked({_name(path, rules_dir): path.read_bytes()}).findings)
    return names_of(reading.model), tuple(findings)


def published_with(rules_dir: Path, decisions: frozenset[str], calls: Mapping[str, Calls]) -> Published:
    """Return the names diagrams may refer to.

    decisions: ids and names of the decisions that are there for them. calls: key of a definition -> what it calls.
    """
    return replace(published_names(rules_dir), decisions=decisions, calls=calls)


def decision_files(rules_dir: Path) -> Iterator[tuple[str, Path]]:
    """Yield the decision files of a folder with their keys."""
    for path in sorted(rules_dir.glob(FILES)):
        yield PREFIX + path.stem, path


def deployed_decisions(uow: UnitOfWork) -> DeployedDecisions:
    """Read the decision files in force. Raises DiagramRefused when they do not fit each other."""
    rows = decision_versions(decisions_in_force(uow.connection))
    model = read_versions(rows) if rows else NO_DECISIONS
    return DeployedDecisions(model=model, versions={row.key: row.definition_id for row in rows})


def bind_again(uow: UnitOfWork, context: Context) -> None:
    """Let the diagrams in force decide by the decision files in force, for new cases; running ones keep theirs.

    Raises DiagramRefused `definition_refused` when a diagram in force asks for a decision that is not there any more.
    """
    deployed = deployed_decisions(uow)
    faults: list[Finding] = []
    for diagram in in_force(uow.connection):
        row = get_normalised(uow.connection, diagram.diagram_id)
        assert row is not None
        called = forms_of(uow.connection, row.called_ids)
        bound = deployed.bound_to([row.xml, *(form.xml for form in called.values())])
        faults.extend(_missing(diagram.key, name) for name in deployed.missing_in(row.xml))
        if bound != row.decisions:
            add_normalised(uow, replace(row, id=context.ids.next_id(PREFECTURE), decisions=bound))
    if faults:
        items = tuple(finding_item(item) for item in faults)
        raise DiagramRefused("definition_refused", items=items, count=len(items))


def _missing(key: str, decision: str) -> Finding:
    return Finding(severity="error", code="unknown-decision", file=key, facts={"decision": decision})


def _name(path: Path, rules_dir: Path) -> str:
    return path.relative_to(rules_dir).as_posix()
