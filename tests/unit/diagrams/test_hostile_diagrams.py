"""Hostile and broken documents: each gets its diagnosis within a second of CPU and two hundred megabytes."""

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

HEAD = '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:lb="urn:lianban:bpmn:1" targetNamespace="t">'
MOST_CPU_S, MOST_BYTES = 1.0, 200 << 20
ENOUGH_MEMORY = 1 << 30
# Runs in a process of its own, under limits of the system: what it needs to read one file and to say what is wrong.
PROBE = f"""
import json, resource, sys, time
resource.setrlimit(resource.RLIMIT_AS, ({ENOUGH_MEMORY}, {ENOUGH_MEMORY}))
resource.setrlimit(resource.RLIMIT_CPU, (20, 20))
from app.diagrams.check_diagram import check_diagram
from app.domain.diagram import Published
from app.domain.errors import DiagramRefused
published = Published(roles=frozenset({{"reviewer"}}))
began = time.process_time()
with open(sys.argv[1], "rb") as file:
    raw = file.read()
try:
    codes = [item.code for item in check_diagram(raw, file="x", published=published)[1] if item.severity == "error"]
except DiagramRefused as refused:
    codes = [item["code"] for item in refused.items]
with open("/proc/self/status") as status:
    used = next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmHWM"))
print(json.dumps({{"codes": sorted(set(codes)), "cpu_s": time.process_time() - began, "bytes": used}}))
"""
TASK = '<userTask id="{id}" lb:role="reviewer"/>'


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    codes: list[str]
    cpu_s: float
    bytes: int


def process(body: str, *, more: str = "") -> str:
    return f'{HEAD}<process id="p" isExecutable="true"><startEvent id="s"/>{body}</process>{more}</definitions>'


def flow(source: str, target: str, condition: str = "") -> str:
    inner = f"<conditionExpression>{condition}</conditionExpression>" if condition else ""
    return f'<sequenceFlow id="f{source}{target}" sourceRef="{source}" targetRef="{target}">{inner}</sequenceFlow>'


def task(element: str) -> str:
    return TASK.format(id=element)


def laughs() -> str:
    entities = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
    return f'<!DOCTYPE d [<!ENTITY l0 "ha">{entities}]>' + process("<documentation>&l11;</documentation>")


def choice(condition: str) -> str:
    body = task("a") + task("b") + '<exclusiveGateway id="g" name="?" default="fgb"/><endEvent id="e"/>'
    flows = flow("s", "g") + flow("g", "a", condition) + flow("g", "b") + flow("a", "e") + flow("b", "e")
    return process(body + flows)


def nested(depth: int) -> str:
    opening = "".join(
        f'<subProcess id="n{n}"><startEvent id="s{n}"/>{flow(f"s{n}", f"n{n + 1}")}' for n in range(depth)
    )
    return process(flow("s", "n0") + opening + task(f"n{depth}") + "</subProcess>" * depth)


def wide(width: int) -> str:
    """Independent choices side by side before one inclusive join: more markings than anybody can look at."""
    parts = ['<parallelGateway id="fork"/><inclusiveGateway id="join" name="?"/><endEvent id="e"/>', flow("s", "fork")]
    for n in range(width):
        parts.append(f'<inclusiveGateway id="g{n}" name="?" default="fg{n}a{n}"/>' + task(f"a{n}") + task(f"b{n}"))
        parts += [flow("fork", f"g{n}"), flow(f"g{n}", f"a{n}"), flow(f"g{n}", f"b{n}", "=x")]
        parts += [flow(f"a{n}", "join"), flow(f"b{n}", "join")]
    return process("".join(parts) + flow("join", "e"))


CALL = (
    '<process id="{id}" isExecutable="false"><startEvent id="s{id}"/>'
    '<callActivity id="c{id}" calledElement="{to}"/>{flow}</process>'
)
SECOND = '<process id="q" isExecutable="true"><startEvent id="sq"/>' + task("z") + flow("sq", "z") + "</process>"
DECIDES = '<userTask id="d" lb:role="reviewer" lb:decides="true"/>'
LOOSE = '<boundaryEvent id="b" attachedToRef="no"><errorEventDefinition/></boundaryEvent>'
REFUSED: dict[str, tuple[str, str]] = {
    "billion laughs": (laughs(), "xml-doctype"),
    "external entity": (
        f'<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]>{process("<documentation>&x;</documentation>")}',
        "xml-doctype",
    ),
    "external definition": (f'<!DOCTYPE d SYSTEM "http://127.0.0.1:9/x.dtd">{process(task("a"))}', "xml-doctype"),
    "fifty megabytes": (process(f"<documentation>{'x' * 50_000_000}</documentation>"), "xml-too-large"),
    "a hundred thousand nodes": (process("".join(f'<task id="{n:x}"/>' for n in range(100_000))), "xml-too-large"),
    "a hundred thousand levels": (HEAD + "<a>" * 100_000, "xml-malformed"),
    "thirty levels of sub-processes": (nested(30), "nested-too-deep"),
    "two nodes of one id": (process(task("a") + task("a") + flow("s", "a")), "duplicate-id"),
    "sub-process inside one of its own id": (
        process(
            flow("s", "a") + '<subProcess id="a"><subProcess id="a">' + DECIDES + "</subProcess></subProcess>"
        ).replace('isExecutable="true"', 'isExecutable="true" lb:matterKind="committed"'),
        "duplicate-id",
    ),
    "flow to nowhere": (process(task("a") + flow("s", "a") + flow("a", "nowhere")), "loose-flow"),
    "event on nothing": (process(task("a") + flow("s", "a") + LOOSE), "loose-boundary"),
    "two executable processes": (process(task("a") + flow("s", "a"), more=SECOND), "one-process"),
    "calls in a circle": (
        process(
            '<callActivity id="c" calledElement="q"/>' + flow("s", "c"),
            more=CALL.format(id="q", to="r", flow=flow("sq", "cq"))
            + CALL.format(id="r", to="q", flow=flow("sr", "cr")),
        ),
        "call-circle",
    ),
    "expression of a thousand brackets": (choice("(" * 1_000 + "1" + ")" * 1_000), "bad-condition"),
    "expression of a hundred thousand letters": (choice("a + " * 25_000 + "1"), "bad-condition"),
    "expression that asks for code": (choice("__import__('os').system('id')"), "bad-condition"),
    "only zeros": ("\0" * 1_000, "xml-malformed"),
}
BOUNDED: dict[str, str] = {
    "two thousand nodes in a row": process(
        "".join(task(f"a{n}") for n in range(2_000))
        + flow("s", "a0")
        + "".join(flow(f"a{n}", f"a{n + 1}") for n in range(1_999))
    ),
    "fourteen choices side by side": wide(14),
    "sixty choices side by side": wide(60),
}


def cost_of(document: str, folder: Path) -> Cost:
    path = folder / "hostile.bpmn"
    path.write_text(document, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-c", PROBE, str(path)], capture_output=True, text=True, check=True, timeout=60
    )
    return Cost(**json.loads(done.stdout))


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_hostile_or_broken_is_told_at_small_cost(name: str, tmp_path: Path) -> None:
    document, code = REFUSED[name]

    cost = cost_of(document, tmp_path)

    assert code in cost.codes
    assert cost.cpu_s < MOST_CPU_S
    assert cost.bytes < MOST_BYTES


@pytest.mark.parametrize("name", BOUNDED)
def test_what_is_large_and_sound_is_read_within_the_same_bounds(name: str, tmp_path: Path) -> None:
    cost = cost_of(BOUNDED[name], tmp_path)

    assert cost.codes == []
    assert cost.cpu_s < MOST_CPU_S
    assert cost.bytes < MOST_BYTES
