"""Migrations of running cases over HTTP: try, begin, watch, take back, and what is refused."""

import pytest

from app.operations.continue_migrations import continue_migrations
from tests.new_versions import FIRST, FOOD_KEY, deploy_changed, renamed
from tests.web.api_world import Body, Call, call, done, refused, site
from tests.web.conftest import World

__all__ = ["call", "site"]

PATH = f"/definitions/{FOOD_KEY}/migrations"
VERSIONS = {"from_version": 1, "to_version": 2, "reason": "审查改名"}
ASSESS = {**VERSIONS, "mapping": {"review": "assess"}}
FAR = "reviewer.enshi"


def two_cases(world: World) -> tuple[str, str]:
    """One case at its review and one that was only received; the review is called otherwise in version 2."""
    reviewing, received = (world.apply("restaurant-food") for _ in range(2))
    world.complete(reviewing, "check", "window.enshi", "accept")
    deploy_changed(world, renamed("review", "assess"))
    return reviewing, received


def dry(call: Call, body: Body, **query: object) -> Body:
    more = "".join(f"&{name}={value}" for name, value in query.items())
    return done(call(FIRST).post(f"{PATH}?dry_run=true{more}", body))


def test_dry_run_says_of_each_case_whether_it_moves_and_why_not(world: World, call: Call) -> None:
    reviewing, received = two_cases(world)

    answer = dry(call, VERSIONS)

    assert (answer["instances"], answer["moves"], answer["cannot"]) == (2, 1, 1)
    told = {item["case_no"]: item for item in answer["items"]}
    assert told[received] == {"case_no": received, "moves": True, "reasons": []}
    (reason,) = told[reviewing]["reasons"]
    assert (reason["element_id"], reason["code"]) == ("review", "missing")
    assert reason["sentence"]["zh"].startswith("停在“审查 (review)”，新版本没有这个图元。")
    assert reason["sentence"]["en"].startswith("It stands at “审查 (review)”, which the new version lacks.")
    assert [(item["code"], item["cases"]) for item in answer["reasons"]] == [("missing", 1)]
    assert done(call(FIRST).get(PATH))["items"] == []


def test_dry_run_is_read_page_by_page(world: World, call: Call) -> None:
    numbers = sorted(two_cases(world))

    first = dry(call, ASSESS, limit=1)
    second = dry(call, ASSESS, limit=1, cursor=first["next_cursor"])

    assert sorted(item["case_no"] for page in (first, second) for item in page["items"]) == numbers
    assert second["next_cursor"] is None
    refused(call(FIRST).post(f"{PATH}?dry_run=true&cursor=made-up", ASSESS), 422, "cursor_unknown")


def test_run_is_begun_watched_and_taken_back(world: World, call: Call) -> None:
    reviewing, received = two_cases(world)
    designer = call(FIRST)

    begun = done(designer.post(PATH, VERSIONS), 201)
    path = f"{PATH}/{begun['migration_id']}"
    waiting = done(designer.get(path))
    continue_migrations(world.container.context, budget_s=60)
    finished = done(designer.get(path))

    assert (begun["waiting"], waiting["state"], waiting["waiting"]) == (2, "running", 2)
    assert (finished["state"], finished["moved"], finished["refused"]) == ("finished", 1, 1)
    assert (finished["from_version"], finished["to_version"], finished["reason"]) == (1, 2, "审查改名")
    held = done(designer.get(f"{path}/cases?outcome=refused"))["items"]
    assert [(item["case_no"], item["reasons"][0]["element_id"]) for item in held] == [(reviewing, "review")]
    back = done(designer.post(f"{path}/undo", {"reason": "改错了"}), 201)
    continue_migrations(world.container.context, budget_s=60)
    undone = done(designer.get(f"{PATH}/{back['migration_id']}"))
    assert (undone["undoes"], undone["moved"]) == (begun["migration_id"], 1)
    assert done(designer.get(path))["undone_by"] == back["migration_id"]
    assert [item["migration_id"] for item in done(designer.get(PATH))["items"]] == [
        back["migration_id"],
        begun["migration_id"],
    ]
    assert received in [item["case_no"] for item in done(designer.get(f"{path}/cases?outcome=moved"))["items"]]


def test_officer_sees_in_the_history_that_the_case_changed_its_version(world: World, call: Call) -> None:
    reviewing, _received = two_cases(world)
    done(call(FIRST).post(PATH, ASSESS), 201)
    continue_migrations(world.container.context, budget_s=60)

    last = done(call("reviewer.enshi").get(f"/cases/{reviewing}/events"))["items"][-1]

    assert last["kind"] == "case_migrated"
    assert last["facts"]["reason"] == "审查改名"


def test_clerk_with_the_old_version_on_screen_gets_412(world: World, call: Call) -> None:
    reviewing, _received = two_cases(world)
    clerk = call("reviewer.enshi")
    task = clerk.task(reviewing, "review")
    done(call(FIRST).post(PATH, ASSESS), 201)
    continue_migrations(world.container.context, budget_s=60)

    late = {"outcome": "pass", "data": {"opinion": "同意"}}
    answer = clerk.post(f"/tasks/{task['id']}/completion", late, If_Match=f'"{task["version"]}"')

    refused(answer, 412, "stale")


def test_same_request_twice_begins_one_run(world: World, call: Call) -> None:
    two_cases(world)
    designer = call(FIRST)

    first = done(designer.post(PATH, ASSESS, Idempotency_Key="a"), 201)
    again = done(designer.post(PATH, ASSESS, Idempotency_Key="a"), 201)

    assert again == first
    refused(designer.post(PATH, VERSIONS, Idempotency_Key="a"), 422, "idempotency_mismatch")
    refused(designer.post(PATH, ASSESS, Idempotency_Key="b"), 409, "migration_running")


@pytest.mark.parametrize(
    ("body", "status", "code", "faults"),
    [
        ({**VERSIONS, "to_version": 9}, 422, "migration_version", [("/to_version", "version_unknown")]),
        (
            {**VERSIONS, "mapping": {"nowhere": "assess"}},
            422,
            "migration_mapping",
            [("/mapping/nowhere", "element_unknown_old")],
        ),
        (
            {**VERSIONS, "mapping": {"review": "nowhere"}},
            422,
            "migration_mapping",
            [("/mapping/review", "element_unknown_new")],
        ),
        ({**VERSIONS, "reason": ""}, 422, "invalid", [("/reason", "answer_required")]),
        ({**VERSIONS, "case_nos": ["ES1"]}, 422, "migration_cases", []),
        ({"from_version": 2, "to_version": 1, "reason": "x"}, 409, "migration_empty", []),
    ],
)
def test_bad_request_is_refused_with_its_faults(
    world: World, call: Call, body: Body, status: int, code: str, faults: list[tuple[str, str]]
) -> None:
    two_cases(world)

    problem = refused(call(FIRST).post(PATH, body), status, code)

    assert [(item["pointer"], item["code"]) for item in problem["errors"]] == faults


def test_who_may_not_migrate_is_refused(world: World, call: Call) -> None:
    two_cases(world)

    refused(call(FAR).post(PATH, ASSESS), 403, "not_permitted")
    refused(call("admin.es").post(PATH, ASSESS), 403, "not_permitted")
    refused(call(FAR).get(PATH), 403, "not_permitted")
    assert done(call("admin.es").get(PATH))["items"] == []
    refused(call(FIRST).get(f"{PATH}/1"), 404, "migration_unknown")
    refused(call(FIRST).get("/definitions/pattern:none/migrations"), 404, "definition_unknown")
    refused(call(FIRST).post(f"{PATH}/1/undo", {"reason": "x"}), 404, "migration_unknown")
