"""Clocks of a joint case over real members, on both databases: rows K06 and K07 of the table of time limits (J6)."""

import re
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa

from app.domain.actor import system_actor
from app.domain.calendar import to_local
from app.domain.clock_ledger import fold
from app.domain.clock_state import ClockState
from app.domain.vocabulary import DeadlineState, Lane
from app.operations.deploy_rules import deploy_rules
from app.operations.join_member_cases import join_member_cases
from app.operations.suspend_clock import SuspensionRequest, resume_clock, suspend_clock
from app.queries.bundle_plan import get_bundle_plan
from app.queries.case_page import find_case_id
from app.queries.clock import ledger_of
from app.storage.tables import deadline, warning_card
from app.worker.jobs import drain_lane, drain_outbox
from tests.world import World

# A waits for nobody, B and C for A, D for both of them.
MATTERS = {"A": "scjg/startup-reg", "B": "sw/startup-tax", "C": "ga/startup-seal", "D": "bank/startup-bank"}
NAMES = {"A": "企业设立登记", "B": "发票申领", "C": "公章刻制备案", "D": "银行预约开户"}
CHOICE = {"needs_seal": "yes", "has_employees": "no", "needs_bank": "yes"}
# The shipped diagram lets the bank wait for the seal alone; here it comes after the join.
FLOWS = {
    "flow_gw_seal_done_gw_bank": "join",
    "flow_gw_bank_done_join": "gw_deliver",
    "flow_join_gw_deliver": "gw_bank",
}
OFFICERS = {"startup-reg": ("reviewer.enshi", "decider.enshi"), "startup-seal": ("ga1.enshi", "ga2.enshi")}
LIMITS = {"A": 3, "B": 5, "C": 10, "D": 2}
Change = tuple[str, str, str]
REPORTERS = {"startup-tax": "sw2.enshi", "startup-bank": "bank2.enshi"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Joint:
    """A joint case of four members, published with the limits of a row. letters: B and C may change places."""

    world: World
    number: str
    letters: dict[str, str]

    @property
    def case_id(self) -> int:
        with self.world.container.context.database.read() as connection:
            return find_case_id(connection, self.world.person("supervisor.enshi").scope, self.number)

    def member(self, letter: str) -> str:
        return self.world.member_no(self.number, NAMES[self.letters[letter]])

    def finish(self, letter: str, *, is_told: bool = True) -> None:
        number, code = self.member(letter), MATTERS[self.letters[letter]].split("/")[1]
        if code in REPORTERS:
            self.world.complete(number, "report", REPORTERS[code], "done", external_no="外部1号")
        else:
            first, second = OFFICERS[code]
            self.world.complete(number, "review", first, "pass", opinion="同意")
            self.world.complete(number, "decide", second, "approve")
        if is_told:
            self.deliver()

    def pause(self, letter: str, *, is_told: bool = True) -> None:
        asked = SuspensionRequest(ground="hearing", document_no="恩听〔2026〕1号", expected_days=5)
        suspend_clock(
            self.world.container.context, self.world.person("ga1.enshi"), case_id=self._id_of(letter), asked=asked
        )
        if is_told:
            self.deliver()

    def resume(self, letter: str) -> None:
        resume_clock(
            self.world.container.context,
            self.world.person("ga1.enshi"),
            case_id=self._id_of(letter),
            suspension_id=None,
            document_no="听证笔录1号",
        )

    def deliver(self) -> None:
        drain_outbox(self.world.container.context, self.world.container.channel, budget_s=60)

    def _id_of(self, letter: str) -> int:
        with self.world.container.context.database.read() as connection:
            return find_case_id(connection, self.world.person("supervisor.enshi").scope, self.member(letter))

    def state(self, name: str = "bundle_promised") -> ClockState:
        """Return a clock as the ledger has it."""
        view = self.world.container.view()
        with self.world.container.context.database.read() as connection:
            ledger = ledger_of(connection, self.case_id)
        rules = view.rule_sets[view.default_rule_set]
        return fold(ledger, name, calendars=view.calendars, counting=view.counting, rule_set=rules)

    def clock(self, name: str = "bundle_promised") -> tuple[str, str]:
        """Return state and due instant of the ledger; the stored row says the same."""
        with self.world.container.context.database.read() as connection:
            where = (deadline.c.case_id == self.case_id, deadline.c.name == name)
            row = connection.execute(sa.select(deadline).where(*where)).one()
        clock = self.state(name)
        assert (row.due_at, row.yellow_at, row.red_at) == (clock.due_at, clock.yellow_at, clock.red_at)
        assert row.state == (DeadlineState.ARMED if clock.due_at else DeadlineState.PAUSED)
        return clock.status, f"{to_local(clock.due_at):%Y-%m-%d %H:%M}" if clock.due_at else ""

    def entries(self) -> int:
        with self.world.container.context.database.read() as connection:
            return len(ledger_of(connection, self.case_id))

    def card_colours(self) -> list[str]:
        """Return the colours of the cards of the joint case itself, in the order of their issue."""
        query = sa.select(warning_card.c.colour).where(warning_card.c.case_id == self.case_id)
        with self.world.container.context.database.read() as connection:
            return list(connection.scalars(query.order_by(warning_card.c.id)))

    def plan_due(self) -> datetime | None:
        with self.world.container.context.database.read() as connection:
            return get_bundle_plan(connection, self.world.container.view(), self.case_id).due_at


def publish(
    world: World, folder: Path, limits: dict[str, int], letters: dict[str, str], changes: Sequence[Change] = ()
) -> None:
    """Deploy what is shipped with other limits. changes: file, what stands in it, what shall stand there."""
    settings = world.container.settings
    rules, bpmn = folder / "rules", folder / "bpmn"
    shutil.copytree(settings.rules_dir, rules)
    shutil.copytree(settings.bpmn_dir, bpmn)
    for letter, days in limits.items():
        file = rules / f"matters/{MATTERS[letters[letter]]}.toml"
        text = re.sub(r'(?m)^promised_limit = ".*"$', f'promised_limit = "{days}WD"', file.read_text(encoding="utf-8"))
        file.write_text(text, encoding="utf-8")
    theme = rules / "themes/startup/theme.toml"
    text = theme.read_text(encoding="utf-8")
    theme.write_text(text.replace('promised_limit = "3WD"', 'promised_limit = "20WD"'), encoding="utf-8")
    for name, old, new in changes:
        text = (rules / name).read_text(encoding="utf-8")
        assert old in text
        (rules / name).write_text(text.replace(old, new, 1), encoding="utf-8")
    diagram = bpmn / "themes/startup/process.bpmn"
    text = diagram.read_text(encoding="utf-8")
    for flow, target in FLOWS.items():
        text = text.replace(f"<bpmn:incoming>{flow}</bpmn:incoming>", "")
        text = re.sub(rf'(id="{flow}" sourceRef="\w+" targetRef=)"\w+"', rf'\1"{target}"', text)
        text = re.sub(rf'(<bpmn:\w+ id="{target}"[^>]*>)', rf"\1<bpmn:incoming>{flow}</bpmn:incoming>", text, count=1)
    diagram.write_text(text, encoding="utf-8")
    deploy_rules(world.container.context, bpmn_dir=bpmn, rules_dir=rules, actor=system_actor("test"))


def accepted(world: World, letters: dict[str, str], *, needs_bank: str = "yes") -> Joint:
    """Accept on 2026-03-02 a bundle of what is published; without the bank it has no D."""
    world.at(2026, 3, 2, 10, 0)
    guidance = {**CHOICE, "needs_bank": needs_bank}
    joint = Joint(world=world, number=world.apply_theme("startup", **guidance), letters=letters)
    world.complete(joint.number, "check", "window.enshi", "accept")
    return joint


def opened(world: World, folder: Path, letters: dict[str, str]) -> Joint:
    """Accept on 2026-03-02 a bundle of the rows: A 3, B 5, C 10, D 2 working days, promised 20; A ends on its last day."""
    publish(world, folder, LIMITS, letters)
    joint = accepted(world, letters)
    world.at(2026, 3, 5, 15, 0)
    joint.finish("A")
    return joint


def test_days_on_which_only_a_paused_member_is_left_do_not_count(installed: World, tmp_path: Path) -> None:
    joint = opened(installed, tmp_path / "own", {letter: letter for letter in MATTERS})
    installed.at(2026, 3, 10, 10, 0)
    joint.pause("C")
    while_b_runs = joint.clock()
    installed.at(2026, 3, 12, 15, 0)
    joint.finish("B")
    while_nothing_runs = joint.clock()

    installed.at(2026, 3, 23, 10, 0)
    joint.resume("C")
    joint.deliver()

    assert (while_b_runs, while_nothing_runs) == (("running", "2026-03-30 17:30"), ("paused", ""))
    assert joint.clock() == ("running", "2026-04-08 17:30")
    plan_due = joint.plan_due()
    assert plan_due is not None
    assert to_local(plan_due) == datetime(2026, 4, 3, 17, 30)  # noqa: DTZ001 - local time is naive


def test_a_member_paused_inside_its_slack_moves_no_clock(installed: World, tmp_path: Path) -> None:
    joint = opened(installed, tmp_path / "own", {"A": "A", "B": "C", "C": "B", "D": "D"})
    before = joint.entries()
    installed.at(2026, 3, 9, 10, 0)
    joint.pause("B")
    paused = joint.clock()
    installed.at(2026, 3, 12, 10, 0)

    joint.resume("B")
    joint.deliver()

    assert paused == joint.clock() == ("running", "2026-03-30 17:30")
    assert joint.entries() == before


def test_a_late_message_changes_no_date_and_a_second_one_nothing(installed: World, tmp_path: Path) -> None:
    joint = opened(installed, tmp_path / "own", {letter: letter for letter in MATTERS})
    installed.at(2026, 3, 10, 10, 0)
    joint.pause("C")
    installed.at(2026, 3, 12, 15, 0)
    joint.finish("B")
    installed.at(2026, 3, 23, 10, 0)
    joint.resume("C")
    installed.at(2026, 3, 25, 16, 0)

    joint.deliver()
    first = joint.entries()
    join_member_cases(installed.container.context, joint.case_id)

    assert joint.clock() == ("running", "2026-04-08 17:30")
    assert joint.entries() == first


def test_no_stage_fires_for_a_clock_whose_members_stood_still_unheard(installed: World, tmp_path: Path) -> None:
    joint = opened(installed, tmp_path / "own", {letter: letter for letter in MATTERS})
    installed.at(2026, 3, 12, 15, 0)
    joint.finish("B")
    installed.at(2026, 3, 13, 10, 0)
    joint.pause("C", is_told=False)
    installed.at(2026, 3, 30, 17, 31)

    drain_lane(installed.container.context, Lane.NOTICE, budget_s=60)

    assert joint.clock() == ("paused", "")
    assert joint.card_colours() == []


def test_the_days_after_every_member_has_ended_count(installed: World, tmp_path: Path) -> None:
    joint = opened(installed, tmp_path / "own", {letter: letter for letter in MATTERS})
    installed.at(2026, 3, 10, 10, 0)
    joint.pause("C")
    joint.finish("B")
    installed.at(2026, 3, 11, 10, 0)
    joint.resume("C")
    joint.finish("C")

    assert joint.member("D")
    assert joint.clock() == ("running", "2026-03-30 17:30")
