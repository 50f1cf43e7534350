"""Pages of migrations of running cases: choose, try, begin, watch, take back."""

import re

from app.operations.continue_migrations import continue_migrations
from tests.new_versions import FIRST, FOOD_KEY, deploy_changed, renamed
from tests.web.api_world import app, site
from tests.web.conftest import Browse, World, csrf_of
from tests.web.test_definition_pages import send

__all__ = ["app", "site"]

PATH = f"/definitions/{FOOD_KEY}/migrations"
TRY = f"{PATH}/check?from=1&to=2"


def case_at_review(world: World) -> str:
    """A running case; version 2 calls its step otherwise and gives it a limit."""
    case_no = world.apply("restaurant-food")
    world.complete(case_no, "check", "window.enshi", "accept")
    form = 'lb:form="review_with_special"'
    deploy_changed(world, lambda source: renamed("review", "assess")(source).replace(form, f'{form} lb:limit="3D"'))
    return case_no


def begun(world: World, browse: Browse) -> str:
    """Begin a migration on the page and let it be worked off. Returns the address of the run."""
    answer = send(browse(FIRST), PATH, **{"from": "1", "to": "2", "map.review": "assess", "reason": "审查改名"})
    assert answer.status_code == 302, answer.text
    continue_migrations(world.container.context, budget_s=60)
    return str(answer.location)


def test_designer_comes_from_the_version_to_the_dry_run(world: World, browse: Browse) -> None:
    case_at_review(world)
    first = browse(FIRST)

    version, chosen = first.get(f"/definitions/{FOOD_KEY}/versions/2").text, first.get(PATH).text

    assert f'href="{PATH}"' in version
    assert re.search(r'value="1" selected', chosen)
    assert "v2（已部署，在办 0 件）" in chosen
    assert "没有迁移记录" in chosen


def test_dry_run_says_why_and_offers_elements_and_limits(world: World, browse: Browse) -> None:
    case_no = case_at_review(world)

    held = browse(FIRST).get(TRY).text
    mapped = browse(FIRST).get(f"{TRY}&map.review=assess&limit=assess").text

    assert "在办 1 件：可以迁移 0 件，不能迁移 1 件。" in held
    assert "停在“审查 (review)”，新版本没有这个图元。" in held
    assert case_no in held
    assert re.search(r'<select[^>]*name="map.review"', held)
    assert "开始迁移" not in held
    assert "可以迁移 1 件" in mapped
    assert "审查：无 → 3D" in mapped
    assert re.search(r'name="limit" value="assess" checked', mapped)
    assert '<input type="hidden" name="map.review" value="assess">' in mapped


def test_run_shows_its_progress_and_is_taken_back(world: World, browse: Browse) -> None:
    case_no = case_at_review(world)
    first, run = browse(FIRST), begun(world, browse)

    shown, moved, refused = (
        first.get(run).text,
        first.get(f"{run}?outcome=moved").text,
        first.get(f"{run}?outcome=refused").text,
    )
    assert "已迁移 1 · 不能迁移 0" in shown
    assert "review → assess" in shown
    assert case_no in moved
    assert case_no not in refused

    back = send(first, f"{run}/undo", reason="改错了")
    continue_migrations(world.container.context, budget_s=60)

    assert "已迁移 1" in first.get(str(back.location)).text
    assert "已由另一次迁移撤回" in first.get(run).text
    assert world.open_task(case_no, "review").title == "审查"


def test_page_says_what_is_missing_and_keeps_what_was_chosen(world: World, browse: Browse) -> None:
    case_at_review(world)
    first = browse(FIRST)

    silent = send(first, PATH, **{"from": "1", "to": "2", "map.review": "assess", "limit": "assess", "reason": " "})
    nowhere = first.get(f"{PATH}/check?from=1&to=7")

    assert silent.status_code == 422
    assert "请填写此项。" in silent.text
    assert '<input type="hidden" name="map.review" value="assess">' in silent.text
    assert nowhere.status_code == 422
    assert "没有这个版本。" in nowhere.text


def test_undo_without_a_reason_and_a_second_run_are_refused_on_the_page(world: World, browse: Browse) -> None:
    case_at_review(world)
    first, run = browse(FIRST), begun(world, browse)

    send(first, f"{run}/undo", reason=" ")
    told = first.get(run).text
    empty = send(first, PATH, **{"from": "1", "to": "2", "map.review": "assess", "reason": "再来"})

    assert "请填写此项。" in told
    assert empty.status_code == 422
    assert "没有正按这个版本办理的办件" in empty.text


def test_other_readers_see_runs_but_neither_cases_nor_buttons(world: World, browse: Browse) -> None:
    case_no, run = case_at_review(world), begun(world, browse)
    reader, officer = browse("admin.es"), browse("reviewer.enshi")

    shown = reader.get(run).text

    assert "已迁移 1" in shown
    assert case_no not in shown
    assert "撤回迁移" not in shown
    assert "试运行" not in re.sub(r"<nav.*?</nav>", "", reader.get(PATH).text, flags=re.DOTALL)
    assert officer.get(PATH).status_code == 403
    assert send_as(reader, PATH) == 403
    assert browse(FIRST).get(f"{PATH}/1").status_code == 404
    assert browse(FIRST).get("/definitions/pattern:none/migrations").status_code == 404


def send_as(client: object, path: str) -> int:
    token = csrf_of(client, "/definitions")
    return int(client.post(path, data={"csrf_token": token, "from": "1", "to": "2", "reason": "x"}).status_code)
