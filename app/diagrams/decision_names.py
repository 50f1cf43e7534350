"""Decisions a diagram asks for (决策引用): by our attribute, or as other tools write it."""

from lxml import etree

RULE_TASK = "{http://www.omg.org/spec/BPMN/20100524/MODEL}businessRuleTask"
LB = "{urn:lianban:bpmn:1}"
# Attribute or element of other tools -> what names the decision and the variable there.
FOREIGN_ATTRIBUTES = (("decisionRef", "decision"), ("resultVariable", "result"))
FOREIGN_ELEMENT, FOREIGN_PARTS = "calledDecision", (("decisionId", "decision"), ("resultVariable", "result"))


def adopt_decisions(root: etree._Element) -> None:
    """Write what other tools say at business rule tasks as `lb:decision` and `lb:result`, where ours are missing.

    Taken are `decisionRef` and `resultVariable` as attributes of another namespace, and the element `calledDecision`
    with `decisionId` and `resultVariable`.
    """
    for task in root.iter(RULE_TASK):
        if task.get(f"{LB}decision"):
            continue
        given = [(task, FOREIGN_ATTRIBUTES)]
        given += [(item, FOREIGN_PARTS) for item in task.iter() if _local(item.tag) == FOREIGN_ELEMENT]
        for element, names in given:
            for theirs, ours in names:
                text = next((value for name, value in element.attrib.items() if _local(name) == theirs), None)
                if text and not task.get(LB + ours):
                    task.set(LB + ours, str(text).strip())


def decisions_named(xml: bytes) -> tuple[str, ...]:
    """Return the decisions the business rule tasks of an executable form ask for, each once."""
    if b"businessRuleTask" not in xml:
        return ()
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    tasks = etree.fromstring(xml, parser).iter(RULE_TASK)
    return tuple(dict.fromkeys(name for task in tasks if (name := str(task.get(f"{LB}decision") or "").strip())))


def _local(name: object) -> str:
    return str(name).rpartition("}")[2]
