"""A case is accepted when everything its list requires was handed in or shown, not before."""

from typing import Any

import pytest

from tests.web.api_world import (
    ALL_MEMBERS,
    APPLICANT,
    FOOD_MATERIALS,
    REVIEWER,
    WINDOW,
    Body,
    Call,
    application,
    call,
    done,
    refused,
    site,
)

__all__ = ["call", "site"]
ON_THE_SPOT = "restaurant-verify"


def marks(state: str, *codes: str) -> list[Body]:
    return [{"requirement": code, "state": state, "remark": ""} for code in codes]


def missing(call: Call, case_no: str) -> tuple[str, ...]:
    return tuple(row["requirement"] for row in done(call(WINDOW).get(f"/cases/{case_no}/materials"))["missing"])


def handed_in(call: Call, *codes: str) -> list[Body]:
    material_id = done(call(APPLICANT).upload(), 201)["material_id"]
    return [{"requirement": code, "material_id": material_id} for code in codes]


@pytest.fixture
def case_no(call: Call) -> str:
    return str(call(APPLICANT).apply(materials=handed_in(call, "premises"))["case_no"])


def test_acceptance_without_required_materials_is_refused_naming_each(call: Call, case_no: str) -> None:
    before = call(WINDOW).case(case_no)

    problem = refused(call(WINDOW).complete(case_no, "check", "accept", materials=[]), 422, "material_missing")

    assert [item["requirement"] for item in problem["errors"]] == ["floor_plan", "food_rules", "health"]
    assert problem["errors"][0]["pointer"] == "/materials/floor_plan"
    assert "经营场所平面图" in problem["detail"]
    assert "一次性告知补正" in problem["detail"]
    assert call(WINDOW).case(case_no) == before
    assert missing(call, case_no) == ("floor_plan", "food_rules", "health")


def test_originals_seen_at_the_counter_are_marked_and_the_case_accepted(call: Call, case_no: str) -> None:
    call(WINDOW).do(case_no, "check", "accept", materials=marks("accepted", "floor_plan", "food_rules", "health"))

    rows = {row["requirement"]: row for row in done(call(WINDOW).get(f"/cases/{case_no}/materials"))["items"]}
    assert set(rows) == set(FOOD_MATERIALS)
    assert (rows["premises"]["state"], rows["premises"]["mime"]) == ("handed_in", "application/pdf")
    assert (rows["health"]["state"], rows["health"]["material_id"]) == ("accepted", None)
    assert rows["health"]["checked_by"]
    assert rows["health"]["checked_at"]
    assert missing(call, case_no) == ()


@pytest.mark.parametrize("state", ["missing", "wrong"])
def test_material_handed_in_and_marked_unfit_is_no_material(call: Call, case_no: str, state: str) -> None:
    seen = marks("accepted", "floor_plan", "food_rules", "health")

    answer = call(WINDOW).complete(case_no, "check", "accept", materials=[*seen, *marks(state, "premises")])

    problem = refused(answer, 422, "material_missing")
    assert [item["requirement"] for item in problem["errors"]] == ["premises"]


def test_a_reference_names_a_file_or_a_certificate_and_the_certificate_must_be_the_holders(call: Call) -> None:
    material_id = done(call(APPLICANT).upload(), 201)["material_id"]
    both = {"requirement": "licence", "material_id": material_id, "certificate_no": "照1号"}

    def handing_in(reference: Body) -> Any:
        return call(APPLICANT).post("/applications", application("startup-seal", "422801", materials=[reference]))

    refused(handing_in(both), 422, "invalid")
    refused(handing_in({"requirement": "licence"}), 422, "invalid")
    problem = refused(handing_in({"requirement": "licence", "certificate_no": "照1号"}), 422, "invalid")
    assert [(item["pointer"], item["code"]) for item in problem["errors"]] == [
        ("/materials/0/certificate_no", "certificate_unknown")
    ]


def test_a_file_says_until_when_it_holds(call: Call) -> None:
    stored = done(call(APPLICANT).upload(valid_to_on="2026-12-31"), 201)["material_id"]
    number = str(call(APPLICANT).apply(materials=[{"requirement": "premises", "material_id": stored}])["case_no"])

    row = done(call(WINDOW).get(f"/cases/{number}/materials"))["items"][0]
    assert (row["valid_to_on"], row["trust"]) == ("2026-12-31", "C")
    refused(call(APPLICANT).upload(valid_to_on="morgen"), 422, "invalid")


def test_decision_on_the_spot_needs_the_materials_too(call: Call) -> None:
    number = str(call(APPLICANT).apply(ON_THE_SPOT)["case_no"])

    refused(call(WINDOW).complete(number, "handle", "approve", materials=[]), 422, "material_missing")

    call(WINDOW).do(number, "handle", "approve", materials=call(WINDOW).seen(number))
    assert call(WINDOW).case(number)["state"] == "delivering"


def test_what_was_marked_missing_is_asked_for_and_its_remark_kept(call: Call, case_no: str) -> None:
    told = [{"requirement": "health", "state": "missing", "remark": "缺两名厨师的健康证"}]

    call(WINDOW).do(case_no, "check", "correct", materials=told, remark="见清单")

    rows = {row["requirement"]: row for row in done(call(WINDOW).get(f"/cases/{case_no}/materials"))["items"]}
    assert (rows["health"]["state"], rows["health"]["remark"]) == ("missing", "缺两名厨师的健康证")
    answer = call(APPLICANT).post(
        f"/cases/{case_no}/corrections",
        {"materials": handed_in(call, "floor_plan", "food_rules", "health"), "data": {"remark": "已补"}},
    )
    assert answer.status_code == 201, answer.text
    assert missing(call, case_no) == ()
    call(WINDOW).do(case_no, "check", "accept", materials=[])
    assert call(WINDOW).case(case_no)["state"] == "accepted"


def test_mark_of_a_material_the_list_does_not_name_is_refused(call: Call, case_no: str) -> None:
    answer = call(WINDOW).complete(case_no, "check", "accept", materials=marks("accepted", "birth_certificate"))

    problem = refused(answer, 422, "invalid")
    assert problem["errors"][0]["pointer"] == "/materials/birth_certificate"


def test_joint_case_needs_the_materials_of_its_theme_and_its_members_none(call: Call) -> None:
    joint = str(call(APPLICANT).apply_theme(**ALL_MEMBERS)["case_no"])
    refused(call(WINDOW).complete(joint, "check", "accept", materials=[]), 422, "material_missing")

    call(WINDOW).do(joint, "check", "accept")

    members = [
        row["case_no"] for row in done(call(WINDOW).get("/cases", members="true"))["items"] if row["case_no"] != joint
    ]
    assert members
    assert {missing(call, number) for number in members} == {()}
    call(REVIEWER).do(members[0], "review", "pass", opinion="同意")
