"""Why a case cannot go to another version, in words for page and API."""

from app.domain.messages import Messages


def refusal_sentence(messages: Messages, *, element: str, name: str, code: str) -> dict[str, str]:
    """Return a reason in both languages. code: of PlaceFault, or of the error that stopped the case."""
    key = f"migration.fault.{code}"
    if not messages.has(key):
        return messages.both(f"errors.{code}.title")
    return messages.both(key, element=f"{name} ({element})" if name else element)
