"""Draw the decision tables of a small DMN file as SVG; for the pages about checks."""

from html import escape

from app.diagrams.dmn_file import DmnFile
from app.domain.decisions import DecisionTable

CELL, ROW, MARGIN, BASE = 118, 26, 12, 17
STYLE = (
    "text{font:12px sans-serif;fill:#222}.h{font-weight:bold}.i{fill:#eef2f7}.o{fill:#e8f3ea}.r{fill:none;stroke:#888}"
    ".b{fill:#fff}"
)


def draw_tables(raw: bytes, *, file: str) -> str:
    """Return the SVG of the tables of a file, one below the other, each with its policy and numbered rules."""
    grids = [
        _grid(decision.body)
        for decision in DmnFile(file).read(raw).values()
        if isinstance(decision.body, DecisionTable)
    ]
    width = max(len(grid[0]) for grid in grids) * CELL + 2 * MARGIN
    height = sum(len(grid) * ROW + MARGIN for grid in grids) + MARGIN
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}">',
        f"<style>{STYLE}</style>",
        f'<rect class="b" width="{width}" height="{height}"/>',
    ]
    top = MARGIN
    for grid in grids:
        for row, cells in enumerate(grid):
            parts.extend(
                _cell(text, kind, column, top + row * ROW, is_head=row == 0)
                for column, (text, kind) in enumerate(cells)
            )
        top += len(grid) * ROW + MARGIN
    return "\n".join([*parts, "</svg>"]) + "\n"


def _grid(table: DecisionTable) -> list[list[tuple[str, str]]]:
    """Return rows of (text, class of the cell): the head, then the rules."""
    inputs, outputs = [item.expression.text for item in table.inputs], [output.name for output in table.outputs]
    head = [(table.policy.value, "b"), *((text, "i") for text in inputs), *((text, "o") for text in outputs)]
    rows = [
        [
            (str(rule.number), "b"),
            *((cell.text or "-", "b") for cell in rule.tests),
            *((cell.text, "b") for cell in rule.outputs),
        ]
        for rule in table.rules
    ]
    return [head, *rows]


def _cell(text: str, kind: str, column: int, top: int, *, is_head: bool) -> str:
    left, style = MARGIN + column * CELL, ' class="h"' if is_head else ""
    box = f'x="{left}" y="{top}" width="{CELL}" height="{ROW}"'
    return (
        f'<rect class="{kind}" {box}/><rect class="r" {box}/>'
        f'<text{style} x="{left + 8}" y="{top + BASE}">{escape(text, quote=False)}</text>'
    )
