"""A scenario sends messages as programs do, and says what its case waits for."""

import shutil
from dataclasses import replace
from pathlib import Path

from app.scenarios.playing import Played, play_file
from app.settings import read_settings
from tests.drawing import before_the_first_step, boundary, node, path, step, timer

SCENARIO = """
title = { zh = "等待缴费", en = "Waits for a payment" }
[given]
at = 2026-03-02 09:30:00
by = "applicant1"
region = "422801"
matter = "restaurant-verify"
applicant = { name = "张小芳", id_number = "422801199003071228", mobile = "13800000000" }
form = { company_name = "好味", company_type = "limited", address = "舞阳大道1号", scope = "餐饮" }
"""
PAID = "".join(
    (
        node("receiveTask", "paid", "", 'lb:accepts="receipt_no"') + step("remind") + node("exclusiveGateway", "out"),
        boundary("late", "paid", timer("2H"), interrupting=True),
        path("paid", "out") + path("late", "remind", "out"),
    )
)


def play_waiting(folder: Path, text: str) -> Played:
    """Play a scenario of a matter whose diagram waits for a message before its first step."""
    settings = read_settings({"LIANBAN_VAR_DIR": str(folder)})
    bpmn = folder / "bpmn"
    shutil.copytree(settings.bpmn_dir, bpmn)
    drawn = bpmn / "patterns/instant/process.bpmn"
    change = before_the_first_step(PAID, first="paid", last="out")
    drawn.write_text(change(drawn.read_text(encoding="utf-8")), encoding="utf-8")
    file = folder / "case.toml"
    file.write_text(SCENARIO + text, encoding="utf-8")
    return play_file(replace(settings, bpmn_dir=bpmn), file)


def test_message_is_played_and_what_the_case_waits_for_is_compared(tmp_path: Path) -> None:
    played = play_waiting(
        tmp_path,
        """
        [[when]]
        at = 2026-03-02 10:00:00
        message = "paid"
        by = "integrator.es"
        variables = { amount = 1 }
        refused = "invalid"
        [when.then]
        waits = ["paid"]
        [[when]]
        message = "paid"
        by = "integrator.es"
        variables = { receipt_no = "R-1" }
        [when.then]
        waits = []
        open = ["handle"]
        history = ["message_received"]
        [[when]]
        message = "paid"
        by = "integrator.es"
        key = "nobody"
        refused = "message_not_expected"
        [then]
        waits = ["late"]
        """,
    )

    told = [(item.place, item.what, item.expected, item.found) for item in played.differences]
    assert told == [("then", "waits", "late", "-")]
