"""The order of the members of a joint case (联办事项先后), and what is left of it when only some are chosen."""

from collections.abc import Collection, Mapping

Order = Mapping[str, tuple[str, ...]]


def order_among(order: Order, chosen: Collection[str]) -> dict[str, tuple[str, ...]]:
    """Return the chosen members of an order, each with those it waits for directly.

    order: matter code -> codes a member waits for. A member that was not chosen is passed over: who waits for it waits
    for what it would have waited for. Whom another predecessor waits for anyway is left out.
    """
    before = {code: _before(code, order, chosen) for code in order if code in chosen}
    return {code: _nearest(code, before) for code in before}


def circle_among(order: Order) -> tuple[str, ...]:
    """Return the members that wait for themselves, through others or not, in the order given; none when all can begin."""
    return tuple(code for code in order if code in _all(code, order))


def waiting_for(order: Order, chosen: Collection[str], ended: Collection[str]) -> tuple[str, ...]:
    """Return the chosen members that wait, near or far, for one of `ended`, in the order given (time-limits.md J10)."""
    before = {code: _before(code, order, chosen) for code in order if code in chosen}
    return tuple(code for code in before if _all(code, before) & set(ended))


def _before(code: str, order: Order, chosen: Collection[str]) -> tuple[str, ...]:
    seen, found, waiting = {code}, list[str](), list(order[code])
    while waiting:
        item = waiting.pop()
        if item in seen:
            continue
        seen.add(item)
        if item in chosen:
            found.append(item)
        else:
            waiting.extend(order.get(item, ()))
    return tuple(sorted(found))


def _nearest(code: str, before: Order) -> tuple[str, ...]:
    return tuple(item for item in before[code] if not any(item in _all(other, before) for other in before[code]))


def _all(code: str, before: Order) -> set[str]:
    """Return everybody a member waits for, near and far; a circle ends where it began."""
    found, waiting = set[str](), list(before[code])
    while waiting:
        item = waiting.pop()
        if item not in found:
            found.add(item)
            waiting.extend(before.get(item, ()))
    return found
