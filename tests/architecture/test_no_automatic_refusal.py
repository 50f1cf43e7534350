"""No rule of the system refuses anything (个人信息保护法 art. 24(3)): a refusal is always the act of a person."""

import ast

from app.domain.vocabulary import Decision
from app.runtime.host_operations import HOST_OPERATIONS
from tests.architecture.sources import python_files, tree

DECIDES = "decide"
BY_PERSON = "app/runtime/completion.py"
BY_SYSTEM = {
    "app/runtime/deemed_approval.py": "Decision.DEEMED_APPROVE",
    "app/runtime/renewal.py": "Decision.DEEMED_RENEW",
}


def calls_of_decide() -> list[tuple[str, ast.Call]]:
    return [
        (name, node)
        for name in python_files("app/runtime", "app/operations")
        for node in ast.walk(tree(name))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == DECIDES
    ]


def test_decisions_are_recorded_in_three_places_only() -> None:
    assert {name for name, _call in calls_of_decide()} == {BY_PERSON, *BY_SYSTEM}


def test_what_the_system_decides_is_an_approval() -> None:
    for name, call in calls_of_decide():
        if name in BY_SYSTEM:
            assert ast.unparse(call.args[1]) == BY_SYSTEM[name]
            assert "decided_by" in {keyword.arg for keyword in call.keywords}


def test_no_host_operation_names_a_refusing_decision() -> None:
    refusing = {"REFUSE", "PARTIAL"}
    assert refusing <= {item.name for item in Decision}
    named = {
        f"{name}:{node.lineno}"
        for name in python_files("app/runtime/host_operations")
        for node in ast.walk(tree(name))
        if isinstance(node, ast.keyword)
        and node.arg in ("decision", "decided_by")
        and ast.unparse(node.value).split(".")[-1] in refusing
    }

    assert HOST_OPERATIONS
    assert named == set()
