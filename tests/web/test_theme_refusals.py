"""A joint application that is not as it must be: every fault at its place, nothing half opened; a second one is told."""

import json
import re
import shutil
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.domain.actor import system_actor
from app.operations.deploy_rules import deploy_rules
from tests.web.api_world import (
    ALL_MEMBERS,
    APPLICANT,
    WINDOW,
    Body,
    Call,
    application,
    call,
    done,
    refused,
    site,
)
from tests.web.applicant_world import APPLICANT as FILLED
from tests.web.applicant_world import COMPANY, Visit, token, visit
from tests.web.conftest import FORM, World

__all__ = ["call", "site", "visit"]
THEME = "/themes/startup/applications"
FEW = {"needs_seal": "no", "has_employees": "no", "needs_bank": "no"}
PAGE = "/themes/startup/apply?region=422801"


def joint(**changes: object) -> Body:
    body = application("", form=FORM, guidance=FEW)
    del body["matter_code"]
    return {**body, **changes}


@pytest.mark.parametrize(
    ("changes", "faults"),
    [
        ({"guidance": {**FEW, "members": ["startup-court"]}}, {("/guidance/members", "field_unknown")}),
        ({"guidance": {**FEW, "needs_court": "yes"}}, {("/guidance/needs_court", "field_unknown")}),
        ({"guidance": {}}, {(f"/guidance/{key}", "option_unknown") for key in FEW}),
        ({"form": {**FORM, "scope": ""}}, {("/scope", "answer_required")}),
        ({"form": {**FORM, "court": "x"}}, {("/court", "answer_unknown")}),
    ],
)
def test_faults_of_an_application_are_told_at_their_place(
    call: Call, changes: dict[str, object], faults: set[tuple[str, str]]
) -> None:
    problem = refused(call(APPLICANT).post(THEME, joint(**changes)), 422, "invalid")

    assert {(item["pointer"], item["code"]) for item in problem["errors"]} == faults
    assert done(call("supervisor.es").get("/cases"))["items"] == []


def test_an_answer_only_a_chosen_member_needs_is_asked_for_when_it_is_chosen(
    call: Call, world: World, tmp_path: Path
) -> None:
    folder, settings = tmp_path / "rules", world.container.settings
    shutil.copytree(settings.rules_dir, folder)
    form = json.loads((folder / "forms/apply_company.json").read_text(encoding="utf-8"))
    for field in form["components"]:
        field["validate"] = {"required": True}
    (folder / "forms/apply_seal.json").write_text(json.dumps(form), encoding="utf-8")
    matter = folder / "matters/ga/startup-seal.toml"
    matter.write_text(matter.read_text(encoding="utf-8").replace('"apply_company"', '"apply_seal"'), encoding="utf-8")
    deploy_rules(world.container.context, bpmn_dir=settings.bpmn_dir, rules_dir=folder, actor=system_actor("test"))

    without = done(call(APPLICANT).post(THEME, joint()), 201)
    problem = refused(call(APPLICANT).post(THEME, joint(guidance={**FEW, "needs_seal": "yes"})), 422, "invalid")

    (item,) = problem["errors"]
    assert (item["pointer"], item["code"], item["matter"]) == ("/capital_wan", "member_answer_required", "startup-seal")
    assert item["detail"] == "办理“公章刻制备案”须填写“注册资本(万元)”。"
    assert [case["case_no"] for case in done(call("supervisor.es").get("/cases"))["items"]] == [without["case_no"]]


def test_answers_nobody_offers_are_refused_at_their_questions(call: Call) -> None:
    problem = refused(call(APPLICANT).post("/themes/startup/guidance", {"answers": {"needs_seal": 1}}), 422, "invalid")

    assert {item["pointer"] for item in problem["errors"]} == {f"/guidance/{key}" for key in FEW}


def test_a_second_application_for_the_same_event_and_person_is_told_with_the_open_one(call: Call) -> None:
    first = done(call(APPLICANT).post(THEME, joint()), 201)

    second = done(call(WINDOW).post(THEME, joint(intake_mode="window")), 201)
    stranger = done(call("applicant2").post(THEME, joint()), 201)

    assert first["duplicates"] == []
    assert [item["case_no"] for item in second["duplicates"]] == [first["case_no"]]
    assert [item["case_no"] for item in stranger["duplicates"]] == ["", ""]
    assert {item["name"] for item in stranger["duplicates"]} == {"企业开办一件事"}


def test_another_subject_or_a_closed_case_is_no_duplicate(call: Call) -> None:
    first = done(call(APPLICANT).post(THEME, joint(subject={"name": "张小宝", "id_number": "42280120260101123X"})), 201)
    other = done(call(APPLICANT).post(THEME, joint()), 201)
    done(call(APPLICANT).post(f"/cases/{other['case_no']}/withdrawal", {"reason": "改日再办"}))

    again = done(call(APPLICANT).post(THEME, joint()), 201)
    child = done(call(APPLICANT).post(THEME, joint(subject={"name": "张小宝", "id_number": "42280120260101123x"})), 201)

    assert (other["duplicates"], again["duplicates"]) == ([], [])
    assert [item["case_no"] for item in child["duplicates"]] == [first["case_no"]]


def test_a_duplicate_is_refused_for_who_asks_for_it_and_a_repeated_request_is_none(call: Call) -> None:
    body = joint(refuse_duplicate=True)

    first = done(call(APPLICANT).post(THEME, body, Idempotency_Key="one"), 201)
    repeated = done(call(APPLICANT).post(THEME, body, Idempotency_Key="one"), 201)
    problem = refused(call(APPLICANT).post(THEME, body, Idempotency_Key="two"), 409, "application_duplicate")

    assert repeated == first
    assert [item["case_no"] for item in problem["errors"]] == [first["case_no"]]
    assert len(done(call("supervisor.es").get("/cases"))["items"]) == 1


def test_one_matter_is_told_too(call: Call) -> None:
    first = call(APPLICANT).apply("restaurant-food")

    second = call(APPLICANT).apply("restaurant-food")

    assert [item["case_no"] for item in second["duplicates"]] == [first["case_no"]]
    assert call(APPLICANT).apply("startup-reg")["duplicates"] == []


def test_the_page_asks_before_it_sends_a_second_application(call: Call, visit: Visit) -> None:
    client = visit(APPLICANT)
    first = send(client, {})
    asked = send(client, {})
    done_anyway = send(client, {"despite_duplicate": "yes"})

    assert (first.status_code, asked.status_code, done_anyway.status_code) == (303, 409, 303)
    number = first.headers["Location"].rpartition("/")[2]
    assert re.search(rf'href="[^"]*{number}"', asked.text)
    assert 'name="despite_duplicate"' in asked.text
    assert FILLED["applicant.id_number"] in asked.text


def send(client: FlaskClient, more: dict[str, str]) -> TestResponse:
    answers = {f"guidance.{key}": value for key, value in FEW.items()}
    data = {**FILLED, **COMPANY, **answers, **more, "csrf_token": token(client)}
    return client.post(PAGE, data=data)


def test_all_members_may_be_asked_for(call: Call) -> None:
    receipt = done(call(APPLICANT).post(THEME, joint(guidance=ALL_MEMBERS)), 201)

    assert len(receipt["members"]) == len(ALL_MEMBERS) * 2
