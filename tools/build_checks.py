"""Write `docs/checks/`: one page a rule, with the wrong and the right drawing, from the rule and its two examples."""

import sys
from collections.abc import Iterator
from pathlib import Path

from app.catalogue.messages import read_messages
from app.diagrams.checks import CHECKS, COURSE_CHECKS
from app.diagrams.decision_checks import DECISION_CHECKS
from tools.draw_diagram import draw
from tools.draw_table import draw_tables

NOTE = "<!-- Written by `make docs` from the rule, its sentences and its two examples. -->"
SIDES = (("wrong", "Wrong"), ("right", "Right"))
RULES = sorted((*CHECKS, *COURSE_CHECKS, *DECISION_CHECKS), key=lambda row: row[0])
OF_TABLES = {code for code, _severity, _check in DECISION_CHECKS}


def check_pages(root: Path) -> dict[str, str]:
    """Return the pages and pictures: file name below docs/checks -> text."""
    messages = read_messages(root / "rules")
    pages = {"README.md": "\n".join(_index()) + "\n"}
    for code, severity, check in RULES:
        kind, picture = (".dmn", draw_tables) if code in OF_TABLES else (".bpmn", draw)
        lines = [NOTE, "", f"# {code}", "", f"Severity: {severity}.", "", _why(check), ""]
        for language in ("zh", "en"):
            sentence = messages.text(language, f"checks.{code}.message")
            lines.append(f"- {sentence} {messages.text(language, f'checks.{code}.remedy')}")
        for side, title in SIDES:
            name = f"{code}-{side}"
            raw = (root / "docs" / "checks" / "examples" / f"{name}{kind}").read_bytes()
            pages[f"pictures/{name}.svg"] = picture(raw, file=name)
            lines += [
                "",
                f"## {title}",
                "",
                f"![{title}](pictures/{name}.svg)",
                "",
                f"[{name}{kind}](examples/{name}{kind})",
            ]
        pages[f"{code}.md"] = "\n".join(lines) + "\n"
    return pages


def _index() -> Iterator[str]:
    yield from (NOTE, "", "# Checks of diagrams and decision tables", "")
    yield "One rule, one file in `app/diagrams/checks/`, of tables in `decision_checks/`, one page here: wrong and right drawn."
    yield "An error stops a deployment; a warning and a note do not. All faults of a file are told at once."
    yield ""
    for code, severity, check in RULES:
        yield f"- [{code}]({code}.md) ({severity}): {_why(check)}"
    yield ""
    yield (
        "`make check-diagrams` checks what is shipped. `make conformance DIR=folder` tries diagrams of other tools: it asks "
        "for no names of this system, plays each process at random, and prints one line a file with the reasons by element."
    )


def _why(check: object) -> str:
    """Return the docstring of the module a rule stands in."""
    return str(sys.modules[getattr(check, "__module__", "")].__doc__).strip()
