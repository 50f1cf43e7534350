from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.errors import InvalidInput, RuleViolation
from app.domain.feel import compile_expression
from app.domain.form import Option, read_form
from app.domain.theme import (
    MemberMatter,
    Question,
    ThemeVersion,
    choose_members,
    mapping_faults,
    order_of_members,
    split_form,
)


def text(key: str, maps_to: str = "", **more: Any) -> dict[str, Any]:
    return {"type": "textfield", "key": key, "properties": {"maps_to": maps_to}, **more}


FORM = read_form(
    {
        "components": [
            text("name", "startup-reg.company.name startup-tax.payer"),
            text("remark"),
            {"type": "group", "path": "owner", "components": [text("phone", "startup-seal.contact")]},
            {
                "type": "dynamiclist",
                "path": "staff",
                "components": [text("who", "startup-social.people[].name"), text("age", "startup-social.people[].age")],
            },
        ]
    }
)
THEME = ThemeVersion(
    code="startup",
    version=1,
    name="Startup",
    region_codes=("422801",),
    form=FORM,
    members=(
        MemberMatter(matter_code="startup-reg", name="Registration", element="reg"),
        MemberMatter(matter_code="startup-seal", name="Seal", is_optional=True, element="seal"),
        MemberMatter(matter_code="startup-tax", name="Tax", element="tax"),
        MemberMatter(
            matter_code="startup-social",
            name="Insurance",
            is_optional=True,
            when=compile_expression('staff_count > 0 and guidance.kind = "shop"'),
            element="social",
        ),
    ),
    questions=(Question(key="kind", label="Kind", options=(Option(value="shop", label="Shop"),)),),
)


@pytest.mark.parametrize(
    ("decided", "answers", "chosen"),
    [
        ((), {}, ["startup-reg", "startup-tax"]),
        (("startup-seal",), {}, ["startup-reg", "startup-seal", "startup-tax"]),
        ((), {"staff_count": 2, "kind": "shop"}, ["startup-reg", "startup-tax", "startup-social"]),
        ((), {"staff_count": 2, "kind": "stall"}, ["startup-reg", "startup-tax"]),
        (("startup-social", "startup-reg"), {}, ["startup-reg", "startup-tax", "startup-social"]),
    ],
)
def test_members_follow_from_the_situation(
    decided: tuple[str, ...], answers: dict[str, Any], chosen: list[str]
) -> None:
    assert list(choose_members(THEME, decided, answers)) == chosen


def test_member_of_another_theme_is_refused() -> None:
    with pytest.raises(InvalidInput) as refused:
        choose_members(THEME, ("newborn-hukou",))

    assert (refused.value.code, refused.value.facts["members"]) == ("theme_member_unknown", "newborn-hukou")


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


def test_questions_know_their_answers() -> None:
    assert THEME.questions[0].values == ("shop",)
    assert THEME.member("startup-seal") is THEME.members[1]
    assert THEME.member("other") is None


def test_members_stand_after_what_they_wait_for() -> None:
    edges = [("tax", "reg"), ("startup-seal", "startup-tax"), ("start", "reg"), ("reg", "end")]

    assert order_of_members(THEME, edges) == ("startup-seal", "startup-tax", "startup-reg", "startup-social")


def test_circle_of_members_names_them() -> None:
    with pytest.raises(RuleViolation) as refused:
        order_of_members(THEME, [("reg", "tax"), ("tax", "reg")])

    assert (refused.value.code, refused.value.facts["members"]) == ("theme_circle", "startup-reg, startup-tax")


CODES = [member.matter_code for member in THEME.members]


@given(st.lists(st.tuples(st.sampled_from(CODES), st.sampled_from(CODES)), max_size=6))
def test_order_respects_every_edge_or_refuses(edges: list[tuple[str, str]]) -> None:
    try:
        order = order_of_members(THEME, edges)
    except RuleViolation:
        return

    assert sorted(order) == sorted(CODES)
    assert all(order.index(before) < order.index(after) for before, after in edges)
