"""Topics of work for outside programs (外部任务主题): by our attribute, or as Camunda writes them."""

from lxml import etree

BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
LB = "{urn:lianban:bpmn:1}"
CAMUNDA_TOPIC = "{http://camunda.org/schema/1.0/bpmn}topic"
ZEEBE_JOB = "{http://camunda.org/schema/zeebe/1.0}taskDefinition"
STEPS = (f"{BPMN}serviceTask", f"{BPMN}sendTask")


def adopt_topics(root: etree._Element) -> None:
    """Write the topic of Camunda 7 and the job type of Camunda 8 as `lb:external`, where a step names nothing of ours."""
    for step in root.iter(*STEPS):
        if step.get(f"{LB}external") or step.get(f"{LB}operation"):
            continue
        job = next(step.iter(ZEEBE_JOB), None)
        topic = step.get(CAMUNDA_TOPIC) or (job.get("type") if job is not None else None)
        if topic and topic.strip():
            step.set(f"{LB}external", topic.strip())
