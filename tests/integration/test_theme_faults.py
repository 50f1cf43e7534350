"""Every fault of a theme folder is told with its file, its line and a remedy; all of them at once."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from app.catalogue.messages import read_messages
from app.domain.diagram import Finding
from app.domain.messages import LANGUAGES
from app.operations.deploy_rules import check_folders

ROOT = Path(__file__).parents[2]
CODE = "startup"
THEME = "rules/themes/startup/theme.toml"
FORM = "rules/themes/startup/form.json"
GUIDANCE = "rules/themes/startup/guidance.dmn"
DIAGRAM = "bpmn/themes/startup/process.bpmn"
LICHUAN = "rules/themes/startup/counties/422802.toml"
SEAL = "rules/matters/ga/startup-seal.toml"
COMPANY = "rules/forms/apply_company.json"
PATTERNS = ("committed", "committed-with-special-procedure", "external")
# Told where it is put right, though another file makes it wrong.
TOLD_IN_THEME = ("theme-member-not-offered", "theme-member-uncalled", "guidance-question-unused", "guidance-never")
Edit = Callable[[str, str, str], None]
CIRCLE = (
    ('sourceRef="gw_bank_done" targetRef="join"', 'sourceRef="gw_bank_done" targetRef="gw_accepted"'),
    ("<bpmn:incoming>flow_gw_bank_done_join</bpmn:incoming>", ""),
    (
        "<bpmn:outgoing>flow_gw_accepted_reg</bpmn:outgoing>",
        "<bpmn:incoming>flow_gw_bank_done_join</bpmn:incoming><bpmn:outgoing>flow_gw_accepted_reg</bpmn:outgoing>",
    ),
)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The theme of starting a company and no more than it needs."""
    root = tmp_path_factory.mktemp("theme")
    for name in (*(f"bpmn/patterns/{pattern}" for pattern in PATTERNS), "bpmn/themes/startup", "rules/themes/startup"):
        shutil.copytree(ROOT / name, root / name)
    for name in ("forms", "cards"):
        shutil.copytree(ROOT / "rules" / name, root / "rules" / name)
    for path in (ROOT / "rules").glob("*.toml"):
        if path.name != "demo_people.toml":
            shutil.copy(path, root / "rules")
    for path in (ROOT / "rules").glob("matters/*/startup-*.toml"):
        (root / path.relative_to(ROOT).parent).mkdir(parents=True, exist_ok=True)
        shutil.copy(path, root / path.relative_to(ROOT))
    return root


@pytest.fixture
def root(whole: Path, tmp_path: Path) -> Path:
    """A copy to spoil."""
    return Path(shutil.copytree(whole, tmp_path / "root"))


@pytest.fixture
def edit(root: Path) -> Edit:
    """Return how a file is spoilt; one that is not there is written."""

    def apply(name: str, old: str, new: str) -> None:
        path = root / name
        text = path.read_text(encoding="utf-8") if path.exists() else ""
        assert old in text
        path.parent.mkdir(exist_ok=True)
        path.write_text(text.replace(old, new, 1) if old else text + new, encoding="utf-8")

    return apply


def found_in(root: Path) -> tuple[Finding, ...]:
    return check_folders(root / "bpmn", root / "rules", theme=CODE)


def line_with(root: Path, name: str, mark: str) -> int:
    """Return the line of a file that holds a mark, the first one; 1 for no mark."""
    lines = (root / name).read_text(encoding="utf-8").split("\n")
    return next(number for number, line in enumerate(lines, 1) if mark in line) if mark else 1


def told(name: str) -> str:
    """Return a file as findings name it."""
    return name.removeprefix("rules/")


def test_the_theme_alone_has_no_fault(root: Path) -> None:
    assert found_in(root) == ()


@pytest.mark.parametrize(
    ("name", "old", "new", "code", "mark"),
    [
        (THEME, 'code = "startup"', 'code = "begin"', "theme-code", 'code = "begin"'),
        (THEME, 'name = "企业开办一件事"\n', "", "theme-field", ""),
        (THEME, "is_optional = true", "is_optinal = true", "theme-key", "is_optinal"),
        (THEME, "is_optional = true", 'is_optional = "yes"', "theme-type", 'is_optional = "yes"'),
        (THEME, '"422802"]', '"422899"]', "theme-region", "422899"),
        (THEME, '"422802"]', '"422823"]', "theme-department", "422823"),
        (THEME, 'lead_department = "scjg"', 'lead_department = "nobody"', "theme-department", "nobody"),
        (THEME, 'promised_limit = "3WD"', 'promised_limit = "soon"', "matter-limit", "soon"),
        (THEME, 'promised_limit = "3WD"', 'promised_limit = "2WD"', "theme-promise-under-path", "2WD"),
        (THEME, 'code = "startup-seal"', 'code = "startup-stamp"', "theme-member", "startup-stamp"),
        (THEME, 'code = "startup-tax"', 'code = "startup-reg"', "theme-twice", 'code = "startup-reg"'),
        (SEAL, '["422801", "422802"]', '["422801"]', "theme-member-not-offered", 'code = "startup-seal"'),
        (THEME, 'seal"\nis_optional', 'seal"\nwhen = "needs_seal = "\nis_optional', "theme-condition", "when ="),
        (THEME, 'seal"\nis_optional', 'seal"\nwhen = "seals > 1"\nis_optional', "theme-condition-name", "when ="),
        (FORM, "startup-reg.scope", "startup-reg.purpose", "theme-field-unknown", "startup-reg.purpose"),
        (FORM, "startup-reg.scope", "startup-court.scope", "theme-member-unknown", "startup-court"),
        (FORM, '"type": "textarea"', '"type": "number"', "theme-field-type", "startup-reg.scope"),
        (FORM, '"value": "sole"', '"value": "alone"', "theme-field-type", "startup-reg.company_type"),
        (FORM, "startup-seal.scope, ", "", "theme-field-unfilled", '"components"'),
        (FORM, '"type": "textarea"', '"type": "richtext"', "form-refused", '"richtext"'),
        (GUIDANCE, '"startup-seal"', '"startup-stamp"', "guidance-member", '"rule_3"'),
        (
            GUIDANCE,
            "<text>needs_seal</text>",
            "<text>needs_stamp</text>",
            "guidance-question",
            '<decision id="members"',
        ),
        (GUIDANCE, "<text>needs_seal</text>", "<text>needs_bank</text>", "guidance-question-unused", "needs_seal"),
        (GUIDANCE, '<text>"yes"</text>', '<text>"sure"</text>', "guidance-answer", '"rule_3"'),
        (GUIDANCE, '<text>"yes"</text>', '<text>"sure"</text>', "guidance-never", 'code = "startup-seal"'),
        (GUIDANCE, 'decision id="members"', 'decision id="choice"', "guidance-decision", ""),
        (DIAGRAM, "matter:startup-seal", "matter:startup-reg", "theme-call-twice", 'id="seal"'),
        (DIAGRAM, "matter:startup-seal", "matter:startup-court", "theme-call-unknown", 'id="seal"'),
        (DIAGRAM, "matter:startup-seal", "matter:startup-reg", "theme-member-uncalled", 'code = "startup-seal"'),
        (LICHUAN, "", 'departement = "x"\n', "theme-key", "departement"),
        (LICHUAN, "", '\nlead_department = "court"\n', "overlay-department", "court"),
        (LICHUAN, "", '[[member]]\ncode = "startup-court"\n', "overlay-member", "startup-court"),
        (
            LICHUAN,
            "",
            '[[member]]\ncode = "startup-tax"\n\nis_offered = false\n',
            "overlay-member-needed",
            "is_offered",
        ),
        (LICHUAN, "", '[[member]]\ncode = "startup-seal"\ndepartment = "court"\n', "overlay-department", "court"),
        (LICHUAN, "", '[[member]]\ncode = "startup-reg"\npromised_limit = "9WD"\n', "promise-over-statutory", "9WD"),
        (LICHUAN, "", '[[member]]\ncode = "startup-seal"\npromised_limit = "9"\n', "matter-limit", 'limit = "9"'),
        (LICHUAN, "", '\npromised_limit = "1WD"\n', "theme-promise-under-path", "1WD"),
        (LICHUAN.replace("2802", "2899"), "", 'place = "x"\n', "overlay-region", ""),
        (LICHUAN.replace("2802", "2823"), "", 'place = "x"\n', "overlay-region", ""),
    ],
)
def test_a_fault_is_told_with_file_line_and_code(
    root: Path, edit: Edit, name: str, old: str, new: str, code: str, mark: str
) -> None:
    edit(name, old, new)

    findings = [item for item in found_in(root) if item.code == code]

    assert findings
    place = THEME if code in TOLD_IN_THEME else name
    assert (told(place), line_with(root, place, mark)) in {(item.file, item.line) for item in findings}


def test_members_that_wait_for_each_other_are_told_at_the_first_of_them(root: Path, edit: Edit) -> None:
    for old, new in CIRCLE:
        edit(DIAGRAM, old, new)

    (found,) = (item for item in found_in(root) if item.code == "theme-circle")

    assert (found.file, found.line) == (DIAGRAM, line_with(root, DIAGRAM, 'id="reg"'))
    assert set(str(found.facts["members"]).split(", ")) == {"startup-bank", "startup-reg", "startup-seal"}


def test_a_situation_in_which_nothing_is_to_be_done_is_told_with_its_answers(root: Path, edit: Edit) -> None:
    for code, rule in (("startup-reg", 1), ("startup-tax", 2)):
        edit(THEME, f'code = "{code}"', f'code = "{code}"\nis_optional = true')
        edit(GUIDANCE, f'<inputEntry id="r{rule}a"><text>-', f'<inputEntry id="r{rule}a"><text>"yes"')

    (found,) = (item for item in found_in(root) if item.code == "guidance-nobody")

    assert (found.file, found.line) == (told(THEME), line_with(root, THEME, "[[member]]"))
    assert found.facts["answers"] == "needs_seal=no, has_employees=no, needs_bank=no"


def test_themes_that_share_a_member_say_the_same_of_it_in_a_county(root: Path, edit: Edit) -> None:
    for folder in ("rules/themes", "bpmn/themes"):
        shutil.copytree(root / folder / CODE, root / folder / "again")
    edit("rules/themes/again/theme.toml", 'code = "startup"', 'code = "again"')
    edit("rules/themes/again/counties/422802.toml", "", '[[member]]\ncode = "startup-seal"\ndepartment = "rs"\n')
    edit(LICHUAN, "", '[[member]]\ncode = "startup-seal"\ndepartment = "wj"\n')

    (found,) = (item for item in found_in(root) if item.severity == "error")

    line = line_with(root, LICHUAN, "[[member]]")
    assert (found.code, found.file, found.line) == ("overlay-conflict", told(LICHUAN), line)
    assert found.facts["other"] == "themes/again/counties/422802.toml"


def test_all_faults_are_told_at_once_each_with_a_remedy_in_both_languages(root: Path, edit: Edit) -> None:
    edit(THEME, 'lead_department = "scjg"', 'lead_department = "nobody"')
    edit(FORM, "startup-reg.scope", "startup-reg.purpose")
    edit(GUIDANCE, '"startup-seal"', '"startup-stamp"')
    edit(DIAGRAM, "matter:startup-bank", "matter:startup-seal")
    edit(LICHUAN, "", '[[member]]\ncode = "startup-seal"\ndepartment = "court"\n')
    messages = read_messages(ROOT / "rules")

    findings = found_in(root)

    assert {item.file for item in findings} >= {told(name) for name in (THEME, FORM, GUIDANCE, DIAGRAM, LICHUAN)}
    for item in findings:
        assert item.line > 0, item
        for part in ("message", "remedy"):
            for language in LANGUAGES:
                assert "…" not in messages.text(language, f"checks.{item.code}.{part}", **item.facts)


def test_a_form_of_any_size_names_the_line_of_its_fault(root: Path) -> None:
    form = json.loads((root / FORM).read_text(encoding="utf-8"))
    form["components"].append({"type": "textfield", "key": "company_name", "label": "again"})
    (root / FORM).write_text(json.dumps(form, ensure_ascii=False, indent=4), encoding="utf-8")

    (found,) = (item for item in found_in(root) if item.code == "form-refused")

    lines = (root / FORM).read_text(encoding="utf-8").split("\n")
    assert "company_name" in lines[found.line - 1]
    assert found.line > len(lines) - 8
