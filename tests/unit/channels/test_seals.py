"""What everything that seals promises, run over the images of this installation and over a signing service."""

import io
from pathlib import Path

import pypdf
import pytest

from app.channels.documents import find_seal_place, render_document
from app.channels.seals import LocalSeal, Seal
from app.domain.errors import TemporaryFailure
from app.domain.seal import SealRequest
from app.settings import ROOT
from tests.fakes import RemoteSeal

DECISION = ROOT / "rules" / "documents" / "decision"
FACTS = {
    "case_no": "4228012026030900017",
    "matter_name": "食品经营许可",
    "applicant_name": "张小芳",
    "department_name": "恩施市市场监督管理局",
    "document_no": "恩施市市监〔2026〕准予第1号",
}


@pytest.fixture(params=["local", "remote"])
def seal(request: pytest.FixtureRequest) -> Seal:
    return LocalSeal(ROOT / "rules" / "seals") if request.param == "local" else RemoteSeal()


def asked(**facts: object) -> SealRequest:
    data = {**FACTS, **facts}
    place, pages_count = find_seal_place(DECISION, data)
    return SealRequest(
        document_no=str(data["document_no"]),
        department_code="422801-scjg",
        content=render_document(DECISION, data).content,
        pages_count=pages_count,
        place=place,
    )


def pages_of(content: bytes) -> list[str]:
    return [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(content)).pages]


def test_sealed_paper_says_what_the_paper_said(seal: Seal) -> None:
    request = asked()

    sealed = seal.apply(request)

    assert sealed != request.content
    assert pages_of(sealed)[0].replace("\n", "").startswith(pages_of(request.content)[0].replace("\n", "")[:40])


def test_same_paper_may_be_sealed_again(seal: Seal) -> None:
    request = asked()

    assert seal.apply(request) == seal.apply(request)


def test_long_paper_keeps_its_pages_and_is_sealed_on_the_last(seal: Seal) -> None:
    request = asked(legal_basis=["《行政许可法》第三十二条规定了受理的期限与方式"] * 120)

    sealed = seal.apply(request)

    assert request.pages_count == request.place.page == len(pages_of(sealed)) > 1


def test_seal_without_an_image_is_a_failure_that_may_pass(tmp_path: Path) -> None:
    with pytest.raises(TemporaryFailure) as failed:
        LocalSeal(tmp_path).apply(asked())

    assert (failed.value.code, failed.value.permanent) == ("seal_unavailable", False)


def test_department_has_its_own_image(tmp_path: Path) -> None:
    shipped = (ROOT / "rules" / "seals" / "default.svg").read_text(encoding="utf-8")
    (tmp_path / "default.svg").write_text(shipped, encoding="utf-8")
    common = LocalSeal(tmp_path).apply(asked())
    (tmp_path / "422801-scjg.svg").write_text(shipped.replace("演示用印", "市监用印"), encoding="utf-8")

    own = LocalSeal(tmp_path).apply(asked())

    assert "市监用印" in pages_of(own)[0]
    assert "市监用印" not in pages_of(common)[0]
