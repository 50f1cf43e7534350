"""What two versions of a diagram or decision file say differently, in words for page and API."""

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
    old, new = (_said(messages, change.field, text) for text in (change.old, change.new))
    act = "set" if not change.old else "cleared" if not change.new else "changed"
    field = messages.both(f"versions.field.{change.field}")
    if change.name:
        field = messages.both("versions.column.of", field=Word(f"versions.field.{change.field}"), column=change.name)
    return {
        said: messages.text(said, f"versions.said.{act}", field=word, old=old, new=new) for said, word in field.items()
    }


def _said(messages: Messages, field: str, text: str) -> str:
    """Return a value as drawn; the tag of an element has a word."""
    key = f"versions.type.{text}"
    return Word(key) if field == "type" and messages.has(key) else text
