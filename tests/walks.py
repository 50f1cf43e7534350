"""Cases of the shipped patterns, led from receipt to their end."""

import sys
import time
from collections import Counter
from datetime import timedelta

from tests.many_cases import count_broken_chains
from tests.world import START, World

OPINION = {"opinion": "同意"}
HANDED_OVER = {"method": "counter", "recipient": "张小芳"}
ASKED = {**OPINION, "ground": "expert_review", "expected_days": 5, "reason": "需专家评审"}
FOUND = {"result": "评审通过", "document_no": "专评1号"}
A_DAY = timedelta(days=1)


def on_the_spot(world: World) -> str:
    """Handle a case in one visit."""
    case_no = world.apply("restaurant-verify")
    world.complete(case_no, "handle", "window.enshi", "approve")
    return _handed_over(world, case_no)


def committed(world: World) -> str:
    """Accept, examine and decide a case within its promise."""
    case_no = world.apply("restaurant-sign")
    world.complete(case_no, "check", "window.enshi", "accept")
    world.complete(case_no, "review", "zj1.enshi", "pass", **OPINION)
    world.complete(case_no, "decide", "zj2.enshi", "approve")
    return _handed_over(world, case_no)


def with_special_procedure(world: World) -> str:
    """Stop the clocks of a case for an expert review, go on a day later, decide."""
    case_no = world.apply("restaurant-food")
    world.complete(case_no, "check", "window.enshi", "accept")
    world.complete(case_no, "review", "reviewer.enshi", "special", **ASKED)
    world.complete(case_no, "approve_special", "head.enshi", "approve")
    world.clock.advance(A_DAY)
    world.complete(case_no, "finish_special", "reviewer.enshi", "finished", **FOUND)
    world.complete(case_no, "review", "reviewer.enshi", "pass", **OPINION)
    world.complete(case_no, "decide", "decider.enshi", "approve")
    return _handed_over(world, case_no)


def _handed_over(world: World, case_no: str) -> str:
    world.complete(case_no, "deliver", "delivery.enshi", "delivered", **HANDED_OVER)
    return case_no


PATTERNS = (on_the_spot, committed, with_special_procedure)


def lead_cases(world: World, count: int, kind: str) -> Counter[str]:
    """Lead `count` cases through the patterns in turn. Returns how many ended in which state; prints the counts."""
    began, ended = time.monotonic(), []
    for number in range(count):
        world.clock.set(START)
        ended.append(PATTERNS[number % len(PATTERNS)](world))
    seconds = time.monotonic() - began
    states = Counter(world.state_of(case_no) for case_no in ended)
    with world.container.context.database.read() as connection:
        broken = count_broken_chains(connection)
    sys.stdout.write(f"{kind}: {count} cases, {dict(states)}, {broken} broken chains, {seconds:.1f} s\n")
    return states + Counter({"broken": broken})
