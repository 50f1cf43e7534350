"""Figures of the engine: CPU milliseconds of this process and bytes. Run `python -m tests.benchmarks.bench_engine`.

The budgets stand in docs and are reported, not enforced: a busy machine must not fail a build.
"""

import statistics
import sys
import time
from collections.abc import Callable
from typing import Any

from lxml import etree
from SpiffWorkflow.bpmn import BpmnWorkflow
from SpiffWorkflow.bpmn.parser import BpmnParser
from SpiffWorkflow.bpmn.serializer import BpmnWorkflowSerializer
from SpiffWorkflow.util.task import TaskState

from app.domain.moves import CompleteTask, FireDeadline
from app.engine import codec, runner, snapshot
from app.engine.parser import parse
from tests.unit.engine.kit import (
    boundary,
    chain,
    chain_of,
    define,
    end,
    ends,
    flow,
    gateway,
    node,
    normalised,
    start,
    timer,
    user,
    users,
)

APPROVAL = chain_of(10) + end("e2") + boundary("late", "s0", timer("promised")) + chain("late", "e2")
VARIABLES = {"amount": 12, "form": {"name": "某某餐饮店", "area": 120}}


def cpu_ms(act: Callable[[], object]) -> float:
    began = time.process_time()
    act()
    return (time.process_time() - began) * 1000


def report(name: str, value: float, budget: float | None, unit: str = "ms", *, is_least: bool = False) -> None:
    limit = f"budget {budget:g} {unit}" if budget is not None else ""
    is_missed = budget is not None and (value < budget if is_least else value > budget)
    mark = " MISSED" if is_missed else ""
    sys.stdout.write(f"{name:58} {value:9.3f} {unit:5} {limit}{mark}\n")


def wide(width: int) -> str:
    names = [f"u{number}" for number in range(width)]
    branches = "".join(chain("fork", name, "join") for name in names)
    return (
        start()
        + gateway("parallel", "fork", "join")
        + users(*names)
        + end()
        + branches
        + chain("start", "fork")
        + chain("join", "end")
    )


def ring() -> str:
    return (
        start() + gateway("exclusive", "merge") + user("fix") + node("exclusiveGateway", "g", default="ok") + end()
        + chain("start", "merge", "fix", "g") + flow("g", "end", flow_id="ok") + flow("g", "merge", "again = true")
    )  # fmt: skip


def step_times(body: str) -> tuple[list[float], list[int]]:
    """Complete every task of a chain; each step loads, completes, lists and saves."""
    definition = define(body)
    instance = runner.begin(definition, dict(VARIABLES))
    snapshot.take(instance)
    raw, variables = codec.dump(instance), codec.dump_variables(instance.variables)
    times, sizes = [], []
    while not instance.ended:
        began = time.process_time()
        instance = codec.load(raw, codec.load_variables(variables), definition)
        task = snapshot.take(instance).open_tasks[0]
        runner.apply(instance, CompleteTask(task_id=task.task_id, outcome="accept"))
        snapshot.take(instance)
        raw, variables = codec.dump(instance), codec.dump_variables(instance.variables)
        times.append((time.process_time() - began) * 1000)
        sizes.append(len(raw))
    return times, sizes


def stock_step_times(body: str) -> tuple[list[float], list[int]]:
    """Complete the same chain with the parser, the workflow and the serialiser the library comes with."""
    parser: Any = BpmnParser()
    parser.add_bpmn_xml(etree.fromstring(normalised(body).xml))
    workflow: Any = BpmnWorkflow(parser.get_spec("P"))
    serialiser: Any = BpmnWorkflowSerializer()
    workflow.data.update(VARIABLES)
    workflow.do_engine_steps()
    raw = serialiser.serialize_json(workflow)
    times, sizes = [], []
    while not workflow.completed:
        began = time.process_time()
        workflow = serialiser.deserialize_json(raw)
        workflow.get_next_task(state=TaskState.READY, manual=True).run()
        workflow.do_engine_steps()
        raw = serialiser.serialize_json(workflow)
        times.append((time.process_time() - began) * 1000)
        sizes.append(len(raw.encode()))
    return times, sizes


def bench_stock() -> None:
    """Compare with the stock serialiser, round about, so that both meet the same machine."""
    for nodes, rounds in ((10, 30), (100, 2), (250, 1)):
        body = chain_of(nodes)
        pairs = [(step_times(body), stock_step_times(body)) for _ in range(rounds)]
        ours, stock = ([value for pair in pairs for value in pair[side][0]] for side in (0, 1))
        assert len(ours) == len(stock) == nodes * rounds
        report(f"{nodes} steps, stock serialiser: load + step + save, mean", statistics.mean(stock), None)
        report(f"{nodes} steps, this codec: the same, mean", statistics.mean(ours), None)
        report(f"{nodes} steps: steps a second of CPU, ratio", sum(stock) / sum(ours), 10.0, "times", is_least=True)
        largest = [max(max(pair[side][1]) for pair in pairs) for side in (1, 0)]
        report(
            f"{nodes} steps: largest state, ratio ({largest[0]} / {largest[1]} bytes)",
            largest[0] / largest[1],
            None,
            "times",
        )


def bench_steps() -> None:
    runs = [step_times(APPROVAL) for _ in range(100)]
    times = [value for run in runs for value in run[0]]
    report("ten-step approval: load + step + save, median", statistics.median(times), 0.5)
    report("ten-step approval: same, 99th of 100", statistics.quantiles(times, n=100)[98], None)
    report("ten-step approval: state deflated, largest", max(size for run in runs for size in run[1]), 2048, "bytes")
    for nodes, budget in ((30, 0.5), (100, 1.0), (250, 2.0)):
        times = [value for _ in range(3) for value in step_times(chain_of(nodes))[0]]
        report(f"{nodes} nodes: load + step + save, median", statistics.median(times), budget)


def bench_width() -> None:
    for width, budget in ((10, None), (50, None), (200, 100.0), (500, None)):
        definition = define(wide(width))
        instance = runner.begin(definition, {})
        tasks = [task.task_id for task in snapshot.take(instance).open_tasks]
        total = cpu_ms(lambda ids=tasks, live=instance: [runner.apply(live, CompleteTask(task_id=i)) for i in ids])
        assert instance.ended
        report(f"{width} parallel branches: all completed", total, budget)
    instance = runner.begin(define(wide(50)), {})
    raw = codec.dump(instance)
    definition = instance.definition

    def step() -> None:
        loaded = codec.load(raw, {}, definition)
        runner.apply(loaded, CompleteTask(task_id=snapshot.take(loaded).open_tasks[0].task_id))
        snapshot.take(loaded)
        codec.dump(loaded)

    report("50 open tasks: load + step + save", statistics.median(cpu_ms(step) for _ in range(50)), 2.0)


def bench_laps() -> None:
    instance, laps = runner.begin(define(ring()), {"again": True}), 2_000

    def run() -> None:
        for _ in range(laps):
            runner.apply(instance, CompleteTask(task_id=snapshot.take(instance).open_tasks[0].task_id))

    report(f"{laps} laps of a correction loop: one lap", cpu_ms(run) / laps, None)
    report(f"{laps} laps of a correction loop: state", len(codec.dump(instance)), None, "bytes")


def bench_others() -> None:
    body = start() + user("review") + ends("end", "e2") + chain("start", "review", "end")
    body += boundary("red", "review", timer("5WD")) + chain("red", "e2")
    instance = runner.begin(define(body), {})
    task_id, raw = snapshot.take(instance).waits[0].task_id, codec.dump(instance)

    def fire() -> None:
        loaded = codec.load(raw, {}, instance.definition)
        runner.apply(loaded, FireDeadline(task_id=task_id, key="red"))
        snapshot.take(loaded)
        codec.dump(loaded)

    report("load + fire + list + save", statistics.median(cpu_ms(fire) for _ in range(200)), 0.5)
    for nodes, budget in ((10, 0.5), (100, 2.0)):
        definition = define(chain_of(nodes))
        times = [cpu_ms(lambda made=definition: runner.begin(made, {})) for _ in range(100)]
        report(f"begin, {nodes} nodes", statistics.median(times), budget)
    for nodes, budget in ((10, 5.0), (30, 10.0), (100, 30.0), (250, 100.0)):
        diagram = normalised(chain_of(nodes))
        times = [cpu_ms(lambda text=diagram: parse(text, key="k")) for _ in range(10)]
        report(f"parse without normalising, {nodes} nodes", statistics.median(times), budget)


def main() -> None:
    for part in (bench_steps, bench_stock, bench_width, bench_laps, bench_others):
        part()


if __name__ == "__main__":
    main()
