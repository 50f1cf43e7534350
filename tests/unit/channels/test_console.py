import pytest
from structlog.testing import capture_logs

from app.channels.console import ConsoleChannel
from tests.unit.channels.test_contract import message


@pytest.mark.parametrize(
    ("addressee", "shown"),
    [("13800001234", "138******34"), ("lisi", "****"), ("chenwei7", "che***i7"), ("", "")],
)
def test_addressee_is_masked(addressee: str, shown: str) -> None:
    with capture_logs() as lines:
        ConsoleChannel().deliver(message(addressee=addressee))

    assert lines[0]["addressee"] == shown


def test_line_names_the_case_and_never_holds_the_text() -> None:
    with capture_logs() as lines:
        ConsoleChannel().deliver(message(body="张三，身份证 422802199001011234"))

    assert len(lines) == 1
    assert lines[0]["case_no"] == "4228022026030900017"
    assert lines[0]["action"] == "notice_sent"
    assert "张三" not in repr(lines)
    assert "13800001234" not in repr(lines)
