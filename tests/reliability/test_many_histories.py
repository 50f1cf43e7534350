"""Twenty thousand random histories through the acts on a clock, beside the slow walk."""

from app.domain.calendar import to_local
from app.domain.clock_ledger import fold
from tests.unit.domain.case_histories import CLOCK, random_history, slow_clock_of
from tests.unit.domain.clock_kit import COUNTING

FIRST, COUNT = 1_000_000, 20_000


def test_twenty_thousand_histories_end_where_the_slow_walk_ends() -> None:
    differing = []
    for seed in range(FIRST, FIRST + COUNT):
        history = random_history(seed)
        slow, refused = slow_clock_of(history)
        state = fold(history.ledger, CLOCK, calendars=history.calendars, counting=COUNTING)
        found = to_local(state.due_at) if state.due_at else None
        if refused or (state.status != "stopped" and found != slow.due()):
            differing.append((seed, found, refused))

    assert differing == []
