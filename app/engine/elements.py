"""What the author wrote at an element: names and `lb:` attributes, read once when the definition is parsed."""

from dataclasses import dataclass

from lxml.etree import _Element

LB = "{urn:lianban:bpmn:1}"
MATTER, PROCESS = "matter:", "process:"


@dataclass(frozen=True, slots=True, kw_only=True)
class Element:
    """Texts as drawn; empty string = absent.

    id: the author's id, also for a node the normaliser added. inside: name of the process the activity runs, among those
    of the definition; one of another file is named by its key, `process:<name>`.
    """

    id: str
    name: str
    lane: str = ""
    role: str = ""
    office: str = ""
    form_key: str = ""
    outcomes: tuple[str, ...] = ()
    limit: str = ""
    decides: bool = False
    starts_clock: tuple[str, ...] = ()
    signatures: int = 1
    handled_by: str = "internal"
    operation: str = ""
    topic: str = ""
    input: str = ""
    correlation: str = ""
    accepts: tuple[str, ...] = ()
    decision: str = ""
    result: str = ""
    matter_code: str = ""
    inside: str = ""


def read_element(node: _Element, *, author_id: str, lane: str, inside: str = "") -> Element:
    """Read the attributes of a flow node. Unreadable numbers were refused by the checks and count as 1 here."""

    def text(name: str) -> str:
        return (node.get(LB + name) or "").strip()

    called = node.get("calledElement") or ""
    signatures = text("signatures")
    return Element(
        id=author_id,
        name=node.get("name") or "",
        lane=lane,
        role=text("role"),
        office=text("office"),
        form_key=text("form"),
        outcomes=_words(text("outcomes")),
        limit=text("limit"),
        decides=text("decides") == "true",
        starts_clock=_words(text("startsClock")),
        signatures=int(signatures) if signatures.isdecimal() else 1,
        handled_by=text("handledBy") or "internal",
        operation=text("operation"),
        topic=text("external"),
        input=text("input"),
        correlation=text("correlation"),
        accepts=_words(text("accepts")),
        decision=text("decision"),
        result=text("result"),
        matter_code=called.removeprefix(MATTER) if called.startswith(MATTER) else "",
        inside=inside,
    )


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split(",") if word.strip())
