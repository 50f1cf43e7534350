"""Faults of a form or of its answers, gathered so that all are told at once."""

from collections.abc import Mapping


class Faults:
    """Items of one error: pointer (RFC 6901), code, facts. Sentences stand under `faults.<code>`."""

    def __init__(self) -> None:
        self.items: list[Mapping[str, object]] = []

    def add(self, pointer: str, code: str, **facts: object) -> None:
        """Note one fault."""
        self.items.append({"pointer": pointer, "code": code, **facts})

    def add_unknown(self, found: Mapping[str, object], known: frozenset[str], pointer: str) -> None:
        """Note every attribute that is not known."""
        for name in sorted(set(map(str, found)) - known):
            self.add(f"{pointer}/{escaped(name)}", "form_attribute_unknown", attribute=name)


def escaped(name: str) -> str:
    """Return a name as a step of a JSON pointer (RFC 6901 section 3)."""
    return name.replace("~", "~0").replace("/", "~1")
