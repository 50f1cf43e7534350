"""Variables stand once in the instance: no update is lost, no local leaks."""

from tests.unit.engine.conftest import Run
from tests.unit.engine.kit import Host, chain, chain_of, define, end, flow, gateway, node, start, user, users

FORK = (
    start()
    + gateway("parallel", "fork", "join")
    + users("a", "b", "after")
    + end()
    + chain("start", "fork", "a", "join", "after", "end")
    + chain("fork", "b", "join")
)


def test_update_of_one_branch_is_not_lost_at_the_join(run: Run) -> None:
    host = run(FORK, {"x": 1, "form": {"p": 1}, "files": [1, 2]})

    host.done("a", x=2, form={"p": 9}, files=[1, 2, 3]).done("b")

    assert {name: host.variables[name] for name in ("x", "form", "files")} == {
        "x": 2,
        "form": {"p": 9},
        "files": [1, 2, 3],
    }


def test_last_write_of_two_branches_wins(run: Run) -> None:
    host = run(FORK).done("a", x="a", only_a=1).done("b", x="b")

    assert (host.variables["x"], host.variables["only_a"]) == ("b", 1)


def test_outcome_is_kept_under_the_element(run: Run) -> None:
    host = run(FORK).done("a", outcome="accept").done("b", outcome="refuse")

    assert host.variables["outcomes"] == {"a": "accept", "b": "refuse"}


def test_completion_without_outcome_leaves_no_old_outcome_behind(run: Run) -> None:
    body = (
        start()
        + gateway("exclusive", "again")
        + user("a")
        + node("exclusiveGateway", "g", default="ok")
        + end()
        + chain("start", "again", "a", "g")
        + flow("g", "again", 'outcomes.a = "again"')
        + flow("g", "end", flow_id="ok")
    )
    host = run(body).done("a", outcome="again").done("a")

    assert (host.ended, host.variables["outcomes"]) == (True, {"a": None})


def test_task_without_outcomes_writes_none(run: Run) -> None:
    assert "outcomes" not in run(chain_of(2)).done("s0").variables


def test_variables_given_at_the_beginning_are_not_changed(run: Run) -> None:
    given: dict[str, object] = {"outcomes": {"old": "x"}, "form": {"a": 1}}
    run(FORK, given).done("a", outcome="accept", form={"a": 2})

    assert given == {"outcomes": {"old": "x"}, "form": {"a": 1}}


def test_outcome_of_an_added_node_stands_under_the_authors_id() -> None:
    host = Host(define(chain_of(1), origin={"s0": "check"}))

    assert host.open == ["check"]
    assert host.done("check", outcome="accept").variables["outcomes"] == {"check": "accept"}
