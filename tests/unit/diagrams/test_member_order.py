"""Who waits for whom in a joint case, as its diagram opens the members."""

from pathlib import Path

import pytest

from app.diagrams.member_order import order_of_members
from app.domain.bundle_order import order_among

STARTUP = (Path(__file__).parents[3] / "bpmn/themes/startup/process.bpmn").read_bytes()
ALL = ("startup-reg", "startup-tax", "startup-seal", "startup-social", "startup-fund", "startup-bank")


def test_members_wait_for_the_nearest_one_alone() -> None:
    order = order_among(order_of_members(STARTUP), ALL)

    assert order["startup-reg"] == ()
    assert order["startup-bank"] == ("startup-seal",)
    assert {order[code] for code in ("startup-tax", "startup-seal", "startup-social", "startup-fund")} == {
        ("startup-reg",)
    }


@pytest.mark.parametrize(
    ("chosen", "bank"),
    [(("startup-reg", "startup-bank"), ("startup-reg",)), (("startup-bank", "startup-tax"), ())],
)
def test_a_member_that_was_not_chosen_is_passed_over(chosen: tuple[str, ...], bank: tuple[str, ...]) -> None:
    order = order_among(order_of_members(STARTUP), chosen)

    assert order["startup-bank"] == bank
    assert order.keys() == set(chosen)
