"""Where the boxes and lines of a network plan stand (网络图): columns by how far a member is from the start."""

from dataclasses import dataclass

from app.queries.bundle_plan import BundlePlanView

BOX_WIDTH, BOX_HEIGHT, GAP_X, GAP_Y, EDGE = 168, 64, 56, 20, 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A member in the drawing; x, y: its upper left corner."""

    code: str
    x: int
    y: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """From the right side of a box to the left side of one that waits for it."""

    x1: int
    y1: int
    x2: int
    y2: int
    is_critical: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """A network plan in pixels."""

    width: int
    height: int
    boxes: tuple[Box, ...]
    lines: tuple[Line, ...]


def draw_plan(plan: BundlePlanView) -> Drawing:
    """Return where everything stands. Members without a predecessor stand in the first column."""
    column = _columns(plan)
    placed: dict[str, Box] = {}
    rows = dict.fromkeys(column.values(), 0)
    for member in plan.members:
        at = column[member.code]
        x, y = EDGE + at * (BOX_WIDTH + GAP_X), EDGE + rows[at] * (BOX_HEIGHT + GAP_Y)
        placed[member.code] = Box(code=member.code, x=x, y=y)
        rows[at] += 1
    critical = {member.code for member in plan.members if member.is_critical}
    lines = [
        Line(
            x1=placed[before].x + BOX_WIDTH,
            y1=placed[before].y + BOX_HEIGHT // 2,
            x2=placed[member.code].x,
            y2=placed[member.code].y + BOX_HEIGHT // 2,
            is_critical={before, member.code} <= critical,
        )
        for member in plan.members
        for before in member.after
    ]
    return Drawing(
        width=2 * EDGE + max(column.values(), default=0) * (BOX_WIDTH + GAP_X) + BOX_WIDTH,
        height=2 * EDGE + max(rows.values(), default=1) * (BOX_HEIGHT + GAP_Y) - GAP_Y,
        boxes=tuple(placed.values()),
        lines=tuple(lines),
    )


def _columns(plan: BundlePlanView) -> dict[str, int]:
    """The members come in the order of the diagram, which need not be the order of the plan."""
    after = {member.code: member.after for member in plan.members}
    column: dict[str, int] = {}
    while len(column) < len(after):
        for code, before in after.items():
            if code not in column and all(item in column for item in before):
                column[code] = max((column[item] + 1 for item in before), default=0)
    return column
