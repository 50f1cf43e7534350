"""Parts of a case that the pages of officers show: clocks, materials, members, history, papers, cards, diagram."""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import partial

from flask import url_for

from app.domain.cards import colour_of_instants
from app.domain.clock_ledger import ClockEntry, concerns
from app.domain.form import FormSchema
from app.domain.vocabulary import Colour, LedgerKind, SealState
from app.operations.seal_document import SEALING
from app.queries.case_page import CaseMember, HistoryEntry
from app.queries.certificates import CertificateView
from app.queries.clock import ClockView
from app.web.pages.card_view import CardReader, card_row
from app.web.pages.case_file import STAFF, CaseFile
from app.web.pages.context import answer_rows
from app.web.pages.rule_view import rule_words
from app.web.presenting import DueView, Remaining, Words, file_size, present_due

WITHOUT_SEAL = (SealState.QUEUED, SealState.BY_PERSON)
STATE_OF_CLOCK = {"not_started": "waiting", "running": "running", "paused": "paused", "stopped": "stopped"}
DECISION_PAPERS = ("decision", "refusal", "deemed_notice", "non_acceptance")
NO_EVIDENCE = {"trust": "", "certificate_no": "", "valid_to": "", "seen_by": ""}
LIMIT = re.compile(r"^(\d+)([A-Z]+)$", re.ASCII)


def common_parts(file: CaseFile) -> dict[str, object]:
    """Return the context both the page of a case and the page of a task show."""
    offering = file.extras.offering
    reader = CardReader(person=file.person, showing=file.showing, names=file.names, counties=file.regions)
    return {
        "case": head_of(file),
        "clocks": [_clock(file, clock) for clock in file.clocks],
        "materials": material_rows(file),
        "members": _members(file),
        "timeline": [_event(file, entry) for entry in file.history],
        "answers": _answers(file),
        "basis": list(offering.legal_basis) if offering else [],
        "renewal": _renewal(file),
        "certificates": [_certificate(file, item) for item in file.certificates],
        "cards": [card_row(card, reader) for card in file.cards],
        "documents": [_document(file, paper) for paper in file.documents],
        "diagram": {
            "xml_url": url_for("pages.case_diagram", case_no=file.view.case_no),
            "current": list(file.diagram.current),
            "done": list(file.diagram.done),
            "faults": [],
        },
    }


def head_of(file: CaseFile) -> dict[str, object]:
    """Return the facts at the head of a case."""
    view, words, at = file.view, file.showing.words, file.showing.at
    region = file.regions.get(view.region_code)
    decided_at = file.decision.get("decided_at")
    paper = next((str(row["document_no"]) for row in file.documents if row["kind"] in DECISION_PAPERS), "")
    return {
        "case_no": view.case_no,
        "name": view.name,
        "state": view.state,
        "applicant": view.applicant_name,
        "id_number": view.applicant_id_number,
        "mobile": view.applicant_mobile,
        "department": _department(file, int(view.department_id)),
        "intake_department": _department(file, file.extras.intake_department_id),
        "region": region.name(file.language) if region else view.region_code,
        "intake_mode": words.label("intake_mode", file.extras.intake_mode),
        "received_at": at(view.received_at),
        "accepted_at": at(view.accepted_at),
        "closed_at": at(view.closed_at),
        "decision": words.label("decision", view.decision) if view.decision else "",
        "decision_reasons": file.decision.get("reasons") or "",
        "decided_at": at(decided_at) if isinstance(decided_at, datetime) else None,
        "document_no": paper,
        "filing": words.label("filing", str(file.decision["filing_state"]))
        if file.decision.get("filing_state")
        else "",
        "parent_case_no": "" if file.is_seen_from_above else view.parent_case_no or "",
    }


def due_of_task(file: CaseFile, due_at: datetime | None) -> DueView:
    """Present the limit of an open task of the case, as its clocks colour it."""
    if due_at is None:
        is_paused = any(clock.state == "paused" for clock in file.clocks)
        return file.showing.due(None, Colour.PAUSED if is_paused else Colour.GREEN)
    same = next((clock for clock in file.clocks if clock.due_at == due_at), None)
    fallback = Colour.OVERDUE if due_at < file.showing.now else Colour.GREEN
    return file.showing.due(due_at, clock_colour(same, file.showing.now) if same else fallback)


def material_rows(file: CaseFile, errors: Mapping[str, str] | None = None) -> list[dict[str, object]]:
    """Return every required material with what was handed in or shown for it. errors: requirement -> sentence."""
    handed_in = {str(row["requirement"]): row for row in file.materials}
    listed = {row.code: row for row in file.requirements}
    return [
        {
            "code": code,
            "name": listed[code].name if code in listed else code,
            "is_required": code in listed and listed[code].is_required,
            "mark_error": (errors or {}).get(code, ""),
            **_as_marked(file, handed_in.get(code)),
            **_stored_file(file, handed_in.get(code)),
        }
        for code in dict.fromkeys([*listed, *handed_in])
    ]


def _as_marked(file: CaseFile, given: Mapping[str, object] | None) -> dict[str, object]:
    if given is None:
        return {"state": "missing", "is_marked": False, "remark": "", "checked_by": "", **NO_EVIDENCE}
    checked_by = given["checked_by"]
    return {
        "state": str(given["state"]),
        "is_marked": given["state"] != "handed_in",
        "remark": given["remark"] or "",
        "checked_by": file.names.get(int(str(checked_by)), "") if checked_by else "",
        "trust": str(given["trust"] or ""),
        "certificate_no": str(given["certificate_no"] or ""),
        "valid_to": str(given["valid_to_on"] or ""),
        "seen_by": str(given["seen_by"] or "") if given["checked_at"] is None else "",
    }


def _stored_file(file: CaseFile, given: Mapping[str, object] | None) -> dict[str, object]:
    if given is None or given["material_id"] is None:
        return {"url": "", "file_name": "", "size": ""}
    place = url_for("pages.case_material", case_no=file.view.case_no, requirement=given["requirement"])
    return {
        "url": place if file.handles else "",
        "file_name": str(given["name"]),
        "size": file_size(int(str(given["size_bytes"]))),
    }


def clock_colour(clock: ClockView, now: datetime) -> Colour:
    """Return the colour of a clock at `now`; exactly at an instant is still the better colour."""
    return colour_of_instants(
        now,
        due_at=clock.due_at,
        yellow_at=clock.yellow_at,
        red_at=clock.red_at,
        is_paused=clock.state == "paused",
    )


def _clock(file: CaseFile, clock: ClockView) -> dict[str, object]:
    words, entries = file.showing.words, [entry for entry in file.ledger if concerns(entry, clock.clock)]
    is_over = clock.state == "running" and clock_colour(clock, file.showing.now) is Colour.OVERDUE
    return {
        "name": clock.clock,
        "state": "overdue" if is_over else STATE_OF_CLOCK.get(clock.state, clock.state),
        "due": _due_of_clock(file, clock),
        "limit": limit_text(clock.limit, words),
        "pause_count": sum(entry.kind == LedgerKind.SUSPEND for entry in entries),
        "sentences": [words.text(item.key, **item.facts) for item in clock.sentences],
        "entries": [_entry(file, entry) for entry in entries],
    }


def limit_text(limit: str, words: Words) -> str:
    """Return a limit such as `5WD` in words; anything else as it stands."""
    found = LIMIT.match(limit)
    return words.text(f"pages.limit.{found[2]}", count=found[1]) if found else limit


def _due_of_clock(file: CaseFile, clock: ClockView) -> DueView:
    """A stopped clock has a due instant and nothing that remains."""
    now, words = file.showing.now, file.showing.words
    colour = clock_colour(clock, now)
    if clock.state == "stopped":
        return DueView(colour=Colour.GREEN, at=file.showing.at(clock.due_at), remaining="")
    days = clock.remaining_working_days or 0
    remaining = Remaining(working_days=days, working_minutes=0) if days > 0 and colour is not Colour.OVERDUE else None
    return present_due(
        clock.due_at, now=now, colour=colour, words=words, remaining=remaining, is_provisional=clock.provisional
    )


def _entry(file: CaseFile, entry: ClockEntry) -> dict[str, object]:
    facts = {"ground": entry.ground, "document_no": entry.document_no, "days": entry.days, "reason": entry.reason}
    return {
        "at": file.showing.at(entry.occurred_at),
        "what": file.showing.words.label("ledger", str(entry.kind)),
        "who": _actor(file, entry.actor),
        "note": _note(file, facts),
    }


def _event(file: CaseFile, entry: HistoryEntry) -> dict[str, object]:
    return {
        "at": file.showing.at(entry.at),
        "what": _happened(file, entry.kind),
        "who": _actor(file, entry.actor),
        "note": _note(file, {**entry.facts, **(entry.decided or {})}),
    }


def _happened(file: CaseFile, kind: str) -> str:
    return _worded(file, "history", kind)


def _actor(file: CaseFile, actor: str) -> str:
    kind, _, number = actor.partition(":")
    if actor.startswith(STAFF):
        return file.names.get(int(number), number)
    return file.view.applicant_name if kind == "applicant" else file.showing.words.label("actor", kind)


def _note(file: CaseFile, facts: Mapping[str, object]) -> str:
    return file.showing.words.text("pages.layout_officer.separator").join(_noted(file, facts))


def _noted(file: CaseFile, facts: Mapping[str, object]) -> Iterator[str]:
    words = file.showing.words
    yield from _place(file, facts)
    for name, group in (("outcome", "outcome"), ("clock", "clock"), ("colour", "card_colour")):
        if facts.get(name):
            yield words.label(group, str(facts[name]))
    if facts.get("limit") and (found := LIMIT.match(str(facts["limit"]))):
        yield words.text(f"pages.limit.{found[2]}", count=found[1])
    if facts.get("ground"):
        yield ground_word(file, str(facts["ground"]))
    for guard in _listed(facts.get("guards")):
        yield _worded(file, "notices.words.guards", guard)
    if "rules" in facts:
        yield from rule_words(words, facts)
    if facts.get("days"):
        yield words.text("pages.limit.WD", count=facts["days"])
    for name in ("document_no", "reason", "case_no"):
        if facts.get(name) and facts[name] != file.view.case_no:
            yield str(facts[name])


def _place(file: CaseFile, facts: Mapping[str, object]) -> Iterator[str]:
    """Name the step, else the limit, that something happened at; the code of neither means anything to a reader."""
    titles = {task.element: task.title for task in file.view.tasks}
    deadline = f"pages.clock.{facts.get('name')}"
    if facts.get("element") in titles:
        yield titles[str(facts["element"])]
    elif file.showing.words.messages.has(deadline):
        yield file.showing.words.text(deadline)


def _listed(value: object) -> list[str]:
    return [str(item) for item in value] if isinstance(value, list | tuple) else []


def ground_word(file: CaseFile, code: str) -> str:
    """Return the word for a ground, or its code when it has none."""
    return _worded(file, "grounds", code)


def _worded(file: CaseFile, group: str, code: str) -> str:
    words, key = file.showing.words, f"{group}.{code}"
    return words.text(key) if words.messages.has(key) else code


def _members(file: CaseFile) -> list[dict[str, object]]:
    theme = file.published.themes.get(file.view.theme_code or "")
    rows = [_member(file, member) for member in file.view.members]
    opened = {limit.matter_code for limit in file.member_limits.values()}
    for row in rows:
        row["is_external"] = str(row.pop("matter_code")) in file.external
    waiting = theme.members if theme and file.view.closed_at is None else ()
    for member in waiting:
        if member.matter_code in file.extras.chosen_members and member.matter_code not in opened:
            is_external = member.matter_code in file.external
            row = {"name": member.name, "case_no": "", "url": "", "department": "", "state": "", "due": None}
            rows.append({**row, "is_external": is_external})
    return rows


def _member(file: CaseFile, member: CaseMember) -> dict[str, object]:
    limit = file.member_limits.get(member.case_no)
    due_at = limit.due_at if limit else None
    colour = limit.colour(file.showing.now) if limit else Colour.GREEN
    has_limit = limit is not None and (limit.is_paused or due_at is not None)
    return {
        "name": member.name,
        "case_no": member.case_no,
        "url": url_for("pages.case", case_no=member.case_no),
        "department": member.department,
        "state": member.state,
        "due": file.showing.due(due_at, colour) if has_limit else None,
        "matter_code": limit.matter_code if limit else "",
    }


def _answers(file: CaseFile) -> list[tuple[str, str]]:
    """Return what the applicant filled in, to those who handle the case and to the applicant."""
    schema = _application_form(file)
    return answer_rows(schema, file.extras.form, file.language) if schema and file.handles else []


def _application_form(file: CaseFile) -> FormSchema | None:
    theme = file.published.themes.get(file.view.theme_code or "")
    if theme is not None:
        return theme.form
    form = file.published.forms.get(file.extras.offering.form_key) if file.extras.offering else None
    return form.schema if form else None


def _document(file: CaseFile, paper: Mapping[str, object]) -> dict[str, object]:
    issued_at, words = paper["issued_at"], file.showing.words
    assert isinstance(issued_at, datetime)
    seal = paper.get("seal_state") or ""
    may_seal = seal in WITHOUT_SEAL and not file.roles.isdisjoint(SEALING)
    address = partial(url_for, case_no=file.view.case_no, document_id=str(paper["id"]))
    return {
        "name": words.text(f"documents.{paper['kind']}.name"),
        "document_no": paper["document_no"],
        "issued_at": file.showing.at(issued_at),
        "url": address("pages.case_document"),
        "seal": seal,
        "seal_url": address("pages.seal_paper") if may_seal else "",
    }


def _renewal(file: CaseFile) -> dict[str, str] | None:
    found, words = file.renewal, file.showing.words
    if found is None:
        return None
    is_linked = found.certificate_id is not None and not file.is_seen_from_above
    how = "unknown" if found.certificate_id is None else "late" if found.is_late else "in_time"
    guards = [words.text(f"notices.words.renewal_guards.{code}") for code in found.guards]
    return {
        "certificate_no": found.certificate_no,
        "url": url_for("pages.certificate", certificate_id=found.certificate_id) if is_linked else "",
        "expiry_on": found.expiry_on.isoformat() if found.expiry_on else "",
        "how": words.text(f"pages.renewal.{how}"),
        "guards": words.text("notices.comma").join(guards),
    }


def _certificate(file: CaseFile, view: CertificateView) -> dict[str, str]:
    place = url_for("pages.certificate", certificate_id=view.certificate_id)
    return {
        "url": "" if file.is_seen_from_above else place,
        "certificate_no": view.certificate_no,
        "name": view.name,
        "valid_from_on": view.valid_from_on.isoformat(),
        "valid_to_on": view.valid_to_on.isoformat() if view.valid_to_on else "",
        "state": view.state,
    }


def _department(file: CaseFile, department_id: int) -> str:
    facts = file.published.departments.get(department_id)
    if facts is None:
        return ""
    return facts.name_zh if file.language == "zh" else facts.name_en
