"""What every channel promises, run over each of them."""

from pathlib import Path

import pytest

from app.channels import Channel, open_channels
from app.domain.notice import OutboundMessage
from app.settings import read_settings

CHANNELS = ("console", "file")


@pytest.fixture
def var_dir(tmp_path: Path) -> Path:
    return tmp_path / "var"


@pytest.fixture(params=CHANNELS)
def channel(request: pytest.FixtureRequest, var_dir: Path) -> Channel:
    settings = read_settings({"LIANBAN_VAR_DIR": str(var_dir), "LIANBAN_SECRET_KEY": "0"})
    return open_channels(settings)[request.param]


def message(**changes: object) -> OutboundMessage:
    values: dict[str, object] = {
        "dedup_key": "approved:7:3:applicant",
        "channel": "any",
        "notice": "approved",
        "addressee": "13800001234",
        "language": "zh",
        "subject": "准予许可：企业设立登记（4228022026030900017）",
        "body": "您申请的“企业设立登记”已准予。",
        "case_no": "4228022026030900017",
        "attachments": ("利市监〔2026〕准予第1号",),
    }
    return OutboundMessage(**{**values, **changes})


def test_every_channel_is_tested(var_dir: Path) -> None:
    settings = read_settings({"LIANBAN_VAR_DIR": str(var_dir), "LIANBAN_SECRET_KEY": "0"})

    assert set(open_channels(settings)) == set(CHANNELS)


def test_opening_a_channel_writes_nothing(channel: Channel, var_dir: Path) -> None:
    assert channel is not None
    assert not var_dir.exists()


def test_message_is_delivered(channel: Channel) -> None:
    channel.deliver(message())


def test_same_message_may_be_sent_again(channel: Channel) -> None:
    channel.deliver(message())
    channel.deliver(message())


@pytest.mark.parametrize(
    "changes",
    [
        {"language": "en", "subject": "Approved", "body": "Line one\nline two"},
        {"addressee": ""},
        {"addressee": "lisi", "attachments": ()},
        {"body": "{not a placeholder} %s \u2028 \x00"},
    ],
)
def test_any_text_is_delivered(channel: Channel, changes: dict[str, object]) -> None:
    channel.deliver(message(**changes))
