"""Two versions of a definition beside each other: both drawings, and every difference in words."""

from flask import render_template, url_for

from app.diagrams.comparing_decisions import lay_out_decisions
from app.domain.diagram_comparison import ElementChange, ElementChangeKind
from app.queries.definition_comparison import DECISIONS, VersionComparison, compare_versions
from app.queries.definitions import process_name
from app.storage.definitions import DefinitionRow
from app.web.comparison_words import element_sentence, field_sentence
from app.web.language import current_language
from app.web.pages.blueprint import pages
from app.web.pages.context import context, reading, words
from app.web.pages.definitions import READERS
from app.web.pages.rule_view import decision_tables
from app.web.sign_in import require_role

# Which drawing shows which marks: what was added is on the newer one only.
ON_OLD = (ElementChangeKind.REMOVED, ElementChangeKind.CHANGED, ElementChangeKind.MOVED)
ON_NEW = (ElementChangeKind.ADDED, ElementChangeKind.CHANGED, ElementChangeKind.MOVED)


@pages.get("/definitions/<key>/versions/<int:number>/diff/<int:other>", endpoint="compare_definitions")
def compare_page(key: str, number: int, other: int) -> str:
    """Show what version `other` says otherwise than version `number`."""
    require_role(*READERS)
    with reading() as opened:
        found = compare_versions(opened.connection, key, number, other)
    shown = [_present(change) for change in found.comparison.changes]
    return render_template(
        "definition_compare.html",
        definition={"key": key, "name": process_name(found.new.source) or key},
        old=number,
        new=other,
        counts={kind.value: len(found.comparison.of_kind(kind)) for kind in ElementChangeKind},
        is_layout_only=found.comparison.is_layout_only,
        changes=[item for item in shown if item["kind"] != ElementChangeKind.MOVED],
        layout=[item for item in shown if item["kind"] == ElementChangeKind.MOVED],
        old_diagram=_drawing(found, found.old, ON_OLD),
        new_diagram=_drawing(found, found.new, ON_NEW),
        old_tables=_tables(found, found.old, ON_OLD),
        new_tables=_tables(found, found.new, ON_NEW),
    )


def _present(change: ElementChange) -> dict[str, object]:
    messages, language = context().messages, current_language()
    return {
        "element": change.element,
        "title": element_sentence(messages, change)[language],
        "kind": change.kind.value,
        "label": words().text(f"versions.change.{change.kind.value}"),
        "sentences": [field_sentence(messages, item)[language] for item in change.fields],
        "is_moved": change.moved,
    }


def _tables(
    found: VersionComparison, row: DefinitionRow, kinds: tuple[ElementChangeKind, ...]
) -> list[dict[str, object]]:
    """Return the decision tables of one side, its rules and decisions marked by what became of them."""
    if row.kind != DECISIONS:
        return []
    marks = {change.element: change.kind.value for change in found.comparison.changes if change.kind in kinds}
    places = lay_out_decisions(row.source).rules
    rules = {(item.decision, item.number): marks[element] for element, item in places.items() if element in marks}
    return decision_tables(row.source, marks={**rules, **{(element, 0): kind for element, kind in marks.items()}})


def _drawing(
    found: VersionComparison, row: DefinitionRow, kinds: tuple[ElementChangeKind, ...]
) -> dict[str, object] | None:
    if row.kind == DECISIONS:
        return None
    marks = {kind.value: [item.element for item in found.comparison.of_kind(kind)] for kind in kinds}
    return {
        "xml_url": url_for("pages.definition_source", key=row.key, number=row.version),
        "current": [],
        "done": [],
        "faults": [],
        "marks": marks,
    }
