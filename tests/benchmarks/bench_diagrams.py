"""Figures of reading diagrams: CPU milliseconds of normalising, checking and parsing, by the number of nodes.

Run `python -m tests.benchmarks.bench_diagrams`. The cost must grow with the size and not with its square.
"""

import statistics
import time
from collections.abc import Callable

from app.diagrams.check_diagram import check_diagram
from app.diagrams.normalise import normalise
from app.diagrams.reader import read
from app.engine.parser import parse
from tests.benchmarks.figures import report, say_conditions
from tests.unit.engine.kit import (
    boundary,
    chain,
    document,
    end,
    flow,
    gateway,
    node,
    process,
    start,
    timer,
    user,
    users,
)

SIZES = (10, 30, 100, 250, 1_000, 2_000)
BUDGETS_MS = {10: 5.0, 30: 10.0, 100: 30.0, 250: 60.0, 1_000: 250.0}
PER_BLOCK = 8
ROUNDS = 5


def diagram_of(count: int) -> bytes:
    """A process of about `count` nodes: blocks of a choice, two branches side by side, a timer and a correction loop."""
    parts, last = [start()], "start"
    for number in range(max(1, count // PER_BLOCK)):
        ask, desk, visit, late, fork, meet, merge, check = (f"{name}{number}" for name in NAMES)
        parts += [
            node("exclusiveGateway", ask, default=f"no{number}", name="?"),
            gateway("parallel", fork, meet),
            users(desk, visit),
            node("exclusiveGateway", merge, name="?"),
            user(check, lb__limit="5WD"),
            boundary(late, desk, timer("promised 50%"), interrupting=False),
            flow(last, ask),
            flow(ask, fork, f'outcomes.{check} = "yes"'),
            flow(ask, merge, flow_id=f"no{number}"),
            chain(fork, desk, meet, merge, check),
            chain(fork, visit, meet),
            chain(late, check),
        ]
        last = check
    parts += [end(), chain(last, "end")]
    return document(process("".join(parts))).encode()


NAMES = ("ask", "desk", "visit", "late", "fork", "meet", "merge", "check")


def cpu_ms(act: Callable[[], object]) -> float:
    """Return the CPU milliseconds of one call."""
    began = time.process_time()
    act()
    return (time.process_time() - began) * 1000


def median_ms(act: Callable[[], object]) -> float:
    """Return the median of some calls."""
    return statistics.median(cpu_ms(act) for _ in range(ROUNDS))


def main() -> None:
    """Print the figures."""
    say_conditions("Reading diagrams, CPU of one core")
    for count in SIZES:
        raw = diagram_of(count)
        document_ = read(raw, file="x")
        normalised = normalise(document_)
        steps = {
            "read": median_ms(lambda raw=raw: read(raw, file="x")),
            "normalise": median_ms(lambda document_=document_: normalise(document_)),
            "read, normalise and check": median_ms(lambda raw=raw: check_diagram(raw, file="x", published=None)),
            "parse": median_ms(lambda normalised=normalised: parse(normalised, key="k")),
        }
        for name, value in steps.items():
            report(f"{name}, {count} nodes", value, None, "ms")
        whole = steps["read, normalise and check"] + steps["parse"]
        report(f"together, {count} nodes", whole, BUDGETS_MS.get(count), "ms", at_most=True)


if __name__ == "__main__":
    main()
