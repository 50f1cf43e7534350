"""Papers as PDF and the progress anybody with the code may ask for."""

import io

import pytest
from pypdf import PdfReader

from tests.web.api_world import APPLICANT, BASE, DECIDER, FOREIGN, REVIEWER, WINDOW, Call, call, done, refused, site
from tests.web.conftest import World

__all__ = ["call", "site"]


@pytest.fixture
def receipt(call: Call) -> dict[str, str]:
    return call(APPLICANT).apply()


def test_every_paper_of_a_case_is_a_pdf_with_chinese_glyphs(call: Call, receipt: dict[str, str]) -> None:
    case_no, applicant = receipt["case_no"], call(APPLICANT)
    call(WINDOW).do(case_no, "check", "correct", remark="缺平面图")
    done(applicant.post(f"/cases/{case_no}/corrections", {}), 201)
    call(WINDOW).do(case_no, "check", "accept")
    call(REVIEWER).do(case_no, "review", "pass", opinion="符合条件")
    call(DECIDER).do(case_no, "decide", "approve")

    papers = done(applicant.get(f"/cases/{case_no}/documents"))["items"]
    answers = {paper["kind"]: applicant.get(f"/cases/{case_no}/documents/{paper['id']}") for paper in papers}

    assert set(answers) == {"receipt", "correction_notice", "acceptance", "decision"}
    for answer in answers.values():
        assert (answer.status_code, answer.mimetype, answer.data[:4]) == (200, "application/pdf", b"%PDF")
        page = PdfReader(io.BytesIO(answer.data)).pages[0]
        fonts = [font.get_object() for font in page["/Resources"]["/Font"].get_object().values()]
        assert fonts
        assert all("/FontFile" in str(font["/DescendantFonts"][0].get_object()["/FontDescriptor"]) for font in fonts)
    text = PdfReader(io.BytesIO(answers["receipt"].data)).pages[0].extract_text()
    assert case_no in text
    assert "食品经营许可" in text
    first, again = answers["receipt"].data, applicant.get(f"/cases/{case_no}/documents/{papers[0]['id']}").data
    assert first == again


def test_papers_of_another_county_are_not_there(call: Call, receipt: dict[str, str]) -> None:
    case_no = receipt["case_no"]
    paper = done(call(APPLICANT).get(f"/cases/{case_no}/documents"))["items"][0]

    refused(call(FOREIGN).get(f"/cases/{case_no}/documents/{paper['id']}"), 404, "case_unknown")
    other = call(APPLICANT).apply()["case_no"]
    refused(call(APPLICANT).get(f"/cases/{other}/documents/{paper['id']}"), 404, "document_unknown")


def test_progress_is_told_masked_to_who_has_the_code(call: Call, receipt: dict[str, str]) -> None:
    client, path = call(APPLICANT).client, f"{BASE}/public/progress/{receipt['case_no']}"

    told = done(client.get(path, query_string={"code": receipt["progress_code"].lower()}))

    assert (told["state"], told["applicant"]) == ("received", "张*")
    assert [clock["clock"] for clock in told["clocks"]] == ["notice5"]
    assert not {"422801199001011234", "13800000000", "张小芳"} & set(str(told).split("'"))
    for code in ("", "WRONG2"):
        refused(client.get(path, query_string={"code": code}), 404, "progress_unknown")
    refused(client.get(f"{BASE}/public/progress/none", query_string={"code": "AAAAAA"}), 404, "progress_unknown")


def test_progress_may_be_asked_only_so_often(call: Call, world: World, receipt: dict[str, str]) -> None:
    client, path = call(APPLICANT).client, f"{BASE}/public/progress/{receipt['case_no']}"
    allowed = world.container.settings.public_requests_per_minute

    answers = [client.get(path, query_string={"code": "WRONG2"}) for _ in range(allowed + 1)]

    assert {answer.status_code for answer in answers[:-1]} == {404}
    refused(answers[-1], 429, "too_many_requests")
    assert int(answers[-1].headers["Retry-After"]) > 0
