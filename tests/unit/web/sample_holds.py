"""Sample pages of holds."""

from tests.unit.web.sample_parts import Parts, Row

WATCHING = ("supervisor", "duty_officer", "unit_head")


def hold_pages(parts: Parts) -> list[Row]:
    """Return the list of holds in each state a reader may act on, and the empty list of one who may not ask."""
    acts = ({"may_confirm": True}, {"waits_for_other": True}, {"may_lift": True}, {"may_sign": True}, {})
    states = ("requested", "requested", "confirmed", "finding_due", "ended")
    lines = [
        {**_line(parts, number, state), **act} for number, (state, act) in enumerate(zip(states, acts, strict=True), 1)
    ]
    reasons = [{"code": "fraud", "label": "涉嫌欺骗"}, {"code": "outage", "label": "系统故障"}]
    page = {"holds": lines, "state": "open", "may_ask": True, "reasons": reasons, "case_no": ""}
    links = {"next_url": "/holds?cursor=x", "first_url": ""}
    nothing = {
        "holds": [],
        "state": "",
        "may_ask": False,
        "reasons": [],
        "case_no": "",
        "next_url": "",
        "first_url": "",
    }
    return [("holds", "holds", WATCHING, {**page, **links}), ("holds_empty", "holds", WATCHING, nothing)]


def _line(parts: Parts, number: int, state: str) -> dict[str, object]:
    return {
        "hold_id": str(number),
        "case_no": f"ES2026112400000{number}",
        "name": "食品经营许可",
        "department": "利川市市场监督管理局",
        "reason": "涉嫌欺骗",
        "text": "材料需核查",
        "state": state,
        "requested_by": "徐敏",
        "requested_at": parts.at(-5),
        "until_at": parts.at(20) if state in ("requested", "confirmed") else None,
        "decided_by": "" if state == "requested" else "马华",
        "finding": "排除" if state == "ended" else "",
        "may_confirm": False,
        "waits_for_other": False,
        "may_lift": False,
        "may_sign": False,
    }
