"""Acts on a case outside of its tasks: stop, restart and extend its clocks, withdraw it."""

from collections.abc import Callable, Mapping, Sequence

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.domain.clock_guards import clock_touched
from app.domain.matter import ExtensionRule
from app.domain.time_rules import RestartGround
from app.domain.vocabulary import CaseState, ClockName
from app.operations.extend_clock import extend_clock as extend
from app.operations.reclassify_clock import RECLASSIFYING_ROLES
from app.operations.reclassify_clock import reclassify_clock as reclassify
from app.operations.restart_clock import RESTARTING_ROLES, RestartRequest
from app.operations.restart_clock import restart_clock as restart
from app.operations.suspend_clock import SUSPENDING_ROLES, SuspensionRequest
from app.operations.suspend_clock import resume_clock as resume
from app.operations.suspend_clock import suspend_clock as suspend
from app.operations.withdraw_case import withdraw_case as withdraw
from app.web.errors import status_of
from app.web.pages.blueprint import pages
from app.web.pages.case_file import CaseFile, read_case
from app.web.pages.case_parts import common_parts, ground_word
from app.web.pages.context import REFUSED, FormError, context, form_errors, reading, tell, words
from app.web.sign_in import current_person

BOTH = ["GET", "POST"]
ASKED = ("ground", "document_no", "expected_days", "days", "class", "reason")
Answer = str | Response | tuple[str, int]
Act = Callable[[int], object]


@pages.route("/cases/<case_no>/suspension", methods=BOTH)
def suspend_clock(case_no: str) -> Answer:
    """Stop the clocks for a special procedure."""
    person, values = current_person(), _values()

    def act(case_id: int) -> object:
        asked = SuspensionRequest(
            ground=values["ground"],
            document_no=values["document_no"],
            expected_days=whole_number(values["expected_days"]),
            reason=values["reason"],
        )
        return suspend(context(), person, case_id=case_id, asked=asked)

    return _clock_act("suspend", case_no, values, act)


@pages.route("/cases/<case_no>/resumption", methods=BOTH)
def resume_clock(case_no: str) -> Answer:
    """Let the clocks run again."""
    person, values = current_person(), _values()
    document_no = values["document_no"]

    def act(case_id: int) -> object:
        return resume(context(), person, case_id=case_id, suspension_id=None, document_no=document_no)

    return _clock_act("resume", case_no, values, act)


@pages.route("/cases/<case_no>/extension", methods=BOTH)
def extend_clock(case_no: str) -> Answer:
    """Extend the limits of a case; who asks approves."""
    person, values = current_person(), _values()
    days, reason = whole_number(values["days"]), values["reason"]
    return _clock_act(
        "extend", case_no, values, lambda case_id: extend(context(), person, case_id=case_id, days=days, reason=reason)
    )


@pages.route("/cases/<case_no>/reclassification", methods=BOTH)
def reclassify_clock(case_no: str) -> Answer:
    """Move a case to another class of its matter."""
    person, values = current_person(), _values()
    code, reason = values["class"], values["reason"]
    return _clock_act(
        "reclassify",
        case_no,
        values,
        lambda case_id: reclassify(context(), person, case_id=case_id, class_code=code, reason=reason),
    )


@pages.route("/cases/<case_no>/restart", methods=BOTH)
def restart_clock(case_no: str) -> Answer:
    """Let the limits of a case count afresh."""
    person, values = current_person(), _values()
    asked = RestartRequest(ground=values["ground"], document_no=values["document_no"])
    return _clock_act(
        "restart", case_no, values, lambda case_id: restart(context(), person, case_id=case_id, asked=asked)
    )


@pages.route("/cases/<case_no>/withdrawal", methods=BOTH)
def withdraw_case(case_no: str) -> Answer:
    """Ask once, then take the case back."""
    person, reason = current_person(), request.form.get("reason", "").strip()
    with reading() as opened:
        file = read_case(opened, person, case_no)
    errors: list[FormError] = []
    status = 200
    if request.method == "POST":
        try:
            withdraw(context(), person, case_id=int(file.view.id), reason=reason)
        except REFUSED as refusal:
            errors, status = form_errors(refusal, prefix=""), status_of(refusal)
        else:
            tell("withdrawn", case_no=case_no)
            return redirect(url_for("pages.case", case_no=case_no))
    return render_template("confirm.html", confirm=_withdrawal(file, reason), errors=errors), status


def may_suspend(file: CaseFile) -> bool:
    """Say whether the reader may stop the clocks now."""
    return file.view.state == CaseState.ACCEPTED and not file.roles.isdisjoint(SUSPENDING_ROLES)


def may_resume(file: CaseFile) -> bool:
    """Say whether the reader may let the clocks run again now."""
    return file.view.state == CaseState.SUSPENDED and not file.roles.isdisjoint(SUSPENDING_ROLES)


def may_extend(file: CaseFile) -> bool:
    """Say whether the reader is who approves an extension of this case."""
    rule = _extension_rule(file)
    return rule is not None and file.view.state == CaseState.ACCEPTED and rule.approver_role in file.roles


def may_reclassify(file: CaseFile) -> bool:
    """Say whether the reader may move the case to another class now."""
    is_open = file.view.state in (CaseState.ACCEPTED, CaseState.SUSPENDED)
    return is_open and bool(_classes(file)) and not file.roles.isdisjoint(RECLASSIFYING_ROLES)


def may_restart(file: CaseFile) -> bool:
    """Say whether the reader may let the limits count afresh now."""
    is_open = file.view.state == CaseState.ACCEPTED
    return is_open and bool(_restart_grounds(file)) and not file.roles.isdisjoint(RESTARTING_ROLES)


def whole_number(text: str) -> int:
    """Return a number of days as typed; 0, which no rule allows, for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 4 else 0  # noqa: PLR2004


def _clock_act(act: str, case_no: str, values: Mapping[str, str], do: Act) -> Answer:
    with reading() as opened:
        file = read_case(opened, current_person(), case_no)
    errors: list[FormError] = []
    status = 200
    if request.method == "POST":
        try:
            do(int(file.view.id))
        except REFUSED as refusal:
            errors, status = form_errors(refusal, prefix=""), status_of(refusal)
        else:
            tell(f"{act}_done", case_no=case_no)
            return redirect(url_for("pages.case", case_no=case_no))
    parts, grounds = common_parts(file), _grounds(file, act)
    page = render_template(
        "clock_act.html",
        act=act,
        case=parts["case"],
        clocks=parts["clocks"],
        values={**values, "ground": values["ground"] or (grounds[0]["code"] if len(grounds) == 1 else "")},
        grounds=grounds,
        classes=[{"code": code, "label": words().text(f"clock.classes.{code}")} for code in _classes(file)],
        rule=_rule(file, act),
        errors=errors,
    )
    return page, status


def _values() -> dict[str, str]:
    return {name: request.form.get(name, "").strip() for name in ASKED}


def _grounds(file: CaseFile, act: str) -> list[dict[str, str]]:
    """Return the grounds that may be chosen: those of the rule book for this type of matter, or of its extension."""
    offering, rule = file.extras.offering, _extension_rule(file)
    if act == "extend" and rule:
        code = rule.ground
        return [{"code": code, "label": words().label("extension_ground", code)}]
    if act == "restart":
        return [
            {"code": item.code, "label": f"{ground_word(file, item.code)} ({item.article})"}
            for item in _restart_grounds(file)
        ]
    if act != "suspend":
        return []
    item_type = offering.item_type if offering else ""
    known = file.published.time_rules.grounds.values()
    fitting = [ground for ground in known if not ground.item_types or item_type in ground.item_types]
    return [{"code": item.code, "label": f"{ground_word(file, item.code)} ({item.article})"} for item in fitting]


def _restart_grounds(file: CaseFile) -> list[RestartGround]:
    item_type = file.extras.offering.item_type if file.extras.offering else ""
    known = file.published.time_rules.restart_grounds.values()
    return [ground for ground in known if not ground.item_types or item_type in ground.item_types]


def _classes(file: CaseFile) -> list[str]:
    """Return the classes a case may move to: those of its matter, without the one it is in."""
    known = [item.code for item in file.extras.offering.classes] if file.extras.offering else []
    return [code for code in known if code != _class_of(file)]


def _class_of(file: CaseFile) -> str:
    moved = [entry.class_code for entry in file.ledger if entry.class_code]
    known = file.extras.offering.classes if file.extras.offering else ()
    return moved[-1] if moved else next((item.code for item in known), "")


def _rule(file: CaseFile, act: str) -> str:
    """Say what is allowed: how long, by whom, on which clocks."""
    said, offering = words(), file.extras.offering
    if act == "reclassify":
        return said.text("pages.clock_rule.class_of", name=said.text(f"clock.classes.{_class_of(file)}"))
    if act == "suspend" and offering:
        return _touched(offering.suspension_touches)
    if act != "extend":
        return ""
    rule = _extension_rule(file)
    if rule is None:
        return said.text("pages.clock_rule.no_extension")
    facts = {"count": rule.count, "days": rule.days, "role": said.label("role", rule.approver_role)}
    return f"{said.text('pages.clock_rule.extension', **facts, article=rule.article)} {_touched(rule.touches)}".strip()


def _extension_rule(file: CaseFile) -> ExtensionRule | None:
    """Return the rule of the matter; of a joint case that of the law, while a limit of the law runs over it."""
    if not file.view.theme_code:
        return file.extras.offering.extension if file.extras.offering else None
    is_limited = any(clock.clock == ClockName.BUNDLE_STATUTORY for clock in file.clocks)
    return file.published.time_rules.joint_extension if is_limited else None


def _touched(touches: Sequence[str]) -> str:
    """Say which clock alone an act touches; nothing where it touches both."""
    name = clock_touched(touches)
    return words().text("pages.clock_rule.touches", clocks=words().text(f"pages.clock.{name}")) if name else ""


def _withdrawal(file: CaseFile, reason: str) -> dict[str, object]:
    said, case_no = words(), file.view.case_no
    return {
        "title": said.text("pages.withdraw.title", case_no=case_no),
        "button": said.text("pages.withdraw.button"),
        "post_url": url_for("pages.withdraw_case", case_no=case_no),
        "cancel_url": url_for("pages.case", case_no=case_no),
        "consequences": [said.text(f"pages.withdraw.{part}") for part in ("ends", "members", "told")],
        "hidden": {},
        "is_dangerous": True,
        "reason_label": said.text("pages.withdraw.reason"),
        "reason": reason,
    }
