"""Sample pages of correction requests: the list of a department, its page, and what the window and the applicant read."""

from tests.unit.web.sample_parts import Parts, Row

OFFICER = ("reviewer", "unit_head")
STATES = ("waiting", "told", "settled", "lapsed")
ASKED = [
    {"department": "恩施市公安局", "name": "股东决定", "shortage": "wrong", "remark": "缺少签名"},
    {"department": "恩施市税务局", "name": "用工人数说明", "shortage": "missing", "remark": ""},
]


def correction_pages(parts: Parts) -> list[Row]:
    """Return the list and the page of one application, also where nothing may be asked and nothing was."""
    page = _page(parts)
    typed = {"matter_code": "startup-seal", "item": "", "own_item": "印章数量", "shortage": "wrong", "remark": ""}
    faults = [{"name": "remark", "text": "必填"}, {"name": "item", "text": "已经提出过"}]
    case = {**parts.case(), "state": "accepted"}
    return [
        ("joint_applications", "joint_applications", OFFICER, {"applications": [_application(parts)]}),
        ("joint_applications_empty", "joint_applications", OFFICER, {"applications": []}),
        ("correction_requests", "correction_requests", OFFICER, page),
        ("correction_requests_refused", "correction_requests", OFFICER, {**page, "values": typed, "errors": faults}),
        ("correction_requests_told", "correction_requests", OFFICER, {**page, "is_told": True, "may_settle": True}),
        (
            "correction_requests_closed",
            "correction_requests",
            OFFICER,
            {**page, "case": case, "members": [], "requests": []},
        ),
    ]


def requests_of(parts: Parts) -> list[dict[str, object]]:
    """Return a request of every state."""
    return [
        {
            "request_id": str(number),
            "member": "公章刻制备案",
            "department": "恩施市公安局",
            "name": "股东决定",
            "shortage": "wrong" if state == "waiting" else "missing",
            "remark": "缺少签名" if state == "waiting" else "",
            "state": state,
            "reason": "已核对原件" if state == "settled" else "",
            "requested_by": "韩军",
            "requested_at": parts.at(-3),
        }
        for number, state in enumerate(STATES, start=1)
    ]


def _application(parts: Parts) -> dict[str, object]:
    return {
        "case_no": "ES20261124000001",
        "name": "企业开办一件事",
        "members": ["公章刻制备案", "社会保险登记"],
        "received_at": parts.at(-20),
        "due_at": parts.at(27),
        "waiting_count": 2,
    }


def _page(parts: Parts) -> dict[str, object]:
    common = parts.common()
    return {
        "case": {**parts.case(), "state": "received"},
        "answers": common["answers"],
        "materials": common["materials"],
        "requests": requests_of(parts),
        "may_settle": False,
        "members": [{"code": "startup-seal", "label": "公章刻制备案"}],
        "items": [{"code": "resolution", "label": "股东决定"}],
        "is_told": False,
        "shortages": [{"code": code, "label": parts.words.label("shortage", code)} for code in ("missing", "wrong")],
        "values": dict.fromkeys(("matter_code", "item", "own_item", "shortage", "remark"), ""),
        "errors": [],
        "back_url": "/cases/ES20261124000001",
    }
