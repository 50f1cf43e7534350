"""What two versions of a diagram say differently, in words for page and API."""

from app.domain.diagram_comparison import ElementChange, FieldChange
from app.domain.messages import Messages, Word


def element_sentence(messages: Messages, change: ElementChange) -> dict[str, str]:
    """Return what an element is called, in both languages; one without a name is called by its id."""
    key = f"versions.type.{change.type}"
    kind = Word(key) if messages.has(key) else change.type
    if change.name:
        return messages.both("versions.element.named", type=kind, name=change.name)
    return messages.both("versions.element.unnamed", type=kind, id=change.element)


def field_sentence(messages: Messages, change: FieldChange) -> dict[str, str]:
    """Return one difference of an element, in both languages."""
    field = Word(f"versions.field.{change.field}")
    old, new = (_said(messages, change.field, text) for text in (change.old, change.new))
    if not change.old:
        return messages.both("versions.said.set", field=field, new=new)
    if not change.new:
        return messages.both("versions.said.cleared", field=field, old=old)
    return messages.both("versions.said.changed", field=field, old=old, new=new)


def _said(messages: Messages, field: str, text: str) -> str:
    """Return a value as drawn; the tag of an element has a word."""
    key = f"versions.type.{text}"
    return Word(key) if field == "type" and messages.has(key) else text
