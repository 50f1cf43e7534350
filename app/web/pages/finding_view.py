"""Findings of checks as pages show them."""

from app.web.pages.context import words


def present_finding(item: dict[str, object]) -> dict[str, object]:
    """Return a stored finding with its sentences in the language of this request."""
    facts = item.get("facts")
    values = facts if isinstance(facts, dict) else {}
    code = item["code"]
    return {
        "severity": item["severity"],
        "code": code,
        "message": words().text(f"checks.{code}.message", **values),
        "remedy": words().text(f"checks.{code}.remedy", **values),
        "file": item["file"],
        "line": item["line"],
        "element": item["element_id"],
        "name": item["name"],
        "is_on_diagram": bool(item["element_id"]),
    }
