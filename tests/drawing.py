"""Small pieces of BPMN, to be put before the first step of a shipped diagram."""

from collections.abc import Callable
from itertools import pairwise

BEGIN = 'sourceRef="start" targetRef="gw_begin"'
STARTED = "</bpmn:startEvent>"


def step(element: str, *, inside: str = "", attributes: str = "") -> str:
    """Draw a task of the window. inside: markers; attributes: more of them, which go before these."""
    return (
        f'<bpmn:userTask id="{element}" name="{element}" lb:role="window_clerk" lb:office="intake" lb:outcomes="seen,bad"'
        f" {attributes}>{inside}</bpmn:userTask>"
    )


def node(kind: str, element: str, inside: str = "", attributes: str = "") -> str:
    """Draw a node that has its id for a name."""
    return f'<bpmn:{kind} id="{element}" name="{element}" {attributes}>{inside}</bpmn:{kind}>'


def flow(source: str, target: str, condition: str = "") -> str:
    """Draw a sequence flow, with a condition in FEEL."""
    inside = f"<bpmn:conditionExpression>{escaped(condition)}</bpmn:conditionExpression>" if condition else ""
    ends = f'id="to_{source}_{target}" sourceRef="{source}" targetRef="{target}"'
    return f"<bpmn:sequenceFlow {ends}>{inside}</bpmn:sequenceFlow>"


def path(*elements: str) -> str:
    """Draw the flows from each element to the one after it."""
    return "".join(flow(source, target) for source, target in pairwise(elements))


def sub_process(element: str, *inside: str, kind: str = "subProcess", attributes: str = "") -> str:
    """Draw a part whose start event is `<element>_start`."""
    return node(kind, element, node("startEvent", f"{element}_start") + "".join(inside), attributes)


def boundary(element: str, host: str, definition: str, *, interrupting: bool) -> str:
    """Draw a boundary event."""
    attributes = f'attachedToRef="{host}" cancelActivity="{str(interrupting).lower()}"'
    return node("boundaryEvent", element, definition, attributes)


def timer(limit: str) -> str:
    """Draw the trigger of an event that waits for a limit."""
    return f"<bpmn:timerEventDefinition><bpmn:timeDuration>{limit}</bpmn:timeDuration></bpmn:timerEventDefinition>"


def trigger(kind: str, inside: str = "", attributes: str = "") -> str:
    """Draw another trigger: error, escalation, signal, link, terminate, conditional."""
    return f"<bpmn:{kind}EventDefinition {attributes}>{inside}</bpmn:{kind}EventDefinition>"


def condition(text: str) -> str:
    """Draw the trigger of an event that waits until a condition holds."""
    return trigger("conditional", f"<bpmn:condition>{escaped(text)}</bpmn:condition>")


def instances(
    collection: str, *, sequential: bool = False, item: str = "", output: str = "", into: str = "", until: str = ""
) -> str:
    """Draw the marker of several instances. output: name of what each gives out; into: variable it is collected in."""
    inside = f"<bpmn:loopDataInputRef>{escaped(collection)}</bpmn:loopDataInputRef>"
    if collection.isdecimal():
        inside = f"<bpmn:loopCardinality>{collection}</bpmn:loopCardinality>"
    if into:
        inside += f"<bpmn:loopDataOutputRef>{into}</bpmn:loopDataOutputRef>"
    if item:
        inside += f'<bpmn:inputDataItem name="{item}"/>'
    if output:
        inside += f'<bpmn:outputDataItem name="{output}"/>'
    if until:
        inside += f"<bpmn:completionCondition>{escaped(until)}</bpmn:completionCondition>"
    return marker("multiInstanceLoopCharacteristics", inside, f'isSequential="{str(sequential).lower()}"')


def marker(kind: str, inside: str = "", attributes: str = "") -> str:
    """Draw a marker of an activity."""
    return f"<bpmn:{kind} {attributes}>{inside}</bpmn:{kind}>"


def escaped(text: str) -> str:
    """Write a text so that XML holds it."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def before_the_first_step(drawn: str, *, first: str, last: str) -> Callable[[str], str]:
    """Return what puts `drawn` between the start of a shipped diagram and its first step."""

    def change(source: str) -> str:
        entered = source.replace(BEGIN, f'sourceRef="{last}" targetRef="gw_begin"')
        assert entered != source
        return entered.replace(STARTED, STARTED + drawn + flow("start", first), 1)

    return change
