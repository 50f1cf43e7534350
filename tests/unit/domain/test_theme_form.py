"""The one form of a theme fills the forms of its members; what does not fit is found."""

from app.domain.form import read_form
from app.domain.theme_form import mapping_faults, split_form
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
