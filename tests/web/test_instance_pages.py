"""Pages of steps with several instances, and of a step that asks for no outcome."""

import re
from collections.abc import Callable

from flask.testing import FlaskClient

from tests.drawing import before_the_first_step, instances, node, path, step
from tests.new_versions import deploy_changed
from tests.web.conftest import csrf_of
from tests.world import World

CLERK, KEY, MATTER = "window.enshi", "pattern:instant", "restaurant-verify"
Browse = Callable[[str], FlaskClient]
VISITS = step("visit", inside=instances('[{"店名": "甲店"}, {"店名": "乙店"}]', item="shop"))
ARCHIVE = node("manualTask", "archive", "", 'lb:role="window_clerk" lb:office="intake"')


def begun(world: World) -> str:
    drawn = VISITS + ARCHIVE + path("visit", "archive")
    deploy_changed(world, before_the_first_step(drawn, first="visit", last="archive"), key=KEY)
    return world.apply(MATTER)


def test_each_instance_names_its_number_and_item(world: World, browse: Browse) -> None:
    case_no, client = begun(world), browse(CLERK)

    task = world.open_task(case_no, "visit")
    page = client.get(f"/tasks/{task.id}").text
    lists = client.get("/worklist?queue=group").text + client.get(f"/cases/{case_no}").text

    assert "visit（第 1 项）" in page
    assert "甲店" in page
    assert "乙店" not in page
    assert (lists.count("visit（第 1 项）"), lists.count("visit（第 2 项）")) == (2, 2)


def test_step_without_outcomes_is_handed_in_without_one(world: World, browse: Browse) -> None:
    case_no, client = begun(world), browse(CLERK)
    for _ in range(2):
        world.complete(case_no, "visit", CLERK, "seen")
    task = world.open_task(case_no, "archive")
    path_of_task = f"/tasks/{task.id}"

    page = client.get(path_of_task).text
    sent = {"csrf_token": csrf_of(client), "version": task.version, "draft_version": 0}
    answer = client.post(path_of_task, data=sent)

    assert re.search('id="f-outcome"', page) is None
    assert answer.status_code == 302
    assert world.open_task(case_no, "handle").state == "open"
