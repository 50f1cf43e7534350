"""Histories of a case: random acts at random instants, played on the program and on the oracle side by side."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta

from hypothesis import strategies as st

from app.domain.calendar import to_local, to_utc
from app.domain.errors import CaseworkError
from app.domain.outage import Gap
from tests.deemed.memory_case import A_MOMENT, MemoryCase
from tests.deemed.oracle import Oracle, OracleHold
from tests.unit.domain.slow_clock import SlowCalendar

BLOCKS = [(time(9), time(12)), (time(13, 30), time(17, 30))]
REASONS = ("fraud", "public_safety", "wrong_calendar", "outage", "wrong_acceptance")
# Acts that only count after others come twice, and a hold that two persons made is one step, so that a short history
# reaches far.
ACTS = (
    "wait", "suspend", "resume", "request", "confirm", "reject", "lift", "clear", "clear", "found", "held", "held",
    "outage", "release_outage", "close", "release_closure", "decided", "approve", "refuse",
)  # fmt: skip
SPECIAL = ("due", "due", "due+60s", "due+121s", "noon", "close")


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One act. gap: minutes to wait before, or a special instant. ticks: whether the worker runs meanwhile."""

    gap: int | str
    ticks: bool
    act: str
    reason: str
    person: int
    days: int


GAPS = st.one_of(st.integers(0, 5), st.integers(0, 600), st.integers(600, 6000), st.sampled_from(SPECIAL))
STEPS = st.builds(
    Step,
    gap=GAPS,
    ticks=st.booleans(),
    act=st.sampled_from(ACTS),
    reason=st.sampled_from(REASONS),
    person=st.sampled_from((1, 2)),
    days=st.integers(1, 4),
)
HISTORIES = st.lists(STEPS, min_size=1, max_size=12)


def play(case: MemoryCase, history: list[Step], calendar: SlowCalendar) -> None:
    """Play a history on both and compare after each step: never early, never wrong, never forgotten."""
    oracle = Oracle(calendar=calendar, started=to_local(case.now), limit=5)
    for step in history:
        _wait(case, oracle, step)
        _act(case, oracle, step)
        _compare(case, oracle, step)
    _advance(case, oracle, to_local(case.now) + timedelta(days=9), ticks=True)
    _compare(case, oracle, history[-1])


def _compare(case: MemoryCase, oracle: Oracle, step: Step) -> None:
    found = case.decision
    if oracle.fired_for is not None:
        assert found is not None, f"forgotten after {step}"
        assert found == ("deemed_approve", to_utc(oracle.fired_for), False), f"wrong after {step}"
    else:
        assert found is None or found[0] != "deemed_approve", f"early or unlawful after {step}"


def _wait(case: MemoryCase, oracle: Oracle, step: Step) -> None:
    now = to_local(case.now)
    _advance(case, oracle, max(now, _instant(oracle, now, step.gap)), ticks=step.ticks)


def _instant(oracle: Oracle, now: datetime, gap: int | str) -> datetime:
    if isinstance(gap, int):
        return now + timedelta(minutes=gap)
    if gap == "noon":
        return datetime.combine(oracle.working_day_after(now.date(), 1), time(12))
    if gap == "close":
        return datetime.combine(now.date(), time(17, 30))
    due = oracle.due() or now
    return due + timedelta(seconds={"due": 0, "due+60s": 60, "due+121s": 121}[gap])


def _advance(case: MemoryCase, oracle: Oracle, to: datetime, *, ticks: bool) -> None:
    """Move the clock; with ticks everything on the way fires at its instant, else nobody looks."""
    while ticks:
        coming = case.next_fire_at()
        if coming is None or to_local(coming) + A_MOMENT > to:
            break
        case.now = max(case.now, coming + A_MOMENT)
        _tick(case, oracle)
    case.now = max(case.now, to_utc(to))
    if ticks:
        _tick(case, oracle)


def _tick(case: MemoryCase, oracle: Oracle) -> None:
    case.tick()
    for hold in oracle.holds:
        is_over = hold.until is not None and to_local(case.now) > hold.until
        if is_over and hold.state in ("requested", "confirmed"):
            is_grave = hold.state == "confirmed" and hold.reason in GRAVE
            hold.state, hold.until = ("finding_due" if is_grave else "over"), None
    oracle.look(to_local(case.now))


GRAVE = ("fraud", "public_safety")


def _act(case: MemoryCase, oracle: Oracle, step: Step) -> None:
    """Try the act; what the program refuses did not happen."""
    try:
        ACTIONS[step.act](case, oracle, step, to_local(case.now))
    except (CaseworkError, StopIteration):
        return


def _suspend(case: MemoryCase, oracle: Oracle, _step: Step, now: datetime) -> None:
    case.suspend()
    oracle.open_starts.append(now)


def _resume(case: MemoryCase, oracle: Oracle, _step: Step, now: datetime) -> None:
    case.resume()
    oracle.spans.append((oracle.open_starts.pop(), now))


def _request(case: MemoryCase, oracle: Oracle, step: Step, now: datetime) -> None:
    case.request_hold(step.reason, step.person)
    oracle.holds.append(OracleHold(reason=step.reason, state="requested", until=oracle.request_until(now)))


def _confirm(case: MemoryCase, oracle: Oracle, step: Step, now: datetime) -> None:
    case.confirm_hold(step.person, step.days)
    hold = oracle.holds[-1]
    hold.state, hold.until = "confirmed", oracle.confirmed_until(now, step.days)


def _reject(case: MemoryCase, oracle: Oracle, step: Step, _now: datetime) -> None:
    case.reject_hold(step.person)
    oracle.holds[-1].state, oracle.holds[-1].until = "over", None


def _lift(case: MemoryCase, oracle: Oracle, step: Step, _now: datetime) -> None:
    case.lift_hold(step.person)
    hold = oracle.holds[-1]
    hold.state, hold.until = ("finding_due" if hold.reason in GRAVE else "over"), None


def _find(finding: str, state: str) -> "Action":
    def sign(case: MemoryCase, oracle: Oracle, _step: Step, _now: datetime) -> None:
        case.sign_finding(finding)
        oracle.holds[-1].state = state

    return sign


def _outage(case: MemoryCase, oracle: Oracle, step: Step, now: datetime) -> None:
    oracle.outages.append((now - timedelta(minutes=20 * step.days), now))
    _block(case, oracle)


def _release_outage(case: MemoryCase, oracle: Oracle, _step: Step, _now: datetime) -> None:
    oracle.outages.clear()
    _block(case, oracle)


def _close(case: MemoryCase, oracle: Oracle, _step: Step, now: datetime) -> None:
    oracle.closed_since = now
    _block(case, oracle)


def _release_closure(case: MemoryCase, oracle: Oracle, _step: Step, _now: datetime) -> None:
    oracle.closed_since = None
    _block(case, oracle)


def _block(case: MemoryCase, oracle: Oracle) -> None:
    gaps = tuple(Gap(began_at=to_utc(began), ended_at=to_utc(ended)) for began, ended in oracle.outages)
    case.block(outages=gaps, closed_since=to_utc(oracle.closed_since) if oracle.closed_since else None)


def _decide(outcome: str) -> "Action":
    def decide(case: MemoryCase, oracle: Oracle, _step: Step, now: datetime) -> None:
        case.complete("decide", outcome, 22)
        assert oracle.fired_for is None
        assert not oracle.is_lawful(now), "a person decided over an approval that is owed"
        due = oracle.due()
        decision = case.decision
        assert decision is not None
        assert due is None or decision[2] == (now > due)
        oracle.is_decided = True

    return decide


def _hold(case: MemoryCase, oracle: Oracle, step: Step, now: datetime) -> None:
    _request(case, oracle, replace(step, person=1), now)
    _confirm(case, oracle, replace(step, person=2, days=3), now)


def _decide_at_once(case: MemoryCase, oracle: Oracle, step: Step, now: datetime) -> None:
    case.complete("review", "pass", 11)
    _decide("approve")(case, oracle, step, now)


Action = Callable[[MemoryCase, Oracle, Step, datetime], None]
ACTIONS: dict[str, Action] = {
    "wait": lambda _case, _oracle, _step, _now: None,
    "suspend": _suspend,
    "resume": _resume,
    "request": _request,
    "confirm": _confirm,
    "reject": _reject,
    "lift": _lift,
    "clear": _find("cleared", "over"),
    "found": _find("founded", "founded"),
    "outage": _outage,
    "release_outage": _release_outage,
    "close": _close,
    "release_closure": _release_closure,
    "held": _hold,
    "decided": _decide_at_once,
    "approve": _decide("approve"),
    "refuse": _decide("refuse"),
}
