"""Several people at once: each in a thread of its own, all off at the same moment."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from app.domain.errors import CaseworkError

LONGEST_S = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What one of them got: an answer, or the code of a refusal."""

    answer: object = None
    refusal: str = ""


def race(acts: Sequence[Callable[[], object]]) -> list[Outcome]:
    """Start all acts at the same moment. Returns their outcomes in the same order; another error than a refusal is
    raised."""
    gate, outcomes, faults = threading.Barrier(len(acts)), [Outcome() for _ in acts], []

    def run(number: int, act: Callable[[], object]) -> None:
        gate.wait(LONGEST_S)
        try:
            outcomes[number] = Outcome(answer=act())
        except CaseworkError as refused:
            outcomes[number] = Outcome(refusal=refused.code)
        except BaseException as fault:  # noqa: BLE001  (raised again below, in the thread of the test)
            faults.append(fault)

    threads = [threading.Thread(target=run, args=(number, act)) for number, act in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(LONGEST_S)
    if faults:
        raise faults[0]
    return outcomes


def refusals(outcomes: Sequence[Outcome]) -> list[str]:
    """Return the codes of those who were refused, sorted."""
    return sorted(outcome.refusal for outcome in outcomes if outcome.refusal)
