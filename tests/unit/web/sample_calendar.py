"""Sample pages of working calendars and closures."""

from datetime import date

from tests.unit.web.sample_parts import Parts, Row

ADMIN = ("admin", "supervisor")
LAYER = {"code": "ES", "name": "恩施州", "level": "prefecture", "is_nation": False}
DOCUMENT = "恩施州政办函〔2026〕8号"
CASES = {"moved": 3, "unmoved": 8, "past_due": 1}
FIELDS = ("scope", "region", "department", "began_at", "ended_at", "reason", "document")


def calendar_pages(parts: Parts) -> list[Row]:
    """Return the layers, one layer, the two steps of a load and its report, and closures in their states."""
    closures = {**_closures(parts), "closures": [], "may_declare": False, "errors": []}
    closed = {**_closure(parts, "released"), "may_confirm": False, "approvals": []}
    return [
        ("calendars", "admin_calendars", ADMIN, _layers(parts)),
        ("calendar", "admin_calendar", ADMIN, _layer(parts)),
        ("calendar_upload", "admin_calendar_upload", ADMIN, _upload()),
        ("calendar_check", "admin_calendar_check", ADMIN, _check(parts)),
        ("calendar_load", "calendar_load", ADMIN, _loaded(parts, "running")),
        ("calendar_load_failed", "calendar_load", ADMIN, _loaded(parts, "done") | {"load": _failed(parts)}),
        ("calendar_load_done", "calendar_load", ADMIN, {**_loaded(parts, "done"), "items": []}),
        ("closures", "closures", ADMIN, _closures(parts)),
        ("closures_empty", "closures", ADMIN, closures),
        ("closure", "closure", ADMIN, _closure(parts, "declared")),
        ("closure_released", "closure", ADMIN, closed),
    ]


def _end(*, is_alarm: bool) -> dict[str, object]:
    return {"is_alarm": is_alarm, "days_left": 37, "published_through": 2026}


def _load(parts: Parts, state: str) -> dict[str, object]:
    loaded = {"load_id": "7", "document": DOCUMENT, "versions": ["ES 2"], "is_closure": True, "state": state}
    return {**loaded, "loaded_at": parts.at(-2), "loaded_by": "徐明", "cases": CASES}


def _lines(parts: Parts) -> list[dict[str, object]]:
    line = {"case_no": "ES20261124000001", "clock": "promised", "old": parts.at(4), "new": parts.at(28)}
    return [
        {**line, "outcome": "moved", "old_colour": "red", "new_colour": "yellow"},
        {**line, "outcome": "past_due", "old_colour": "overdue", "new_colour": "overdue"},
    ]


def _layers(parts: Parts) -> dict[str, object]:
    row = {"layer": "ES", "name": "恩施州", "level": "prefecture", "number": 2, "document": DOCUMENT, "days": 4}
    known = {**row, "loaded_at": parts.at(-2), "loaded_by": "徐明", "may_load": True}
    unknown = {**row, "number": 0, "document": "", "loaded_at": None, "loaded_by": "", "may_load": False}
    return {
        "layers": [known, unknown],
        "offices": [{"code": "422802-hall", "label": "利川市政务服务中心"}],
        "end": _end(is_alarm=True),
        "loads": [_load(parts, "running")],
    }


def _layer(parts: Parts) -> dict[str, object]:
    kinds = ("working", "holiday", "make_up", "off", "working", "off", "off")
    week = [
        {"on": date(2026, 3, 2 + place), "kind": kind, "provisional": place == 1} for place, kind in enumerate(kinds)
    ]
    day = {"on": "2026-08-19", "before": None, "after": "off"}
    version = {"number": 2, "document": DOCUMENT, "loaded_at": parts.at(-2), "loaded_by": "徐明", "days": [day] * 32}
    return {
        "layer": LAYER,
        "year": 2026,
        "months": [{"name": "三月", "weeks": [week, [*week[:6], None]]}],
        "weekdays": ["一", "二", "三", "四", "五", "六", "日"],
        "may_load": True,
        "end": _end(is_alarm=False),
        "versions": [{**version, "hours": [{"valid_from": "2026-07-01", "blocks": "08:30-12:00,14:30-18:00"}]}],
    }


def _upload() -> dict[str, object]:
    return {
        "layer": LAYER,
        "values": {"document": "", "year": ""},
        "max_size": "1 MB",
        "errors": [{"name": "document", "text": "请填写文号。"}, {"name": "file", "text": "请选择文件。"}],
    }


def _check(parts: Parts) -> dict[str, object]:
    days = [{"on": "2026-08-19", "before": None, "after": "off"}]
    preview = {"document": DOCUMENT, "number": 3, "cases": CASES, "days": days, "hours": []}
    return {"layer": LAYER, "preview": preview, "items": _lines(parts), "hidden": {"document": DOCUMENT}}


def _loaded(parts: Parts, state: str) -> dict[str, object]:
    lists = {"items": _lines(parts), "links_cases": True, "next_url": "/calendars/loads/7?cursor=x", "first_url": ""}
    return {"load": _load(parts, state), **lists}


def _closed(parts: Parts, state: str) -> dict[str, object]:
    is_over = state == "released"
    return {
        "closure_id": "5",
        "scope": "region",
        "name": "利川市",
        "began_at": parts.at(-30),
        "ended_at": parts.at(-2),
        "reason": "洪水",
        "document": DOCUMENT,
        "state": state,
        "declared_by": "徐敏",
        "declared_at": parts.at(-29),
        "confirmed_by": "马华" if is_over else "",
        "confirmed_at": parts.at(-28) if is_over else None,
        "released_at": parts.at(-1) if is_over else None,
        "load_id": "7" if is_over else "",
    }


def _closures(parts: Parts) -> dict[str, object]:
    return {
        "closures": [_closed(parts, "declared"), _closed(parts, "released")],
        "may_declare": True,
        "scopes": [{"code": "region", "label": "地区"}],
        "regions": [{"code": "422802", "label": "利川市"}],
        "departments": [{"code": "422802-hall", "label": "利川市政务服务中心"}],
        "values": dict.fromkeys(FIELDS, ""),
        "errors": [{"name": "reason", "text": "请填写原因。"}],
    }


def _closure(parts: Parts, state: str) -> dict[str, object]:
    approval = {"case_no": "ES20261124000001", "due": parts.at(-20), "guards": ["停止办公"]}
    approvals = [{**approval, "state": "blocked"}, {**approval, "state": "approved", "guards": []}]
    may = {"may_confirm": True, "waits_for_other": True, "may_ask": True, "may_release": True, "release_waits": True}
    return {"closure": _closed(parts, state), **may, "approvals": approvals}


def _failed(parts: Parts) -> dict[str, object]:
    return {**_load(parts, "done"), "cases": {**CASES, "failed": 2}}
