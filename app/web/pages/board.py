"""The supervisor's board (监察看板)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from flask import render_template, request

from app.domain.authority import WATCHING as WATCHING_MACHINES
from app.domain.authority import Person, Scope
from app.domain.cards import colour_of_instants
from app.queries.cursor import Page
from app.queries.officer_facts import RegionName, count_dead, list_counties
from app.queries.supervision import STATES, Figures, SupervisedCase, list_supervised, summarise
from app.queries.to_be_deemed import name_guards
from app.web.pages.blueprint import pages
from app.web.pages.calendars import end_of_data
from app.web.pages.cases import within_county
from app.web.pages.context import Showing, context, href, next_links, paging, reading, secret, showing, view_of_rules
from app.web.pages.machine import machine_panel
from app.web.sign_in import require_role

WATCHING = ("supervisor", "duty_officer", "unit_head")
TOTALS = ("open", "due_soon", "yellow", "red", "overdue", "paused", "to_be_deemed", "blocked", "dead")
COLUMNS = ("open", "due_soon", "yellow", "red", "overdue", "paused", "to_be_deemed", "blocked")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Board:
    """What one reading of the board found."""

    showing: Showing
    figures: tuple[Figures, ...]
    dead: int
    counties: Mapping[str, RegionName]
    listed: Page
    machine: Mapping[str, object] | None

    def county(self, code: str | None) -> str:
        found = self.counties.get(code or "")
        return found.name(self.showing.words.language) if found else code or ""


@pages.get("/board")
def board() -> str:
    """Show the figures by unit, or the list behind one of them."""
    person = require_role(*WATCHING)
    state, county = request.args.get("state", ""), request.args.get("county", "")
    state = state if state in STATES else ""
    found = _read(person, state=state, county=county, department=request.args.get("department", ""))
    return render_template(
        "board.html",
        totals=[_total(found, code, state=state, county=county) for code in TOTALS],
        counties=[{"code": code, "label": found.county(code)} for code in found.counties],
        filter={"county": county, "state": state},
        columns=COLUMNS,
        units=[] if state else [_unit(found, figures) for figures in found.figures],
        cases=_cases(found, found.listed.items),
        machine=found.machine,
        read_at=found.showing.read_at,
        calendar_end=end_of_data(context().library.current(), found.showing),
        **next_links(found.listed.next_cursor),
    )


def _read(person: Person, *, state: str, county: str, department: str) -> _Board:
    narrowed, page = within_county(person.scope, county), paging()
    with reading() as opened:
        link, now = opened.connection, opened.now
        listed = Page(items=(), next_cursor=None)
        if state:
            listed = list_supervised(
                link,
                _within_department(narrowed, department),
                state,
                now=now,
                secret=secret(),
                cursor=page.cursor,
                limit=page.limit,
            )
        if state == "to_be_deemed":
            listed = name_guards(link, view_of_rules(), listed, now=now)
        shown = showing(now)
        return _Board(
            showing=shown,
            figures=summarise(link, narrowed, now=now),
            dead=count_dead(link, narrowed),
            counties={item.code: item for item in list_counties(link, person.scope)},
            listed=listed,
            machine=machine_panel(opened, shown) if not state and person.has_role(*WATCHING_MACHINES) else None,
        )


def _within_department(scope: Scope, department: str) -> Scope:
    if not department.isdecimal():
        return scope
    chosen = int(department)
    if scope.department_ids is not None and chosen not in scope.department_ids:
        return Scope()
    return replace(scope, department_ids=frozenset({chosen}))


def _total(found: _Board, code: str, *, state: str, county: str) -> dict[str, object]:
    count = found.dead if code == "dead" else sum(int(getattr(figures, code)) for figures in found.figures)
    return {"code": code, "count": count, "url": _url(code, county=county), "is_current": code == state}


def _unit(found: _Board, figures: Figures) -> dict[str, object]:
    where = {"county": figures.county or "", "department": figures.department_id}
    cells = [{"code": code, "count": getattr(figures, code), "url": _url(code, **where)} for code in COLUMNS]
    return {"county": found.county(figures.county), "department": figures.department, "cells": cells}


def _url(code: str, **where: str) -> str:
    """Return the address of the list behind a figure; empty for figures without one."""
    if code not in STATES:
        return ""
    return href("pages.board", {"state": code, **where})


def _cases(found: _Board, items: Sequence[object]) -> list[dict[str, object]]:
    return [_case(found, item) for item in items if isinstance(item, SupervisedCase)]


def _case(found: _Board, item: SupervisedCase) -> dict[str, object]:
    now, words = found.showing.now, found.showing.words
    colour = colour_of_instants(
        now, due_at=item.due_at, yellow_at=item.yellow_at, red_at=item.red_at, is_paused=item.due_at is None
    )
    due = found.showing.due(item.due_at, colour)
    guards = [f"notices.words.guards.{guard}" for guard in item.guards]
    return {
        "case_no": item.case_no,
        "name": item.name,
        "state": item.state,
        "county": found.county(item.county),
        "department": item.department,
        "clock": item.clock,
        "due": replace(due, is_provisional=item.provisional),
        "guards": [words.text(key) if words.messages.has(key) else key.rpartition(".")[2] for key in guards],
    }
