import json
import re
import time
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.errors import InvalidInput
from app.domain.form import (
    PATTERNS,
    FieldKind,
    FormSchema,
    MapsTo,
    check_answers,
    is_credit_code,
    is_hidden,
    is_identity_number,
    read_form,
)
from app.domain.form.attributes import SERVER_ONLY_FUNCTIONS

ROOT = Path(__file__).parents[3]
YES_NO = [{"label": "Yes", "value": "yes"}, {"label": "No", "value": "no"}]
OPENING: dict[str, Any] = {
    "type": "default",
    "id": "opening",
    "schemaVersion": 18,
    "components": [
        {"type": "text", "text": "# Opening a shop"},
        {"type": "textfield", "key": "name", "label": "Name", "validate": {"required": True, "maxLength": 5}},
        {"type": "textfield", "key": "id_number", "label": "Identity", "validate": {"pattern": "id_card"}},
        {"type": "textarea", "key": "note", "label": "Note", "validate": {"minLength": 2}},
        {"type": "select", "key": "kind", "label": "Kind", "values": [{"label": "A", "value": "a"}, {"value": "b"}]},
        {
            "type": "number",
            "key": "area",
            "label": "Area",
            "decimalDigits": 1,
            "validate": {"required": True, "min": 1, "max": "500"},
            "conditional": {"hide": '=kind != "a"'},
        },
        {"type": "datetime", "subtype": "date", "key": "opens_on", "label": "Opens on"},
        {"type": "checkbox", "key": "agreed", "label": "Agreed"},
        {"type": "checklist", "key": "kitchens", "label": "Kitchens", "values": YES_NO},
        {"type": "radio", "key": "owner", "label": "Owner", "values": YES_NO},
        {"type": "filepicker", "key": "plan", "label": "Plan", "multiple": True},
        {
            "type": "group",
            "label": "Contact",
            "path": "contact",
            "components": [
                {"type": "textfield", "key": "mobile", "label": "Mobile", "validate": {"pattern": "mobile"}}
            ],
        },
        {
            "type": "group",
            "label": "Owner",
            "conditional": {"hide": '=owner = "no"'},
            "components": [{"type": "textfield", "key": "deed", "label": "Deed", "validate": {"required": True}}],
        },
        {
            "type": "dynamiclist",
            "path": "people",
            "label": "People",
            "validate": {"required": True},
            "components": [
                {"type": "textfield", "key": "who", "label": "Who", "validate": {"required": True}},
                {
                    "type": "textfield",
                    "key": "licence",
                    "label": "Licence",
                    "conditional": {"hide": '=who = "guest" or kind = "b"'},
                    "validate": {"required": True},
                },
            ],
        },
    ],
}
GOOD: dict[str, Any] = {
    "name": "Li",
    "kind": "a",
    "area": 12.5,
    "deed": "7",
    "people": [{"who": "cook", "licence": "1"}, {"who": "guest"}],
}


@pytest.fixture(scope="module")
def opening() -> FormSchema:
    return read_form(json.dumps(OPENING))


def faults_of(schema: FormSchema, answers: Mapping[str, object], **more: Any) -> list[tuple[str, str]]:
    with pytest.raises(InvalidInput) as refused:
        check_answers(schema, answers, **more)
    assert refused.value.code == "invalid"
    return [(str(item["pointer"]), str(item["code"])) for item in refused.value.items]


def form_faults(*components: Mapping[str, object], **root: object) -> list[tuple[str, str]]:
    with pytest.raises(InvalidInput) as refused:
        read_form({"components": list(components), **root})
    assert refused.value.code == "form_refused"
    return [(str(item["pointer"]), str(item["code"])) for item in refused.value.items]


def test_good_answers_are_kept_without_blanks_and_empty_ones(opening: FormSchema) -> None:
    answers = check_answers(opening, {**GOOD, "name": " Li ", "note": "", "plan": [], "contact": {"mobile": ""}})

    assert answers == GOOD


def test_all_faults_are_told_at_once_with_pointers(opening: FormSchema) -> None:
    answers = {
        "name": "too long a name",
        "kind": "c",
        "opens_on": "2026-02-30",
        "people": [{}],
        "x/y": 1,
        "owner": "no",
    }

    assert faults_of(opening, answers) == [
        ("/x~1y", "answer_unknown"),
        ("/name", "answer_too_long"),
        ("/kind", "answer_option"),
        ("/opens_on", "answer_date"),
        ("/people/0/who", "answer_required"),
        ("/people/0/licence", "answer_required"),
    ]


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"name": ""}, ("/name", "answer_required")),
        ({"name": "  "}, ("/name", "answer_required")),
        ({"name": 5}, ("/name", "answer_type")),
        ({"name": "a\x00b"}, ("/name", "answer_type")),
        ({"note": "x"}, ("/note", "answer_too_short")),
        ({"note": "x" * 20_001}, ("/note", "answer_too_long")),
        ({"id_number": "110105194912310021"}, ("/id_number", "answer_id_card")),
        ({"kind": ["a"]}, ("/kind", "answer_type")),
        ({"area": 0.5}, ("/area", "answer_too_small")),
        ({"area": 501}, ("/area", "answer_too_large")),
        ({"area": 1.25}, ("/area", "answer_decimals")),
        ({"area": "12"}, ("/area", "answer_type")),
        ({"area": True}, ("/area", "answer_type")),
        ({"area": float("nan")}, ("/area", "answer_type")),
        ({"area": None}, ("/area", "answer_required")),
        ({"opens_on": "2026-2-3"}, ("/opens_on", "answer_date")),
        ({"opens_on": "2026-02-03T00:00:00"}, ("/opens_on", "answer_date")),
        ({"agreed": "true"}, ("/agreed", "answer_type")),
        ({"kitchens": "yes"}, ("/kitchens", "answer_type")),
        ({"kitchens": ["yes", "maybe"]}, ("/kitchens", "answer_option")),
        ({"kitchens": ["yes", "yes"]}, ("/kitchens", "answer_twice")),
        ({"owner": "maybe"}, ("/owner", "answer_option")),
        ({"plan": ["../etc"]}, ("/plan", "answer_type")),
        ({"plan": ["1"] * 51}, ("/plan", "answer_too_many")),
        ({"contact": {"mobile": "12345678901"}}, ("/contact/mobile", "answer_mobile")),
        ({"contact": {"fax": "1"}}, ("/contact/fax", "answer_unknown")),
        ({"contact": "x"}, ("/contact", "answer_type")),
        ({"owner": "no"}, ("/deed", "answer_hidden")),
        ({"people": []}, ("/people", "answer_required")),
        ({"people": {"who": "cook"}}, ("/people", "answer_type")),
        ({"people": ["cook"]}, ("/people/0", "answer_type")),
        ({"people": [{"who": "cook", "licence": "1"}] * 201}, ("/people", "answer_too_many")),
        ({"people": [{"who": "guest", "licence": "1"}]}, ("/people/0/licence", "answer_hidden")),
        ({"people": [{"who": "guest", "age": 3}]}, ("/people/0/age", "answer_unknown")),
        ({"kind": "b"}, ("/area", "answer_hidden")),
        ({"__class__": 1}, ("/__class__", "answer_unknown")),
    ],
)
def test_wrong_answer_has_its_fault(opening: FormSchema, change: Mapping[str, object], fault: tuple[str, str]) -> None:
    assert fault in faults_of(opening, {**GOOD, **change})


def test_hidden_field_is_not_required(opening: FormSchema) -> None:
    answers = {"name": "Li", "kind": "b", "owner": "no", "people": [{"who": "guest"}]}

    assert check_answers(opening, answers) == answers


def test_hidden_fields_may_hold_empty_containers_and_unticked_boxes() -> None:
    schema = read_form(
        {
            "components": [
                {
                    "type": "group",
                    "path": "shop",
                    "conditional": {"hide": "=true"},
                    "components": [
                        {"type": "checkbox", "key": "ticked"},
                        {"type": "dynamiclist", "path": "rows", "components": []},
                    ],
                }
            ]
        }
    )

    assert check_answers(schema, {"shop": {"ticked": False, "rows": []}}) == {}
    assert faults_of(schema, {"shop": {"ticked": True}}) == [("/shop", "answer_hidden")]


def test_condition_may_read_the_outcome_and_answers_cannot_forge_it() -> None:
    schema = read_form(
        {
            "components": [
                {
                    "type": "textarea",
                    "key": "reason",
                    "label": "Reason",
                    "conditional": {"hide": '=outcome = "approve"'},
                    "validate": {"required": True},
                }
            ]
        }
    )

    assert check_answers(schema, {}, given={"outcome": "approve"}) == {}
    assert faults_of(schema, {}, given={"outcome": "refuse"}) == [("/reason", "answer_required")]
    assert ("/reason", "answer_required") in faults_of(schema, {"outcome": "approve"}, given={"outcome": "refuse"})


def test_pointers_begin_where_the_answers_stand(opening: FormSchema) -> None:
    assert ("/form/name", "answer_required") in faults_of(opening, {}, pointer="/form")


def test_required_box_must_be_ticked() -> None:
    schema = read_form({"components": [{"type": "checkbox", "key": "agreed", "validate": {"required": True}}]})

    assert faults_of(schema, {"agreed": False}) == [("/agreed", "answer_required")]


def test_schema_tells_its_fields(opening: FormSchema) -> None:
    paths = dict(opening.fields())

    assert opening.field_names >= {"name", "contact", "deed", "people"}
    assert {"contact.mobile", "deed", "people", "people[].who"} <= set(paths)
    assert paths["kind"].kind is FieldKind.SELECT
    assert is_hidden(paths["area"], {"kind": "b"})
    assert not is_hidden(paths["area"], {"kind": "a"})


def test_merged_form_says_where_its_answers_go() -> None:
    schema = read_form(
        {
            "components": [
                {
                    "type": "textfield",
                    "key": "name",
                    "properties": {"maps_to": "startup-reg.company.name, startup-tax.payer", "label_en": "Name"},
                }
            ]
        }
    )

    (field,) = schema.components
    assert field.maps_to == (
        MapsTo(matter_code="startup-reg", field="company.name"),
        MapsTo(matter_code="startup-tax", field="payer"),
    )
    assert field.properties["label_en"] == "Name"


TEXT = {"type": "textfield", "key": "a"}


@pytest.mark.parametrize(
    ("component", "fault"),
    [
        ({"type": "html", "content": "<script>"}, ("/components/0/type", "form_component_unknown")),
        ({"type": "expression", "key": "a"}, ("/components/0/type", "form_component_unknown")),
        ({"type": ["text"]}, ("/components/0/type", "form_component_unknown")),
        ({"type": "datetime", "subtype": "time", "key": "a"}, ("/components/0/type", "form_component_unknown")),
        ("text", ("/components/0", "form_component_unknown")),
        ({**TEXT, "key": "a b"}, ("/components/0/key", "form_key")),
        ({**TEXT, "key": "if"}, ("/components/0/key", "form_key")),
        ({**TEXT, "key": "a.b"}, ("/components/0/key", "form_key")),
        ({"type": "textfield"}, ("/components/0/key", "form_key")),
        ({"type": "dynamiclist", "components": []}, ("/components/0/path", "form_key")),
        ({**TEXT, "source": "=x"}, ("/components/0/source", "form_attribute_unknown")),
        ({**TEXT, "validate": {"pattern": "(a+)+$"}}, ("/components/0/validate/pattern", "form_pattern")),
        ({**TEXT, "validate": {"min": 3}}, ("/components/0/validate/min", "form_attribute_unknown")),
        ({**TEXT, "validate": {"minLength": "x"}}, ("/components/0/validate/minLength", "form_value")),
        ({**TEXT, "validate": {"minLength": 5, "maxLength": 2}}, ("/components/0/validate", "form_limits")),
        ({**TEXT, "validate": []}, ("/components/0/validate", "form_value")),
        ({**TEXT, "label": 3}, ("/components/0/label", "form_value")),
        ({**TEXT, "properties": {"maps_to": "startup-reg"}}, ("/components/0/properties/maps_to", "form_maps_to")),
        ({"type": "select", "key": "a"}, ("/components/0/values", "form_options")),
        ({"type": "radio", "key": "a", "values": [{"value": 1}]}, ("/components/0/values", "form_options")),
        ({"type": "radio", "key": "a", "values": YES_NO * 2}, ("/components/0/values", "form_options")),
        ({"type": "group", "components": {}}, ("/components/0/components", "form_components")),
        ({**TEXT, "conditional": {"hide": "a = 1"}}, ("/components/0/conditional", "form_condition_missing")),
        ({**TEXT, "conditional": {"show": "=a"}}, ("/components/0/conditional", "form_condition_missing")),
        ({**TEXT, "conditional": {"hide": "=a ="}}, ("/components/0/conditional/hide", "form_condition")),
        ({**TEXT, "conditional": {"hide": "=b = 1"}}, ("/components/0/conditional/hide", "form_condition_name")),
        (
            {**TEXT, "conditional": {"hide": '=days between(a, "2026-01-01") > 3'}},
            ("/components/0/conditional/hide", "form_condition_function"),
        ),
    ],
)
def test_component_outside_the_subset_is_refused(component: Any, fault: tuple[str, str]) -> None:
    assert fault in form_faults(component)


def test_field_names_are_unique_on_their_level_only() -> None:
    held = {"type": "group", "path": "inner", "components": [TEXT]}
    flat = {"type": "group", "components": [TEXT]}

    assert read_form({"components": [TEXT, held]}).field_names == {"a", "inner"}
    assert form_faults(TEXT, flat) == [("/components/1/components/0/key", "form_key_twice")]


@pytest.mark.parametrize("source", ["", "[]", "null", "{", "[" * 5000, b"\xff", "x" * 600_000])
def test_text_that_is_no_form_is_refused(source: str | bytes) -> None:
    with pytest.raises(InvalidInput, match="form_refused"):
        read_form(source)


def test_deeply_nested_and_huge_forms_are_refused() -> None:
    nested: dict[str, Any] = TEXT
    for _ in range(6):
        nested = {"type": "group", "components": [nested]}

    assert form_faults(nested)[0][1] == "form_components"
    assert form_faults(*([TEXT] * 501))[0][1] == "form_too_many_components"


def test_functions_the_browser_lacks_are_those_of_the_shared_table() -> None:
    cases = json.loads((ROOT / "tests" / "data" / "feel_cases.json").read_text(encoding="utf-8"))["expressions"]
    texts = [case["expression"] for case in cases if "function" in case.get("why", "")]

    used = {name for name in SERVER_ONLY_FUNCTIONS if any(text.startswith(f"{name}(") for text in texts)}

    assert used == SERVER_ONLY_FUNCTIONS - {"add working days"}


@pytest.mark.parametrize(
    ("number", "is_valid"),
    [
        ("11010519491231002X", True),
        ("440524188001010014", True),
        ("110105194912310021", False),
        ("11010519491331002X", False),
        ("11010519490230002X", False),
        ("11010519491231002x", False),
        ("1101051949123100", False),
        ("１１０１０５19491231002X", False),
        ("", False),
    ],
)
def test_identity_number_is_checked_to_its_last_character(number: str, is_valid: bool) -> None:  # noqa: FBT001
    assert is_identity_number(number) is is_valid


@pytest.mark.parametrize(
    ("code", "is_valid"),
    [
        ("91350100M000100Y43", True),
        ("91350100M000100Y44", False),
        ("91350100M000100I43", False),
        ("913501x0M000100Y43", False),
        ("91350100M000100Y4", False),
    ],
)
def test_credit_code_is_checked_to_its_last_character(code: str, is_valid: bool) -> None:  # noqa: FBT001
    assert is_credit_code(code) is is_valid


@given(place=st.integers(0, 17), digit=st.sampled_from("0123456789"))
def test_one_wrong_digit_of_an_identity_number_is_found(place: int, digit: str) -> None:
    number = "11010519491231002X"
    wrong = number[:place] + digit + number[place + 1 :]

    assert is_identity_number(wrong) is (wrong == number)


@pytest.mark.parametrize("name", sorted(PATTERNS))
def test_patterns_take_linear_time(name: str) -> None:
    started = time.perf_counter()

    for text in ("1" * 100_000, "a@" + "a." * 50_000, "0-" * 50_000):
        assert not PATTERNS[name](text)

    assert time.perf_counter() - started < 0.5


ANSWER = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=8,
)


@given(answers=st.dictionaries(st.sampled_from([*GOOD, "note", "plan", "contact", "owner", "zz"]), ANSWER))
@settings(deadline=None, max_examples=200)
def test_whatever_is_sent_is_kept_or_refused_with_known_sentences(answers: dict[str, object]) -> None:
    schema = read_form(OPENING)

    kept, codes = checked(schema, answers)

    assert codes <= set(sentences("zh"))
    assert codes or checked(schema, kept) == (kept, set())


def checked(schema: FormSchema, answers: Mapping[str, object]) -> tuple[Mapping[str, object], set[str]]:
    """The kept answers, or the codes of the faults."""
    try:
        return check_answers(schema, answers), set()
    except InvalidInput as refused:
        return {}, {str(item["code"]) for item in refused.items}


def sentences(language: str) -> dict[str, str]:
    text = (ROOT / "rules" / "messages" / language / "form.toml").read_text(encoding="utf-8")
    return dict(tomllib.loads(text)["faults"])


@pytest.mark.parametrize("room", ["feel", "form", "dmn", "authority"])
def test_both_languages_hold_the_same_keys_and_placeholders(room: str) -> None:
    found = {}
    for language in ("zh", "en"):
        text = (ROOT / "rules" / "messages" / language / f"{room}.toml").read_text(encoding="utf-8")
        found[language] = {key: set(re.findall(r"{(\w+)}", value)) for key, value in flat(tomllib.loads(text), "")}

    assert found["zh"].keys() == found["en"].keys()
    assert found["zh"] == found["en"]


def flat(tree: Mapping[str, Any], prefix: str) -> list[tuple[str, str]]:
    return [
        pair
        for key, value in tree.items()
        for pair in (flat(value, f"{prefix}{key}.") if isinstance(value, dict) else [(f"{prefix}{key}", value)])
    ]


def test_every_pattern_has_a_sentence() -> None:
    assert {f"answer_{name}" for name in PATTERNS} <= set(sentences("zh"))
