"""The one form of a theme fills the forms of its members; what does not fit is found."""

from dataclasses import replace
from typing import Any

import pytest

from app.domain.form import read_form
from app.domain.theme_form import mapping_faults, member_faults, split_form
from tests.unit.domain.test_theme import THEME, text

ANSWERS = {
    "name": "Li's noodles",
    "remark": "x",
    "owner": {"phone": "13800000000"},
    "staff": [{"who": "Wu", "age": "30"}, {"who": "Xu"}],
}


def test_one_form_fills_the_forms_of_all_members() -> None:
    assert split_form(THEME, ANSWERS) == {
        "startup-reg": {"company": {"name": "Li's noodles"}},
        "startup-seal": {"contact": "13800000000"},
        "startup-tax": {"payer": "Li's noodles"},
        "startup-social": {"people": [{"name": "Wu", "age": "30"}, {"name": "Xu"}]},
    }


def test_members_left_out_get_no_form_and_missing_answers_no_field() -> None:
    assert split_form(THEME, {"name": "x"}, ("startup-tax", "startup-seal")) == {
        "startup-seal": {},
        "startup-tax": {"payer": "x"},
    }


def test_check_finds_what_would_have_to_be_typed_twice() -> None:
    member_forms = {
        "startup-tax": read_form({"components": [text("payer"), text("bank", validate={"required": True})]}),
        "startup-seal": read_form({"components": [text("phone")]}),
    }

    faults = mapping_faults(THEME, member_forms)

    assert [(fault["code"], fault["matter"], fault["target"]) for fault in faults] == [
        ("theme_field_unknown", "startup-seal", "contact"),
        ("theme_field_unfilled", "startup-tax", "bank"),
    ]


def test_what_a_member_requires_is_missed_at_the_answer_that_fills_it_in_its_row() -> None:
    required = {"validate": {"required": True}}
    schemas = {
        "startup-seal": read_form({"components": [text("contact", **required)]}),
        "startup-social": read_form(
            {
                "components": [
                    {"type": "dynamiclist", "path": "people", "components": [text("name"), text("age", **required)]}
                ]
            }
        ),
        "startup-tax": read_form({"components": [text("payer"), text("bank", **required)]}),
    }
    answers = {"name": "x", "staff": [{"who": "Wu", "age": "30"}, {"who": "Xu"}]}

    faults = member_faults(THEME, split_form(THEME, answers), schemas)

    assert [(item["pointer"], item["code"], item["matter"], item["name"]) for item in faults] == [
        ("/owner/phone", "member_answer_required", "startup-seal", "Seal"),
        ("/staff/1/age", "member_answer_required", "startup-social", "Insurance"),
    ]


def test_a_member_does_without_what_it_hides_or_does_not_know() -> None:
    hidden = {"conditional": {"hide": '=payer = "x"'}}
    schemas = {"startup-tax": read_form({"components": [{**text("payer"), **hidden}]})}

    assert member_faults(THEME, {"startup-tax": {"payer": "x", "more": "y"}}, schemas) == ()


def choice(kind: str, *values: str) -> dict[str, Any]:
    return {"type": kind, "key": "a", "values": [{"value": value} for value in values]}


@pytest.mark.parametrize(
    ("given", "target", "fits"),
    [
        ({"type": "textarea", "key": "a"}, {"type": "textfield", "key": "b"}, True),
        (choice("select", "x"), {"type": "textfield", "key": "b"}, True),
        ({"type": "number", "key": "a"}, {"type": "textfield", "key": "b"}, False),
        ({"type": "textfield", "key": "a"}, {**choice("select", "x"), "key": "b"}, False),
        (choice("radio", "x"), {**choice("select", "x", "y"), "key": "b"}, True),
        (choice("radio", "x", "z"), {**choice("select", "x", "y"), "key": "b"}, False),
        (choice("checklist", "x"), {**choice("select", "x"), "key": "b"}, False),
        (choice("checklist", "x"), {**choice("checklist", "x", "y"), "key": "b"}, True),
        ({"type": "number", "key": "a"}, {"type": "number", "key": "b"}, True),
    ],
)
def test_answers_fit_a_field_that_takes_every_one_of_them(
    *, given: dict[str, Any], target: dict[str, Any], fits: bool
) -> None:
    form = read_form({"components": [{**given, "properties": {"maps_to": "startup-tax.b"}}]})

    faults = mapping_faults(replace(THEME, form=form), {"startup-tax": read_form({"components": [target]})})

    assert [item["code"] for item in faults] == ([] if fits else ["theme_field_type"])
