"""The worklist (待办列表)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from flask import redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from app.domain.authority import Person
from app.domain.calendar import to_local
from app.domain.vocabulary import Colour
from app.operations.claim_task import claim_task
from app.queries.officer_facts import (
    RegionName,
    RunningLimit,
    list_counties,
    list_limits,
    list_open_matters,
    staff_names,
)
from app.queries.worklist import WorklistFilter, WorklistItem, count_queues, list_tasks
from app.queries.worklist import next_task as find_next_task
from app.storage.cards import count_waiting
from app.web.pages.blueprint import pages
from app.web.pages.context import (
    Showing,
    back_to,
    context,
    next_links,
    paging,
    reading,
    row_id,
    secret,
    showing,
    tell,
    told_or_refused,
)
from app.web.presenting import mask_name
from app.web.sign_in import current_person

QUEUES = ("mine", "group", "department", "overdue")
GROUPS = ("overdue", "today", "soon", "later", "paused")
LEFT_AT = "worklist"
MOST_AT_ONCE = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shown:
    """What the rows of one reading need besides their tasks."""

    showing: Showing
    person: Person
    names: Mapping[int, str]
    limits: Mapping[int, RunningLimit]
    counties: Mapping[str, RegionName]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reading:
    items: tuple[WorklistItem, ...]
    next_cursor: str | None
    counts: Mapping[str, int]
    cards: int
    matters: tuple[tuple[str, str], ...]
    shown: _Shown


def as_left() -> str:
    """Return the path of the worklist as its reader left it, with its filters."""
    return str(session.get(LEFT_AT) or url_for("pages.worklist"))


@pages.get("/worklist")
def worklist() -> str:
    """Show open tasks by what burns."""
    queue = request.args.get("queue", "group")
    queue = queue if queue in QUEUES else "group"
    wanted = _filter(queue)
    session[LEFT_AT] = request.full_path.rstrip("?")
    found = _read(current_person(), wanted)
    language = found.shown.showing.words.language
    return render_template(
        "worklist.html",
        queues=[_queue(code, found.counts[code], is_current=code == queue) for code in QUEUES],
        cards=found.cards,
        filter=wanted,
        has_filter=any((wanted.text, wanted.matter_code, wanted.county, wanted.colour)),
        matters=[{"code": code, "label": name} for code, name in found.matters],
        counties=[{"code": code, "label": place.name(language)} for code, place in found.shown.counties.items()],
        groups=_by_group(found.items, found.shown),
        read_at=found.shown.showing.read_at,
        **next_links(found.next_cursor),
    )


@pages.get("/tasks/next")
def next_task() -> Response:
    """Open the task the person would do next."""
    with reading() as opened:
        found = find_next_task(opened.connection, current_person(), now=opened.now)
    if found is None:
        tell("nothing_next", kind="info")
        return redirect(as_left())
    return redirect(url_for("pages.task", task_id=found.id))


@pages.post("/tasks/claim")
def claim_tasks() -> Response:
    """Claim the tasks that were selected; those that went to somebody else meanwhile are left."""
    person = current_person()
    chosen = [row_id(text) for text in request.form.getlist("task")[:MOST_AT_ONCE]]
    if not chosen:
        tell("nothing_selected", kind="warn")
    for task_id in chosen:
        told_or_refused(_claiming(person, task_id), "claimed_one")
    return back_to("pages.worklist")


def _claiming(person: Person, task_id: int) -> Callable[[], object]:
    return lambda: claim_task(context(), person, task_id=task_id)


def _filter(queue: str) -> WorklistFilter:
    asked = request.args
    colour = asked.get("colour", "")
    return WorklistFilter(
        queue=queue,
        colour=colour if colour in {item.value for item in Colour} else "",
        matter_code=asked.get("matter_code", ""),
        county=asked.get("county", ""),
        text=asked.get("text", "").strip(),
    )


def _read(person: Person, wanted: WorklistFilter) -> _Reading:
    page = paging()
    asked = replace(wanted, queue="group", is_late=True) if wanted.queue == "overdue" else wanted
    with reading() as opened:
        link, now = opened.connection, opened.now
        found = list_tasks(link, person, asked, now=now, secret=secret(), cursor=page.cursor, limit=page.limit)
        items = tuple(item for item in found.items if isinstance(item, WorklistItem))
        shown = _Shown(
            showing=showing(now),
            person=person,
            names=staff_names(link, {int(item.assignee_id) for item in items if item.assignee_id}),
            limits=list_limits(link, {int(item.case_id) for item in items}),
            counties={county.code: county for county in list_counties(link, person.scope)},
        )
        return _Reading(
            items=items,
            next_cursor=found.next_cursor,
            counts=count_queues(link, person, now=now),
            cards=count_waiting(link, person.staff_id) if person.staff_id is not None else 0,
            matters=list_open_matters(link, person),
            shown=shown,
        )


def _queue(code: str, count: int, *, is_current: bool) -> dict[str, object]:
    return {"code": code, "count": count, "url": url_for("pages.worklist", queue=code), "is_current": is_current}


def _by_group(items: Sequence[WorklistItem], shown: _Shown) -> list[dict[str, object]]:
    rows: dict[str, list[dict[str, object]]] = {code: [] for code in GROUPS}
    for item in items:
        rows[_group(item, shown.showing.now)].append(_row(item, shown))
    return [{"code": code, "rows": found} for code, found in rows.items() if found]


def _group(item: WorklistItem, now: datetime) -> str:
    if item.colour in (Colour.PAUSED, Colour.OVERDUE):
        return str(item.colour)
    if item.due_at is not None and to_local(item.due_at).date() <= to_local(now).date():
        return "today"
    return "soon" if item.colour in (Colour.RED, Colour.YELLOW) else "later"


def _row(item: WorklistItem, shown: _Shown) -> dict[str, object]:
    county = shown.counties.get(item.county or "")
    limit = shown.limits.get(int(item.case_id))
    return {
        "task_id": item.id,
        "version": item.version,
        "title": shown.showing.words.task_title(item.title, item.instance_no),
        "case_no": item.case_no,
        "case_name": item.case_name,
        "applicant": mask_name(item.applicant),
        "county": county.name(shown.showing.words.language) if county else "",
        "assignee": shown.names.get(int(item.assignee_id), "") if item.assignee_id else "",
        "basis": _basis(limit, shown.showing) if limit else "",
        "due": shown.showing.due(item.due_at, item.colour),
        "is_mine": item.assignee_id == str(shown.person.staff_id),
        "may_claim": item.assignee_id is None and item.role in shown.person.roles,
    }


def _basis(limit: RunningLimit, showing: Showing) -> str:
    """Say under which promise a task stands: `承诺 5 个工作日, 停过 1 次`."""
    words = showing.words
    said = words.text("pages.basis.promised", limit=words.text(f"pages.limit.{limit.unit}", count=limit.amount))
    return said if not limit.pauses else said + words.text("pages.basis.pauses", count=limit.pauses)
