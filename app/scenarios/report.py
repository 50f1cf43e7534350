"""What is told of a run of scenarios: what held, what differed, and what of the diagrams was reached."""

from collections.abc import Iterator

from app.domain.coverage import Coverage, join_coverage
from app.domain.messages import Messages
from app.scenarios.playing import Played
from app.scenarios.timeline import say_difference


class Report:
    """Collects plays and tells them in one language. is_sound: nothing differed, and enough was reached."""

    def __init__(self, messages: Messages, language: str) -> None:
        self._messages = messages
        self._language = language
        self._count = self._failed = 0
        self._covered: list[Coverage] = []
        self.is_sound = True

    def say(self, played: Played, *, with_coverage: bool) -> Iterator[str]:
        """Yield the lines of one play."""
        self._count += 1
        self._failed += bool(played.differences)
        self.is_sound &= not played.differences
        self._covered.extend(played.covered)
        title = played.scenario.titles.get(self._language, "")
        yield self._text("failed" if played.differences else "held", file=played.scenario.file, title=title)
        for difference in played.differences:
            yield f"  {say_difference(self._messages, self._language, difference)}"
        if with_coverage:
            yield from (f"  {self._covered_line(item)}" for item in played.covered)

    def say_together(self, *, at_least: int | None, with_coverage: bool) -> Iterator[str]:
        """Yield the lines of all plays together. at_least: percentage to which every diagram must be covered."""
        together = join_coverage(self._covered)
        for item in together if with_coverage or at_least is not None else ():
            yield self._covered_line(item)
            names = {**item.elements, **item.flows}
            if item.missing:
                said = " · ".join(f"{names[key]} ({key})" for key in item.missing)
                yield f"  {self._text('uncovered', names=said)}"
        for item in together:
            if item.percent < (at_least or 0):
                self.is_sound = False
                yield self._text("too_little", diagram=item.key, percent=item.percent, least=at_least)
        yield self._text("total", count=self._count, failed=self._failed)

    def _covered_line(self, item: Coverage) -> str:
        elements = f"{item.reached_of(item.elements)}/{len(item.elements)}"
        flows = f"{item.reached_of(item.flows)}/{len(item.flows)}"
        return self._text("covered", diagram=item.key, percent=item.percent, elements=elements, flows=flows)

    def _text(self, key: str, **facts: object) -> str:
        return self._messages.text(self._language, f"scenarios.{key}", **facts)
