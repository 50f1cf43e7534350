"""Sample pages of the plan of a joint case."""

from datetime import UTC, date, datetime

from app.queries.bundle_plan import BundlePlanView, PlannedMember
from app.web.pages.plan_view import BOX_HEIGHT, BOX_WIDTH, draw_plan
from tests.unit.web.sample_parts import Parts, Row

OFFICER = ("window_clerk", "reviewer")
DAY = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)


def bundle_pages(parts: Parts) -> list[Row]:
    """Return a plan that stands, and one a special procedure keeps open."""
    return [
        ("bundle_plan", "bundle_plan", OFFICER, _plan(parts, is_open=False)),
        ("bundle_plan_open", "bundle_plan", OFFICER, _plan(parts, is_open=True)),
    ]


def _plan(parts: Parts, *, is_open: bool) -> dict[str, object]:
    names = {"reg": "企业设立登记", "seal": "公章刻制备案", "tax": "发票申领", "bank": "银行预约开户"}
    after: dict[str, tuple[str, ...]] = {"reg": (), "seal": ("reg",), "tax": ("reg",), "bank": ("seal",)}
    critical = ("reg", "seal", "bank")
    planned = tuple(
        PlannedMember(
            code=code,
            name=names[code],
            case_no="",
            state="",
            limit="1WD",
            after=after[code],
            start_on=date(2026, 11, 24),
            finish_on=date(2026, 11, 25),
            is_finished=False,
            is_paused=False,
            is_critical=code in critical,
            has_moved_plan=False,
            slack_working_days=0,
        )
        for code in names
    )
    view = BundlePlanView(
        case_no="LB1",
        started_at=DAY,
        due_at=None if is_open else DAY,
        projected_due_at=DAY,
        serial_due_at=DAY,
        promised_due_at=DAY,
        counted_due_at=DAY,
        is_provisional=True,
        critical=critical,
        moved_by=(),
        members=planned,
    )
    rows = [
        {
            "code": code,
            "name": names[code],
            "case_no": "ES1" if code == "reg" else "",
            "url": "/cases/ES1" if code == "reg" else "",
            "state": "closed" if code == "reg" else "suspended" if code == "seal" else "",
            "limit": "1 个工作日",
            "after": "、".join(names[item] for item in after[code]),
            "start_on": "" if is_open and code == "bank" else "2026-11-24",
            "finish_on": "" if is_open and code != "reg" else "2026-11-25",
            "slack": "" if is_open else "1",
            "is_finished": code == "reg",
            "is_paused": code == "seal" and is_open,
            "is_critical": code in critical,
            "has_moved_plan": code == "seal" and is_open,
        }
        for code in names
    ]
    return {
        "case": {"case_no": "LB1", "name": "企业开办一件事", "department": "恩施市市场监督管理局"},
        "plan": {
            "started_at": parts.at(-20),
            "due_at": None if is_open else parts.at(27),
            "projected_due_at": parts.at(40) if is_open else None,
            "serial_due_at": parts.at(60),
            "promised_due_at": parts.at(27),
            "counted_due_at": parts.at(50) if is_open else None,
            "is_provisional": True,
            "critical": " → ".join(names[code] for code in critical),
            "moved_by": names["seal"] if is_open else "",
        },
        "members": rows,
        "drawing": draw_plan(view),
        "box": {"width": BOX_WIDTH, "height": BOX_HEIGHT},
        "back_url": "/cases/LB1",
    }
