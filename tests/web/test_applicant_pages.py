"""The pages of applicants: sign-in, catalogue, application, receipt, own cases, correction, public progress."""

import re
from collections.abc import Mapping

import pytest
from flask.testing import FlaskClient

from app.web.sign_in import COOKIE
from tests.web.applicant_world import APPLICANT, COMPANY, FOOD, Visit, code_large, pdf, send, site, token, visit
from tests.web.conftest import PASSWORD, World

__all__ = ["site", "visit"]
ASKED = "guidance.needs_seal=yes&guidance.has_employees=no&guidance.needs_bank=yes"
THEME = "/themes/startup/apply?region=422801"


@pytest.fixture
def applicant(visit: Visit) -> FlaskClient:
    return visit("applicant1")


def applied(client: FlaskClient, key: str = "press-1", more: Mapping[str, object] | None = None) -> tuple[str, str]:
    answer = send(client, FOOD, {**APPLICANT, **COMPANY, "request_key": key, **(more or {})})
    assert answer.status_code == 303
    number, code = code_large(client.get(answer.location).text)
    return number, code


def test_wrong_password_keeps_the_login_and_says_why(visit: Visit) -> None:
    answer = visit().post("/sign-in", data={"username": "applicant1", "password": "wrong"})

    assert answer.status_code == 422
    assert 'value="applicant1"' in answer.text
    assert "error-summary" in answer.text
    assert COOKIE not in answer.headers.get("Set-Cookie", "")


@pytest.mark.parametrize(
    "wanted", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"]
)
def test_sign_in_goes_on_to_paths_of_this_site_only(visit: Visit, wanted: str) -> None:
    answer = visit().post("/sign-in", data={"username": "applicant1", "password": PASSWORD, "next": wanted})

    assert answer.status_code == 303
    assert answer.location == "/"


def test_session_cookie_is_kept_from_scripts_and_other_sites(visit: Visit) -> None:
    answer = visit().post("/sign-in", data={"username": "applicant1", "password": PASSWORD, "next": "/my/cases"})

    cookie = answer.headers["Set-Cookie"]
    assert answer.location == "/my/cases"
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


def test_sign_out_ends_the_session(applicant: FlaskClient) -> None:
    answer = send(applicant, "/sign-out", {})

    assert answer.status_code == 303
    assert applicant.get("/my/cases").status_code == 302


@pytest.mark.parametrize(
    ("login", "path"),
    [
        ("", "/apply"),
        ("applicant1", "/apply"),
        ("window.enshi", "/worklist"),
        ("supervisor.enshi", "/board"),
        ("designer.es", "/definitions"),
        ("admin.es", "/admin/staff"),
        ("integrator.es", "/api/docs"),
    ],
)
def test_home_leads_to_the_work_of_a_role(visit: Visit, login: str, path: str) -> None:
    answer = visit(login).get("/")

    assert answer.status_code == 302
    assert answer.location == path


def test_catalogue_opens_without_sign_in_and_finds_by_name(visit: Visit) -> None:
    client = visit()

    everything, found = client.get("/apply?region=422801"), client.get("/apply?region=422801&text=食品经营")

    assert "企业开办一件事" in everything.text
    assert "食品经营许可" in found.text
    assert "企业开办一件事" not in found.text


@pytest.mark.parametrize(
    "path", ["/my/cases", FOOD, "/settings", THEME, "/receipts/none", "/worklist", "/board", "/admin/staff"]
)
def test_pages_of_a_person_ask_to_sign_in_first(visit: Visit, path: str) -> None:
    answer = visit().get(path)

    assert answer.status_code == 302
    assert answer.location.startswith("/sign-in?next=")


def test_form_sent_after_the_session_ended_leads_back_to_its_page(visit: Visit) -> None:
    answer = visit().post("/tasks/claim", headers={"Referer": "http://localhost/worklist?queue=mine"})

    assert answer.status_code == 401
    assert 'href="/sign-in?next=/worklist"' in answer.text


def test_language_is_chosen_for_the_browser(visit: Visit) -> None:
    client = visit()

    client.post("/language", data={"language": "en", "next": "/apply"})

    assert '<html lang="en">' in client.get("/apply").text


def test_application_gives_a_receipt_whose_code_is_shown_once(applicant: FlaskClient) -> None:
    answer = send(applicant, FOOD, {**APPLICANT, **COMPANY, "request_key": "one", "material.premises": pdf()})

    first, second = applicant.get(answer.location), applicant.get(answer.location)
    assert answer.status_code == 303
    assert len(code_large(first.text)) == 2
    assert "经营场所平面图" in first.text
    assert "房屋使用证明" not in first.text
    assert len(code_large(second.text)) == 1


def test_second_press_of_the_button_gives_the_same_case(applicant: FlaskClient) -> None:
    first = applied(applicant, "same")

    second = applied(applicant, "same")

    assert first == second


def test_faulty_application_comes_back_filled_with_its_file(applicant: FlaskClient) -> None:
    fields = {**APPLICANT, **COMPANY, "form.company_name": "", "applicant.id_number": "422801199001011230"}

    answer = send(applicant, FOOD, {**fields, "request_key": "two", "material.premises": pdf("租赁合同.pdf")})

    assert answer.status_code == 422
    assert "error-summary" in answer.text
    assert 'href="#f-form-company_name"' in answer.text
    assert 'href="#f-applicant-id_number"' in answer.text
    assert 'value="舞阳大道1号"' in answer.text
    assert "租赁合同.pdf" in answer.text
    assert 'value="two"' in answer.text


def test_file_of_a_faulty_application_is_not_uploaded_again(applicant: FlaskClient) -> None:
    faulty = {**APPLICANT, **COMPANY, "form.company_name": ""}
    page = send(applicant, FOOD, {**faulty, "material.premises": pdf()}).text
    held = re.search(r'name="held\.premises" value="(\d+)" checked', page)

    assert held is not None
    answer = send(applicant, FOOD, {**APPLICANT, **COMPANY, "held.premises": held[1]})

    assert "房屋使用证明" not in applicant.get(answer.location).text


def test_file_of_another_kind_is_refused_beside_its_upload(applicant: FlaskClient) -> None:
    fields = {**APPLICANT, **COMPANY, "material.premises": pdf("证明.pdf", b"MZ not a paper")}

    answer = send(applicant, FOOD, fields)

    assert answer.status_code == 422
    assert 'href="#f-material-premises"' in answer.text


def test_material_of_somebody_else_is_not_taken(visit: Visit, world: World) -> None:
    clerk = visit("window.enshi")
    answer = send(clerk, FOOD, {**APPLICANT, **COMPANY, "intake_mode": "window", "material.premises": pdf()})
    with world.container.context.database.read() as connection:
        foreign = connection.exec_driver_sql("select id from material").scalar_one()

    stolen = send(visit("applicant1"), FOOD, {**APPLICANT, **COMPANY, "held.premises": str(foreign)})

    assert answer.status_code == 303
    assert stolen.status_code == 422
    assert 'href="#f-material-premises"' in stolen.text


def test_file_handed_in_before_is_offered_again(applicant: FlaskClient) -> None:
    applied(applicant, "first", {"material.premises": pdf("租赁合同.pdf")})

    page = applicant.get(FOOD)

    assert "租赁合同.pdf" in page.text


def test_clerk_receives_at_the_window_and_goes_on_to_the_case(visit: Visit) -> None:
    clerk = visit("window.enshi")

    answer = send(clerk, FOOD, {**APPLICANT, **COMPANY, "intake_mode": "window"})

    receipt = clerk.get(answer.location).text
    assert f'href="/cases/{code_large(receipt)[0]}"' in receipt


def test_reviewer_without_window_may_not_receive(visit: Visit) -> None:
    assert visit("decider.enshi").get(FOOD).status_code == 403


def test_theme_asks_questions_then_shows_the_members_they_choose(applicant: FlaskClient) -> None:
    questions, form = applicant.get(THEME), applicant.get(f"{THEME}&step=form&{ASKED}")

    assert 'name="guidance.needs_seal"' in questions.text
    assert form.status_code == 200
    assert "公章" in form.text
    assert 'type="hidden" name="guidance.needs_seal" value="yes"' in form.text


def test_unanswered_question_comes_back_with_a_fault(applicant: FlaskClient) -> None:
    answer = applicant.get(f"{THEME}&step=form&guidance.needs_seal=yes")

    assert answer.status_code == 422
    assert 'href="#f-guidance-has_employees"' in answer.text


def test_theme_application_gives_one_receipt(applicant: FlaskClient) -> None:
    guidance = dict(pair.split("=") for pair in ASKED.split("&"))

    answer = send(applicant, THEME, {**APPLICANT, **COMPANY, "form.capital_wan": "10", **guidance})

    page = applicant.get(answer.location)
    assert answer.status_code == 303
    assert page.status_code == 200
    assert len(code_large(page.text)) == 2


def test_own_case_shows_where_it_stands_and_no_officer(applicant: FlaskClient, world: World) -> None:
    number, _code = applied(applicant)
    world.complete(number, "check", "window.enshi", "accept")

    listed, page = applicant.get("/my/cases"), applicant.get(f"/my/cases/{number}")

    assert number in listed.text
    assert "审查" in page.text
    assert "黄磊" not in page.text
    assert f"/my/cases/{number}/withdrawal" in page.text


def test_case_of_somebody_else_does_not_exist(visit: Visit, applicant: FlaskClient) -> None:
    number, _code = applied(applicant)

    answer = visit("applicant2").get(f"/my/cases/{number}")

    assert answer.status_code == 404


def test_correction_answers_the_one_time_notice(applicant: FlaskClient, world: World) -> None:
    number, _code = applied(applicant, more={"material.premises": pdf()})
    world.complete(number, "check", "window.enshi", "correct", remark="缺平面图")
    path = f"/my/cases/{number}/correction"

    shown, page = applicant.get(f"/my/cases/{number}"), applicant.get(path)
    answer = send(applicant, path, {"form.remark": "已补", "material.floor_plan": pdf("平面图.pdf")})

    assert "经营场所平面图" in page.text
    assert 'name="material.premises"' not in page.text
    assert path in shown.text
    assert answer.status_code == 303
    assert world.state_of(number) == "received"


def test_correction_nobody_asked_for_is_refused(applicant: FlaskClient) -> None:
    number, _code = applied(applicant)

    assert applicant.get(f"/my/cases/{number}/correction").status_code == 409


def test_withdrawal_asks_once_and_then_ends_the_case(applicant: FlaskClient, world: World) -> None:
    number, _code = applied(applicant)
    path = f"/my/cases/{number}/withdrawal"

    asked = applicant.get(path)
    answer = send(applicant, path, {"reason": "不办了"})

    assert asked.status_code == 200
    assert answer.status_code == 303
    assert world.state_of(number) == "withdrawn"


def test_progress_by_number_and_code_is_masked(visit: Visit, applicant: FlaskClient, world: World) -> None:
    number, code = applied(applicant)
    world.complete(number, "check", "window.enshi", "correct", remark="缺材料")

    page = visit().post("/progress", data={"case_no": f" {number} ", "code": code.lower()})

    assert page.status_code == 200
    assert number in page.text
    assert "张*" in page.text
    assert "张小芳" not in page.text
    assert "经营场所平面图" in page.text


def test_wrong_code_and_unknown_case_give_the_same_answer(visit: Visit, applicant: FlaskClient) -> None:
    number, _code = applied(applicant)
    public = visit()

    wrong = public.post("/progress", data={"case_no": number, "code": "222222"})
    unknown = public.post("/progress", data={"case_no": "ES0", "code": "222222"})

    assert wrong.status_code == unknown.status_code == 404
    assert wrong.text.replace(number, "ES0") == unknown.text


def test_public_api_tells_progress_without_personal_data(visit: Visit, applicant: FlaskClient) -> None:
    number, code = applied(applicant)
    public = visit()

    found = public.get(f"/api/v1/public/progress/{number}?code={code}")
    wrong = public.get(f"/api/v1/public/progress/{number}?code=222222")

    assert found.status_code == 200
    assert found.get_json()["applicant"] == "张*"
    assert "13800000000" not in found.text
    assert "42280119900101123X" not in found.text
    assert wrong.status_code == 404
    assert wrong.get_json()["code"] == "progress_unknown"


def test_public_progress_is_limited_per_address(visit: Visit, world: World) -> None:
    public = visit()
    most = world.container.settings.public_requests_per_minute

    answers = [public.get("/api/v1/public/progress/ES0?code=222222").status_code for _ in range(most + 1)]

    assert answers == [404] * most + [429]


@pytest.mark.parametrize(
    ("current", "new", "field"),
    [
        ("wrong", "a-new-password", "current_password"),
        (PASSWORD, "short", "new_password"),
        (PASSWORD, PASSWORD, "new_password"),
    ],
)
def test_faulty_password_change_stands_beside_its_field(
    applicant: FlaskClient, current: str, new: str, field: str
) -> None:
    answer = send(applicant, "/settings/password", {"current_password": current, "new_password": new})

    assert answer.status_code == 422
    assert f'href="#f-{field}"' in answer.text


def test_changed_password_ends_other_sessions_and_keeps_this_one(visit: Visit, applicant: FlaskClient) -> None:
    other = visit("applicant1")

    answer = send(applicant, "/settings/password", {"current_password": PASSWORD, "new_password": "a-new-password"})

    assert answer.status_code == 303
    assert applicant.get("/settings").status_code == 200
    assert other.get("/settings").status_code == 302


def test_write_without_csrf_token_is_refused(applicant: FlaskClient) -> None:
    assert applicant.post(FOOD, data={**APPLICANT, **COMPANY}).status_code == 400
    assert token(applicant)


def test_api_reference_names_the_description_of_the_api(visit: Visit) -> None:
    public = visit()

    assert "/api/v1/openapi.json" in public.get("/api/docs").text
    assert "/api/v1/public/progress/{case_no}" in public.get("/api/v1/openapi.json").get_json()["paths"]


@pytest.mark.parametrize(
    "path", ["/apply", "/progress", "/settings", "/my/cases", FOOD, THEME, f"{THEME}&step=form&{ASKED}"]
)
def test_every_page_has_english_words(applicant: FlaskClient, path: str) -> None:
    applicant.set_cookie("lang", "en")

    answer = applicant.get(path)

    assert answer.status_code == 200
    assert '<html lang="en">' in answer.text
