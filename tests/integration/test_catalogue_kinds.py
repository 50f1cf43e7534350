"""Kinds of change sets: a matter is paused, cancelled or given down to counties; what runs goes on under its list."""

from typing import Any

import pytest
from werkzeug.test import TestResponse

from app.catalogue.organisation import DepartmentEntry
from app.domain.errors import CaseworkError
from app.operations.add_department import add_department
from app.storage.tables import catalogue_change, offering_version
from tests.integration.test_catalogue_changes import (
    DAY,
    DOCUMENT,
    FIRST,
    PATTERN,
    SECOND,
    Desk,
    refusal,
)
from tests.web.api_world import ALL_MEMBERS
from tests.world import World

CODE, ENSHI, LICHUAN, PREFECTURE = "restaurant-food", "422801", "422802", "422800"
UP = "up-food"


@pytest.fixture
def desk(installed: World) -> Desk:
    return Desk(installed)


@pytest.fixture(scope="module")
def shared_desk(shared_world: World) -> Desk:
    return Desk(shared_world)


def approved(desk: Desk, answer: TestResponse) -> str:
    """Have a second person approve what was submitted. Returns the id of the change set."""
    assert answer.status_code == 201, answer.json
    change_id = str(answer.json["change_id"])
    done = desk.act(change_id)
    assert done.status_code == 200, done.json
    return change_id


def refused(desk: Desk, region: str = ENSHI, code: str = CODE) -> str:
    """Apply in vain. Returns the code of the refusal."""
    with pytest.raises(CaseworkError) as found:
        desk.world.apply(code, region)
    return str(found.value.code)


def offered(desk: Desk, region: str) -> bool:
    answer = desk.client.get(f"/api/v1/matters?region={region}", headers=desk.headers(FIRST))
    return CODE in [item["code"] for item in answer.json["items"]]


def list_of(desk: Desk, code: str, region: str, *, digit: int, department: str = "scjg") -> bytes:
    """Return the shipped list as that of another matter in one region. digit: ends its implementation code."""
    own = ("code =", "regions =", "impl_code =", "department =")
    head, *tables = desk.list.split("\n[")
    lines = [line for line in head.splitlines() if not line.startswith(own)]
    said = [
        f'code = "{code}"',
        f'regions = ["{region}"]',
        f'impl_code = "11{{region}}DEMO000008400000000009{digit}"',
        f'department = "{department}"',
    ]
    return "\n[".join(["\n".join([*said, *lines]), *tables]).encode()


@pytest.mark.parametrize(("kind", "code"), [("pause", "matter_paused"), ("cancel", "matter_cancelled")])
def test_nothing_is_taken_in_from_the_day_on_and_what_runs_is_finished(desk: Desk, kind: str, code: str) -> None:
    before = desk.world.apply(CODE)
    change_id = approved(desk, desk.ended(kind))
    desk.world.at(2026, 3, 8, 23, 59)
    between = desk.world.apply(CODE)

    desk.world.at(2026, 3, 9, 0, 0)

    assert refused(desk) == code
    assert (offered(desk, ENSHI), offered(desk, LICHUAN)) == (False, True)
    desk.world.apply(CODE, LICHUAN)
    answer = desk.client.get(f"/api/v1/matters/{CODE}?region={ENSHI}", headers=desk.headers(FIRST))
    assert (answer.status_code, answer.json["code"]) == (404, code)
    assert DAY in answer.json["detail"]
    desk.world.at(2026, 3, 9, 9, 0)
    assert [desk.accepted(case_no)[:10] for case_no in (before, between)] == ["2026-03-16", "2026-03-16"]
    shown = desk.get(change_id).json
    states = {"pause": "paused", "cancel": "cancelled"}
    (changed,) = shown["changes"]
    assert changed["differences"] == [{"field": "item_state", "old": "in_use", "new": states[kind]}]
    assert (shown["kind"], shown["running_count"], shown["definition_key"]) == (kind, 2, PATTERN)


def test_a_new_list_takes_a_paused_matter_up_again(desk: Desk) -> None:
    approved(desk, desk.ended("pause"))
    desk.world.at(2026, 3, 9, 9, 0)
    stopped = refused(desk)

    approved(desk, desk.send(desk.parts({"effective_from": "2026-03-11", "kind": "change"})))
    still = refused(desk)
    desk.world.at(2026, 3, 11, 9, 0)

    assert (stopped, still) == ("matter_paused", "matter_paused")
    assert desk.accepted(desk.world.apply(CODE))[:10] == "2026-03-13"


def test_a_matter_of_the_prefecture_goes_to_its_counties_the_same_second(desk: Desk) -> None:
    above = {"list": list_of(desk, UP, PREFECTURE, digit=1), "effective_from": "2026-03-03", "kind": "new"}
    approved(desk, desk.send(desk.parts(above)))
    desk.world.at(2026, 3, 3, 9, 0)
    running = desk.world.apply(UP)

    down = {"list": list_of(desk, UP, ENSHI, digit=2), "kind": "devolve"}
    change_id = approved(desk, desk.send(desk.parts(down)))
    desk.world.at(2026, 3, 8, 23, 59)
    last = desk.world.apply(UP)
    desk.world.at(2026, 3, 9, 0, 0)
    first = desk.world.apply(UP)

    departments = {desk.row_of(case_no).department_id for case_no in (running, last)}
    assert len(departments) == 1
    assert desk.row_of(first).department_id not in departments
    assert refused(desk, LICHUAN, UP) == "matter_cancelled"
    shown = desk.get(change_id).json
    changes = {item["region_code"]: item["differences"] for item in shown["changes"]}
    assert changes[PREFECTURE] == [{"field": "item_state", "old": "in_use", "new": "cancelled"}]
    assert (shown["kind"], shown["running_count"]) == ("devolve", 3)
    desk.world.at(2026, 3, 9, 9, 0)
    assert desk.accepted(running)[:10] == "2026-03-16"


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"kind": "pause", "matter_code": ""}, "change_set_incomplete"),
        ({"kind": "cancel", "regions": ""}, "change_set_incomplete"),
        ({"kind": "pause", "document_no": ""}, "change_set_incomplete"),
        ({"kind": "pause", "list": b"x"}, "invalid"),
        ({"kind": "explode"}, "invalid"),
        ({"kind": "pause", "regions": "Enshi"}, "invalid"),
        ({"kind": "pause", "matter_code": "no-such-matter"}, "change_set_not_offered"),
        ({"kind": "pause", "effective_from": "2026-03-02"}, "change_set_late"),
    ],
)
def test_what_cannot_be_ended_is_refused(shared_desk: Desk, given: dict[str, Any], code: str) -> None:
    named = {"regions": ENSHI, **given}

    answer = shared_desk.ended(**named)

    assert (answer.status_code, answer.json["code"]) == (422, code)
    assert shared_desk.count(catalogue_change) == 0


@pytest.mark.parametrize(
    ("given", "code"),
    [({"kind": "new"}, "change_set_kind"), ({"kind": "devolve"}, "change_set_devolve")],
)
def test_a_kind_that_does_not_fit_the_lists_is_refused(shared_desk: Desk, given: dict[str, object], code: str) -> None:
    answer = shared_desk.send(shared_desk.parts(given))

    assert refusal(answer)[:2] == (422, code)
    assert shared_desk.count(catalogue_change) == 0


def test_what_was_cancelled_meanwhile_is_not_paused_any_more(desk: Desk) -> None:
    waiting = desk.ended("pause").json["change_id"]
    approved(desk, desk.ended("cancel"))
    lists = desk.count(offering_version)

    answer = desk.act(waiting)

    assert refusal(answer)[:2] == (422, "change_set_not_offered")
    assert (desk.count(offering_version), desk.get(waiting).json["state"]) == (lists, "submitted")


def test_the_same_request_is_answered_once_and_done_once(desk: Desk) -> None:
    headers = {"Idempotency-Key": "k1"}
    body = {"kind": "pause", "matter_code": CODE, "regions": ENSHI, "effective_from": DAY, **DOCUMENT}

    def submit(**more: object) -> TestResponse:
        sent = {**desk.headers(FIRST), **headers, "Content-Type": "multipart/form-data; boundary=b"}
        parts = "".join(
            f'--b\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
            for name, value in {**body, **more}.items()
        )
        return desk.client.post("/api/v1/catalogue-changes", data=f"{parts}--b--\r\n".encode(), headers=sent)

    first, again, other = submit(), submit(), submit(kind="cancel")
    change_id = first.json["change_id"]
    path = f"/api/v1/catalogue-changes/{change_id}/approval"
    approvals = [desk.client.post(path, headers={**desk.headers(SECOND), **headers}) for _ in range(2)]

    assert first.json == again.json
    assert refusal(other)[:2] == (422, "idempotency_mismatch")
    assert desk.count(catalogue_change) == 1
    assert [answer.status_code for answer in approvals] == [200, 200]
    assert approvals[0].json == approvals[1].json


def test_the_list_of_change_sets_comes_in_pages(desk: Desk) -> None:
    ids = [desk.ended("pause").json["change_id"] for _ in range(3)]

    def page(**asked: object) -> dict[str, Any]:
        query = "&".join(f"{name}={value}" for name, value in asked.items())
        answer = desk.client.get(f"/api/v1/catalogue-changes?{query}", headers=desk.headers(FIRST))
        assert answer.status_code == 200, answer.json
        return dict(answer.json)

    first = page(limit=2)
    second = page(limit=2, cursor=first["next_cursor"])
    third = desk.client.get("/api/v1/catalogue-changes?cursor=xyz", headers=desk.headers(FIRST))

    seen = [item["id"] for found in (first, second) for item in found["items"]]
    assert seen == ids[::-1]
    assert second["next_cursor"] is None
    assert refusal(third)[:2] == (422, "cursor_unknown")


def test_a_list_is_judged_beside_those_other_change_sets_brought(desk: Desk) -> None:
    approved(desk, desk.send(desk.parts({"list": list_of(desk, "second-food", ENSHI, digit=1)})))

    answer = desk.send(desk.parts({"list": list_of(desk, "third-food", ENSHI, digit=1)}))

    assert refusal(answer) == (422, "change_set_refused", ["matter-code-twice"])
    assert desk.send(desk.parts({"list": list_of(desk, "third-food", ENSHI, digit=2)})).status_code == 201


def test_a_department_that_was_added_later_may_offer_a_matter(desk: Desk) -> None:
    source = list_of(desk, "second-food", ENSHI, digit=1, department="xcj")
    unknown = desk.send(desk.parts({"list": source}))

    entry = DepartmentEntry(code=f"{ENSHI}-xcj", name_zh="新城局", name_en="New town", region=ENSHI, kind="bureau")
    add_department(desk.world.container.context, desk.world.person("admin.es"), entry)

    assert refusal(unknown) == (422, "change_set_refused", ["matter-department"])
    assert desk.send(desk.parts({"list": source})).status_code == 201


def test_a_theme_that_needs_the_matter_is_warned_of_and_takes_in_nobody_who_needs_it(desk: Desk) -> None:
    sent = desk.ended("pause", matter_code="startup-reg")
    found = desk.get(sent.json["change_id"]).json["findings"]
    approved(desk, sent)
    before = desk.world.apply_theme("startup", **ALL_MEMBERS)

    desk.world.at(2026, 3, 9, 9, 0)
    with pytest.raises(CaseworkError) as refused_theme:
        desk.world.apply_theme("startup", **ALL_MEMBERS)

    assert [(item["severity"], item["code"]) for item in found] == [("warning", "change-set-member")]
    assert refused_theme.value.code == "member_not_offered"
    assert desk.world.state_of(before) == "received"
