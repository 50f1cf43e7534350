"""Sample pages of accountability records and releases."""

from tests.unit.web.sample_parts import Parts, Row

WATCHING = ("supervisor", "duty_officer", "unit_head")
HALLS = [{"code": "422801-hall", "label": "恩施市政务服务大厅"}]
STATES = (("open", "待说明原因"), ("cause_chosen", "已说明原因"), ("found", "已认定"), ("closed", "已办结"))


def supervision_pages(parts: Parts) -> list[Row]:
    """Return the list of records, records in each state, and releases for who asks and who confirms."""
    states = [{"code": code, "label": label} for code, label in STATES]
    page = {"records": [_line(parts, *state) for state in STATES], "state": "", "states": states}
    links = {"next_url": "/accountability?cursor=x", "first_url": ""}
    return [
        ("accountability", "accountability", WATCHING, {**page, **links}),
        ("accountability_empty", "accountability", WATCHING, {**page, "records": [], "next_url": "", "first_url": ""}),
        *(
            (f"accountability_{code}", "accountability_record", WATCHING, _record(parts, code, label))
            for code, label in STATES
        ),
        ("releases", "releases", WATCHING, {"blocks": _blocks(parts)}),
        ("releases_empty", "releases", WATCHING, {"blocks": []}),
        ("receipt_blocks", "receipt_blocks", ("admin",), {"blocks": _numbers(parts), "halls": HALLS}),
        ("receipt_blocks_empty", "receipt_blocks", ("window_clerk",), {"blocks": [], "halls": []}),
    ]


def _line(parts: Parts, state: str, label: str) -> dict[str, object]:
    return {
        "record_id": "7",
        "case_no": "ES20261124000001",
        "name": "食品经营许可",
        "department": "利川市市场监督管理局",
        "clock": "承诺时限",
        "state": state,
        "state_label": label,
        "opened_at": parts.at(-50),
        "cause": "" if state == "open" else "工作量大",
        "cause_due_at": parts.at(-2),
        "is_cause_late": state == "open",
    }


def _record(parts: Parts, state: str, label: str) -> dict[str, object]:
    is_found = state in ("found", "closed")
    said = {
        "cause_text": "" if state == "open" else "当周受理量为平时三倍。",
        "cause_by": "" if state == "open" else "马华",
        "cause_at": None if state == "open" else parts.at(-20),
        "finding": "排班不当。" if is_found else "",
        "measures": "增加一名审查人员。" if is_found else "",
        "finding_by": "徐敏" if is_found else "",
        "finding_at": parts.at(-3) if is_found else None,
        "closed_at": parts.at(-1) if state == "closed" else None,
    }
    return {
        "record": {**_line(parts, state, label), **said},
        "steps": [{"at": parts.at(-90), "role": "综合窗口", "outcome": "受理", "by": "李四"}],
        "suspensions": [{"at": parts.at(-80), "kind": "中止", "ground": "听证"}],
        "cards": [{"at": parts.at(-60), "clock": "承诺时限", "colour": "red", "colour_label": "红牌", "state": "已发"}],
        "causes": [{"code": "workload", "label": "工作量大"}],
        "may_choose": state in ("open", "cause_chosen"),
        "may_find": state == "cause_chosen",
        "may_close": state == "found",
    }


def _blocks(parts: Parts) -> list[dict[str, object]]:
    block = {
        "block_id": "7",
        "place": "恩施市",
        "began_at": parts.at(-30),
        "ended_at": parts.at(-20),
        "reason": "",
        "url": "",
        "release_id": "",
        "asked_by": "",
        "may_ask": False,
        "may_confirm": False,
        "waits_for_other": False,
    }
    asked = {"kind": "closure", "release_id": "9", "asked_by": "徐敏", "reason": "暴雪", "url": "/closures/7"}
    return [
        {**block, "kind": "outage", "ended_at": None},
        {**block, "kind": "outage", "may_ask": True},
        {**block, **asked, "may_confirm": True},
        {**block, **asked, "waits_for_other": True},
    ]


def _numbers(parts: Parts) -> list[dict[str, object]]:
    used = {
        "number": 101,
        "state": "used",
        "case_no": "ES1",
        "url": "/cases/ES1",
        "reason": "",
        "received_at": parts.at(-30),
    }
    voided = {"number": 102, "state": "voided", "case_no": "", "url": "", "reason": "填写错误", "received_at": None}
    settled = {"recorded_at": parts.at(-2), "recorded_by": "李四"}
    block = {"block_id": "7", "hall": "恩施市政务服务大厅", "from_no": 101, "to_no": 150, "left": 48}
    issued = {"issued_at": parts.at(-300), "issued_by": "马华"}
    return [{**block, **issued, "numbers": [{**used, **settled}, {**voided, **settled}]}]
