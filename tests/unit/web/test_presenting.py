"""Instants, remaining time, masked data and asset names as people see them."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app.domain.vocabulary import Colour
from app.web.presenting import (
    AssetManifest,
    Remaining,
    Words,
    file_size,
    mask_id_number,
    mask_mobile,
    mask_name,
    present_due,
    present_moment,
    read_manifest,
)
from tests.unit.web.rendering import page_messages

MESSAGES = page_messages()
CHINESE = Words(messages=MESSAGES, language="zh")
ENGLISH = Words(messages=MESSAGES, language="en")
NOW = datetime(2026, 11, 24, 6, 2, 11, tzinfo=UTC)


def test_an_instant_is_shown_in_local_time_with_the_full_form_beside_it() -> None:
    moment = present_moment(datetime(2026, 11, 25, 9, 30, tzinfo=UTC), now=NOW, words=CHINESE)

    assert moment.short == "11-25 17:30"
    assert moment.full == "2026-11-25 星期三 17:30:00"
    assert moment.iso == "2026-11-25T17:30:00+08:00"


def test_another_year_is_named_and_the_year_is_the_local_one() -> None:
    new_year = datetime(2026, 12, 31, 17, 0, tzinfo=UTC)

    assert present_moment(new_year, now=NOW, words=CHINESE).short == "2027-01-01 01:00"


def test_an_instant_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="zone"):
        present_moment(datetime(2026, 11, 25, 9, 30), now=NOW, words=CHINESE)  # noqa: DTZ001  the point of the test


@pytest.mark.parametrize(
    ("remaining", "chinese", "english"),
    [
        (Remaining(working_days=2, working_minutes=240), "剩 2 工作日 4 小时", "2 WD 4 h left"),
        (Remaining(working_days=2, working_minutes=0), "剩 2 工作日", "2 WD left"),
        (Remaining(working_days=0, working_minutes=90), "剩 1 小时 30 分钟", "1 h 30 min left"),
        (Remaining(working_days=0, working_minutes=0), "剩 0 分钟", "0 min left"),
        (Remaining(working_days=1, working_minutes=59, is_over=True), "超期 1 工作日", "1 WD overdue"),
    ],
)
def test_remaining_working_time_is_said_in_both_languages(remaining: Remaining, chinese: str, english: str) -> None:
    due_at = NOW + timedelta(days=1)

    shown = [
        present_due(due_at, now=NOW, colour=Colour.GREEN, remaining=remaining, words=words).remaining
        for words in (CHINESE, ENGLISH)
    ]

    assert shown == [chinese, english]


@pytest.mark.parametrize(
    ("distance", "sentence"),
    [
        (timedelta(hours=27, minutes=30), "剩 1 天 3 小时"),
        (timedelta(minutes=-24), "超期 24 分钟"),
        (timedelta(hours=-2), "超期 2 小时"),
        (timedelta(0), "剩 0 分钟"),
    ],
)
def test_without_working_time_the_distance_by_the_clock_is_told(distance: timedelta, sentence: str) -> None:
    colour = Colour.OVERDUE if distance < timedelta(0) else Colour.RED
    assert present_due(NOW + distance, now=NOW, colour=colour, words=CHINESE).remaining == sentence


def test_where_red_takes_the_place_of_overdue_nothing_says_overdue() -> None:
    late = present_due(NOW - timedelta(hours=2), now=NOW, colour=Colour.RED, words=CHINESE)

    assert late.remaining == "已到期 2 小时"


def test_a_paused_limit_says_so_and_has_no_instant() -> None:
    due = present_due(None, now=NOW, colour=Colour.PAUSED, words=CHINESE)

    assert (due.at, due.remaining, due.colour) == (None, "停表中", "paused")


def test_no_running_limit_says_nothing() -> None:
    assert present_due(None, now=NOW, colour=Colour.GREEN, words=CHINESE).remaining == ""


def test_personal_data_is_masked() -> None:
    assert mask_name("张三丰") == "张*"
    assert mask_name("") == ""
    assert mask_id_number("422802199001011234") == "422802********1234"
    assert mask_mobile("13800005678") == "138****5678"


@pytest.mark.parametrize("number", ["1234567890", "12345", ""])
def test_a_number_too_short_to_hide_anything_is_masked_whole(number: str) -> None:
    assert mask_id_number(number) == "*" * len(number)


@pytest.mark.parametrize(
    ("size", "text"), [(1, "1 KB"), (217_088, "212 KB"), (1_468_006, "1.4 MB"), (20 << 20, "20.0 MB")]
)
def test_file_sizes_are_rounded(size: int, text: str) -> None:
    assert file_size(size) == text


def test_a_code_without_a_word_is_shown_as_it_is() -> None:
    assert CHINESE.label("outcome", "approve") == "准予"
    assert CHINESE.label("outcome", "something_new") == "something_new"


def test_assets_are_found_by_their_plain_name(tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text(json.dumps({"app.css": "app-1A2B3C4D.css"}), encoding="utf-8")

    manifest = read_manifest(tmp_path)

    assert manifest.url("app.css") == "/static/dist/app-1A2B3C4D.css"
    assert manifest.url("unknown.js") == ""


def test_without_a_build_no_asset_is_named(tmp_path: Path) -> None:
    assert read_manifest(tmp_path) == AssetManifest()
