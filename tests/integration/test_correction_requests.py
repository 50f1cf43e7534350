"""Corrections departments ask for before a joint application is accepted, on both databases (time-limits J11)."""

import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import orjson
import pytest
import sqlalchemy as sa

from app.domain.calendar import to_local
from app.domain.clock_ledger import fold
from app.domain.clock_state import ClockState
from app.domain.errors import CaseworkError
from app.domain.request_key import request_key
from app.domain.vocabulary import ClockName, Lane
from app.operations.complete_task import Completion, complete_task
from app.operations.fire_due_deadlines import fire_due_deadlines
from app.operations.request_corrections import (
    CorrectionRequestInput,
    request_correction,
    settle_correction_request,
)
from app.operations.submit_correction import submit_correction
from app.operations.withdraw_case import withdraw_case
from app.queries.case_page import find_case_id
from app.queries.clock import ledger_of
from app.queries.correction_requests import CorrectionRequestView, list_correction_requests
from app.queries.joint_applications import list_joint_applications
from app.queries.progress import CorrectionNotice, find_correction
from app.storage.tables import correction_request, warning_card
from tests.integration.test_races import after_ms, chains_are_whole, kinds_of
from tests.racing import race
from tests.world import World

WINDOW, POLICE, SOCIAL = "window.enshi", "ga1.enshi", "rs1.enshi"
WRONG = CorrectionRequestInput(matter_code="startup-seal", item="resolution", shortage="wrong", remark="缺少签名")
LACKING = CorrectionRequestInput(matter_code="startup-social", item="用工人数说明", shortage="missing")
RACES = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """A joint application whose window has seen every original, and which waits for its acceptance."""

    world: World
    case_no: str

    @property
    def case_id(self) -> int:
        with self.world.container.context.database.read() as connection:
            return find_case_id(connection, self.world.person("supervisor.enshi").scope, self.case_no)

    def ask(self, login: str, asked: CorrectionRequestInput) -> int:
        context, person = self.world.container.context, self.world.person(login)
        return int(str(request_correction(context, person, case_id=self.case_id, asked=asked)["request_id"]))

    def settle(self, request_id: int, reason: str = "已核对原件") -> object:
        context, person = self.world.container.context, self.world.person(WINDOW)
        return settle_correction_request(context, person, case_id=self.case_id, request_id=request_id, reason=reason)

    def check(self, outcome: str) -> object:
        """Complete the window's check; every original was seen, so that nothing else is missing."""
        return self.checking(outcome)()

    def checking(self, outcome: str) -> Callable[[], object]:
        task, marks = self.world.open_task(self.case_no, "check"), self.world.seen(self.case_no)
        completion = Completion(task_id=int(task.id), version=task.version, outcome=outcome, marks=marks)
        return partial(complete_task, self.world.container.context, self.world.person(WINDOW), completion)

    def correct(self) -> None:
        context, applicant = self.world.container.context, self.world.person("applicant1")
        submit_correction(context, applicant, case_id=self.case_id, materials=(), answers={})

    def requests(self, login: str = WINDOW) -> tuple[CorrectionRequestView, ...]:
        context = self.world.container.context
        with context.database.read() as connection:
            themes = context.library.current().themes
            return list_correction_requests(connection, themes, self.world.person(login), self.case_id)

    def states(self) -> list[str]:
        return [item.state for item in self.requests()]

    def notice(self) -> CorrectionNotice:
        with self.world.container.context.database.read() as connection:
            found = find_correction(connection, self.case_id)
        assert found is not None
        return found

    def clock(self, name: ClockName) -> ClockState:
        published = self.world.container.context.library.current()
        with self.world.container.context.database.read() as connection:
            ledger = ledger_of(connection, self.case_id)
        counting = published.time_rules.counting
        return fold(ledger, name, calendars=published.calendars, counting=counting)

    def count(self, kind: str) -> int:
        return kinds_of(self.world, self.case_no)[kind]


def bundle_in(world: World) -> Bundle:
    case_no = world.apply_theme("startup", needs_seal="yes", has_employees="yes", needs_bank="no")
    return Bundle(world=world, case_no=case_no)


@pytest.fixture
def bundle(installed: World) -> Bundle:
    return bundle_in(installed)


def refusal(act: Callable[[], object]) -> CaseworkError:
    with pytest.raises(CaseworkError) as refused:
        act()
    return refused.value


def test_two_departments_ask_and_one_notice_tells_both(bundle: Bundle) -> None:
    bundle.ask(POLICE, WRONG)
    bundle.ask(SOCIAL, LACKING)

    bundle.check("correct")

    notice = bundle.notice()
    assert notice.items == ("股东决定", "用工人数说明")
    assert [(item.department, item.shortage, item.remark) for item in notice.asked] == [
        ("恩施市公安局", "wrong", "缺少签名"),
        ("恩施市人力资源和社会保障局", "missing", ""),
    ]
    assert bundle.states() == ["told", "told"]
    assert bundle.world.state_of(bundle.case_no) == "correcting"
    assert bundle.count("case_accepted") == 0


def test_one_limit_to_accept_and_one_to_correct_run_whoever_asked(bundle: Bundle) -> None:
    before = bundle.clock(ClockName.NOTICE5)
    bundle.ask(POLICE, WRONG)
    bundle.world.at(2026, 3, 4, 10, 0)
    bundle.ask(SOCIAL, LACKING)

    after = bundle.clock(ClockName.NOTICE5)
    bundle.check("correct")

    correction = bundle.clock(ClockName.CORRECTION)
    assert (after.started_at, after.due_at) == (before.started_at, before.due_at)
    assert bundle.clock(ClockName.NOTICE5).status == "stopped"
    assert correction.due_at is not None
    assert f"{to_local(correction.due_at):%Y-%m-%d %H:%M}" == "2026-03-25 17:30"


def test_what_the_window_itself_misses_stands_in_the_same_notice(bundle: Bundle) -> None:
    bundle.ask(SOCIAL, LACKING)
    task = bundle.world.open_task(bundle.case_no, "check")
    marks = {**bundle.world.seen(bundle.case_no), "articles": ("wrong", "缺少签字页")}
    completion = Completion(task_id=int(task.id), version=task.version, outcome="correct", marks=marks)

    complete_task(bundle.world.container.context, bundle.world.person(WINDOW), completion)

    assert bundle.notice().items == ("公司章程", "用工人数说明")


def test_nothing_is_accepted_while_a_request_waits(bundle: Bundle) -> None:
    request_id = bundle.ask(POLICE, WRONG)

    refused = refusal(bundle.checking("accept"))
    bundle.settle(request_id)
    bundle.check("accept")

    assert (refused.code, refused.facts["names"]) == ("correction_requests_open", "股东决定")
    assert bundle.states() == ["settled"]
    assert bundle.world.state_of(bundle.case_no) == "accepted"


def test_after_corrections_only_what_the_notice_named_is_asked_again_and_told_again(bundle: Bundle) -> None:
    bundle.ask(POLICE, WRONG)
    bundle.check("correct")
    bundle.correct()

    new = refusal(lambda: bundle.ask(SOCIAL, LACKING))
    bundle.ask(POLICE, WRONG)
    bundle.check("correct")

    assert (new.code, new.facts["added"]) == ("notice_already_given", "用工人数说明")
    assert bundle.notice().items == ("股东决定",)
    assert bundle.states() == ["told", "told"]
    assert bundle.count("correction_requested") == 2


def test_corrected_application_is_accepted_and_its_members_open(bundle: Bundle) -> None:
    bundle.ask(POLICE, WRONG)
    bundle.check("correct")
    bundle.correct()

    bundle.check("accept")

    assert bundle.world.state_of(bundle.case_no) == "accepted"
    assert bundle.world.member_no(bundle.case_no, "企业设立登记")
    assert chains_are_whole(bundle.world)


def test_silence_accepts_all_the_same_and_what_waits_lapses(bundle: Bundle) -> None:
    request_id = bundle.ask(POLICE, WRONG)
    bundle.world.at(2026, 3, 9, 17, 40)

    # A case fires one stage at a time: yellow, red, then the end.
    for lane in (Lane.NOTICE, Lane.NOTICE, Lane.MOVE):
        fire_due_deadlines(bundle.world.container.context, lane, limit=50, budget_ms=10_000)

    assert bundle.world.state_of(bundle.case_no) == "accepted"
    assert bundle.states() == ["lapsed"]
    assert bundle.count("case_accepted_by_silence") == 1
    assert refusal(lambda: bundle.settle(request_id)).code == "correction_request_too_late"
    with bundle.world.container.context.database.read() as connection:
        cards = connection.execute(sa.select(warning_card.c.colour).where(warning_card.c.case_id == bundle.case_id))
        assert "abnormal" in set(cards.scalars())


def test_a_withdrawn_application_lets_what_waits_lapse(bundle: Bundle) -> None:
    bundle.ask(POLICE, WRONG)
    applicant = bundle.world.person("applicant1")

    withdraw_case(bundle.world.container.context, applicant, case_id=bundle.case_id, reason="不办了")

    assert bundle.states() == ["lapsed"]
    assert refusal(lambda: bundle.ask(POLICE, LACKING)).code == "not_permitted"
    assert refusal(lambda: bundle.ask(SOCIAL, LACKING)).code == "correction_request_too_late"


def test_requests_of_another_case_hold_up_nothing(bundle: Bundle) -> None:
    other = bundle_in(bundle.world)
    bundle.ask(POLICE, WRONG)

    other.check("accept")

    assert bundle.world.state_of(other.case_no) == "accepted"
    assert bundle.states() == ["waiting"]


def test_the_same_request_sent_twice_is_taken_once(bundle: Bundle) -> None:
    context, person = bundle.world.container.context, bundle.world.person(POLICE)
    key = request_key(actor_id=person.account_id, method="POST", path="/correction-requests", key="k-1", body=b"once")
    ask = partial(request_correction, context, person, case_id=bundle.case_id, asked=WRONG, request=key)

    first, second = ask(), ask()

    assert first == second
    assert len(bundle.requests()) == 1
    assert refusal(lambda: bundle.ask(POLICE, WRONG)).code == "correction_request_waiting"


def test_the_history_names_no_item_and_no_remark(bundle: Bundle) -> None:
    bundle.settle(bundle.ask(POLICE, WRONG), reason="张小芳已到窗口出示原件")

    with bundle.world.container.context.database.read() as connection:
        stored = connection.execute(sa.text("SELECT body FROM audit_entry WHERE kind LIKE 'correction_request%'"))
        facts = [orjson.loads(body)["facts"] for body in stored.scalars()]
    assert [sorted(item) for item in facts] == [["matter_code", "request_id"]] * 2


@pytest.mark.parametrize(
    ("login", "asked", "code"),
    [
        ("reviewer.lichuan", WRONG, "case_unknown"),
        ("ga1.lichuan", WRONG, "case_unknown"),
        ("gjj2.lichuan", WRONG, "case_unknown"),
        ("bank1.enshi", WRONG, "case_unknown"),
        ("designer.es", WRONG, "case_unknown"),
        ("admin.es", WRONG, "case_unknown"),
        (SOCIAL, WRONG, "not_permitted"),
        ("reviewer.enshi", WRONG, "not_permitted"),
        (WINDOW, WRONG, "not_permitted"),
        ("supervisor.enshi", WRONG, "not_permitted"),
        ("applicant1", WRONG, "not_permitted"),
        (POLICE, CorrectionRequestInput(matter_code="startup-bank", item="x", shortage="missing"), "invalid"),
        (POLICE, CorrectionRequestInput(matter_code="nothing", item="x", shortage="missing"), "invalid"),
        (POLICE, CorrectionRequestInput(matter_code="startup-seal", item=" ", shortage="missing"), "invalid"),
        (POLICE, CorrectionRequestInput(matter_code="startup-seal", item="x", shortage="late"), "invalid"),
        (POLICE, CorrectionRequestInput(matter_code="startup-seal", item="x", shortage="wrong"), "invalid"),
    ],
)
def test_who_may_not_ask_and_what_cannot_be_asked(
    installed: World, login: str, asked: CorrectionRequestInput, code: str
) -> None:
    bundle = bundle_in(installed)

    refused = refusal(lambda: bundle.ask(login, asked))

    assert refused.code == code
    assert bundle.requests() == ()


def test_a_case_of_one_matter_has_no_requests(installed: World) -> None:
    alone = Bundle(world=installed, case_no=installed.apply("restaurant-food"))

    assert refusal(lambda: alone.ask(POLICE, WRONG)).code == "case_unknown"
    assert refusal(lambda: alone.ask("reviewer.enshi", WRONG)).code == "not_permitted"


def test_a_department_sees_its_own_requests_and_the_window_all(bundle: Bundle) -> None:
    bundle.ask(POLICE, WRONG)
    bundle.ask(SOCIAL, LACKING)

    seen = {login: [item.matter_code for item in bundle.requests(login)] for login in (POLICE, SOCIAL, WINDOW)}

    assert seen == {
        POLICE: ["startup-seal"],
        SOCIAL: ["startup-social"],
        WINDOW: ["startup-seal", "startup-social"],
    }
    assert bundle.requests("reviewer.enshi") == ()
    assert len(bundle.requests("supervisor.enshi")) == 2
    assert refusal(lambda: bundle.requests("applicant1")).code == "not_permitted"


def test_the_list_shows_what_waits_to_those_of_a_chosen_member(bundle: Bundle) -> None:
    bundle.ask(POLICE, WRONG)

    def listed(login: str) -> list[tuple[str, list[str], int]]:
        person = bundle.world.person(login)
        with bundle.world.container.context.database.read() as connection:
            found = list_joint_applications(connection, person)
        return [(item.case_no, [one.matter_code for one in item.members], item.waiting_count) for item in found]

    assert listed(POLICE) == listed("ga2.enshi") == [(bundle.case_no, ["startup-seal"], 1)]
    assert listed("reviewer.enshi") == [(bundle.case_no, ["startup-reg"], 0)]
    assert [listed(login) for login in ("bank1.enshi", "ga1.lichuan", "decider.enshi", WINDOW, "applicant1")] == [
        []
    ] * 5

    bundle.check("correct")
    assert listed(POLICE) == []
    bundle.correct()
    assert listed(POLICE) == [(bundle.case_no, ["startup-seal"], 0)]
    bundle.check("accept")
    assert listed(POLICE) == []


def test_a_request_against_the_acceptance_of_the_window(installed: World, kind: str) -> None:
    """Whichever comes first wins, and the other is told why: accepted with nothing waiting, or asked and not accepted."""
    results: Counter[str] = Counter()

    for number in range(RACES):
        bundle = bundle_in(installed)
        ask, accept = partial(bundle.ask, POLICE, WRONG), bundle.checking("accept")
        asked, accepted = race(
            [partial(after_ms, 4 * (number % 3), ask), partial(after_ms, 8 - 4 * (number % 3), accept)]
        )

        results[f"{asked.refusal or 'asked'}, {accepted.refusal or 'accepted'}"] += 1
        assert bundle.count("correction_requested") + bundle.count("case_accepted") == 1

    sys.stdout.write(f"{kind}: {dict(results)}\n")
    assert set(results) <= {"asked, correction_requests_open", "correction_request_too_late, accepted"}
    assert chains_are_whole(installed)


def test_two_of_a_department_ask_the_same_at_once(bundle: Bundle) -> None:
    outcomes = race([partial(bundle.ask, login, WRONG) for login in (POLICE, "ga2.enshi")])

    assert sorted(outcome.refusal for outcome in outcomes) == ["", "correction_request_waiting"]
    with bundle.world.container.context.database.read() as connection:
        query = sa.select(sa.func.count()).select_from(correction_request)
        assert connection.scalar(query.where(correction_request.c.case_id == bundle.case_id)) == 1
