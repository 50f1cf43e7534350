"""Pages of process designers: upload, findings, the second person, deployment, and the way back."""

import re
from io import BytesIO

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.settings import ROOT
from tests.web.api_world import app, site
from tests.web.conftest import Browse, csrf_of

__all__ = ["app", "site"]

FIRST, SECOND = "designer.es", "designer2.es"
KEY = "pattern:committed"
SOUND = (ROOT / "bpmn/patterns/committed/process.bpmn").read_text(encoding="utf-8").replace('"审查"', '"材料审查"', 1)
FAULTY = SOUND.replace('lb:role="reviewer"', 'lb:role="chief"', 1)
NOTE = "审查改名为材料审查"


def send(client: FlaskClient, path: str, **values: object) -> TestResponse:
    data = {"csrf_token": csrf_of(client, "/definitions"), **values}
    return client.post(path, data=data, content_type="multipart/form-data")


def upload(client: FlaskClient, text: str, *, key: str = KEY, note: str = NOTE) -> str:
    file = (BytesIO(text.encode()), "process.bpmn")
    answer = send(client, "/definitions/new", file=file, key=key, note=note)
    assert answer.status_code == 302, re.findall(r"error-summary.*?</div>", answer.text, re.DOTALL)
    return str(answer.location)


def submitted(client: FlaskClient) -> str:
    page = upload(client, SOUND)
    send(client, f"{page}/submission")
    return page


def test_another_designer_approves_and_the_version_is_deployed(browse: Browse) -> None:
    first, second = browse(FIRST), browse(SECOND)
    page = submitted(first)

    own, theirs = first.get(page).text, second.get(page).text
    assert f"{page}/approval" not in own
    assert "上传人不能审批自己的版本" in own
    assert f"{page}/approval" in theirs
    assert NOTE in theirs

    send(second, f"{page}/approval")
    send(second, f"{page}/deployment")

    shown = first.get(page).text
    assert "已部署" in shown
    assert NOTE in shown


def test_faulty_draft_says_where_and_cannot_be_submitted(browse: Browse) -> None:
    first = browse(FIRST)

    shown = first.get(upload(first, FAULTY)).text

    assert "chief" in shown
    assert "有错误，不能提交审批" in shown
    assert "/submission" not in shown


def test_what_is_sent_back_says_why_and_may_be_corrected(browse: Browse) -> None:
    first, second = browse(FIRST), browse(SECOND)
    page = submitted(first)

    send(second, f"{page}/refusal", reason="缺少补正环节")

    assert "已退回：缺少补正环节" in first.get(page).text
    assert submitted(first) == page
    assert f"{page}/approval" in second.get(page).text


def test_nobody_sends_back_without_a_reason_or_their_own(browse: Browse) -> None:
    first, second = browse(FIRST), browse(SECOND)
    page = submitted(first)

    send(second, f"{page}/refusal", reason=" ")
    assert "请填写此项。" in second.get(page).text
    send(first, f"{page}/refusal", reason="自己退回")

    assert "已退回：" not in first.get(page).text
    assert f"{page}/approval" in second.get(page).text


@pytest.mark.parametrize(
    ("key", "file", "expected"),
    [
        ("", SOUND, ("请填写“标识”。",)),
        (KEY, "", ("请填写“定义文件”。",)),
        ("", "", ("请填写“定义文件”。", "请填写“标识”。")),
        ("patterns/committed", SOUND, ("patterns/committed", "pattern:")),
        (KEY, "<broken", ("XML",)),
    ],
)
def test_upload_that_cannot_be_read_comes_back_filled(
    browse: Browse, key: str, file: str, expected: tuple[str, ...]
) -> None:
    sent = (BytesIO(file.encode()), "process.bpmn")

    answer = send(browse(FIRST), "/definitions/new", file=sent, key=key, note=NOTE)

    assert answer.status_code == 422
    assert [text for text in expected if text not in answer.text] == []
    assert NOTE in answer.text
    assert f'value="{key}"' in answer.text


def test_shortest_way_into_a_standstill_is_marked_on_the_diagram(browse: Browse) -> None:
    stuck = (ROOT / "tests/data/mistakes/21-parallel-join-after-choice.bpmn").read_text(encoding="utf-8")

    page = browse(FIRST).get(upload(browse(FIRST), stuck)).text

    marked = re.search(r'data-way="([^"]+)"', page)
    faulty = re.search(r'data-fault="([^"]+)"', page)
    assert marked
    assert faulty
    assert "meet" in faulty[1].split()
    assert all(f'id="{element}"' in stuck for element in marked[1].split())
    assert "到停滞处的最短路径" in page
