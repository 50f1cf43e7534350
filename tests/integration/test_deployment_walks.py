"""What is about to be deployed is played first: a diagram the engine stumbles over never reaches a case."""

from pathlib import Path

import pytest

from app.domain.errors import DiagramRefused
from app.engine import walking
from app.operations.define import check_definition, save_definition, submit_definition
from app.settings import ROOT
from app.storage.definitions import list_versions
from tests.world import World

KEY = "pattern:committed"
STUMBLES = sorted((ROOT / "tests/data/stumbles").glob("*.bpmn"))
SOURCE = (ROOT / "bpmn/patterns/committed/process.bpmn").read_text(encoding="utf-8")


def submit(world: World, name: str) -> str:
    """Submit a version whose first step has another name; the state it is in then."""
    context, designer = world.container.context, world.person("designer.es")
    save_definition(context, designer, key=KEY, source=SOURCE.replace('"审查"', f'"{name}"', 1).encode(), edit=0)
    return str(submit_definition(context, designer, key=KEY)["state"])


def refusal_of(world: World, name: str) -> dict[str, object]:
    with pytest.raises(DiagramRefused) as refused:
        submit(world, name)
    assert refused.value.code == "definition_refused"
    (item,) = refused.value.items
    return dict(item)


def test_a_sound_diagram_is_played_and_submitted(installed: World) -> None:
    assert submit(installed, "材料审查") == "submitted"


@pytest.mark.parametrize("path", STUMBLES, ids=[path.stem for path in STUMBLES])
def test_a_diagram_no_check_finds_fault_with_is_refused_when_the_engine_stumbles_over_it(
    shared_world: World, path: Path
) -> None:
    """Drawn as tools allow it and BPMN does not: no rule names it, only playing it shows it."""
    context, designer = shared_world.container.context, shared_world.person("designer.es")
    key, source = f"process:{path.stem}", path.read_bytes()

    checked = check_definition(context, source, file=path.name, key=key)
    save_definition(context, designer, key=key, source=source, edit=0)
    with pytest.raises(DiagramRefused) as refused:
        submit_definition(context, designer, key=key)

    assert checked.errors == ()
    (item,) = refused.value.items
    assert item["code"] == "not-executable"
    assert item["facts"]["reason"] == "crashed"
    with context.database.read() as connection:
        assert [row.state for row in list_versions(connection, key)] == ["draft"]


def test_a_diagram_that_crashes_the_engine_is_refused_before_anybody_approves_it(
    installed: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(*_: object, **__: object) -> object:
        raise AttributeError("no such output")

    monkeypatch.setattr(walking, "walk_on", crash)

    item = refusal_of(installed, "崩溃的审查")

    assert (item["code"], item["element_id"]) == ("not-executable", "pattern_committed")
    assert item["facts"] == {"reason": "crashed", "element": "pattern_committed"}


def test_a_diagram_whose_shared_definition_changes_while_it_is_played_is_refused(
    installed: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def spoil(instance: walking.runner.Instance, *given: object, **more: object) -> object:
        nodes = instance.definition.subprocess_specs["pattern_committed"].task_specs
        nodes["another"] = nodes["end"]
        return "ended", instance

    monkeypatch.setattr(walking, "walk_on", spoil)

    assert refusal_of(installed, "走样的审查")["facts"] == {"reason": "changed", "element": "pattern_committed"}
