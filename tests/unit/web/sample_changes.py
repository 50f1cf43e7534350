"""Sample pages of change sets of the catalogue."""

from tests.unit.web.sample_parts import Parts, Row

DESIGNER = ("designer",)
FIELDS = ("matter_code", "regions", "kept_key", "kept_version", "document_no", "document_text", "effective_from")
WARNING = {"file": "matters/scjg/restaurant-food.toml", "line": 9, "element": "", "name": "", "is_on_diagram": False}


def change_pages(parts: Parts) -> list[Row]:
    """Return the list, the form with its faults, and one change set before and after the decision."""
    kinds = ["new", "change", "pause", "cancel", "devolve"]
    pager = {"next_url": "/catalogue-changes?cursor=x", "first_url": ""}
    form = {
        "values": dict.fromkeys(FIELDS, ""),
        "max_size": "20 MB",
        "kind": "change",
        "kinds": kinds,
        "has_list": True,
    }
    ended = {**form, "kind": "pause", "has_list": False, "errors": [], "findings": []}
    faulty = {**form, "errors": [{"name": "list", "text": "缺少这一部分"}], "findings": [_finding("error")]}
    listed = [_line(parts, "submitted"), _line(parts, "in_force"), _line(parts, "rejected")]
    return [
        ("catalogue_changes", "catalogue_changes", DESIGNER, {"changes": listed, "may_submit": True, **pager}),
        ("catalogue_changes_empty", "catalogue_changes", DESIGNER, {"changes": [], "may_submit": False, **pager}),
        ("catalogue_change_new", "catalogue_change_new", DESIGNER, {**form, "errors": [], "findings": []}),
        ("catalogue_change_pause", "catalogue_change_new", DESIGNER, ended),
        ("catalogue_change_faulty", "catalogue_change_new", DESIGNER, faulty),
        ("catalogue_change", "catalogue_change", DESIGNER, _change(parts, "submitted")),
        ("catalogue_change_decided", "catalogue_change", DESIGNER, _change(parts, "rejected")),
        ("catalogue_change_ended", "catalogue_change", DESIGNER, _ended(parts)),
    ]


def _finding(severity: str) -> dict[str, object]:
    said = {"message": "承诺 12 个工作日长于法定 10 个工作日。", "remedy": "缩短承诺时限。"}
    return {**WARNING, **said, "severity": severity, "code": "promise-over-statutory"}


def _line(parts: Parts, state: str) -> dict[str, object]:
    is_decided = state != "submitted"
    return {
        "change_id": "7",
        "kind": "change",
        "name": "食品经营许可(新办)",
        "matter_code": "restaurant-food",
        "regions": "恩施市、利川市",
        "effective_from": "2026-12-01",
        "state": state,
        "document_no": "恩施州政务办〔2026〕3号",
        "created_by": "罗静",
        "created_at": parts.at(-50),
        "decided_by": "邓洋" if is_decided else "",
        "decided_at": parts.at(-3) if is_decided else None,
        "reason": "文件没有盖章" if state == "rejected" else "",
    }


def _ended(parts: Parts) -> dict[str, object]:
    page = _change(parts, "submitted")
    change = {**_line(parts, "submitted"), "kind": "pause", "document_text": "", "document_name": "文件.pdf"}
    row = {"label": "事项状态", "old": "在用", "new": "暂停"}
    return {
        **page,
        "change": {**change, "list_path": "", "running_count": 0},
        "changes": [{"region": "恩施市", "version": 3, "differences": [row]}],
    }


def _change(parts: Parts, state: str) -> dict[str, object]:
    waits = state == "submitted"
    change = {
        **_line(parts, state),
        "definition_key": "pattern:committed",
        "definition_version": "v7",
        "has_diagram": waits,
        "document_text": "承诺时限调整为两个工作日。",
        "document_name": "文件.pdf",
        "list_path": "matters/scjg/restaurant-food.toml",
        "running_count": 12,
    }
    row = {"label": "承诺时限", "old": "5WD", "new": "2WD"}
    changes = [
        {"region": "恩施市", "version": 3, "differences": [row]},
        {"region": "利川市", "version": 0, "differences": []},
    ]
    findings = [_finding("warning")] if waits else []
    return {
        "change": change,
        "changes": changes,
        "findings": findings,
        "may_decide": waits,
        "waits_for_other": not waits,
    }
