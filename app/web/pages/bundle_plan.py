"""The plan of a joint case as a page (联办计划): a network plan, and the same as a table."""

from flask import render_template, url_for

from app.queries.bundle_plan import BundlePlanView, PlannedMember, get_bundle_plan
from app.queries.case_page import get_case
from app.web.pages.blueprint import pages
from app.web.pages.case_parts import limit_text
from app.web.pages.context import Showing, reading, showing, view_of_rules
from app.web.pages.plan_view import BOX_HEIGHT, BOX_WIDTH, draw_plan
from app.web.sign_in import current_person


@pages.get("/cases/<case_no>/plan")
def bundle_plan(case_no: str) -> str:
    """Show when each member of a joint case starts and finishes, and which of them decide the end."""
    with reading() as opened:
        view = get_case(opened.connection, current_person().scope, case_no)
        plan = get_bundle_plan(opened.connection, view_of_rules(), int(view.id))
        shown = showing(opened.now)
    names = {member.code: member.name for member in plan.members}
    return render_template(
        "bundle_plan.html",
        case={"case_no": view.case_no, "name": view.name, "department": view.department},
        plan=_summary(plan, shown, names),
        members=[_row(member, shown, names) for member in plan.members],
        drawing=draw_plan(plan),
        box={"width": BOX_WIDTH, "height": BOX_HEIGHT},
        back_url=url_for("pages.case", case_no=case_no),
    )


def _summary(plan: BundlePlanView, shown: Showing, names: dict[str, str]) -> dict[str, object]:
    comma = shown.words.text("notices.comma")
    return {
        "started_at": shown.at(plan.started_at),
        "due_at": shown.at(plan.due_at),
        "projected_due_at": shown.at(plan.projected_due_at) if plan.due_at is None else None,
        "serial_due_at": shown.at(plan.serial_due_at),
        "promised_due_at": shown.at(plan.promised_due_at),
        "counted_due_at": shown.at(plan.counted_due_at) if plan.counted_due_at != plan.promised_due_at else None,
        "is_provisional": plan.is_provisional,
        "critical": shown.words.text("pages.bundle_plan.arrow").join(names[code] for code in plan.critical),
        "moved_by": comma.join(names[code] for code in plan.moved_by),
    }


def _row(member: PlannedMember, shown: Showing, names: dict[str, str]) -> dict[str, object]:
    words = shown.words
    return {
        "code": member.code,
        "name": member.name,
        "case_no": member.case_no,
        "url": url_for("pages.case", case_no=member.case_no) if member.case_no else "",
        "state": member.state,
        "limit": limit_text(member.limit, words) if member.limit else "",
        "after": words.text("notices.comma").join(names[code] for code in member.after),
        "start_on": member.start_on.isoformat() if member.start_on else "",
        "finish_on": member.finish_on.isoformat() if member.finish_on else "",
        "is_finished": member.is_finished,
        "is_paused": member.is_paused,
        "is_critical": member.is_critical,
        "has_moved_plan": member.has_moved_plan,
        "slack": "" if member.slack_working_days is None else str(member.slack_working_days),
    }
