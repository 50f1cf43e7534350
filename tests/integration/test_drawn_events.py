"""Events of a deployed diagram happen in a running case: a condition, an escalation, a refusal of an operation."""

from app.queries.case_page import get_case
from tests.new_versions import deploy_changed
from tests.world import World

KEY, CASE, CLERK = "pattern:instant", "restaurant-verify", "window.enshi"
BEGIN = 'sourceRef="start" targetRef="gw_begin"'
STEP = '<bpmn:userTask id="{0}" name="{0}" lb:role="window_clerk" lb:office="intake" lb:outcomes="seen"/>'
CONDITION = (
    '<bpmn:conditionalEventDefinition><bpmn:condition>outcomes.told = "seen"</bpmn:condition>'
    "</bpmn:conditionalEventDefinition>"
)


def flow(source: str, target: str) -> str:
    return f'<bpmn:sequenceFlow id="to_{source}_{target}" sourceRef="{source}" targetRef="{target}"/>'


def sub_process(*inside: str) -> str:
    return (
        f'<bpmn:subProcess id="part" name="先行"><bpmn:startEvent id="part_start"/>{"".join(inside)}</bpmn:subProcess>'
    )


def boundary(element: str, definition: str, *, interrupting: bool) -> str:
    cancels = str(interrupting).lower()
    return (
        f'<bpmn:boundaryEvent id="{element}" name="{element}" attachedToRef="part" cancelActivity="{cancels}">'
        f"{definition}</bpmn:boundaryEvent>"
    )


TOLD = STEP.format("told") + '<bpmn:endEvent id="told_end"/>' + flow("told", "told_end")
ESCALATION = (
    sub_process(
        '<bpmn:intermediateThrowEvent id="raise"><bpmn:escalationEventDefinition/></bpmn:intermediateThrowEvent>',
        STEP.format("inner"),
        '<bpmn:endEvent id="part_end"/>',
        flow("part_start", "raise"),
        flow("raise", "inner"),
        flow("inner", "part_end"),
    )
    + boundary("heard", "<bpmn:escalationEventDefinition/>", interrupting=False)
    + flow("heard", "told")
    + TOLD
)
REFUSAL = (
    sub_process(
        '<bpmn:serviceTask id="again" name="恢复" lb:operation="resume_clock"/><bpmn:endEvent id="part_end"/>',
        flow("part_start", "again"),
        flow("again", "part_end"),
    )
    + boundary("heard", "<bpmn:errorEventDefinition/>", interrupting=True)
    + flow("heard", "told")
    + TOLD
)
CONDITIONAL = sub_process(
    '<bpmn:parallelGateway id="fork"/>',
    STEP.format("told"),
    f'<bpmn:intermediateCatchEvent id="once" name="看过">{CONDITION}</bpmn:intermediateCatchEvent>',
    STEP.format("after"),
    '<bpmn:endEvent id="told_end"/><bpmn:endEvent id="part_end"/>',
    flow("part_start", "fork"),
    flow("fork", "told"),
    flow("told", "told_end"),
    flow("fork", "once"),
    flow("once", "after"),
    flow("after", "part_end"),
)


def begun(world: World, drawn: str) -> str:
    """Deploy the shipped diagram with `drawn` before its first step, and take a case in."""

    def change(source: str) -> str:
        before = source.replace(BEGIN, 'sourceRef="part" targetRef="gw_begin"')
        return before.replace("</bpmn:startEvent>", "</bpmn:startEvent>" + drawn + flow("start", "part"), 1)

    deploy_changed(world, change, key=KEY)
    return world.apply(CASE)


def open_steps(world: World, case_no: str) -> list[str]:
    with world.container.context.database.read() as connection:
        view = get_case(connection, world.person("supervisor.enshi").scope, case_no)
    return sorted(task.element for task in view.tasks if task.state in ("open", "claimed"))


def test_escalation_is_heard_beside_the_part_that_raised_it(installed: World) -> None:
    case_no = begun(installed, ESCALATION)

    assert open_steps(installed, case_no) == ["inner", "told"]

    installed.complete(case_no, "inner", CLERK, "seen")

    assert open_steps(installed, case_no) == ["handle", "told"]


def test_refusal_of_an_operation_leaves_the_part_by_its_boundary_event(installed: World) -> None:
    case_no = begun(installed, REFUSAL)

    assert open_steps(installed, case_no) == ["told"]


def test_condition_goes_on_when_an_answer_makes_it_true(installed: World) -> None:
    case_no = begun(installed, CONDITIONAL)
    before = open_steps(installed, case_no)

    installed.complete(case_no, "told", CLERK, "seen")

    assert (before, open_steps(installed, case_no)) == (["told"], ["after"])
