"""Small diagrams that call each other, for an installation whose measured matter has three steps in a row."""

from itertools import pairwise

CALLER, CALLED, CASE = "process:bench-three-tasks", "process:look", "bench-three-tasks"
REVIEWER = 'lb:role="reviewer" lb:office="owner"'
_DRAWN = (
    '<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:lb="urn:lianban:bpmn:1"'
    ' id="d" targetNamespace="urn:lianban:diagrams">\n<bpmn:process id="{id}" name="踏勘" isExecutable="true">\n{body}\n'
    "</bpmn:process>\n</bpmn:definitions>"
)


def task(element: str, more: str = 'lb:outcomes="pass"') -> str:
    return f'<bpmn:userTask id="{element}" name="{element}" {REVIEWER} {more}/>'


def call(element: str, called: str = CALLED) -> str:
    return f'<bpmn:callActivity id="{element}" name="踏勘" calledElement="{called}"/>'


def flow(source: str, target: str) -> str:
    return f'<bpmn:sequenceFlow id="to_{source}_{target}" sourceRef="{source}" targetRef="{target}"/>'


def drawn(steps: dict[str, str], *, more: str = "", process_id: str = "look") -> bytes:
    """Return a diagram whose steps follow each other. steps: id -> element."""
    ids = ["begin", *steps, "finish"]
    body = ['<bpmn:startEvent id="begin"/>', *steps.values(), '<bpmn:endEvent id="finish"/>', more]
    flows = [flow(source, target) for source, target in pairwise(ids)]
    return _DRAWN.format(id=process_id, body="\n".join([*body, *flows])).encode()


def tasks(*elements: str) -> bytes:
    """Return a diagram of one task after the other."""
    return drawn({element: task(element) for element in elements})


def calling(source: str, called: str = CALLED) -> str:
    """Return the diagram of the measured matter with a call in the place of its second step."""
    begin = source.index('<bpmn:userTask id="second"')
    end = source.index("</bpmn:userTask>", begin) + len("</bpmn:userTask>")
    return source[:begin] + call("second", called) + source[end:]
