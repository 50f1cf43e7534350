from dataclasses import replace
from typing import Any

import pytest

from app.domain.errors import InvalidInput
from app.domain.feel import compile_expression
from app.domain.form import Option, read_form
from app.domain.theme import (
    CountyOverlay,
    MemberInCounty,
    MemberMatter,
    Question,
    ThemeVersion,
    choose_members,
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
        MemberMatter(matter_code="startup-reg", name="Registration"),
        MemberMatter(matter_code="startup-seal", name="Seal", is_optional=True),
        MemberMatter(matter_code="startup-tax", name="Tax"),
        MemberMatter(
            matter_code="startup-social",
            name="Insurance",
            is_optional=True,
            when=compile_expression('staff_count > 0 and guidance.kind = "shop"'),
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


def test_questions_know_their_answers() -> None:
    assert THEME.questions[0].values == ("shop",)
    assert THEME.member("startup-seal") is THEME.members[1]
    assert THEME.member("other") is None


def test_a_county_says_only_what_differs() -> None:
    left_out = MemberInCounty(matter_code="startup-seal", is_offered=False, reason="not yet")
    overlay = CountyOverlay(region_code="422802", promised_limit="", lead_department="hall", members=(left_out,))
    theme = replace(THEME, promised_limit="3WD", lead_department="scjg", counties=(overlay,))

    there, elsewhere = theme.in_county("422802101"), theme.in_county("422801")

    assert (there.promised_limit, there.lead_department, there.here) == ("", "hall", overlay)
    assert there.left_out("startup-seal") is left_out
    assert there.left_out("startup-tax") is None
    assert elsewhere is theme
    assert theme.left_out("startup-seal") is None
