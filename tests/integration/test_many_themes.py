"""A few themes in all counties, generated: what must not grow with their number stays as it is."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
import sqlalchemy as sa

from app.container import build_container
from app.domain.actor import system_actor
from app.factory import create_app
from app.operations.add_demo_people import add_demo_people
from app.operations.deploy_rules import check_folders, deploy_rules
from app.operations.sign_in import sign_in
from app.storage.clock import FixedClock
from app.storage.migrate import migrate
from app.web.sign_in import COOKIE
from tests.many_themes import COUNTIES, write_many_themes
from tests.world import PASSWORD, START, World, settings_in

FEW, MORE = 2, 5
APART = "422828"


@dataclass(frozen=True, slots=True, kw_only=True)
class Installation:
    """Generated themes, deployed."""

    world: World
    codes: tuple[str, ...]

    @property
    def rules(self) -> Path:
        return self.world.container.settings.rules_dir

    def deploy(self) -> None:
        settings, actor = self.world.container.settings, system_actor("test")
        deploy_rules(
            self.world.container.context, bpmn_dir=settings.bpmn_dir, rules_dir=settings.rules_dir, actor=actor
        )


@contextmanager
def installed(root: Path, count: int) -> Iterator[Installation]:
    codes = write_many_themes(root, count=count)
    settings = replace(settings_in(root / "var"), bpmn_dir=root / "bpmn", rules_dir=root / "rules")
    settings.var_dir.mkdir()
    clock = FixedClock(START)
    container = build_container(settings, clock=clock)
    migrate(container.context.database)
    found = Installation(world=World(container=container, clock=clock), codes=codes)
    found.deploy()
    add_demo_people(container.context, password=PASSWORD)
    yield found
    container.context.database.close()


@pytest.fixture(scope="module")
def few(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    with installed(tmp_path_factory.mktemp("few"), FEW) as found:
        yield found


@pytest.fixture(scope="module")
def more(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    with installed(tmp_path_factory.mktemp("more"), MORE) as found:
        yield found


def statements_of_page(installation: Installation, path: str) -> int:
    """Open a page as an applicant. Returns how many statements it took."""
    container = installation.world.container
    client = create_app(container=container).test_client()
    client.set_cookie(COOKIE, sign_in(container.context, login="applicant1", password=PASSWORD).token)
    client.get(path)
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        seen.append(statement)

    engine = container.context.database.engine
    sa.event.listen(engine, "before_cursor_execute", note)
    try:
        answer = client.get(path)
    finally:
        sa.event.remove(engine, "before_cursor_execute", note)
    assert answer.status_code == 200, answer.text
    return len(seen)


def test_generated_themes_have_no_fault_and_are_offered_in_every_county(more: Installation) -> None:
    settings = more.world.container.settings
    themes = more.world.container.context.library.current().themes

    assert [item for item in check_folders(settings.bpmn_dir, settings.rules_dir) if item.severity == "error"] == []
    assert set(themes) == set(more.codes)
    assert {theme.region_codes for theme in themes.values()} == {COUNTIES}
    assert {len(theme.counties) for theme in themes.values()} == {len(COUNTIES)}


@pytest.mark.parametrize("path", ["/apply?region=422828", "/themes/{code}/apply?region=422828"])
def test_a_page_takes_as_many_statements_whatever_the_number_of_themes(
    few: Installation, more: Installation, path: str
) -> None:
    counts = [statements_of_page(item, path.format(code=item.codes[0])) for item in (few, more)]

    assert counts[0] == counts[1]
    assert counts[1] <= 8


def test_a_deployment_reads_again_only_the_themes_it_changed(more: Installation) -> None:
    library, (kept, changed) = more.world.container.context.library, more.codes[:2]
    before = library.current()

    path = more.rules / "themes" / changed / "counties" / f"{APART}.toml"
    path.write_text(path.read_text(encoding="utf-8").replace("窗口", "窗台"), encoding="utf-8")
    more.deploy()

    after = library.current()
    here = after.themes[changed].in_county(APART).here
    assert here is not None
    assert "窗台" in here.place
    assert after.themes[kept].form is before.themes[kept].form
    assert after.themes[changed].form is not before.themes[changed].form
    assert all(after.forms[key] is before.forms[key] for key in before.forms)
    assert all(after.decisions[key] is before.decisions[key] for key in before.decisions)
