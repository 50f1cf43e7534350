"""Corrections without end: what is stored of an instance, and the work of a step, do not grow with the laps."""

from app.domain.moves import CompleteTask
from app.engine import codec, runner, snapshot
from tests.unit.engine.kit import chain, define, end, flow, gateway, node, start, users

LAPS, EARLY = 2_000, 50
RING = (
    start()
    + gateway("exclusive", "again")
    + gateway("parallel", "fork", "join")
    + users("check", "visit", "correct")
    + node("exclusiveGateway", "g", default="ok")
    + end()
    + chain("start", "again", "fork", "check", "join", "g")
    + chain("fork", "visit", "join")
    + flow("g", "correct", 'outcomes.check = "correct"')
    + chain("correct", "again")
    + flow("g", "end", flow_id="ok")
)


def test_two_thousand_laps_store_and_hold_no_more_than_fifty() -> None:
    definition = define(RING)
    instance = runner.begin(definition, {})
    held: dict[int, tuple[int, int]] = {}

    for lap in range(1, LAPS + 1):
        for element in ("visit", "check", "correct"):
            task = next(task for task in snapshot.take(instance).open_tasks if task.element == element)
            runner.apply(instance, CompleteTask(task_id=task.task_id, outcome="correct"))
            raw, variables = codec.dump(instance), codec.dump_variables(instance.variables)
            instance = codec.load(raw, codec.load_variables(variables), definition)
        held[lap] = len(instance.workflow.tasks), len(raw) + len(variables)

    tasks, size = held[EARLY]
    assert {count for count, _size in list(held.values())[EARLY:]} == {tasks}
    assert max(size for _count, size in list(held.values())[EARLY:]) <= size + 32  # ids are random and pack unalike


def test_last_lap_ends_the_instance() -> None:
    definition = define(RING)
    instance = runner.begin(definition, {})

    for element, outcome in [("visit", ""), ("check", "correct"), ("correct", ""), ("visit", ""), ("check", "pass")]:
        task = next(task for task in snapshot.take(instance).open_tasks if task.element == element)
        runner.apply(instance, CompleteTask(task_id=task.task_id, outcome=outcome))

    assert instance.ended
