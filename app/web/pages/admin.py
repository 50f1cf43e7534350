"""Pages of administrators: staff, tokens, departments."""

import re

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.catalogue.organisation import DepartmentEntry
from app.domain.authority import Person
from app.domain.errors import CaseworkError, InvalidInput, NotFound
from app.domain.vocabulary import Role
from app.operations.add_department import add_department
from app.operations.manage_staff import (
    StaffInput,
    create_staff,
    issue_token,
    revoke_api_token,
    set_staff_active,
    set_staff_roles,
)
from app.queries.catalogue import list_counties
from app.queries.officer_facts import list_region_names
from app.queries.staff import StaffLine, list_people, list_tokens
from app.web.language import current_language
from app.web.pages.blueprint import pages
from app.web.pages.context import (
    FormError,
    context,
    form_errors,
    reading,
    row_id,
    showing,
    tell,
    told_or_refused,
    words,
)
from app.web.sign_in import forget_sign_ins, require_role

LOGIN = re.compile(r"[a-z0-9._-]{2,40}")
SHORTEST_PASSWORD = 10
LONGEST_TOKEN_DAYS = 730


@pages.route("/admin/staff", methods=["GET", "POST"])
def admin_staff() -> str | Response | tuple[str, int]:
    """List the officers, and add one."""
    person = require_role("admin")
    if request.method == "GET":
        return _staff_page({"name": "", "username": "", "department": "", "roles": []}, [])
    entered = _entered_staff()
    try:
        create_staff(context(), person, _checked(entered))
    except CaseworkError as refused:
        values: dict[str, object] = {
            "name": entered.name,
            "username": entered.login,
            "department": entered.department_code,
            "roles": entered.roles,
        }
        return _staff_page(values, form_errors(refused, prefix="")), 422
    tell("staff_added", name=entered.name)
    return redirect(url_for("pages.admin_staff"))


@pages.route("/admin/staff/<staff_id>", methods=["GET", "POST"])
def admin_staff_member(staff_id: str) -> str | Response | tuple[str, int]:
    """Show an officer, and replace their roles in a department."""
    person = require_role("admin")
    line = _member(staff_id)
    department, roles = request.form.get("department", ""), tuple(request.form.getlist("roles"))
    errors: list[FormError] = []
    if request.method == "POST":
        try:
            set_staff_roles(context(), person, login=line.login, department_code=department, roles=roles)
        except CaseworkError as refused:
            errors = form_errors(refused, prefix="")
        else:
            tell("staff_changed", name=line.name)
            return redirect(url_for("pages.admin_staff_member", staff_id=staff_id))
    page = render_template(
        "admin_staff_member.html",
        person={
            "staff_id": line.id,
            "name": line.name,
            "username": line.login,
            "is_active": line.is_active,
            "memberships": [{"department": name, "roles": line.roles} for name in line.departments],
        },
        departments=_departments(),
        roles=_roles(),
        values={"department": department or next(iter(line.department_codes), ""), "roles": roles or line.roles},
        errors=errors,
    )
    return (page, 422) if errors else page


@pages.route("/admin/staff/<staff_id>/disabling", methods=["GET", "POST"])
def disable_staff(staff_id: str) -> str | Response:
    """Disable an account after one question; its sessions end at once."""
    person = require_role("admin")
    line = _member(staff_id)
    back = url_for("pages.admin_staff_member", staff_id=staff_id)
    if request.method == "POST":
        told_or_refused(
            lambda: set_staff_active(context(), person, login=line.login, is_active=False),
            "staff_disabled",
        )
        forget_sign_ins()
        return redirect(back)
    return _confirm("disable_staff", line.name, url_for("pages.disable_staff", staff_id=staff_id), back)


@pages.route("/admin/tokens", methods=["GET", "POST"])
def admin_tokens() -> str | tuple[str, int]:
    """List the tokens, and issue one for the administrator's own account."""
    person = require_role("admin")
    values = {"name": request.form.get("name", "").strip(), "expires_days": request.form.get("expires_days", "90")}
    token, errors = "", []
    if request.method == "POST":
        try:
            token = _issue(person, values)
        except CaseworkError as refused:
            errors = form_errors(refused, prefix="")
        else:
            values = {"name": "", "expires_days": "90"}
    with reading() as opened:
        lines, show = list_tokens(opened.connection), showing(opened.now)
    rows = [
        {
            "token_id": line.id,
            "name": line.name,
            "owner": line.login,
            "scopes": "",
            "created_at": show.at(line.created_at),
            "expires_at": show.at(line.expires_at),
            "used_at": None,
            "is_active": line.revoked_at is None and line.expires_at > show.now,
        }
        for line in lines
    ]
    page = render_template("admin_tokens.html", tokens=rows, new_token=token, values=values, errors=errors)
    return (page, 422) if errors else page


@pages.route("/admin/tokens/<token_id>/revocation", methods=["GET", "POST"])
def revoke_token(token_id: str) -> str | Response:
    """Revoke a token after one question."""
    person = require_role("admin")
    if request.method == "POST":
        told_or_refused(lambda: revoke_api_token(context(), person, token_id=row_id(token_id)), "token_revoked")
        forget_sign_ins()
        return redirect(url_for("pages.admin_tokens"))
    return _confirm(
        "revoke_token", token_id, url_for("pages.revoke_token", token_id=token_id), url_for("pages.admin_tokens")
    )


@pages.route("/admin/departments", methods=["GET", "POST"])
def admin_departments() -> str | Response | tuple[str, int]:
    """List the departments, and add one."""
    person = require_role("admin")
    values = {name: request.form.get(name, "").strip() for name in ("code", "name", "name_en", "region")}
    errors: list[FormError] = []
    if request.method == "POST":
        try:
            add_department(context(), person, _entered_department(values))
        except CaseworkError as refused:
            errors = form_errors(refused, prefix="")
        else:
            tell("department_added", name=values["name"])
            return redirect(url_for("pages.admin_departments"))
    page = render_template("admin_departments.html", **_department_lists(), values=values, errors=errors)
    return (page, 422) if errors else page


def _staff_page(values: dict[str, object], errors: list[FormError]) -> str:
    text, department = request.args.get("text", ""), request.args.get("department", "")
    with reading() as opened:
        people = list_people(opened.connection)
    shown = [
        line
        for line in people
        if (text in line.name or text in line.login) and (not department or department in line.department_codes)
    ]
    return render_template(
        "admin_staff.html",
        staff=[
            {
                "staff_id": line.id,
                "name": line.name,
                "username": line.login,
                "department": words().text("pages.layout.comma").join(line.departments),
                "roles": line.roles,
                "is_active": line.is_active,
            }
            for line in shown
        ],
        filter={"text": text, "department": department},
        departments=_departments(),
        roles=_roles(),
        next_url="",
        first_url="",
        values=values,
        errors=errors,
    )


def _entered_staff() -> StaffInput:
    form = request.form
    return StaffInput(
        login=form.get("username", "").strip().lower(),
        name=form.get("name", "").strip(),
        department_code=form.get("department", ""),
        roles=tuple(form.getlist("roles")),
        password=form.get("password", ""),
    )


def _checked(entered: StaffInput) -> StaffInput:
    faults = [
        {"pointer": f"/{name}", "code": code}
        for name, code, is_wrong in (
            ("name", "answer_required", not entered.name),
            ("username", "login_malformed", not LOGIN.fullmatch(entered.login)),
            ("password", "password_short", len(entered.password) < SHORTEST_PASSWORD),
            ("department", "answer_required", not entered.department_code),
            ("roles", "answer_required", not entered.roles),
        )
        if is_wrong
    ]
    if faults:
        raise InvalidInput("invalid", items=tuple(faults))
    return entered


def _entered_department(values: dict[str, str]) -> DepartmentEntry:
    missing = [name for name in ("code", "name", "region") if not values[name]]
    if missing:
        raise InvalidInput(
            "invalid", items=tuple({"pointer": f"/{name}", "code": "answer_required"} for name in missing)
        )
    return DepartmentEntry(
        code=values["code"],
        name_zh=values["name"],
        name_en=values["name_en"] or values["name"],
        region=values["region"],
        kind="authority",
    )


def _issue(person: Person, values: dict[str, str]) -> str:
    days = values["expires_days"]
    faults = []
    if not values["name"]:
        faults.append({"pointer": "/name", "code": "answer_required"})
    if not days.isdecimal() or not 0 < int(days) <= LONGEST_TOKEN_DAYS:
        faults.append({"pointer": "/expires_days", "code": "number_range"})
    if faults:
        raise InvalidInput("invalid", items=tuple(faults))
    with reading() as opened:
        login = next(line.login for line in list_people(opened.connection) if line.id == str(person.staff_id))
    return str(issue_token(context(), person, login=login, name=values["name"], days=int(days))["token"])


def _member(staff_id: str) -> StaffLine:
    with reading() as opened:
        line = next((item for item in list_people(opened.connection) if item.id == staff_id), None)
    if line is None:
        raise NotFound("staff_unknown", staff=staff_id)
    return line


def _department_lists() -> dict[str, object]:
    text, region = request.args.get("text", ""), request.args.get("region", "")
    with reading() as opened:
        people, counties = list_people(opened.connection), list_counties(opened.connection)
        names = list_region_names(opened.connection)
    regions = {code: zh if current_language() == "zh" else en for code, zh, en in counties}
    rows = [
        {
            "code": item.code,
            "name": item.name_zh,
            "name_en": item.name_en,
            "region": names[item.region_code].name(current_language()),
            "parent": "",
            "staff_count": sum(item.code in line.department_codes for line in people),
            "is_active": True,
        }
        for item in sorted(context().library.current().departments.values(), key=lambda item: item.code)
        if (not region or item.region_code == region) and (text in item.name_zh or text in item.code)
    ]
    return {
        "departments": rows,
        "filter": {"text": text, "region": region},
        "regions": [{"code": code, "label": label} for code, label in regions.items()],
        "next_url": "",
        "first_url": "",
    }


def _departments() -> list[dict[str, str]]:
    is_chinese = current_language() == "zh"
    found = context().library.current().departments.values()
    return [
        {"code": item.code, "label": item.name_zh if is_chinese else item.name_en}
        for item in sorted(found, key=lambda item: item.code)
    ]


def _roles() -> list[dict[str, str]]:
    return [
        {"code": role.value, "label": words().text(f"pages.role.{role.value}")}
        for role in Role
        if role != Role.APPLICANT
    ]


def _confirm(code: str, name: str, post_url: str, cancel_url: str) -> str:
    say = words().text
    confirm = {
        "title": say(f"pages.confirm.{code}_title", name=name),
        "button": say(f"pages.confirm.{code}_button"),
        "post_url": post_url,
        "cancel_url": cancel_url,
        "consequences": [say(f"pages.confirm.{code}_consequence")],
        "hidden": {},
        "is_dangerous": True,
        "reason_label": "",
        "reason": "",
    }
    return render_template("confirm.html", confirm=confirm, errors=[])
