"""Faults in rule files are all found, each with its file; nothing stops at the first one."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from app.catalogue.checker import check_rules
from app.catalogue.files import read_toml
from app.catalogue.matters import read_matters
from app.catalogue.messages import read_messages
from app.domain.errors import InvalidInput

ROOT = Path(__file__).parents[3]
BPMN = ROOT / "bpmn"
REG = "matters/scjg/startup-reg.toml"
SEAL = "matters/ga/startup-seal.toml"
THEME = "themes/startup/theme.toml"
FORM = "themes/startup/form.json"
PEOPLE = "demo_people.toml"
Change = Callable[[str, str, str], None]


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    return Path(shutil.copytree(ROOT / "rules", tmp_path / "rules"))


@pytest.fixture
def change(rules: Path) -> Change:
    def apply(name: str, old: str, new: str) -> None:
        path = rules / name
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), encoding="utf-8")

    return apply


@pytest.mark.parametrize(
    ("name", "old", "new", "code"),
    [
        (REG, 'promised_limit = "1WD"', 'promised_limit = "4WD"', "promise-over-statutory"),
        (REG, 'promised_limit = "1WD"', 'promised_limit = "soon"', "matter-limit"),
        (REG, 'department = "scjg"', 'department = "scjgg"', "matter-department"),
        (REG, 'pattern = "committed-with-special-procedure"', 'pattern = "quick"', "matter-definition"),
        (REG, 'pattern = "committed-with-special-procedure"\n', "", "matter-field"),
        (REG, 'form = "apply_company"', 'form = "apply_firm"', "matter-form"),
        (REG, 'impl_code = "11{region}', 'impl_code = "1{region}', "matter-code"),
        (REG, 'deemed_exclusion = ""', 'deemed_exclusion = "quantity"', "matter-deemed"),
        (REG, 'item_type = "01"', 'item_type = "20"', "matter-deemed"),
        (REG, 'deemed_document = "超时默认事项清单(演示)"', 'deemed_document = ""', "matter-deemed-document"),
        (REG, 'sod = "strict"', 'sod = "strict"\nis_deemed_acceptance = false', "matter-acceptance-basis"),
        (REG, 'sod = "strict"', 'sod = "strict"\npapers = ["letter"]', "matter-paper"),
        (REG, 'result_name = "营业执照"\n', "", "matter-field"),
        (REG, 'trust = "C"', 'trusted = "C"', "matter-field"),
        (REG, "count = 1\n", "", "matter-field"),
        (SEAL, 'code = "startup-seal"', 'code = "startup-reg"', "matter-twice"),
        (SEAL, "0000024000000000002", "0000014000000000001", "matter-code-twice"),
        (THEME, 'code = "startup-seal"', 'code = "startup-stamp"', "theme-member"),
        (THEME, 'lead_department = "scjg"', 'lead_department = "nobody"', "theme-department"),
        (THEME, 'lead_department = "scjg"\n', "", "theme-field"),
        (FORM, '"textfield"', '"richtext"', "form-refused"),
        ("forms/review.json", '"textarea"', '"html"', "form-refused"),
        ("departments.toml", 'region = "422801"', 'region = "429999"', "region-unknown"),
        ("regions.toml", 'parent = "420000"', 'parent = "430000"', "region-unknown"),
        (PEOPLE, 'login = "delivery.enshi"', 'login = "window.enshi"', "person-twice"),
        (PEOPLE, 'department = "422801-hall"', 'department = "422801-cellar"', "person-department"),
        (PEOPLE, 'roles = ["window_clerk"]', 'roles = ["king"]', "person-role"),
        ("documents/receipt/document.toml", 'kind = "receipt"', 'kind = "recipe"', "document-incomplete"),
        ("documents/receipt/document.toml", 'version = "1"\n', "", "document-incomplete"),
    ],
)
def test_a_fault_is_found_in_its_file(rules: Path, change: Change, name: str, old: str, new: str, code: str) -> None:
    change(name, old, new)

    findings = check_rules(rules, BPMN)

    assert (code, name) in {(item.code, item.file) for item in findings}
    assert all(item.severity == "error" for item in findings)


def test_every_fault_has_a_sentence_and_a_remedy_in_both_languages(rules: Path, change: Change) -> None:
    messages = read_messages(ROOT / "rules")
    change(REG, 'promised_limit = "1WD"', 'promised_limit = "4WD"')
    change(SEAL, 'form = "apply_company"', 'form = "none"')

    findings = check_rules(rules, BPMN)

    assert {item.code for item in findings} == {"promise-over-statutory", "matter-form"}
    for item in findings:
        for part in ("message", "remedy"):
            sentences = messages.both(f"checks.{item.code}.{part}", **item.facts)
            assert all("…" not in sentence for sentence in sentences.values())


def test_faults_of_several_files_are_reported_together(rules: Path, change: Change) -> None:
    change(REG, 'department = "scjg"', 'department = "nobody"')
    change(THEME, 'code = "startup-seal"', 'code = "startup-stamp"')
    change("forms/review.json", '"textarea"', '"html"')

    findings = check_rules(rules, BPMN)

    assert {item.file for item in findings} >= {REG, THEME, "forms/review.json"}


def test_a_file_that_is_no_toml_is_reported_with_its_line(rules: Path) -> None:
    (rules / REG).write_text('code = "startup-reg"\nname = \n', encoding="utf-8")
    (rules / SEAL).write_bytes(b"name = \xff\n")

    findings = check_rules(rules, BPMN)

    assert [(item.code, item.file, item.line) for item in findings] == [
        ("toml-malformed", SEAL, 0),
        ("toml-malformed", REG, 2),
    ]


def test_a_reader_refuses_a_file_that_is_no_toml(tmp_path: Path) -> None:
    path = tmp_path / "roles.toml"
    path.write_text("[roles\n", encoding="utf-8")

    with pytest.raises(InvalidInput) as refused:
        read_toml(tmp_path, path)

    assert refused.value.code == "rules_refused"
    assert refused.value.items[0]["file"] == "roles.toml"


def test_matters_that_lack_fields_are_refused_all_at_once(rules: Path, change: Change) -> None:
    change(REG, 'result_name = "营业执照"\n', "")
    change(SEAL, 'case_type = "2"\n', "")

    with pytest.raises(InvalidInput) as refused:
        read_matters(rules)

    assert {(item["file"], item["name"]) for item in refused.value.items} == {(REG, "result_name"), (SEAL, "case_type")}


@pytest.mark.parametrize(
    ("zh", "en", "code"),
    [
        ('[a]\nb = "一"', "", "message-missing"),
        ("", '[a]\nb = "one"', "message-missing"),
        ('[a]\nb = "{n} 件"', '[a]\nb = "{count} cases"', "message-placeholders"),
    ],
)
def test_languages_that_differ_are_refused(tmp_path: Path, zh: str, en: str, code: str) -> None:
    for language, text in (("zh", zh), ("en", en)):
        folder = tmp_path / "messages" / language
        folder.mkdir(parents=True)
        (folder / "room.toml").write_text(text, encoding="utf-8")

    with pytest.raises(InvalidInput) as refused:
        read_messages(tmp_path)

    assert [item["code"] for item in refused.value.items] == [code]
    assert refused.value.items[0]["key"] == "a.b"


def test_a_sentence_that_stands_in_two_files_is_refused(tmp_path: Path) -> None:
    for language in ("zh", "en"):
        folder = tmp_path / "messages" / language
        folder.mkdir(parents=True)
        for room in ("one", "two"):
            (folder / f"{room}.toml").write_text('greeting = "1"', encoding="utf-8")

    with pytest.raises(InvalidInput) as refused:
        read_messages(tmp_path)

    assert {item["file"] for item in refused.value.items} == {"messages/zh/two.toml", "messages/en/two.toml"}
