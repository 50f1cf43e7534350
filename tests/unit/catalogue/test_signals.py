"""`rules/signals.toml`: read as it stands, every fault told with its place and line."""

from pathlib import Path

import pytest

from app.catalogue.signals import check_signals, read_signals

GOOD = """
[restored]
name_zh = "恢复"
name_en = "Restored"
scope = "region"
"""


def faults(folder: Path, text: str) -> list[tuple[object, int]]:
    (folder / "signals.toml").write_text(text, encoding="utf-8")
    found = list(check_signals(folder))
    assert {(item.code, item.file) for item in found} <= {("signal-malformed", "signals.toml")}
    return [(item.facts["place"], item.line) for item in found]


def test_a_signal_is_read_with_its_scope(tmp_path: Path) -> None:
    assert faults(tmp_path, GOOD + '[inside]\nname_zh = "内"\nname_en = "Inside"\nscope = "case"\n') == []

    signals = read_signals(tmp_path)

    assert (signals["restored"].name_zh, signals["restored"].name_en) == ("恢复", "Restored")
    assert {name: signal.is_carried for name, signal in signals.items()} == {"restored": True, "inside": False}


def test_an_installation_without_the_file_has_no_signal(tmp_path: Path) -> None:
    assert read_signals(tmp_path) == {}
    assert list(check_signals(tmp_path)) == []


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ('name_zh = "恢复"', 'name_zh = " "', "name_zh"),
        ('name_en = "Restored"', "", "name_en"),
        ('scope = "region"', 'scope = "country"', "scope"),
        ('scope = "region"', "", "scope"),
        ('scope = "region"', 'scope = "region"\nroles = []', "roles"),
        ("[restored]", f"[{'r' * 201}]", "name"),
    ],
)
def test_every_fault_names_its_place(tmp_path: Path, old: str, new: str, place: str) -> None:
    assert old in GOOD

    found = faults(tmp_path, GOOD.replace(old, new))

    assert found == [(place, 2)]
