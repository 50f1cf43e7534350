"""A diagram of a thousand nodes: checked, approved, deployed, and a case that is walked on it. Sizes and times are printed."""

import sys
import time

import pytest
import sqlalchemy as sa

from app.diagrams.graph import FLOW_NODES
from app.operations.define import approve_definition, deploy_definition, save_definition, submit_definition
from app.storage.tables import instance_state
from tests.world import World

KEY, MATTER, CLERK = "process:bench-three-tasks", "bench-three-tasks", "window.enshi"
NODES, STEPS = 1_000, 499
WALKED = 12
TASK = 'lb:role="window_clerk" lb:office="intake" lb:outcomes="accept,stop"'
# Far above what a quiet machine needs: what is looked for is a step that grows with the square of the diagram.
MOST_STEP_S, MOST_DEPLOY_S, MOST_STATE_BYTES = 1.0, 30.0, 64_000


def drawn() -> bytes:
    """Return steps one after the other, each with a choice behind it: on, or to the end."""
    parts = ['<startEvent id="start" name="收件"/>', '<endEvent id="end" name="办结"/>', flow("start", "step_0")]
    for number in range(STEPS):
        clocks = ' lb:startsClock="promised"' if number == 0 else ""
        step, choice, following = f"step_{number}", f"choice_{number}", f"step_{number + 1}"
        parts += [
            f'<userTask id="{step}" name="第{number}步" {TASK}{clocks}/>',
            flow(step, choice),
            f'<exclusiveGateway id="{choice}" name="继续?" default="f_{choice}_{following}"/>',
            flow(choice, following if number + 1 < STEPS else "end"),
        ]
        if number + 1 < STEPS:
            parts.append(flow(choice, "end", f'=outcomes.{step} = "stop"'))
    return (
        '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:lb="urn:lianban:bpmn:1" id="d" '
        f'targetNamespace="t"><process id="thousand" name="千步" isExecutable="true">{"".join(parts)}</process></definitions>'
    ).encode()


def flow(source: str, target: str, condition: str = "") -> str:
    inner = f"<conditionExpression>{condition}</conditionExpression>" if condition else ""
    return f'<sequenceFlow id="f_{source}_{target}" sourceRef="{source}" targetRef="{target}">{inner}</sequenceFlow>'


def test_a_thousand_nodes_are_deployed_and_a_case_walks_on_them(
    installed: World, capsys: pytest.CaptureFixture[str]
) -> None:
    context, source = installed.container.context, drawn()
    first, second = installed.person("designer.es"), installed.person("designer2.es")
    nodes = sum(source.count(f"<{kind} ".encode()) for kind in FLOW_NODES)

    begun = time.perf_counter()
    saved = save_definition(context, first, key=KEY, source=source, edit=0)
    submit_definition(context, first, key=KEY)
    version = int(str(saved["version"]))
    approve_definition(context, second, key=KEY, version=version, is_approved=True)
    deploy_definition(context, second, key=KEY, version=version)
    deployed_s = time.perf_counter() - begun
    begun = time.perf_counter()
    case_no = installed.apply(MATTER)
    opened_s = time.perf_counter() - begun
    spent = [step(installed, case_no, number) for number in range(WALKED)]
    size = state_bytes(installed)

    assert nodes == NODES
    assert saved["findings"] == []
    assert installed.open_task(case_no, f"step_{WALKED}").element == f"step_{WALKED}"
    with capsys.disabled():
        sys.stdout.write(
            f"\n{nodes} nodes, {len(source)} bytes: deployed in {deployed_s:.1f} s, first case {opened_s:.2f} s, "
            f"step {sorted(spent)[WALKED // 2] * 1000:.0f} ms, state {size} bytes\n"
        )
    assert deployed_s < MOST_DEPLOY_S
    assert sorted(spent)[WALKED // 2] < MOST_STEP_S
    assert size < MOST_STATE_BYTES


def step(world: World, case_no: str, number: int) -> float:
    begun = time.perf_counter()
    world.complete(case_no, f"step_{number}", CLERK, "accept")
    return time.perf_counter() - begun


def state_bytes(world: World) -> int:
    with world.container.context.database.read() as connection:
        return int(connection.scalar(sa.select(sa.func.max(sa.func.length(instance_state.c.tokens)))) or 0)
