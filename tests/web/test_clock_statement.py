"""The printed clock statement of a case, now and as it was known before."""

from app.operations.suspend_clock import SuspensionRequest, suspend_clock
from app.queries.case_page import find_case_id
from tests.web.api_world import app, site
from tests.web.conftest import Browse, World

__all__ = ["app", "site"]


def stopped_case(world: World) -> str:
    """Accepted on 2026-03-02, stopped on 03-03 at 10:00."""
    case_no = world.apply("restaurant-food")
    world.complete(case_no, "check", "window.enshi", "accept")
    world.at(2026, 3, 3, 10, 0)
    reviewer = world.person("reviewer.enshi")
    with world.container.context.database.read() as connection:
        case_id = find_case_id(connection, reviewer.scope, case_no)
    asked = SuspensionRequest(ground="hearing", document_no="恩听〔2026〕1号", expected_days=3)
    suspend_clock(world.container.context, reviewer, case_id=case_id, asked=asked)
    return case_no


def test_the_statement_gives_the_sentence_of_every_step(world: World, browse: Browse) -> None:
    case_no = stopped_case(world)

    page = browse("reviewer.enshi").get(f"/cases/{case_no}/clock")

    assert page.status_code == 200
    assert "计时说明" in page.text
    assert "恩听〔2026〕1号" in page.text
    assert "中止计时" in page.text


def test_the_statement_answers_as_of_an_instant_before(world: World, browse: Browse) -> None:
    case_no = stopped_case(world)

    page = browse("reviewer.enshi").get(f"/cases/{case_no}/clock?as_of=2026-03-03T09:59")

    assert "恩听〔2026〕1号" not in page.text
    assert "2026-03-09" in page.text


def test_an_instant_that_cannot_be_read_is_said(world: World, browse: Browse) -> None:
    case_no = stopped_case(world)

    page = browse("reviewer.enshi").get(f"/cases/{case_no}/clock?as_of=yesterday")

    assert page.status_code == 422
    assert "无法识别该时刻" in page.text


def test_nobody_reads_the_statement_of_another_county(world: World, browse: Browse) -> None:
    case_no = stopped_case(world)

    assert browse("window.lichuan").get(f"/cases/{case_no}/clock").status_code == 404
