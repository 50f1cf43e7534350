"""Accounts: signing in and out, language, settings, password, and the pages for programmers."""

from collections.abc import Sequence

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.domain.errors import InvalidInput
from app.domain.messages import LANGUAGES
from app.operations.change_password import change_password as change
from app.operations.sign_in import sign_in as begin_session
from app.operations.sign_in import sign_out as end_session
from app.storage.people import find_account_by_id
from app.web.errors import status_of
from app.web.language import COOKIE as LANGUAGE_COOKIE
from app.web.language import current_language
from app.web.pages.applicant_context import Answer, for_signed_in
from app.web.pages.blueprint import pages
from app.web.pages.context import FormError, back_to, container, context, form_errors, local_path, reading, tell
from app.web.sign_in import COOKIE, current_person, forget_sign_ins

LANGUAGE_KEPT_S = 365 * 24 * 3600


@pages.route("/sign-in", methods=["GET", "POST"])
def sign_in() -> Answer:
    """Ask for login and password; then go on to where the person wanted to go on this site."""
    login, errors, status = request.form.get("username", "").strip(), list[FormError](), 200
    going_to = local_path(request.values.get("next"), url_for("pages.home"))
    if request.method == "POST":
        try:
            new = begin_session(context(), login=login, password=request.form.get("password", ""))
        except InvalidInput as refusal:
            errors, status = form_errors(refusal, prefix=""), status_of(refusal)
        else:
            return _with_session(redirect(going_to, code=303), new.token)
    return render_template("sign_in.html", username=login, next_url=going_to, errors=errors), status


@pages.post("/sign-out")
def sign_out() -> Response:
    """End the session, here and in the store."""
    token = request.cookies.get(COOKIE, "")
    if token:
        end_session(context(), token=token)
        forget_sign_ins()
    response = redirect(url_for("pages.sign_in"), code=303)
    response.delete_cookie(COOKIE, httponly=True, samesite="Lax", secure=container().settings.secure_cookies)
    return response


@pages.post("/language")
def set_language() -> Response:
    """Choose the language of the pages, on this browser."""
    response = back_to("pages.home")
    chosen = request.form.get("language", "")
    if chosen in LANGUAGES:
        secure = container().settings.secure_cookies
        response.set_cookie(
            LANGUAGE_COOKIE, chosen, max_age=LANGUAGE_KEPT_S, httponly=True, samesite="Lax", secure=secure
        )
    return response


@pages.get("/settings")
@for_signed_in
def settings() -> Answer:
    """Show the person's own account."""
    return _settings(())


@pages.post("/settings/password")
def change_password() -> Answer:
    """Change the password; every other session ends, this one begins anew."""
    current, new = request.form.get("current_password", ""), request.form.get("new_password", "")
    try:
        login = change(context(), current_person(), current=current, new=new)
    except InvalidInput as refusal:
        return _settings(form_errors(refusal, prefix="")), status_of(refusal)
    forget_sign_ins()
    tell("password_changed")
    return _with_session(
        redirect(url_for("pages.settings"), code=303), begin_session(context(), login=login, password=new).token
    )


@pages.get("/api/docs")
def api_docs() -> str:
    """Show the reference of the API."""
    return render_template("api_docs.html", openapi_url="/api/v1/openapi.json")


def _settings(errors: Sequence[FormError]) -> str:
    person = current_person()
    with reading() as opened:
        account = find_account_by_id(opened.connection, person.account_id)
    place = next(iter(person.memberships), None)
    facts = context().library.current().departments.get(place.department_id) if place else None
    department = (facts.name_zh if current_language() == "zh" else facts.name_en) if facts else ""
    profile = {
        "name": person.name,
        "username": account.login if account else "",
        "department": department,
        "roles": sorted(person.roles),
    }
    return render_template("settings.html", profile=profile, errors=errors)


def _with_session(response: Response, token: str) -> Response:
    settings = container().settings
    response.set_cookie(
        COOKIE,
        token,
        max_age=settings.session_hours * 3600,
        httponly=True,
        samesite="Lax",
        secure=settings.secure_cookies,
    )
    return response
