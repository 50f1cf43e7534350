"""What business rule tasks (业务规则环节) decided: kept with the rules and values it came from, or made known as failed."""

from collections.abc import Mapping

from app.domain.decisions import DecisionModel, DecisionResult
from app.domain.moves import DecideAgain
from app.domain.snapshot import Decided
from app.engine import runner
from app.engine.expressions import plain
from app.runtime.casework import Casework
from app.runtime.notices import tell_supervision_office

FAILED = "decision_failed"


def record_decided(work: Casework) -> None:
    """Record what was decided since this was asked last: one audit entry each, with the numbers of the matching rules.

    The values stand beside it, where they can be erased later; the audit chain holds their hash. What nobody in the
    diagram catches becomes an incident, and the supervision office is told.
    """
    assert work.instance is not None
    for item in runner.take_decided(work.instance):
        if item.result is None:
            _record_failure(work, item)
        else:
            _record(work, item, item.result)


def again(work: Casework, task_id: str) -> DecideAgain:
    """Return the move that decides once more: by the tables in force now, else by those the case began with."""
    assert work.loaded.state is not None
    own = work.definitions(work.loaded.state.diagram_id).decisions
    merged = {**own.decisions, **work.published.decision_book.decisions}
    return DecideAgain(task_id=task_id, decisions=DecisionModel(decisions=merged))


def _record(work: Casework, item: Decided, result: DecisionResult) -> None:
    facts: dict[str, object] = {
        "element": item.element,
        "decision": item.decision,
        "rules": list(result.rules),
        "inputs": work.keep(item.element, _values(result)),
    }
    if result.required:
        facts["required"] = {key: list(needed.rules) for key, needed in result.required.items()}
    work.record("rule_decided", facts)


def _values(result: DecisionResult) -> Mapping[str, object]:
    read = [pair for one in (*result.required.values(), result) for pair in one.inputs]
    return {"inputs": {name: plain(value) for name, value in read}, "result": plain(result.value)}


def _record_failure(work: Casework, item: Decided) -> None:
    told = {name: str(item.facts[name]) for name in ("rules",) if name in item.facts}
    facts = {"element": item.element, "decision": item.decision, "code": item.fault, **told}
    seq = work.record("rule_decision_failed", facts)
    if item.is_caught:
        return
    error = " ".join((item.fault, *(f"{name}={value}" for name, value in told.items())))
    kept = {"engine_task": item.task_id, "decision": item.decision, "error": error}
    work.open_incident(item.element, FAILED, kept)
    notice = {"decision": item.decision, "rules": told.get("rules", "-")}
    tell_supervision_office(work, FAILED, notice, key=f"{FAILED}:{work.case.id}:{seq}")
