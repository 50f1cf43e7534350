"""Acts on a case outside of its tasks: stop, restart and extend its clocks, withdraw it."""

from collections.abc import Callable, Mapping

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.domain.vocabulary import CaseState
from app.operations.extend_clock import extend_clock as extend
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
ASKED = ("ground", "document_no", "expected_days", "days", "reason")
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
    rule = file.extras.offering.extension if file.extras.offering else None
    return rule is not None and file.view.state == CaseState.ACCEPTED and rule.approver_role in file.roles


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
        rule=_rule(file, act),
        errors=errors,
    )
    return page, status


def _values() -> dict[str, str]:
    return {name: request.form.get(name, "").strip() for name in ASKED}


def _grounds(file: CaseFile, act: str) -> list[dict[str, str]]:
    """Return the grounds that may be chosen: those of the rule book for this type of matter, or of its extension."""
    offering = file.extras.offering
    if act == "extend" and offering and offering.extension:
        code = offering.extension.ground
        return [{"code": code, "label": words().label("extension_ground", code)}]
    if act != "suspend":
        return []
    item_type = offering.item_type if offering else ""
    known = file.published.time_rules.grounds.values()
    fitting = [ground for ground in known if not ground.item_types or item_type in ground.item_types]
    return [{"code": item.code, "label": f"{ground_word(file, item.code)} ({item.article})"} for item in fitting]


def _rule(file: CaseFile, act: str) -> str:
    rule = file.extras.offering.extension if file.extras.offering else None
    if act != "extend":
        return ""
    if rule is None:
        return words().text("pages.clock_rule.no_extension")
    facts = {"count": rule.count, "days": rule.days, "role": words().label("role", rule.approver_role)}
    return words().text("pages.clock_rule.extension", **facts, article=rule.article)


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
