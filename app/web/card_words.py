"""What a warning card says, in words: its content (预警内容) follows from what it is about."""

from app.domain.messages import Messages
from app.domain.vocabulary import CardCause
from app.queries.cards import CardView


def content_of(messages: Messages, language: str, card: CardView) -> str:
    """Return the content of a card in a language: what a supervisor wrote, else the sentence of its cause."""
    if card.content:
        return card.content
    if card.cause != CardCause.LIMIT:
        return messages.text(language, f"cards.content.{card.cause}")
    clock = messages.text(language, f"pages.clock.{card.clock}")
    return messages.text(language, f"cards.limit.{card.colour}", clock=clock, rule=card.rule_no)


def content_in_both(messages: Messages, card: CardView) -> dict[str, str]:
    """Return the content of a card in both languages."""
    return {language: content_of(messages, language, card) for language in ("zh", "en")}
