"""The pages of officers: worklist, task, case, clock acts, board."""

import json
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from app.domain.vocabulary import Lane
from app.operations.fire_due_deadlines import fire_due_deadlines
from app.queries.task_page import get_task_page
from app.web.api.present import jsonable
from tests.web.conftest import World, csrf_of

Browse = Callable[[str], FlaskClient]
CLERK, REVIEWER, SECOND, DECIDER, HEAD = (
    "window.enshi",
    "reviewer.enshi",
    "reviewer2.enshi",
    "decider.enshi",
    "head.enshi",
)
FOREIGN = "reviewer.lichuan"


def post(client: FlaskClient, path: str, **fields: str) -> object:
    return client.post(path, data={"csrf_token": csrf_of(client), **fields})


@pytest.fixture
def case_no(world: World) -> str:
    return world.apply("restaurant-food")


@pytest.fixture
def in_review(world: World, case_no: str) -> str:
    world.complete(case_no, "check", CLERK, "accept")
    return case_no


def claimed(world: World, client: FlaskClient, case_no: str, element: str) -> str:
    task = world.open_task(case_no, element)
    post(client, f"/tasks/{task.id}/claim")
    return task.id


def test_worklist_shows_a_task_with_a_masked_applicant(browse: Browse, in_review: str) -> None:
    client = browse(REVIEWER)

    page = client.get("/worklist")

    assert page.status_code == 200
    assert in_review in page.text
    assert "张*" in page.text
    assert "张小芳" not in page.text
    assert "承诺 5 个工作日" in page.text


@pytest.mark.parametrize("queue", ["mine", "group", "department", "overdue", "nonsense"])
def test_every_queue_of_the_worklist_opens(browse: Browse, in_review: str, queue: str) -> None:
    client = browse(REVIEWER)

    page = client.get("/worklist", query_string={"queue": queue, "colour": "green", "county": "422801", "text": "食品"})

    assert page.status_code == 200


def test_worklist_pages_keep_their_filter(browse: Browse, world: World) -> None:
    for _ in range(3):
        world.apply("restaurant-food")
    client = browse(CLERK)

    page = client.get("/worklist?queue=group&limit=2")

    assert "limit=2&amp;cursor=" in page.text


def test_next_task_opens_the_most_urgent_one(browse: Browse, world: World, in_review: str) -> None:
    client = browse(REVIEWER)

    answer = client.get("/tasks/next")

    assert answer.status_code == 302
    assert answer.location == f"/tasks/{world.open_task(in_review, 'review').id}"


def test_next_task_says_that_nothing_is_left(browse: Browse) -> None:
    client = browse(SECOND)

    page = client.get("/tasks/next", follow_redirects=True)

    assert "没有待办了。" in page.text


def test_unclaimed_task_is_claimed_before_it_is_worked_on(browse: Browse, world: World, in_review: str) -> None:
    client = browse(REVIEWER)
    path = f"/tasks/{world.open_task(in_review, 'review').id}"

    before = client.get(path).text
    post(client, f"{path}/claim")
    after = client.get(path).text

    assert 'name="outcome"' not in before
    assert "领取后即可办理。" in before
    assert 'value="special"' in after
    assert "已领取，可以办理。" in after


def test_selected_tasks_are_claimed_together(browse: Browse, world: World) -> None:
    ids = [world.open_task(world.apply("restaurant-food"), "check").id for _ in range(2)]
    client = browse(CLERK)

    fields = {"csrf_token": csrf_of(client), "task": ids, "next": "/worklist?queue=mine"}
    answer = client.post("/tasks/claim", data=fields)

    assert answer.location == "/worklist?queue=mine"
    assert all(task_id in client.get("/worklist?queue=mine").text for task_id in ids)


@pytest.mark.parametrize("way", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:1"])
def test_a_way_back_leads_to_no_other_site(browse: Browse, way: str) -> None:
    client = browse(CLERK)

    answer = post(client, "/tasks/claim", next=way)

    assert answer.location == "/worklist"  # type: ignore[attr-defined]


def test_task_is_completed_and_the_case_goes_on(browse: Browse, world: World, in_review: str) -> None:
    client = browse(REVIEWER)
    task_id = claimed(world, client, in_review, "review")

    answer = post(
        client, f"/tasks/{task_id}", version="1", outcome="pass", next="task", **{"form.opinion": "材料齐全，同意。"}
    )

    assert answer.status_code == 302  # type: ignore[attr-defined]
    assert answer.location == "/tasks/next"  # type: ignore[attr-defined]
    assert world.open_task(in_review, "decide").state == "open"


def test_refused_form_comes_back_filled(browse: Browse, world: World, in_review: str) -> None:
    client = browse(REVIEWER)
    task_id = claimed(world, client, in_review, "review")

    answer = post(
        client,
        f"/tasks/{task_id}",
        version="1",
        outcome="special",
        **{"form.opinion": "需要评审", "form.expected_days": "abc", "form.ground": "expert_review"},
    )

    assert answer.status_code == 422  # type: ignore[attr-defined]
    page = answer.text  # type: ignore[attr-defined]
    assert "error-summary" in page
    assert 'href="#f-form-expected_days"' in page
    assert 'value="abc"' in page
    assert "需要评审" in page
    assert 'value="special" checked' in page


def test_missing_outcome_is_told_at_the_outcome(browse: Browse, world: World, in_review: str) -> None:
    client = browse(REVIEWER)
    task_id = claimed(world, client, in_review, "review")

    answer = post(client, f"/tasks/{task_id}", version="1", **{"form.opinion": "同意"})

    assert answer.status_code == 422  # type: ignore[attr-defined]
    assert 'href="#f-outcome"' in answer.text  # type: ignore[attr-defined]


def test_stale_task_comes_back_with_what_was_typed(browse: Browse, world: World, in_review: str) -> None:
    client = browse(REVIEWER)
    task_id = claimed(world, client, in_review, "review")

    answer = post(client, f"/tasks/{task_id}", version="0", outcome="pass", **{"form.opinion": "同意"})

    assert answer.status_code == 412  # type: ignore[attr-defined]
    assert "同意" in answer.text  # type: ignore[attr-defined]
    assert 'name="version" value="1"' in answer.text  # type: ignore[attr-defined]


def test_closed_task_cannot_be_completed_again(browse: Browse, world: World, in_review: str) -> None:
    client = browse(REVIEWER)
    task_id = claimed(world, client, in_review, "review")
    fields = {"version": "1", "outcome": "pass", "form.opinion": "同意"}
    post(client, f"/tasks/{task_id}", **fields)

    answer = post(client, f"/tasks/{task_id}", **fields)

    assert answer.status_code == 409  # type: ignore[attr-defined]
    assert "这个任务已经完成或撤回，只能查看。" in answer.text  # type: ignore[attr-defined]


def test_task_of_another_county_does_not_exist(browse: Browse, world: World, in_review: str) -> None:
    client = browse(FOREIGN)

    answer = client.get(f"/tasks/{world.open_task(in_review, 'review').id}")

    assert answer.status_code == 404


def test_draft_comes_back_on_the_page(browse: Browse, world: World, in_review: str) -> None:
    client = browse(REVIEWER)
    task_id = claimed(world, client, in_review, "review")

    saved = post(client, f"/tasks/{task_id}/draft", outcome="refuse", **{"form.opinion": "尚未写完"})
    page = client.get(f"/tasks/{task_id}").text

    assert saved.json == {"version": 1, "told": "草稿已保存 09:30"}  # type: ignore[attr-defined]
    assert "尚未写完" in page
    assert 'value="refuse" checked' in page


def test_task_is_given_back(browse: Browse, world: World, in_review: str) -> None:
    client = browse(REVIEWER)
    task_id = claimed(world, client, in_review, "review")

    post(client, f"/tasks/{task_id}/release")

    assert world.open_task(in_review, "review").assignee_id is None


def test_task_is_handed_over_to_a_colleague(browse: Browse, world: World, in_review: str) -> None:
    client = browse(REVIEWER)
    task_id = claimed(world, client, in_review, "review")
    colleague = str(world.person(SECOND).staff_id)

    offered = client.get(f"/tasks/{task_id}/handover").text
    answer = post(client, f"/tasks/{task_id}/handover", version="1", staff=colleague, reason="出差")

    assert colleague in offered
    assert answer.status_code == 302  # type: ignore[attr-defined]
    assert world.open_task(in_review, "review").assignee_id == colleague


def test_handover_without_a_person_comes_back(browse: Browse, world: World, in_review: str) -> None:
    client = browse(REVIEWER)
    task_id = claimed(world, client, in_review, "review")

    answer = post(client, f"/tasks/{task_id}/handover", version="1", staff="", reason="出差")

    assert answer.status_code == 422  # type: ignore[attr-defined]
    assert 'value="出差"' in answer.text  # type: ignore[attr-defined]
    assert 'href="#f-staff"' in answer.text  # type: ignore[attr-defined]


def test_case_is_found_and_opened(browse: Browse, in_review: str) -> None:
    client = browse(REVIEWER)

    found = client.get("/cases", query_string={"text": in_review, "state": "accepted", "county": "422801"})
    page = client.get(f"/cases/{in_review}")

    assert f"/cases/{in_review}" in found.text
    assert page.status_code == 200
    for told in ("恩施好味餐饮有限公司", "受理通知书", "5 个工作日", "为什么是这一天？"):
        assert told in page.text


def test_supervisor_sees_personal_data_masked(browse: Browse, in_review: str) -> None:
    client = browse("supervisor.enshi")

    page = client.get(f"/cases/{in_review}").text

    assert "张*" in page
    assert "张小芳" not in page
    assert "422801199001011234" not in page
    assert "恩施好味餐饮有限公司" not in page


def test_case_of_another_county_does_not_exist(browse: Browse, in_review: str) -> None:
    client = browse(FOREIGN)

    assert client.get(f"/cases/{in_review}").status_code == 404
    assert client.get(f"/cases/{in_review}/diagram.bpmn").status_code == 404


def test_diagram_is_the_file_of_its_author(browse: Browse, in_review: str) -> None:
    answer = browse(REVIEWER).get(f"/cases/{in_review}/diagram.bpmn")

    assert answer.mimetype == "application/xml"
    assert "definitions" in answer.text[:600]


def test_clocks_are_stopped_and_run_again(browse: Browse, world: World, in_review: str) -> None:
    client = browse(REVIEWER)
    path = f"/cases/{in_review}"

    assert client.get(f"{path}/suspension").status_code == 200
    post(client, f"{path}/suspension", ground="expert_review", document_no="恩市监〔2026〕1号", expected_days="5")
    assert world.state_of(in_review) == "suspended"
    world.at(2026, 3, 4, 10, 0)
    assert client.get(f"{path}/resumption").status_code == 200
    post(client, f"{path}/resumption")
    assert world.state_of(in_review) == "suspended"
    post(client, f"{path}/resumption", document_no="恩专评〔2026〕1号")

    assert world.state_of(in_review) == "accepted"
    assert "专家评审" in client.get(path).text


@pytest.mark.parametrize(
    ("fields", "control"),
    [
        ({"ground": "", "document_no": "1号", "expected_days": "5"}, "ground"),
        ({"ground": "hearing", "document_no": "", "expected_days": "5"}, "document_no"),
        ({"ground": "hearing", "document_no": "1号", "expected_days": "many"}, "expected_days"),
    ],
)
def test_refused_suspension_comes_back_filled(
    browse: Browse, world: World, in_review: str, fields: dict[str, str], control: str
) -> None:
    client = browse(REVIEWER)

    answer = post(client, f"/cases/{in_review}/suspension", reason="组织听证", **fields)

    assert answer.status_code == 422  # type: ignore[attr-defined]
    assert f'href="#f-{control}"' in answer.text  # type: ignore[attr-defined]
    assert "组织听证" in answer.text  # type: ignore[attr-defined]
    assert world.state_of(in_review) == "accepted"


def test_extension_by_who_may_not_approve_is_refused_on_its_page(browse: Browse, in_review: str) -> None:
    client = browse(REVIEWER)

    answer = post(client, f"/cases/{in_review}/extension", days="3", reason="案情复杂")

    assert answer.status_code in {403, 422}  # type: ignore[attr-defined]
    assert "案情复杂" in answer.text  # type: ignore[attr-defined]


def test_head_extends_the_limit(browse: Browse, in_review: str) -> None:
    client = browse(HEAD)

    assert client.get(f"/cases/{in_review}/extension").status_code == 200
    answer = post(client, f"/cases/{in_review}/extension", days="3", reason="案情复杂")

    assert answer.status_code == 302  # type: ignore[attr-defined]
    assert "延期告知书" in client.get(f"/cases/{in_review}").text


def test_withdrawal_is_asked_once_and_done(browse: Browse, world: World, in_review: str) -> None:
    client = browse(CLERK)

    asked = client.get(f"/cases/{in_review}/withdrawal")
    answer = post(client, f"/cases/{in_review}/withdrawal", reason="不再开店")
    again = post(client, f"/cases/{in_review}/withdrawal", reason="不再开店")

    assert "撤回申请" in asked.text
    assert answer.status_code == 302  # type: ignore[attr-defined]
    assert world.state_of(in_review) == "withdrawn"
    assert again.status_code == 409  # type: ignore[attr-defined]


def test_board_counts_and_lists_what_is_overdue(browse: Browse, world: World, in_review: str) -> None:
    world.at(2026, 3, 12, 10, 0)
    client = browse("supervisor.enshi")

    figures = client.get("/board")
    listed = client.get("/board?state=overdue&county=422801")

    assert figures.status_code == 200
    assert "state=overdue" in figures.text
    assert in_review in listed.text


@pytest.mark.parametrize("state", ["due_soon", "paused", "to_be_deemed", "blocked", "dead", "nonsense"])
def test_every_list_of_the_board_opens(browse: Browse, in_review: str, state: str) -> None:
    assert browse("supervisor.enshi").get("/board", query_string={"state": state}).status_code == 200


def test_board_is_for_those_who_watch(browse: Browse) -> None:
    assert browse(CLERK).get("/board").status_code == 403


@pytest.mark.parametrize("path", ["/worklist", "/cases", "/cases/{case_no}"])
def test_pages_speak_english(browse: Browse, in_review: str, path: str) -> None:
    client = browse(REVIEWER)
    client.set_cookie("lang", "en")

    page = client.get(path.format(case_no=in_review))

    assert page.status_code == 200
    assert '<html lang="en">' in page.text


def material_codes(page: str) -> list[str]:
    return list(dict.fromkeys(part.split('"')[0] for part in page.split('name="mark.')[1:]))


def test_acceptance_comes_back_with_the_materials_nobody_handed_in(browse: Browse, world: World, case_no: str) -> None:
    client = browse(CLERK)
    task_id = claimed(world, client, case_no, "check")
    seen, *rest = material_codes(client.get(f"/tasks/{task_id}").text)

    answer = post(client, f"/tasks/{task_id}", version="1", outcome="accept", **{f"mark.{seen}": "accepted"})

    assert answer.status_code == 422  # type: ignore[attr-defined]
    page = answer.text  # type: ignore[attr-defined]
    assert [code for code in (seen, *rest) if f'href="#f-mark-{code}"' in page] == rest
    assert f'name="mark.{seen}" value="accepted" checked' in page
    assert world.state_of(case_no) == "received"


def test_original_shown_at_the_counter_is_marked_and_the_case_accepted(
    browse: Browse, world: World, case_no: str
) -> None:
    client = browse(CLERK)
    task_id = claimed(world, client, case_no, "check")
    codes = material_codes(client.get(f"/tasks/{task_id}").text)

    post(client, f"/tasks/{task_id}", version="1", outcome="accept", **{f"mark.{code}": "accepted" for code in codes})

    assert world.state_of(case_no) == "accepted"
    assert "窗口已核对原件" in client.get(f"/cases/{case_no}").text


def test_paper_of_a_case_is_a_pdf_for_who_may_see_it(browse: Browse, in_review: str) -> None:
    page = browse(REVIEWER).get(f"/cases/{in_review}").text
    path = f"/cases/{in_review}/documents/" + page.split("/documents/")[1].split('"')[0]

    answer, foreign = browse(REVIEWER).get(path), browse(FOREIGN).get(path)

    assert answer.mimetype == "application/pdf"
    assert answer.data.startswith(b"%PDF")
    assert foreign.status_code == 404


def test_task_page_is_plain_json(world: World, in_review: str) -> None:
    context = world.container.context
    task = world.open_task(in_review, "review")

    with context.database.reading() as opened:
        found = get_task_page(
            opened.connection, context.library.current(), world.person(REVIEWER), int(task.id), now=opened.now
        )
    read_back = json.loads(json.dumps(jsonable(found)))

    assert read_back["task"]["version"] == 0
    assert read_back["outcomes"] == ["pass", "refuse", "special"]
    assert {field["key"] for field in read_back["form"]["components"] if "key" in field} >= {"opinion"}
    assert read_back["rights"]["may_claim"] is True


def test_case_that_was_approved_by_default_shows_why(browse: Browse, world: World, in_review: str) -> None:
    world.complete(in_review, "review", REVIEWER, "pass", opinion="同意")
    world.at(2026, 3, 9, 18, 0)
    for lane in Lane:
        fire_due_deadlines(world.container.context, lane, limit=20)

    page = browse(DECIDER).get(f"/cases/{in_review}").text

    assert in_review in page
    assert "超时" in page


def test_joint_case_names_members_that_still_wait(browse: Browse, world: World) -> None:
    case_no = world.apply_theme("startup", needs_seal="yes", has_employees="yes", needs_bank="no")
    world.complete(case_no, "check", CLERK, "accept")

    page = browse(CLERK).get(f"/cases/{case_no}").text

    assert "企业设立登记" in page
    assert page.count("等待前置事项") == 4
    assert "startup-tax" not in page


def test_withdrawal_is_offered_at_the_window_that_took_the_case_in(browse: Browse, in_review: str) -> None:
    at_window = browse(CLERK).get(f"/cases/{in_review}").text
    in_department = browse(REVIEWER).get(f"/cases/{in_review}").text

    assert f"/cases/{in_review}/withdrawal" in at_window
    assert f"/cases/{in_review}/withdrawal" not in in_department
