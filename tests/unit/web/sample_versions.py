"""Sample pages of versions: one that is drawn on, two beside each other, and running cases that go to another."""

from tests.unit.web.sample_parts import Parts, Row

DESIGNER = ("designer",)
HEAD = {"key": "pattern:committed", "name": "承诺件"}
REFUSED = {
    "counts": None,
    "cases": [],
    "reasons": [],
    "limits": [],
    "mapping": [],
    "errors": [{"name": "", "text": "没有可迁移的办件。"}],
}
REASON = "停在“审查 (review)”，新版本没有这个图元。"
DRAWING = {"xml_url": "/definitions/x/8/file", "current": [], "done": [], "faults": [], "marks": {}}

TABLE = {
    "id": "fee_class",
    "name": "收费档次",
    "policy": "UNIQUE",
    "requires": "",
    "text": "",
    "mark": "added",
    "inputs": ["amount"],
    "outputs": ["class"],
    "rules": [{"number": 1, "cells": ["< 100", '"low"'], "mark": "added"}],
}


def version_pages(parts: Parts) -> list[Row]:
    """Return comparisons with every kind of change, and migrations before, while and after they run."""
    changes = [
        _change("visit", "added"),
        _change("old_step", "removed"),
        {**_change("review", "changed"), "sentences": ["时限：3WD → 5WD"], "is_moved": True},
    ]
    moved = [_change("decide", "moved")]
    return [
        ("definition_compare", "definition_compare", DESIGNER, _comparison(changes, moved)),
        ("definition_compare_layout", "definition_compare", DESIGNER, _comparison([], moved)),
        ("definition_compare_same", "definition_compare", DESIGNER, _comparison([], [])),
        ("definition_editor", "definition_editor", DESIGNER, _editor()),
        ("definition_migrations", "definition_migrations", DESIGNER, _runs(parts)),
        (
            "definition_migrations_first",
            "definition_migrations",
            DESIGNER,
            {**_runs(parts), "runs": [], "versions": []},
        ),
        ("definition_migration_check", "definition_migration_check", DESIGNER, _check()),
        ("definition_migration_refused", "definition_migration_check", DESIGNER, {**_check(), **REFUSED}),
        ("definition_migration", "definition_migration", DESIGNER, _run_page(parts, "finished")),
        ("definition_migration_running", "definition_migration", DESIGNER, _run_page(parts, "running")),
    ]


def _change(element: str, kind: str) -> dict[str, object]:
    return {
        "element": element,
        "title": f"用户任务“{element}”",
        "kind": kind,
        "label": "修改",
        "sentences": [],
        "is_moved": kind == "moved",
    }


def _comparison(changes: list[dict[str, object]], layout: list[dict[str, object]]) -> dict[str, object]:
    return {
        "definition": HEAD,
        "old": 7,
        "new": 8,
        "counts": {"added": 1, "removed": 1, "changed": 1, "moved": 1},
        "is_layout_only": not changes,
        "changes": changes,
        "layout": layout,
        "old_diagram": {**DRAWING, "marks": {"removed": ["old_step"], "changed": ["review"], "moved": ["decide"]}},
        "new_diagram": {**DRAWING, "marks": {"added": ["visit"], "changed": ["review"], "moved": ["decide"]}},
        "old_tables": [],
        "new_tables": [TABLE],
    }


def _editor() -> dict[str, object]:
    field = {"property": "lb:role", "label": "角色", "kinds": "userTask", "written": "lb:role", "known": ["reviewer"]}
    return {
        "definition": HEAD,
        "number": 7,
        "edit": 3,
        "source_url": "/definitions/x/7/file",
        "checks_url": "/api/v1/definitions/checks?key=x",
        "draft_url": "/api/v1/definitions/x/draft",
        "file_name": "committed.bpmn",
        "descriptor": "{}",
        "texts": "{}",
        "tools": "{}",
        "fields": [field, {**field, "property": "name", "kinds": "", "written": "", "known": []}],
    }


def _run(parts: Parts, state: str) -> dict[str, object]:
    is_finished = state == "finished"
    return {
        "url": "/definitions/x/migrations/5",
        "migration_id": "5",
        "old": 7,
        "new": 8,
        "state": state,
        "counts": {"waiting": 0 if is_finished else 120, "moved": 90, "refused": 3, "left": 1},
        "mapping": ["review → assess"],
        "limits": ["assess"],
        "reason": "审查改名",
        "started_at": parts.at(-5),
        "finished_at": parts.at(-4) if is_finished else None,
        "started_by": "罗静",
        "undoes_url": "/definitions/x/migrations/4" if is_finished else "",
    }


def _runs(parts: Parts) -> dict[str, object]:
    versions = [{"code": "8", "label": "v8"}, {"code": "7", "label": "v7"}]
    return {
        "definition": HEAD,
        "may_migrate": True,
        "versions": versions,
        "old": "7",
        "new": "8",
        "runs": [_run(parts, "running"), _run(parts, "finished")],
    }


def _check() -> dict[str, object]:
    option = {"code": "assess", "label": "用户任务“评审” assess"}
    return {
        "definition": HEAD,
        "old": 7,
        "new": 8,
        "can_compare": True,
        "counts": {"instances": 4, "moves": 3, "cannot": 1},
        "reasons": [{"text": REASON, "count": 1}],
        "cases": [{"case_no": "ES1", "reasons": [REASON]}, {"case_no": "ES2", "reasons": []}],
        "mapping": [{"name": "map.review", "label": "用户任务“审查” review", "value": "", "options": [option]}],
        "limits": [{"code": "assess", "label": "评审：3WD → 5WD"}],
        "chosen": ["assess"],
        "hidden": {"map.review": "assess"},
        "reason": "",
        "errors": [{"name": "reason", "text": "请填写此项。"}],
        "next_url": "/definitions/x/migrations/check?cursor=a",
        "first_url": "",
    }


def _run_page(parts: Parts, state: str) -> dict[str, object]:
    is_finished = state == "finished"
    return {
        "definition": HEAD,
        "run": _run(parts, state),
        "cases": [{"case_no": "ES1", "outcome": "不能迁移", "reasons": [REASON]}] if is_finished else [],
        "may_see_cases": True,
        "may_undo": is_finished,
        "undone_url": "" if is_finished else "/definitions/x/migrations/6",
        "outcomes": [{"label": "全部", "url": "/definitions/x/migrations/5", "is_current": True}],
        "next_url": "",
        "first_url": "",
    }
