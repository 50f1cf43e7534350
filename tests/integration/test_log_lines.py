"""One log line a move: codes for machines, nothing about a person."""

import orjson
from structlog.testing import capture_logs

from tests.world import FORM, World

PERSONAL = ("张小芳", "422801199001011234", "13800000000", *FORM.values())


def test_move_is_one_line_with_its_acts_and_no_personal_data(installed: World) -> None:
    with capture_logs() as lines:
        case_no = installed.apply("restaurant-food")
        installed.complete(case_no, "check", "window.enshi", "accept")

    moves = [line for line in lines if line["action"] == "case_moved"]
    assert [line["acts"][0] for line in moves] == ["case_received", "case_accepted"]
    assert len({line["case_id"] for line in moves}) == 1
    text = orjson.dumps(lines, default=str).decode()
    assert [word for word in PERSONAL if word in text] == []
