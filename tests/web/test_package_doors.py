"""Packages over the API and on their pages: uploaded, refused with every fault, approved, deployed."""

import re
from io import BytesIO

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.settings import ROOT
from tests.packing import packed
from tests.web.api_world import Call, app, call, done, refused, site
from tests.web.conftest import Browse, csrf_of

__all__ = ["app", "call", "site"]

FIRST, SECOND, CLERK = "designer.es", "designer2.es", "window.enshi"
FORM = "rules/forms/delivery.json"
DIAGRAM = "bpmn/patterns/quick-check/process.bpmn"
DRAWN = (ROOT / "bpmn/patterns/instant/process.bpmn").read_text(encoding="utf-8")
SOUND = packed({FORM: (ROOT / FORM).read_text(encoding="utf-8") + "\n", DIAGRAM: DRAWN})
FAULTY = packed({FORM: "{}", DIAGRAM: DRAWN.replace('lb:role="window_clerk"', 'lb:role="chief"', 1), "../x": ""})


def send(client: FlaskClient, path: str, **values: object) -> TestResponse:
    data = {"csrf_token": csrf_of(client, "/definitions/packages"), **values}
    return client.post(path, data=data, content_type="multipart/form-data")


def archive(raw: bytes) -> dict[str, object]:
    return {"file": (BytesIO(raw), "quick.zip"), "note": "出件表单"}


def test_a_package_goes_from_upload_to_deployment_over_the_api(call: Call) -> None:
    first, second = call(FIRST), call(SECOND)

    sent = done(first.send_form("/definitions", archive(SOUND)), 201)
    path = f"/definitions/packages/{sent['package_id']}"
    refused(first.post(f"{path}/approval"), 403, "second_person_needed")
    refused(second.post(f"{path}/deployment"), 409, "package_state")
    approved = done(second.post(f"{path}/approval"))
    deployed = done(first.post(f"{path}/deployment"))

    shown, (line,) = done(first.get(path)), done(first.get("/definitions/packages"))["items"]
    assert (sent["state"], approved["state"], deployed["state"]) == ("submitted", "approved", "deployed")
    assert (shown["generation"], line["files"], line["note"]) == (deployed["generation"], 2, "出件表单")
    assert shown["contents"] == [
        {"path": DIAGRAM, "kind": "diagram", "change": "new"},
        {"path": FORM, "kind": "form", "change": "changed"},
    ]
    assert first.get(f"{path}/content").data == SOUND
    versions = [item for item in done(first.get("/definitions"))["items"] if item["key"] == "pattern:quick-check"]
    assert [(item["version"], item["state"]) for item in versions] == [(1, "deployed")]


def test_every_fault_is_answered_with_file_line_element_and_remedy(call: Call) -> None:
    answer = refused(call(FIRST).send_form("/definitions", archive(FAULTY)), 422, "package_refused")

    found = {item["code"]: item for item in answer["errors"]}
    assert found["package-path"]["file"] == "../x"
    assert (found["unknown-role"]["file"], found["unknown-role"]["element_id"]) == (DIAGRAM, "handle")
    assert found["unknown-role"]["line"] > 1
    assert found["form-refused"]["file"] == FORM
    assert all(item["message"] and item["remedy"] for item in answer["errors"])
    assert done(call(FIRST).get("/definitions/packages"))["items"] == []


def test_what_is_sent_back_says_why_and_others_see_nothing(call: Call) -> None:
    first, second = call(FIRST), call(SECOND)
    sent = done(first.send_form("/definitions", archive(SOUND)), 201)
    path = f"/definitions/packages/{sent['package_id']}"

    refused(second.post(f"{path}/rejection", {"reason": " "}), 422, "invalid")
    done(second.post(f"{path}/rejection", {"reason": "缺少场景"}))

    shown = done(first.get(path))
    assert (shown["state"], shown["reason"]) == ("rejected", "缺少场景")
    refused(call(CLERK).get(path), 403, "not_permitted")
    refused(call(CLERK).send_form("/definitions", archive(SOUND)), 403, "not_permitted")
    refused(first.get("/definitions/packages/7"), 404, "package_unknown")
    refused(first.send_form("/definitions", {"note": "x"}), 422, "invalid")


def test_two_designers_deploy_a_package_on_its_pages(browse: Browse) -> None:
    first, second = browse(FIRST), browse(SECOND)

    page = send(first, "/definitions/packages/new", **archive(SOUND)).location
    own, theirs = first.get(page).text, second.get(page).text
    send(second, f"{page}/approval")
    send(first, f"{page}/deployment")

    assert "提交人不能审批自己的部署包" in own
    assert f"{page}/approval" not in own
    assert f"{page}/approval" in theirs
    assert DIAGRAM in theirs
    shown = first.get(page).text
    assert "已部署" in shown
    assert "出件表单" in shown
    assert f"{page}/deployment" not in shown
    assert page in first.get("/definitions/packages").text
    assert first.get(f"{page}/content").headers["Content-Disposition"].startswith("attachment")


def test_upload_page_tells_every_fault_and_keeps_the_note(browse: Browse) -> None:
    client = browse(FIRST)

    faulty = send(client, "/definitions/packages/new", **archive(FAULTY))
    empty = send(client, "/definitions/packages/new", note="只有说明")

    assert (faulty.status_code, empty.status_code) == (422, 422)
    assert len(re.findall(r"../x|chief|delivery\.json", faulty.text)) >= 3
    assert "出件表单" in faulty.text
    assert "请填写“部署包（ZIP）”" in empty.text
    assert "只有说明" in empty.text


def test_refusal_on_the_page_says_why(browse: Browse) -> None:
    first, second = browse(FIRST), browse(SECOND)
    page = send(first, "/definitions/packages/new", **archive(SOUND)).location

    send(second, f"{page}/rejection", reason="")
    assert "请填写此项。" in second.get(page).text
    send(second, f"{page}/rejection", reason="缺少场景")

    assert "已退回：缺少场景" in first.get(page).text
