"""Sample pages of versions of definitions: two beside each other."""

from tests.unit.web.sample_parts import Parts, Row

DESIGNER = ("designer",)
HEAD = {"key": "pattern:committed", "name": "承诺件"}
DRAWING = {"xml_url": "/definitions/x/8/file", "current": [], "done": [], "faults": []}


def version_pages(_parts: Parts) -> list[Row]:
    """Return the comparison with every kind of change, one of the drawing alone, and one without any."""
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
    }
