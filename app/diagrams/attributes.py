"""The attributes of ours (`lb:`) an author may write, each with the elements it belongs to: the one list.

An attribute that stands elsewhere is kept as it is and means nothing; checks read what they must know about it.
"""

from dataclasses import dataclass

CALLED = "callActivity"
CAUGHT = ("receiveTask", "startEvent", "intermediateCatchEvent", "boundaryEvent")
DECISION = "businessRuleTask"
PERSON = "userTask"
SENT = ("sendTask", "intermediateThrowEvent", "endEvent")
SERVICES = ("serviceTask", "sendTask")


@dataclass(frozen=True, slots=True, kw_only=True)
class Attribute:
    """One attribute. name: as written behind `lb:`; field: its name in messages; kinds: tags of its elements."""

    name: str
    field: str
    kinds: tuple[str, ...]


ATTRIBUTES = (
    Attribute(name="role", field="role", kinds=(PERSON,)),
    Attribute(name="office", field="office", kinds=(PERSON,)),
    Attribute(name="form", field="form", kinds=(PERSON,)),
    Attribute(name="outcomes", field="outcomes", kinds=(PERSON,)),
    Attribute(name="limit", field="limit", kinds=(PERSON,)),
    Attribute(name="decides", field="decides", kinds=(PERSON,)),
    Attribute(name="startsClock", field="starts_clock", kinds=(PERSON,)),
    Attribute(name="signatures", field="signatures", kinds=(PERSON,)),
    Attribute(name="handledBy", field="handled_by", kinds=(PERSON, CALLED)),
    Attribute(name="operation", field="operation", kinds=SERVICES),
    Attribute(name="input", field="input", kinds=(*SERVICES, DECISION)),
    Attribute(name="external", field="external", kinds=SERVICES),
    Attribute(name="correlation", field="correlation", kinds=(*CAUGHT, *SENT)),
    Attribute(name="accepts", field="accepts", kinds=CAUGHT),
    Attribute(name="decision", field="decision", kinds=(DECISION,)),
    Attribute(name="result", field="result", kinds=(DECISION,)),
    Attribute(name="matterKind", field="matter_kind", kinds=("process",)),
)


def moddle_descriptor(uri: str) -> dict[str, object]:
    """Return the attributes as the browser's editor reads them (a moddle descriptor): one type for each kind of element."""
    kinds = dict.fromkeys(kind for item in ATTRIBUTES for kind in item.kinds)
    return {
        "name": "Lianban",
        "uri": uri,
        "prefix": "lb",
        "xml": {"tagAlias": "lowerCase"},
        "types": [
            {
                "name": f"{kind[0].upper()}{kind[1:]}Attributes",
                "extends": [f"bpmn:{kind[0].upper()}{kind[1:]}"],
                "properties": [
                    {"name": item.name, "isAttr": True, "type": "String"} for item in ATTRIBUTES if kind in item.kinds
                ],
            }
            for kind in kinds
        ],
    }
