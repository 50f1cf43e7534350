"""When a process is over."""

from tests.unit.engine.conftest import Run
from tests.unit.engine.kit import chain, end, ends, gateway, start, users


def test_process_ends_when_the_last_of_two_ends_is_reached(run: Run) -> None:
    body = (
        start()
        + gateway("parallel", "fork")
        + users("a", "b")
        + ends("e1", "e2")
        + chain("start", "fork", "a", "e1")
        + chain("fork", "b", "e2")
    )
    host = run(body)

    assert not host.done("b").ended
    assert host.done("a").ended


def test_terminate_end_takes_away_every_other_token(run: Run) -> None:
    body = (
        start()
        + gateway("parallel", "fork")
        + users("a", "b")
        + end()
        + end("stop", "<terminateEventDefinition/>")
        + chain("start", "fork", "a", "end")
        + chain("fork", "b", "stop")
    )
    host = run(body).done("b")

    assert (host.ended, host.open) == (True, [])
