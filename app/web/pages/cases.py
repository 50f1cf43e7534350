"""Cases (办件): search, one case with its papers and its diagram."""

from dataclasses import replace

from flask import Response, make_response, render_template, request, url_for

from app.domain.authority import Scope
from app.domain.errors import NotFound
from app.domain.vocabulary import CaseKind, CaseState, Role
from app.operations.render_document import render_case_document
from app.operations.withdraw_case import BEFORE_DECISION
from app.queries.case_page import find_case_id
from app.queries.cases import CaseLine, list_cases
from app.queries.diagram import get_diagram
from app.queries.holds import HoldView
from app.queries.officer_facts import find_material_id, list_counties
from app.runtime.retry import RETRYING
from app.storage.materials import read_material
from app.web.pages.acceptance_errors import may_record_error
from app.web.pages.blueprint import pages
from app.web.pages.case_file import CaseFile, read_case
from app.web.pages.case_parts import common_parts, due_of_task
from app.web.pages.clock_acts import may_extend, may_reclassify, may_restart, may_resume, may_suspend
from app.web.pages.context import Showing, context, next_links, paging, reading, row_id, secret, showing, sight_of_case
from app.web.pages.external_tasks import program_line
from app.web.pages.interventions import may_intervene, paused_line
from app.web.pages.machine import incident_line
from app.web.pages.revocations import may_revoke
from app.web.presenting import mask_name
from app.web.sign_in import current_person

STATES = tuple(state.value for state in CaseState)
RUNNING = (CaseState.ACCEPTED, CaseState.SUSPENDED)
OPEN = ("open", "claimed")


@pages.get("/cases")
def cases() -> str:
    """Search the cases of the reader's scope, newest first."""
    person, page, asked = current_person(), paging(), request.args
    state = asked.get("state", "") if asked.get("state", "") in STATES else ""
    county, text = asked.get("county", ""), asked.get("text", "").strip()
    with reading() as opened:
        counties = list_counties(opened.connection, person.scope)
        found = list_cases(
            opened.connection,
            within_county(person.scope, county),
            secret=secret(),
            text=text,
            state=state,
            cursor=page.cursor,
            limit=page.limit,
        )
        shown = showing(opened.now)
    return render_template(
        "cases.html",
        filter={"text": text, "state": state, "county": county},
        has_filter=bool(text or state or county),
        counties=[{"code": item.code, "label": item.name(shown.words.language)} for item in counties],
        states=STATES,
        cases=[_line(item, shown) for item in found.items if isinstance(item, CaseLine)],
        **next_links(found.next_cursor),
    )


@pages.get("/cases/<case_no>")
def case(case_no: str) -> str:
    """Show one case."""
    with reading() as opened:
        file = read_case(opened, current_person(), case_no, scope=sight_of_case(opened, case_no))
    has_plan = file.view.theme_code is not None and file.view.accepted_at is not None
    return render_template(
        "case.html",
        **common_parts(file),
        tasks=_tasks(file),
        acts=_acts(file),
        back_url=url_for(_list_of(file)),
        holds=[_hold(file, item) for item in file.holds],
        paused=paused_line(file.pause, file.showing) if file.pause else None,
        incidents=[incident_line(item, file.showing) for item in file.incidents],
        may_retry=file.person.has_role(*RETRYING),
        message_waits=[
            {"name": item.name, "kind": item.kind, "opened_at": file.showing.at(item.opened_at)}
            for item in file.messages
        ],
        programs=[program_line(item, file.published.topics, file.showing) for item in file.programs],
        hold_url=url_for("pages.holds", case_no=case_no) if _may_hold(file) else "",
        plan_url=url_for("pages.bundle_plan", case_no=case_no) if has_plan else "",
    )


@pages.get("/cases/<case_no>/diagram.bpmn")
def case_diagram(case_no: str) -> Response:
    """Return the diagram as its author drew it."""
    with reading() as opened:
        case_id = find_case_id(opened.connection, sight_of_case(opened, case_no), case_no)
        diagram = get_diagram(opened.connection, case_id)
    return Response(diagram.xml, mimetype="application/xml")


@pages.get("/cases/<case_no>/documents/<document_id>.pdf")
def case_document(case_no: str, document_id: str) -> Response:
    """Return a paper of the case as PDF."""
    with reading() as opened:
        case_id = find_case_id(opened.connection, sight_of_case(opened, case_no), case_no)
    content = render_case_document(context(), case_id=case_id, document_id=row_id(document_id))
    return Response(content, mimetype="application/pdf")


@pages.get("/cases/<case_no>/materials/<requirement>")
def case_material(case_no: str, requirement: str) -> Response:
    """Return a material that was handed in, to those who handle the case or are asked about it, and to the applicant."""
    with reading() as opened:
        file = read_case(opened, current_person(), case_no, scope=sight_of_case(opened, case_no))
        material_id = find_material_id(opened.connection, int(file.view.id), requirement)
        stored = read_material(opened.connection, material_id) if material_id is not None and file.handles else None
    if stored is None:
        raise NotFound("material_unknown", requirement=requirement)
    name, mime, content = stored
    response = make_response(content)
    response.mimetype = mime
    response.headers.set("Content-Disposition", "inline", filename=name)
    return response


def within_county(scope: Scope, county: str) -> Scope:
    """Return a scope narrowed to a county; one outside of it lets nothing through."""
    if not county or scope.applicant_account_id is not None:
        return scope
    if scope.counties and county not in scope.counties:
        return Scope()
    return replace(scope, counties=frozenset({county}))


def _line(line: CaseLine, shown: Showing) -> dict[str, object]:
    has_limit = line.state in RUNNING and (line.is_paused or line.due_at is not None)
    return {
        "case_no": line.case_no,
        "name": line.name,
        "state": line.state,
        "applicant": mask_name(line.applicant),
        "department": line.department,
        "received_at": shown.at(line.received_at),
        "due": shown.due(line.due_at, line.colour(shown.now)) if has_limit else None,
    }


def _list_of(file: CaseFile) -> str:
    """Return the page the reader comes from, by what lets them see the case."""
    if file.is_asked:
        return "pages.joint_applications"
    return "pages.revocable_cases" if file.is_seen_from_above else "pages.cases"


def _tasks(file: CaseFile) -> list[dict[str, object]]:
    """Return the open tasks; a link stands where the reader's roles include that of the task."""
    return [
        {
            "task_id": task.id,
            "title": file.showing.words.task_title(task.title, task.instance_no),
            "role": task.role,
            "assignee": file.names.get(int(task.assignee_id), "") if task.assignee_id else "",
            "due": due_of_task(file, task.due_at),
            "url": url_for("pages.task", task_id=task.id)
            if task.role in file.person.roles and not file.is_read_only
            else "",
        }
        for task in file.view.tasks
        if task.state in OPEN
    ]


def _may_hold(file: CaseFile) -> bool:
    """Say whether the reader may ask for a hold: an approval by default can come, and none is held yet."""
    offering, is_held = file.extras.offering, any(item.ended_at is None for item in file.holds)
    may_be_deemed = offering is not None and offering.is_deemed_whitelisted and file.view.state == CaseState.ACCEPTED
    return may_be_deemed and not is_held and file.person.has_role(Role.SUPERVISOR)


def _hold(file: CaseFile, item: HoldView) -> dict[str, object]:
    words = file.showing.words
    return {
        "state": item.state,
        "reason": words.text(f"notices.words.reason_code.{item.reason}"),
        "requested_at": file.showing.at(item.requested_at),
        "until_at": file.showing.at(item.until_at) if item.ended_at is None else None,
        "url": url_for("pages.holds") if file.person.has_role("supervisor", "duty_officer", "unit_head") else "",
    }


def _acts(file: CaseFile) -> dict[str, bool]:
    may_withdraw = (file.person.is_applicant or _is_at_intake(file)) and not file.view.parent_case_no
    return {
        "may_suspend": may_suspend(file),
        "may_resume": may_resume(file),
        "may_extend": may_extend(file),
        "may_reclassify": may_reclassify(file),
        "may_restart": may_restart(file),
        "may_record_error": may_record_error(file),
        "may_withdraw": may_withdraw and file.view.state in BEFORE_DECISION,
        "may_record": not file.person.is_applicant and not file.is_read_only,
        "may_look": file.view.kind == CaseKind.THEME and not file.person.is_applicant,
        "may_revoke": may_revoke(file),
        "may_card": file.person.has_role("supervisor"),
        "may_intervene": may_intervene(file),
    }


def _is_at_intake(file: CaseFile) -> bool:
    """Say whether the reader sits at the window that took the case in: who may take it back for the applicant."""
    return any(
        place.role == Role.WINDOW_CLERK and place.department_id == file.extras.intake_department_id
        for place in file.person.memberships
    )
