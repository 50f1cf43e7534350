"""Sample pages of packages: the list, the upload with its faults, and one before and after its decision."""

from tests.unit.web.sample_parts import Parts, Row

DESIGNER = ("designer",)
FINDING = {
    "severity": "error",
    "code": "unknown-form",
    "file": "bpmn/matters/food/process.bpmn",
    "line": 12,
    "element": "review",
    "name": "审查",
    "is_on_diagram": False,
    "message": "表单 food_review 不存在。",
    "remedy": "改为已发布的表单。",
}


def package_pages(parts: Parts) -> list[Row]:
    """Return the list, the form, and one package that waits for a second person and one that was sent back."""
    listed = [_line(parts, state) for state in ("submitted", "deployed")]
    form = {"note": "", "max_size": "20 MB", "most": 200}
    error = {"name": "file", "text": "压缩包无法读取。"}
    return [
        ("packages", "packages", DESIGNER, {"packages": listed, "may_upload": True}),
        ("packages_empty", "packages", DESIGNER, {"packages": [], "may_upload": False}),
        ("package_upload", "package_upload", DESIGNER, {**form, "errors": [], "findings": []}),
        ("package_upload_faulty", "package_upload", DESIGNER, {**form, "errors": [error], "findings": [FINDING]}),
        ("package", "package", DESIGNER, _package(parts, "submitted")),
        ("package_rejected", "package", DESIGNER, _package(parts, "rejected")),
    ]


def _line(parts: Parts, state: str) -> dict[str, object]:
    is_decided = state != "submitted"
    return {
        "package_id": "7",
        "name": "食品经营许可包",
        "state": state,
        "label": parts.words.text(f"pages.packages.states.{state}"),
        "files": 3,
        "regions": "422801, 422802",
        "reason": "缺少情景" if state == "rejected" else "",
        "generation": 12 if state == "deployed" else None,
        "created_by": "罗静",
        "created_at": parts.at(-50),
        "decided_by": "邓洋" if is_decided else "",
        "decided_at": parts.at(-3) if is_decided else None,
        "deployed_by": "邓洋" if state == "deployed" else "",
        "deployed_at": parts.at(-2) if state == "deployed" else None,
    }


def _package(parts: Parts, state: str) -> dict[str, object]:
    waits = state == "submitted"
    changed = parts.words.text("pages.packages.changes.changed")
    path = "bpmn/matters/food/process.bpmn"
    return {
        "package": {**_line(parts, state), "note": "增加专家评审。", "sha256": "9f86d081884c7d65"},
        "files": [{"path": path, "kind": "流程图", "change": "changed", "label": changed}],
        "has_scenarios": waits,
        "findings": [] if waits else [{**FINDING, "severity": "warning"}],
        "may_decide": waits,
        "may_deploy": False,
        "waits_for_other": not waits,
    }
