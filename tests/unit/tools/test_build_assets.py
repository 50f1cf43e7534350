"""The build of the assets knows when there is nothing to do, and says what failed."""

from pathlib import Path

import pytest

from tools.build_assets import STAMP_NAME, BuildFailed, Places, _read_outputs, build_assets, hash_inputs


@pytest.fixture
def places(tmp_path: Path) -> Places:
    found = Places(root=tmp_path)
    found.sources.mkdir(parents=True)
    (found.sources / "app.js").write_text("one", encoding="utf-8")
    for name in ("package.json", "package-lock.json"):
        (tmp_path / name).write_text("{}", encoding="utf-8")
    return found


def test_nothing_is_built_when_no_input_changed(places: Places) -> None:
    places.output.mkdir(parents=True)
    (places.output / STAMP_NAME).write_text(hash_inputs(places), encoding="ascii")

    assert build_assets(places) is False


@pytest.mark.parametrize("changed", ["app/web/assets/app.js", "app/web/assets/css/new.css", "package-lock.json"])
def test_the_stamp_changes_with_every_input(places: Places, changed: str) -> None:
    before = hash_inputs(places)

    (places.root / changed).parent.mkdir(parents=True, exist_ok=True)
    (places.root / changed).write_text("two", encoding="utf-8")

    assert hash_inputs(places) != before


def test_an_entry_point_that_was_not_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "app-1A2B3C4D.js").write_text("", encoding="utf-8")

    with pytest.raises(BuildFailed, match=r"app\.css"):
        _read_outputs(tmp_path)
