"""Sentences of the program in two languages. The texts are files in `rules/messages/<language>/<room>.toml`."""

from collections.abc import Mapping

LANGUAGES = ("zh", "en")


class Word(str):
    """A fact that is itself a message key, such as `grounds.expert_review`; it is said in the language of the sentence."""

    __slots__ = ()


class Messages:
    """Sentences by dotted key (`errors.task_closed.title`). Placeholders are `{name}`; a missing fact prints as `…`."""

    def __init__(self, texts: Mapping[str, Mapping[str, str]]) -> None:
        """texts: language -> dotted key -> sentence; both languages hold the same keys (checked by the reader)."""
        self._texts = texts

    def has(self, key: str) -> bool:
        """Say whether the key exists."""
        return key in self._texts[LANGUAGES[0]]

    def keys(self) -> frozenset[str]:
        """Every known key."""
        return frozenset(self._texts[LANGUAGES[0]])

    def text(self, language: str, key: str, /, **facts: object) -> str:
        """Return the sentence of `key` with `facts` filled in. Raises KeyError for an unknown key."""
        sentence = self._texts[language][key]
        if "{" not in sentence:
            return sentence
        said = {
            name: self._word(language, value) if isinstance(value, Word) else value for name, value in facts.items()
        }
        return sentence.format_map(_Facts(said))

    def _word(self, language: str, key: str) -> str:
        return self._texts[language].get(key, key)

    def both(self, key: str, /, **facts: object) -> dict[str, str]:
        """Return the sentence in every language, as the API gives explanations."""
        return {language: self.text(language, key, **facts) for language in LANGUAGES}


class _Facts(dict[str, object]):
    def __missing__(self, key: str) -> str:
        return "…"
