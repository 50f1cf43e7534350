"""The timeline of a case for people: what happened, who did it, and under it the reason of every date."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from app.domain.calendar import ZONE
from app.domain.messages import Messages
from app.domain.scenario import Difference
from app.queries.case_page import CaseView, HistoryEntry, find_decision, list_documents, list_history
from app.queries.clock import ClockView, list_clocks
from app.queries.officer_facts import staff_names
from app.scenarios.world import World

STAFF = "staff:"
CODED = (
    ("outcome", "pages.outcome"),
    ("clock", "pages.clock"),
    ("name", "pages.clock"),
    ("colour", "pages.card_colour"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Told:
    """A case and the words it is told in."""

    messages: Messages
    language: str
    case: CaseView
    names: Mapping[int, str]

    def say(self, key: str, **facts: object) -> str:
        return self.messages.text(self.language, key, **facts)

    def word(self, group: str, code: str) -> str:
        key = f"{group}.{code}"
        return self.say(key) if self.messages.has(key) else code

    def actor(self, code: str) -> str:
        kind, _, number = code.partition(":")
        if code.startswith(STAFF):
            return self.names.get(int(number), number)
        return self.case.applicant_name if kind == "applicant" else self.word("pages.actor", kind)


def tell_case(world: World, case_no: str, language: str) -> Iterator[str]:
    """Yield the lines of a case: its events, its papers, its decision, and each clock with one sentence per entry."""
    with world.context.database.reading() as reading:
        link, case = reading.connection, world.case(case_no)
        history = list_history(link, int(case.id))
        ids = {int(entry.actor.removeprefix(STAFF)) for entry in history if entry.actor.startswith(STAFF)}
        told = _Told(messages=world.context.messages, language=language, case=case, names=staff_names(link, ids))
        papers = list_documents(link, int(case.id))
        decision = find_decision(link, int(case.id))
        clocks = list_clocks(link, world.container.view(), int(case.id), now=reading.now)
    yield f"{case.name} · {case_no} · {told.word('states', case.state)}"
    yield from (_event(told, entry) for entry in history)
    yield from (f"  + {row.name} · {row.department} · {told.word('states', row.state)}" for row in case.members)
    for paper in papers:
        yield f"  # {told.word('documents', str(paper['kind']) + '.name')} {paper['document_no']}"
    if decision is not None:
        yield f"  {_decision(told, decision)}"
    for clock in clocks:
        yield from _clock(told, clock)


def say_difference(messages: Messages, language: str, item: Difference) -> str:
    """Return the sentence of something a scenario expected and did not find."""
    return messages.text(language, "demonstration.difference", **item.facts)


def _event(told: _Told, entry: HistoryEntry) -> str:
    titles = {task.element: task.title for task in told.case.tasks}
    titles.update({member.element: member.name for member in told.case.members})
    facts = entry.facts
    parts = [titles[str(facts["element"])]] if facts.get("element") in titles else []
    parts += [told.word(group, str(facts[name])) for name, group in CODED if facts.get(name)]
    what = told.word("history", entry.kind)
    if parts:
        what = told.say("demonstration.event", what=what, parts=" · ".join(parts))
    return f"  {_minute(entry.at)}  {what}  {told.actor(entry.actor)}"


def _decision(told: _Told, decision: Mapping[str, object]) -> str:
    effective_at = decision["effective_at"]
    assert isinstance(effective_at, datetime)
    return told.say(
        "demonstration.decision",
        decision=told.word("pages.decision", str(decision["decision"])),
        effective=_minute(effective_at),
        by=told.actor(str(decision["decided_by"])),
    )


def _clock(told: _Told, clock: ClockView) -> Iterator[str]:
    yield f"  [{told.word('pages.clock', clock.clock)}]"
    for sentence in clock.sentences:
        yield f"    {told.say(sentence.key, **sentence.facts)}"


def _minute(at: datetime) -> str:
    return at.astimezone(ZONE).strftime("%Y-%m-%d %H:%M")
