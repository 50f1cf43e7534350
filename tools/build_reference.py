"""Write `docs/reference/` from what the program itself knows: `python -m tools.build_reference`.

Errors, notices, host operations and codes are described where they are defined; these pages repeat them for reading.
A test compares the pages with what this module would write.
"""

import ast
import csv
import logging
import sys
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

from app.catalogue.signals import read_signals
from app.catalogue.topics import read_topics
from app.domain import vocabulary
from app.domain.external_task import ReturnedVariable
from app.domain.notice import NOTICE_CLASSES
from tools.build_checks import check_pages

log = logging.getLogger(__name__)

ROOT = Path(__file__).resolve().parent.parent
NOTE = "<!-- Written by `make docs`; changes are made where the thing is defined. -->"


def reference_pages(root: Path = ROOT) -> dict[str, str]:
    """Return the pages: file name below docs/reference -> text."""
    pages: dict[str, Callable[[Path], Iterable[str]]] = {
        "errors.md": _errors,
        "notices.md": _notices,
        "operations.md": _operations,
        "signals.md": _signals,
        "topics.md": _topics,
        "vocabulary.md": _vocabulary,
        "codes.md": _codes,
        "constructs.md": _constructs,
    }
    return {name: "\n".join([NOTE, "", *write(root)]) + "\n" for name, write in pages.items()}


def _errors(root: Path) -> Iterator[str]:
    yield "# Errors"
    yield ""
    yield "The code stands in `code` of a problem document (RFC 9457); the texts come in the reader's language."
    yield ""
    zh, en = _messages(root, "zh"), _messages(root, "en")
    codes = sorted({key.split(".")[1] for key in en if key.startswith("errors.") and key.endswith(".title")})
    yield from _table(
        ("Code", "中文", "English", "What to do"),
        (
            (
                f"`{code}`",
                zh.get(f"errors.{code}.title", ""),
                en[f"errors.{code}.title"],
                en.get(f"errors.{code}.remedy", ""),
            )
            for code in codes
        ),
    )


def _notices(root: Path) -> Iterator[str]:
    yield "# Notices"
    yield ""
    yield "Immediate ones go out every day from the opening of the office to 21:00, the others inside office hours."
    yield ""
    zh, en = _messages(root, "zh"), _messages(root, "en")
    yield from _table(
        ("Kind", "Class", "中文", "English"),
        (
            (f"`{kind}`", notice_class.value, zh[f"notices.{kind}.subject"], en[f"notices.{kind}.subject"])
            for kind, notice_class in sorted(NOTICE_CLASSES.items())
        ),
    )


def _operations(root: Path) -> Iterator[str]:
    yield "# Host operations"
    yield ""
    yield "What a service task may ask for by `lb:operation`; `lb:input` is a FEEL context with these names."
    yield ""
    published = tomllib.loads((root / "rules" / "operations.toml").read_text(encoding="utf-8"))
    yield from _table(
        ("Operation", "中文", "English", "Inputs"),
        (
            (f"`{code}`", item["name_zh"], item["name_en"], ", ".join(f"`{name}`" for name in item.get("inputs", ())))
            for code, item in sorted(published.items())
        ),
    )


def _signals(root: Path) -> Iterator[str]:
    yield "# Signals between cases"
    yield ""
    yield "What a signal event may be called to be heard by other cases; see [messages](../messages.md). Scope: `case` itself,"
    yield "`bundle` of a joint case and its members, or all cases of the `region`, a county."
    yield ""
    yield from _table(
        ("Signal", "中文", "English", "Scope"),
        (
            (f"`{signal.name}`", signal.name_zh, signal.name_en, f"`{signal.scope}`")
            for signal in read_signals(root / "rules").values()
        ),
    )


def _topics(root: Path) -> Iterator[str]:
    yield "# Topics of external tasks"
    yield ""
    yield "What a service or send task may name by `lb:external`; see [external tasks](../external-tasks.md). Handed out and"
    yield "returned: names of variables, those a program must return with a star."
    yield ""
    yield from _table(
        ("Topic", "中文", "English", "Roles", "Handed out", "Returned", "Lease", "Tries", "First pause"),
        (
            (
                f"`{topic.code}`",
                topic.name_zh,
                topic.name_en,
                ", ".join(topic.roles),
                ", ".join(f"`{name}`" for name in topic.gives),
                ", ".join(map(_returned, topic.returns.values())),
                f"{topic.lease_s} s",
                str(topic.retries),
                f"{topic.backoff_s} s",
            )
            for topic in read_topics(root / "rules").values()
        ),
    )


def _returned(variable: ReturnedVariable) -> str:
    kind = " or ".join(f"`{value}`" for value in variable.values) or variable.kind
    return f"`{variable.name}`{'*' if variable.is_required else ''} ({kind})"


def _vocabulary(root: Path) -> Iterator[str]:
    yield "# Vocabulary"
    module = ast.parse((root / "app" / "domain" / "vocabulary.py").read_text(encoding="utf-8"))
    for node in module.body:
        if isinstance(node, ast.ClassDef):
            yield f"\n## {node.name}\n\n{ast.get_docstring(node) or ''}\n"
            values = getattr(vocabulary, node.name)
            yield from _table(("Name", "Value"), ((member.name, f"`{member.value}`") for member in values))


def _codes(root: Path) -> Iterator[str]:
    yield "# Codes"
    with (root / "rules" / "codes.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for table in dict.fromkeys(row["table"] for row in rows):
        yield f"\n## {table}\n"
        yield from _table(
            ("Code", "中文", "English", "Source"),
            (
                (f"`{row['code']}`", row["name_zh"], row["name_en"], row["source"])
                for row in rows
                if row["table"] == table
            ),
        )


def _constructs(root: Path) -> Iterator[str]:
    yield "# Constructs of BPMN"
    yield ""
    yield "Native: as the engine library has it. Own: by a node of ours. Normalised: rewritten before it is parsed; the ids"
    yield "of the drawing stay. Refused: an error stops the deployment; the draft opens with a stand-in. The suite plays every"
    yield "row, saved and loaded after each step; the drawings stand in `tests/data/constructs.toml`. Not delivered: the"
    yield "engine runs it, but nobody brings or carries what it names, so the rule `not-delivered` stops the deployment."
    yield ""
    zh, en = _messages(root, "zh"), _messages(root, "en")
    rows = tomllib.loads((root / "tests" / "data" / "constructs.toml").read_text(encoding="utf-8"))["construct"]
    yield from _table(
        ("Construct", "Answer", "Finding", "中文", "English"),
        ((row["name"], _answer(row), *_said(row.get("finding", ""), zh, en)) for row in rows),
    )


def _answer(row: Mapping[str, str]) -> str:
    return f"{row['answer']}, not delivered" if "undelivered" in row and row["answer"] != "refused" else row["answer"]


def _said(findings: str, zh: Mapping[str, str], en: Mapping[str, str]) -> tuple[str, str, str]:
    """Return severity and rule of the first finding, and its sentences; three times nothing when there is none."""
    if not findings:
        return "", "", ""
    severity, code = findings.split(", ", maxsplit=1)[0].split()[:2]
    told = [f"{texts[f'checks.{code}.message']} {texts[f'checks.{code}.remedy']}" for texts in (zh, en)]
    return f"{severity} `{code}`", told[0], told[1]


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> Iterator[str]:
    columns = tuple(head)
    yield _row(columns)
    yield _row("---" for _ in columns)
    yield from (_row(cells) for cells in rows)


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cell.replace('|', '&#124;').replace(chr(10), ' ') for cell in cells)} |"


def _messages(root: Path, language: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for path in sorted((root / "rules" / "messages" / language).glob("*.toml")):
        found.update(_flat(tomllib.loads(path.read_text(encoding="utf-8")), ""))
    return found


def _flat(table: Mapping[str, object], prefix: str) -> Iterator[tuple[str, str]]:
    for name, value in table.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", str(value)


def main() -> int:
    """Write the pages, those about checks with their pictures too; return the exit status."""
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    folder = ROOT / "docs" / "reference"
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in reference_pages().items():
        (folder / name).write_text(text, encoding="utf-8")
        log.info("Wrote docs/reference/%s", name)
    for name, text in check_pages(ROOT).items():
        path = ROOT / "docs" / "checks" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    log.info("Wrote docs/checks")
    return 0


if __name__ == "__main__":
    sys.exit(main())
