"""Lists, labels and filters have the colour of the rule set: under two of three, red takes the place of overdue."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from tests.web.api_world import APPLICANT, REVIEWER, SUPERVISOR, Call, call, done, site
from tests.web.conftest import World
from tests.web.refused_acts import FOOD, redeployed, taken

__all__ = ["call", "site"]
PLAIN = 'sod = "strict"\n'
LATE = (2026, 3, 9, 18, 0)


@pytest.mark.parametrize(
    ("rule_set", "colour", "said"),
    [("YULIN_90", "red", "已到期"), ("LAST_DAY", "red", "已到期"), ("ENSHI_50_90", "overdue", "超期")],
)
def test_after_the_due_instant_every_list_has_the_colour_of_the_rule_set(
    call: Call,
    world: World,
    tmp_path: Path,
    browse: Callable[[str], FlaskClient],
    rule_set: str,
    colour: str,
    said: str,
) -> None:
    redeployed(world, tmp_path / "rules", FOOD, (PLAIN, f'{PLAIN}card_rule_set = "{rule_set}"\n'))
    case_no = taken(call)
    world.at(*LATE)

    (task,) = done(call(REVIEWER).get("/tasks"))["items"]
    pages = {path: browse(login).get(path).text for path, login in PAGES.items()}

    assert task["colour"] == colour
    assert [item["case_no"] for item in done(call(REVIEWER).get("/tasks", colour=colour))["items"]] == [case_no]
    for path, text in {**pages, "case": browse(REVIEWER).get(f"/cases/{case_no}").text}.items():
        assert set(re.findall(r"(超期|已到期) \d", text)) == {said}, path


PAGES = {
    "/worklist": REVIEWER,
    "/worklist?queue=overdue": REVIEWER,
    "/cases": SUPERVISOR,
    "/board?state=overdue": SUPERVISOR,
    "/my/cases": APPLICANT,
}
