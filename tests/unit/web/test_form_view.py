"""A form on a page: fields with their answers, and the answers read back from what a browser sends."""

from collections.abc import Sequence
from decimal import Decimal

from app.domain.form import check_answers, read_form
from app.web.form_answers import read_answers
from app.web.form_view import FieldView, FormState, name_of_pointer, present_form
from tests.unit.web.sample_forms import ANSWERS, FORM, REVIEW

SCHEMA = read_form(FORM)
CHINESE = FormState(language="zh")


def flat(fields: Sequence[FieldView]) -> dict[str, FieldView]:
    found: dict[str, FieldView] = {}
    for field in fields:
        found[field.name] = field
        found.update(flat(field.children))
        for row in field.rows:
            found.update(flat(row))
    return found


def test_controls_are_named_by_the_path_of_their_answer() -> None:
    names = flat(present_form(SCHEMA, ANSWERS, state=CHINESE)).keys()

    assert {"form.trade_name", "form.employees.0.name", "form.employees.1.insured", "form.delivery"} <= names


def test_answers_are_kept() -> None:
    fields = flat(present_form(SCHEMA, {**ANSWERS, "delivery": ["post"]}, state=CHINESE))

    assert fields["form.trade_name"].value == "清江小馆"
    assert fields["form.employees.1.insured"].is_checked
    assert [option.value for option in fields["form.has_staff"].options if option.is_chosen] == ["yes"]
    assert [option.value for option in fields["form.delivery"].options if option.is_chosen] == ["post"]


def test_a_list_without_rows_shows_one_empty_row() -> None:
    employees = flat(present_form(SCHEMA, {}, state=CHINESE))["form.employees"]

    assert [[field.name for field in row] for row in employees.rows] == [
        ["form.employees.0.name", "form.employees.0.insured"]
    ]


def test_a_field_is_hidden_while_its_condition_is_true() -> None:
    assert flat(present_form(SCHEMA, {"has_staff": "no"}, state=CHINESE))["form.employees"].is_hidden
    assert not flat(present_form(SCHEMA, {"has_staff": "yes"}, state=CHINESE))["form.employees"].is_hidden


def test_a_condition_may_read_the_outcome() -> None:
    refusing = FormState(language="zh", given={"outcome": "refuse"})

    assert not flat(present_form(read_form(REVIEW), {}, state=refusing))["form.reason"].is_hidden
    assert flat(present_form(read_form(REVIEW), {}, state=CHINESE))["form.reason"].is_hidden


def test_faults_stand_at_the_control_their_pointer_names() -> None:
    assert name_of_pointer("/employees/0/name") == "form.employees.0.name"
    assert name_of_pointer("/a~1b/c~0d") == "form.a/b.c~d"

    errors = {name_of_pointer("/employees/0/name"): "请填写“姓名”。"}
    fields = flat(present_form(SCHEMA, ANSWERS, state=FormState(language="zh", errors=errors)))

    assert fields["form.employees.0.name"].error == "请填写“姓名”。"


def test_words_in_the_other_language_come_from_the_properties() -> None:
    fields = flat(present_form(SCHEMA, {}, state=FormState(language="en")))

    assert {field.label for field in fields.values()} >= {"Please answer truthfully.", "Business", "字号"}


def test_what_a_browser_sends_becomes_the_answers_that_the_check_accepts() -> None:
    sent = {
        "form.trade_name": [" 清江小馆 "],
        "form.capital": ["10.5"],
        "form.opens_on": [""],
        "form.has_staff": ["yes"],
        "form.employees.0.name": ["王芳"],
        "form.employees.2.name": ["李强"],
        "form.employees.2.insured": ["true"],
        "form.employees.3.name": [""],
        "form.delivery": ["counter", "post"],
        "form.agrees": ["true"],
    }

    answers = read_answers(SCHEMA, lambda name: sent.get(name, []))

    assert answers == {
        "trade_name": "清江小馆",
        "capital": Decimal("10.5"),
        "has_staff": "yes",
        "employees": [{"name": "王芳"}, {"name": "李强", "insured": True}],
        "delivery": ["counter", "post"],
        "agrees": True,
    }
    assert check_answers(SCHEMA, answers) == answers


def test_a_number_that_is_none_stays_a_text_so_that_the_check_can_say_so() -> None:
    for text in ("ten", "nan", "1e999", "１２"):
        assert read_answers(SCHEMA, lambda name, text=text: [text] if name == "form.capital" else []) == {
            "capital": text
        }  # type: ignore[misc]
