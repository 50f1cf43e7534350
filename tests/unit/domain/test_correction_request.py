"""Requests for corrections: what is taken, what is refused, and that all go into one notice, each item once."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.correction_request import (
    LONGEST_ITEM,
    CorrectionRequestRow,
    ask_correction,
    merged_items,
    refuse_unanswered,
    settle_correction,
    state_of_request,
    tell_corrections,
    waiting_requests,
)
from app.domain.errors import CaseworkError, InvalidInput
from app.domain.matter import MaterialRequirement
from app.domain.vocabulary import CaseState, CorrectionRequestState

NOW = datetime(2026, 3, 3, 1, 0, tzinfo=UTC)
LIST = (
    MaterialRequirement(code="articles", name="公司章程"),
    MaterialRequirement(code="premises", name="住所使用证明"),
)
ROW = CorrectionRequestRow(
    id=1,
    case_id=7,
    matter_code="startup-seal",
    department_id=3,
    item="articles",
    shortage="wrong",
    remark="缺少签字页",
    requested_by="staff:9",
    requested_at=NOW,
)
OTHER_MEMBER = replace(ROW, id=2, matter_code="startup-social", department_id=4)


def ask(
    row: CorrectionRequestRow,
    *known: CorrectionRequestRow,
    state: str = CaseState.RECEIVED,
    told: tuple[str, ...] | None = None,
) -> CorrectionRequestRow:
    return ask_correction(row, known, state=state, requirements=LIST, told=told, article="行政许可法32")


def refusal_of(
    row: CorrectionRequestRow,
    *known: CorrectionRequestRow,
    state: str = CaseState.RECEIVED,
    told: tuple[str, ...] | None = None,
) -> str:
    with pytest.raises(CaseworkError) as refused:
        ask(row, *known, state=state, told=told)
    return refused.value.code


@pytest.mark.parametrize("item", ["articles", " articles ", "公司章程"])
def test_a_material_of_the_list_is_kept_by_its_code(item: str) -> None:
    assert ask(replace(ROW, item=item)).item == "articles"


def test_what_is_on_no_list_is_kept_as_it_is_called() -> None:
    assert ask(replace(ROW, item=" 经营范围 ")).item == "经营范围"


@pytest.mark.parametrize("state", [state for state in CaseState if state is not CaseState.RECEIVED])
def test_nothing_is_asked_once_the_case_waits_for_its_acceptance_no_more(state: CaseState) -> None:
    assert refusal_of(ROW, state=state) == "correction_request_too_late"


def test_the_same_item_waits_once_for_a_member_by_whichever_name() -> None:
    assert refusal_of(replace(ROW, id=3, item="公司章程"), ROW) == "correction_request_waiting"


def test_another_member_and_an_answered_request_leave_the_item_free() -> None:
    told = replace(ROW, answer="told")

    assert ask(OTHER_MEMBER, ROW, told).matter_code == "startup-social"
    assert ask(replace(ROW, id=3), told).id == 3


def test_after_the_notice_only_what_it_named_is_asked_again() -> None:
    assert refusal_of(ROW, told=("住所使用证明",)) == "notice_already_given"
    assert ask(ROW, told=("公司章程",)).item == "articles"


@pytest.mark.parametrize(
    ("row", "pointers"),
    [
        (replace(ROW, item="  "), ["/item"]),
        (replace(ROW, item="长" * (LONGEST_ITEM + 1)), ["/item"]),
        (replace(ROW, shortage="late"), ["/shortage"]),
        (replace(ROW, remark=" "), ["/remark"]),
        (replace(ROW, item="", shortage=""), ["/item", "/shortage"]),
    ],
)
def test_what_is_empty_too_long_or_unknown_is_refused_field_by_field(
    row: CorrectionRequestRow, pointers: list[str]
) -> None:
    with pytest.raises(InvalidInput) as refused:
        ask(row)

    assert [item["pointer"] for item in refused.value.items] == pointers


def test_what_is_missing_needs_no_remark() -> None:
    assert ask(replace(ROW, shortage="missing", remark="")).remark == ""


def test_the_window_settles_with_a_reason_and_once() -> None:
    settled = settle_correction(ROW, state=CaseState.RECEIVED, reason=" 已核对原件 ", by="staff:2", now=NOW)

    assert (settled.answer, settled.reason, settled.answered_by) == ("settled", "已核对原件", "staff:2")
    for row, state, reason, code in (
        (ROW, CaseState.RECEIVED, " ", "invalid"),
        (ROW, CaseState.ACCEPTED, "已核对", "correction_request_too_late"),
        (settled, CaseState.RECEIVED, "已核对", "correction_request_answered"),
    ):
        with pytest.raises(CaseworkError) as refused:
            settle_correction(row, state=state, reason=reason, by="staff:2", now=NOW)
        assert refused.value.code == code


def test_an_acceptance_is_refused_with_the_names_of_what_waits() -> None:
    with pytest.raises(CaseworkError) as refused:
        refuse_unanswered([ROW, OTHER_MEMBER, replace(ROW, id=4, item="premises", answer="told")], LIST)

    assert refused.value.facts == {"count": 2, "names": "公司章程"}


@pytest.mark.parametrize(
    ("answer", "case_state", "state"),
    [
        (None, "received", CorrectionRequestState.WAITING),
        (None, "accepted", CorrectionRequestState.LAPSED),
        (None, "withdrawn", CorrectionRequestState.LAPSED),
        ("told", "correcting", CorrectionRequestState.TOLD),
        ("settled", "accepted", CorrectionRequestState.SETTLED),
    ],
)
def test_an_unanswered_request_lapses_with_its_case(
    answer: str | None, case_state: str, state: CorrectionRequestState
) -> None:
    assert state_of_request(answer, case_state=case_state) is state


rows = st.lists(
    st.builds(
        CorrectionRequestRow,
        id=st.integers(min_value=1, max_value=10**6),
        case_id=st.just(7),
        matter_code=st.sampled_from(["startup-seal", "startup-social", "startup-fund"]),
        department_id=st.integers(min_value=1, max_value=3),
        item=st.sampled_from(["articles", "公司章程", "premises", "经营范围", "法定代表人"]),
        shortage=st.sampled_from(["missing", "wrong"]),
        remark=st.just("说明"),
        requested_by=st.just("staff:9"),
        requested_at=st.just(NOW),
    ),
    max_size=12,
    unique_by=lambda row: row.id,
)


@given(rows)
def test_whatever_is_asked_no_member_waits_twice_for_an_item_and_one_notice_answers_all(
    asked: list[CorrectionRequestRow],
) -> None:
    taken: dict[tuple[str, str], CorrectionRequestRow] = {}
    codes = {row.name: row.code for row in LIST}

    for row in asked:
        place = (row.matter_code, codes.get(row.item, row.item))
        if place in taken:
            assert refusal_of(row, *taken.values()) == "correction_request_waiting"
        else:
            taken[place] = ask(row, *taken.values())

    told = tell_corrections(taken.values(), by="staff:2", now=NOW)
    assert len(told) == len(taken)
    assert waiting_requests(told) == ()
    assert tell_corrections(told, by="staff:2", now=NOW) == ()
    refuse_unanswered(told, LIST)


names = st.lists(st.sampled_from(["公司章程", "住所使用证明", "经营范围", "股东决定"]), max_size=5)


@given(names, st.lists(names, max_size=3))
def test_a_notice_names_everything_once_and_the_findings_of_the_window_first(
    missing: list[str], departments: list[list[str]]
) -> None:
    asked = [{"department": "甲局", "items": [{"name": name} for name in found]} for found in departments]

    merged = merged_items({"missing": missing, "asked": asked})

    assert set(merged) == set(missing).union(*departments)
    assert len(merged) == len(set(merged))
    assert merged[: len(set(missing))] == list(dict.fromkeys(missing))


def test_a_notice_of_one_matter_or_an_older_one_has_the_findings_of_the_window_alone() -> None:
    assert merged_items({"missing": ["公司章程"]}) == ["公司章程"]
    assert merged_items({}) == []
