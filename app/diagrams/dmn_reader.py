"""Read DMN files together: a decision may need one of another file, and none needs itself."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from app.diagrams.decision_checks import check_decisions
from app.diagrams.dmn_file import DmnFile
from app.domain.decisions import Decision, DecisionModel
from app.domain.diagram import Finding


@dataclass(frozen=True, slots=True, kw_only=True)
class DmnReading:
    """Files as read. model is None when a finding is an error."""

    model: DecisionModel | None
    findings: tuple[Finding, ...]


def read_dmn(raw: bytes, *, file: str) -> DmnReading:
    """Read all decisions of one DMN file. file: its name, for the findings. Raises nothing: every fault is a finding."""
    return read_decisions({file: raw})


def read_decisions(files: Mapping[str, bytes]) -> DmnReading:
    """Read the decisions of several files as one: ids are unique among them all. files: name -> content.

    Raises nothing: every fault is a finding.
    """
    decisions: dict[str, Decision] = {}
    findings: list[Finding] = []
    for name, raw in files.items():
        reader = DmnFile(name)
        for key, decision in reader.read(raw).items():
            if key in decisions:
                reader.findings.append(_finding(decision, "dmn-id-elsewhere", id=key, other=decisions[key].file))
            decisions.setdefault(key, decision)
        findings.extend(reader.findings)
    findings.extend(_requirements(decisions, unread={finding.element for finding in findings}))
    if any(finding.severity == "error" for finding in findings):
        return DmnReading(model=None, findings=tuple(findings))
    return DmnReading(model=DecisionModel(decisions=decisions), findings=tuple(findings))


def read_checked(files: Mapping[str, bytes]) -> DmnReading:
    """Read files as `read_decisions` does, and look for rules of their tables that overlap or leave gaps."""
    reading = read_decisions(files)
    if reading.model is None:
        return reading
    findings = (*reading.findings, *check_decisions(reading.model))
    has_error = any(finding.severity == "error" for finding in findings)
    return DmnReading(model=None if has_error else reading.model, findings=findings)


def _requirements(decisions: Mapping[str, Decision], *, unread: set[str]) -> Iterator[Finding]:
    """Yield what is required and nowhere, and circles. unread: ids of decisions with a fault of their own."""
    for decision in decisions.values():
        for needed in decision.requires:
            if needed not in decisions and needed not in unread:
                yield _finding(decision, "dmn-requires-unknown", required=needed)
    needs = {key: {needed for needed in item.requires if needed in decisions} for key, item in decisions.items()}
    for key in _without_ends(_turned(_without_ends(needs))):
        yield _finding(decisions[key], "dmn-circle")


def _without_ends(needs: Mapping[str, set[str]]) -> dict[str, set[str]]:
    """Take away what needs nothing, then what needed only that, and so on: circles stay, and what leads into them."""
    left = {key: len(needed) for key, needed in needs.items()}
    needed_by = _turned(needs)
    ends = [key for key, count in left.items() if not count]
    for key in ends:
        for other in needed_by[key]:
            left[other] -= 1
            if not left[other]:
                ends.append(other)
    gone = set(ends)
    return {key: needed - gone for key, needed in needs.items() if key not in gone}


def _turned(needs: Mapping[str, set[str]]) -> dict[str, set[str]]:
    turned: dict[str, set[str]] = {key: set() for key in needs}
    for key, needed in needs.items():
        for other in needed:
            turned[other].add(key)
    return turned


def _finding(decision: Decision, code: str, **facts: object) -> Finding:
    return Finding(
        severity="error",
        code=code,
        file=decision.file,
        line=decision.line,
        element=decision.id,
        name=decision.name,
        facts=facts,
    )
