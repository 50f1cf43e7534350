"""The runner tells what differs; a scenario that should fail does."""

from pathlib import Path

import pytest

from app.catalogue.scenarios import read_scenario
from app.domain.errors import InvalidInput
from app.scenarios.playing import Played, play_file
from app.settings import read_settings

GIVEN = """
title = { zh = "甲", en = "A" }
[given]
at = 2026-03-02 09:30:00
by = "applicant1"
region = "422801"
matter = "restaurant-sign"
applicant = { name = "张小芳", id_number = "422801199003071228", mobile = "13800000000" }
form = { company_name = "好味", company_type = "limited", address = "舞阳大道1号", scope = "餐饮" }
"""


def play_text(folder: Path, text: str) -> Played:
    path = folder / "case.toml"
    path.write_text(GIVEN + text, encoding="utf-8")
    return play_file(read_settings({"LIANBAN_VAR_DIR": str(folder)}), path)


def found(played: Played) -> list[tuple[str, str, str, str]]:
    return [(item.place, item.what, item.expected, item.found) for item in played.differences]


def test_wrong_state_date_task_paper_card_and_history_are_told(tmp_path: Path) -> None:
    played = play_text(
        tmp_path,
        """
        [[when]]
        task = "check"
        by = "window.enshi"
        outcome = "accept"
        materials = "accepted"
        [when.then]
        state = "received"
        [then]
        open = ["decide"]
        due = { promised = 2026-03-06 17:30:00, filing = "none" }
        documents = ["receipt"]
        cards = [["promised", "red"]]
        decision = "approve"
        history = ["case_accepted", "case_received"]
        """,
    )

    assert found(played) == [
        ("when 1", "state", "received", "accepted"),
        ("then", "open", "decide", "review"),
        ("then", "decision", "approve", "-"),
        ("then", "due", "promised=2026-03-06 17:30:00, filing=-", "promised=2026-03-05 17:30:00, filing=-"),
        ("then", "cards", "promised red", "-"),
        ("then", "documents", "receipt", "receipt acceptance"),
        ("then", "history", "case_accepted case_received", found(played)[-1][3]),
    ]


def test_act_that_is_refused_unexpectedly_and_one_that_should_have_been_are_told(tmp_path: Path) -> None:
    played = play_text(
        tmp_path,
        """
        [[when]]
        task = "decide"
        by = "zj2.enshi"
        outcome = "approve"
        [[when]]
        task = "check"
        by = "window.enshi"
        outcome = "accept"
        materials = "accepted"
        refused = "not_permitted"
        [[when]]
        member = "reg"
        task = "check"
        by = "window.enshi"
        """,
    )

    assert found(played) == [
        ("when 1", "task decide", "-", "task_not_open"),
        ("when 2", "task check", "not_permitted", "-"),
        ("when 3", "task check", "-", "member_not_open"),
    ]


def test_faults_of_a_file_are_told_all_at_once_with_their_places(tmp_path: Path) -> None:
    path = tmp_path / "faulty.toml"
    path.write_text(
        """
        titel = "x"
        [given]
        at = 2026-03-02T09:30:00Z
        matter = "a"
        theme = "b"
        region = "422801"
        [[when]]
        by = "window.enshi"
        [[when]]
        task = "check"
        outcom = "accept"
        [when.then]
        due = { promised = "tomorrow" }
        """,
        encoding="utf-8",
    )

    with pytest.raises(InvalidInput) as refused:
        read_scenario(path)

    assert refused.value.code == "scenario_file"
    assert {(item["pointer"], item["code"]) for item in refused.value.items} == {
        ("/titel", "key_unknown"),
        ("/given/by", "required"),
        ("/given/matter", "scenario_subject"),
        ("/given/at", "scenario_instant"),
        ("/when/0", "scenario_act"),
        ("/when/1/by", "required"),
        ("/when/1/outcom", "key_unknown"),
        ("/when/1/then/due/promised", "scenario_instant"),
    }


def test_file_that_is_no_toml_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "broken.toml"
    path.write_text("[given", encoding="utf-8")

    with pytest.raises(InvalidInput) as refused:
        read_scenario(path)

    assert [item["code"] for item in refused.value.items] == ["scenario_unreadable"]
