import json
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import pytest

from app.channels.file import FileChannel
from app.domain.errors import TemporaryFailure
from tests.unit.channels.test_contract import message

DAY = date(2026, 3, 9)


@pytest.fixture
def channel(tmp_path: Path) -> FileChannel:
    return FileChannel(tmp_path / "outbox", today=lambda: DAY)


def test_message_comes_back_as_it_was_sent(channel: FileChannel) -> None:
    sent = [message(dedup_key="1", body="第一行\n第二行"), message(dedup_key="2", attachments=())]

    for one in sent:
        channel.deliver(one)

    assert channel.read() == sent


def test_file_is_named_after_the_day_and_holds_one_json_line_each(channel: FileChannel, tmp_path: Path) -> None:
    channel.deliver(message(body="a\nb"))
    channel.deliver(message())

    lines = (tmp_path / "outbox" / "2026-03-09.jsonl").read_text(encoding="utf-8").splitlines()

    assert [json.loads(line)["notice"] for line in lines] == ["approved", "approved"]


def test_days_are_read_in_order(tmp_path: Path) -> None:
    days = iter([date(2026, 3, 10), date(2026, 3, 9)])
    channel = FileChannel(tmp_path, today=lambda: next(days))

    channel.deliver(message(dedup_key="later"))
    channel.deliver(message(dedup_key="earlier"))

    assert [one.dedup_key for one in channel.read()] == ["earlier", "later"]


def test_only_the_owner_may_read(channel: FileChannel, tmp_path: Path) -> None:
    channel.deliver(message())

    file = tmp_path / "outbox" / "2026-03-09.jsonl"
    assert (file.stat().st_mode & 0o777, file.parent.stat().st_mode & 0o777) == (0o600, 0o700)


def test_half_written_line_of_a_crash_is_cut_off(channel: FileChannel, tmp_path: Path) -> None:
    channel.deliver(message(dedup_key="1"))
    file = tmp_path / "outbox" / "2026-03-09.jsonl"
    with file.open("ab") as torn:
        torn.write(b'{"dedup_key":"2","chan')

    assert [one.dedup_key for one in channel.read()] == ["1"]
    channel.deliver(message(dedup_key="3"))

    assert [one.dedup_key for one in channel.read()] == ["1", "3"]


def test_writers_at_the_same_time_do_not_mix_their_lines(tmp_path: Path) -> None:
    channels = [FileChannel(tmp_path, today=lambda: DAY) for _ in range(4)]

    def send(number: int) -> None:
        channels[number % 4].deliver(message(dedup_key=str(number), body="正文" * 5000))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(send, range(40)))

    assert sorted(int(one.dedup_key) for one in channels[0].read()) == list(range(40))


def test_unwritable_folder_is_a_passing_failure(tmp_path: Path) -> None:
    (tmp_path / "outbox").write_text("a file stands where the folder should be", encoding="utf-8")

    with pytest.raises(TemporaryFailure) as failed:
        FileChannel(tmp_path / "outbox", today=lambda: DAY).deliver(message())

    assert failed.value.code == "channel_unavailable"
    assert not failed.value.permanent


def test_failed_write_leaves_no_part_of_a_line(channel: FileChannel, tmp_path: Path) -> None:
    resource = pytest.importorskip("resource")
    channel.deliver(message(dedup_key="1"))
    file = tmp_path / "outbox" / "2026-03-09.jsonl"
    before = file.read_bytes()

    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (len(before) + 100, limits[1]))
    try:
        with pytest.raises(TemporaryFailure):
            channel.deliver(message(dedup_key="2", body="x" * 1000))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)

    assert file.read_bytes() == before
