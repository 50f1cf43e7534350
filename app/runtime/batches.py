"""The same act on many cases: each in a transaction of its own, each with its own answer."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from app.domain.errors import CaseworkError
from app.domain.request_key import RequestKey
from app.runtime.advance import Result


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of one item. key: case number or id, as asked. Either a result or the error that refused it."""

    key: str
    result: Result | None = None
    error: CaseworkError | None = None


def on_each(
    keys: Sequence[str], act: Callable[[str, RequestKey | None], Result], *, request: RequestKey | None = None
) -> tuple[Outcome, ...]:
    """Do `act` for each key once, in order; what one refuses does not hinder the others.

    request: of the whole call; each item gets a key of its own, so that the same call again repeats nothing.
    """
    outcomes = []
    for key in dict.fromkeys(keys):
        own = replace(request, scope=f"{request.scope}#{key}") if request else None
        try:
            outcomes.append(Outcome(key=key, result=act(key, own)))
        except CaseworkError as refused:
            outcomes.append(Outcome(key=key, error=refused))
    return tuple(outcomes)
