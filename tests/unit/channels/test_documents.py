import hashlib
import io
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pypdf
import pytest

from app.channels.documents import TEMPLATE, font_dir, render_document
from app.domain.errors import InvalidInput, TemporaryFailure
from app.settings import ROOT

SHIPPED = sorted(path.parent for path in (ROOT / "rules" / "documents").glob(f"*/{TEMPLATE}"))
# What a template could use to run text from the data, or to reach beyond the folder of documents.
REFUSED_IN_TEMPLATES = ("eval(", "plugin(", "@preview", "@local", "read(sys", "datetime.today")

PLAIN = """
#let data = json(bytes(sys.inputs.data))
#set text(font: ("Noto Serif SC", "Noto Sans SC"), lang: "zh")
#set page(paper: "a4")
= 受理通知书
#data.case_no

#data.matter_name

#for basis in data.at("legal_basis", default: ()) [ - #basis ]
"""
DATA: dict[str, object] = {
    "case_no": "4228022026030900017",
    "matter_name": "企业设立登记（利川市）",
    "legal_basis": ["中华人民共和国行政许可法第三十二条"],
}
ATTACKS = (
    "#panic()",
    '#read("/etc/passwd")',
    '#eval("1+1")',
    '")]#panic("',
    "$ x^2 $ *bold* _em_ `raw` = title",
    "@label <label> \\ // comment",
    "#sys.inputs.data",
)


@pytest.fixture
def template_dir(tmp_path: Path) -> Path:
    folder = tmp_path / "documents" / "acceptance"
    folder.mkdir(parents=True)
    (folder / TEMPLATE).write_text(PLAIN, encoding="utf-8")
    return folder


def text_of(content: bytes) -> str:
    return "\n".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(content)).pages)


def fonts_of(content: bytes) -> Iterator[pypdf.generic.DictionaryObject]:
    for page in pypdf.PdfReader(io.BytesIO(content)).pages:
        for font in page["/Resources"]["/Font"].values():
            whole = font.get_object()
            for inner in whole.get("/DescendantFonts", [whole]):
                yield inner.get_object()


def squeezed(text: str) -> str:
    return "".join(text.split())


def test_paper_says_the_chinese_facts(template_dir: Path) -> None:
    rendered = render_document(template_dir, DATA)

    assert rendered.content.startswith(b"%PDF-")
    assert rendered.sha256 == hashlib.sha256(rendered.content).hexdigest()
    text = squeezed(text_of(rendered.content))
    assert "受理通知书" in text
    assert "4228022026030900017" in text
    assert "企业设立登记（利川市）" in text
    assert "中华人民共和国行政许可法第三十二条" in text


def test_chinese_fonts_are_embedded_as_subsets(template_dir: Path) -> None:
    content = render_document(template_dir, DATA).content

    fonts = list(fonts_of(content))
    assert fonts
    for font in fonts:
        descriptor = font["/FontDescriptor"].get_object()
        assert {"/FontFile", "/FontFile2", "/FontFile3"} & set(descriptor)
        assert font["/BaseFont"][7:8] == "+", "a subset has a tag of six letters before its name"
    assert len(content) < 100_000


def test_same_data_give_the_same_bytes(template_dir: Path) -> None:
    in_another_order = dict(reversed(DATA.items()))

    assert render_document(template_dir, DATA) == render_document(template_dir, in_another_order)


def test_papers_typeset_at_the_same_time_do_not_mix(template_dir: Path) -> None:
    data = [{**DATA, "case_no": f"42280220260309{number:05}"} for number in range(24)]

    with ThreadPoolExecutor(4) as pool:
        rendered = list(pool.map(lambda one: render_document(template_dir, one), data))

    for one, paper in zip(data, rendered, strict=True):
        assert str(one["case_no"]) in text_of(paper.content)


@pytest.mark.parametrize("attack", ATTACKS)
def test_data_are_printed_and_never_executed(template_dir: Path, attack: str) -> None:
    rendered = render_document(template_dir, {**DATA, "matter_name": f"甲{attack}乙"})

    assert squeezed(f"甲{attack}乙") in squeezed(text_of(rendered.content)).replace("”", '"').replace("“", '"')


def test_template_reaches_no_file_outside_the_documents(template_dir: Path, tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("secret", encoding="utf-8")
    (template_dir / TEMPLATE).write_text('#read("../../secret.txt")', encoding="utf-8")

    with pytest.raises(TemporaryFailure) as failed:
        render_document(template_dir, DATA)

    assert failed.value.code == "document_template"


@pytest.mark.parametrize("template", [None, "#data.missing", "#unknown()", "#let = ["])
def test_faulty_template_is_named_and_not_tried_again(template_dir: Path, template: str | None) -> None:
    if template is None:
        (template_dir / TEMPLATE).unlink()
    else:
        (template_dir / TEMPLATE).write_text(template, encoding="utf-8")

    with pytest.raises(TemporaryFailure) as failed:
        render_document(template_dir, DATA)

    assert failed.value.code == "document_template"
    assert failed.value.facts["kind"] == "acceptance"
    assert failed.value.permanent


def test_data_that_are_no_json_values_are_refused(template_dir: Path) -> None:
    with pytest.raises(InvalidInput) as refused:
        render_document(template_dir, {"case_no": object()})

    assert refused.value.code == "document_data"


def test_fonts_come_with_the_package() -> None:
    assert {path.name for path in font_dir().glob("*.otf")} == {"NotoSansSC-Regular.otf", "NotoSerifSC-Regular.otf"}


@pytest.mark.parametrize("folder", SHIPPED, ids=lambda folder: folder.name)
def test_shipped_template_runs_no_text_and_loads_no_package(folder: Path) -> None:
    for source in folder.parent.rglob("*.typ"):
        text = source.read_text(encoding="utf-8")

        assert not [refused for refused in REFUSED_IN_TEMPLATES if refused in text], source.name


@pytest.mark.parametrize("folder", SHIPPED, ids=lambda folder: folder.name)
def test_shipped_template_prints_what_a_case_gives(folder: Path) -> None:
    sample = json.loads((Path(__file__).parent / "document_data.json").read_text(encoding="utf-8"))
    data = {**sample["shared"], **sample["kinds"].get(folder.name, {}), "kind": folder.name}

    rendered = render_document(folder, data)

    text = squeezed(text_of(rendered.content))
    for fact in ("case_no", "document_no", "department_name", "applicant_name"):
        assert squeezed(data[fact]) in text, fact
    assert rendered == render_document(folder, data)
