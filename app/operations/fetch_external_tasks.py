"""Fetch work and lock it (领取外部任务): a program of an integrator takes free tasks of its topics, each for a while."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

import orjson

from app.domain.authority import Person
from app.domain.errors import Forbidden, InvalidInput
from app.domain.external_task import Topic, reach_of
from app.runtime.context import Context
from app.storage.external_tasks import LeasedTask, Wanted, has_free, lease_free


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchInput:
    """What a program asks for. worker_id: how it calls itself; lease_s: None = as each topic has it."""

    worker_id: str
    topics: tuple[str, ...]
    limit: int = 10
    lease_s: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchedTask:
    """A task a program has now. lease: to be named in its report; retries: tries left, this one among them."""

    id: str
    topic: str
    lease: int
    leased_until: datetime
    opened_at: datetime
    retries: int
    variables: Mapping[str, object]


def fetch_external_tasks(context: Context, person: Person, asked: FetchInput) -> tuple[FetchedTask, ...]:
    """Give a program free tasks of its topics in its regions, the oldest first; nobody else gets them meanwhile.

    A task whose lease has ended without a report is given out again. Those of a paused case are not.
    Raises InvalidInput `topic_unknown` with a pointer per topic that is not published, Forbidden `not_permitted` for a
    topic the person has no role for.
    """
    wanted = tuple(_wanted(context.library.current().topics, person, asked))
    with context.database.reading() as opened:
        if not has_free(opened.connection, wanted, now=opened.now):
            return ()
    with context.database.write() as uow:
        leased = lease_free(
            uow,
            wanted,
            account_id=person.account_id,
            worker_id=asked.worker_id,
            now=uow.now(),
            limit=asked.limit,
        )
    return tuple(_fetched(item) for item in leased)


def _wanted(topics: Mapping[str, Topic], person: Person, asked: FetchInput) -> Iterator[Wanted]:
    unknown = [number for number, code in enumerate(asked.topics) if code not in topics]
    if unknown:
        items = tuple({"pointer": f"/topics/{number}", "code": "topic_unknown"} for number in unknown)
        raise InvalidInput("topic_unknown", items=items, topic=asked.topics[unknown[0]])
    for code in dict.fromkeys(asked.topics):
        topic = topics[code]
        if not person.has_role(*topic.roles):
            raise Forbidden("not_permitted", needs=", ".join(sorted(topic.roles)))
        yield Wanted(topic=code, scope=reach_of(person, topic), lease_s=asked.lease_s or topic.lease_s)


def _fetched(item: LeasedTask) -> FetchedTask:
    return FetchedTask(
        id=str(item.id),
        topic=item.topic,
        lease=item.lease,
        leased_until=item.leased_until,
        opened_at=item.opened_at,
        retries=item.retries,
        variables=orjson.loads(item.variables),
    )
