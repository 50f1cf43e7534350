"""The rules that are shipped are whole: they can be read, they fit each other and the diagrams."""

import csv
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from app.catalogue.checker import check_rules
from app.catalogue.documents import read_documents
from app.catalogue.matters import read_matters
from app.catalogue.messages import read_messages
from app.catalogue.organisation import read_departments, read_operations, read_people, read_regions, read_roles
from app.catalogue.promises import read_promises
from app.catalogue.themes import read_themes
from app.diagrams.check_diagram import check_diagram
from app.diagrams.dmn_reader import read_dmn
from app.domain.form import read_form
from app.domain.messages import LANGUAGES
from app.domain.theme import choose_members
from app.domain.theme_form import split_form
from app.runtime.decision_files import check_decision_files, published_with
from app.runtime.diagram_files import diagram_key

ROOT = Path(__file__).parents[3]
RULES, BPMN = ROOT / "rules", ROOT / "bpmn"
COUNTIES = ("422801", "422802")
DIAGRAMS = sorted(BPMN.rglob("*.bpmn"))
# Offered by itself and member of no theme.
ALONE = {"food-renewal", "hygiene-permit", "online-catering"}
PROMISE_THEIR_LONGEST_PATH = {theme.code for theme in read_themes(RULES) if not theme.promised_limit}


def test_the_rules_have_no_fault() -> None:
    assert check_rules(RULES, BPMN) == ()


@pytest.mark.parametrize("path", DIAGRAMS, ids=[path.parent.name for path in DIAGRAMS])
def test_the_diagrams_name_only_what_is_published_and_keep_what_is_promised(path: Path) -> None:
    published = published_with(RULES, check_decision_files(RULES)[0], {})
    promises = read_promises(RULES).get(diagram_key(path, BPMN), ())

    known = replace(published, promises=promises)
    normalised, findings = check_diagram(path.read_bytes(), file=path.name, published=known)

    assert promises or path.parent.name in PROMISE_THEIR_LONGEST_PATH
    assert [item for item in findings if item.severity == "error"] == []
    assert normalised.is_deployable


def test_the_decision_tables_have_no_fault_no_overlap_and_no_gap() -> None:
    names, findings = check_decision_files(RULES)

    assert findings == ()
    assert {"venue_risk", "site_visit", "是否现场核查"} <= names


def test_the_regions_are_the_province_the_prefecture_and_its_parts() -> None:
    regions = {item.code: item for item in read_regions(RULES)}

    assert regions["422801"].name_zh == "恩施市"
    assert regions["422802"].parent == "422800"
    assert regions["420000"].parent == ""


def test_the_members_of_the_themes_are_offered_as_matters_in_both_counties() -> None:
    matters = [matter for matter in read_matters(RULES) if matter.is_listed]

    themes = Counter(matter.code.partition("-")[0] for matter in matters if matter.code not in ALONE)

    assert themes == {
        "startup": 6,
        "restaurant": 5,
        "newborn": 7,
        "hire": 7,
        "retire": 7,
        "deregister": 6,
        "house": 7,
        "shop": 4,
    }
    assert all(set(COUNTIES) <= set(matter.regions) for matter in matters)


def test_an_implementation_code_says_its_region() -> None:
    matter = next(item for item in read_matters(RULES) if item.code == "startup-reg")

    codes = [
        matter.offer(region_code=region, department_id=1, department_code=f"{region}-scjg").impl_code
        for region in COUNTIES
    ]

    assert [code[2:8] for code in codes] == list(COUNTIES)
    assert [len(code) for code in codes] == [31, 31]


def test_only_licences_nothing_excludes_may_be_approved_by_default() -> None:
    offerings = [
        matter.offer(region_code="422801", department_id=1, department_code="422801-x")
        for matter in read_matters(RULES)
    ]

    listed = {offering.matter_code for offering in offerings if offering.is_deemed_whitelisted}

    assert listed == {"startup-reg", "restaurant-food", "deregister-reg", "shop-food"}


def test_the_registration_of_a_company_may_be_extended_once() -> None:
    matter = next(item for item in read_matters(RULES) if item.code == "startup-reg")

    offering = matter.offer(region_code="422801", department_id=1, department_code="422801-scjg")

    assert (offering.promised_limit, offering.statutory_limit) == ("1WD", "3WD")
    assert offering.extension is not None
    assert (offering.extension.count, offering.extension.days) == (1, 3)
    assert [row.code for row in offering.materials] == ["articles", "premises", "identity", "resolution"]


def test_every_authority_of_a_matter_can_review_and_decide_with_two_people() -> None:
    roles: dict[str, list[frozenset[str]]] = {}
    for person in read_people(RULES):
        roles.setdefault(person.department, []).append(frozenset(person.roles))
    offered = {f"{region}-{item.department}" for item in read_matters(RULES) for region in item.regions}

    unable = [
        department
        for department in sorted(offered)
        if not any("reviewer" in held for held in roles.get(department, []))
        or not any("decider" in held for held in roles.get(department, []))
    ]

    assert unable == []


def test_nobody_may_both_review_and_decide() -> None:
    both = [person.login for person in read_people(RULES) if {"reviewer", "decider"} <= set(person.roles)]

    assert both == []


def test_no_password_stands_in_the_file_of_demonstration_people() -> None:
    fields = set(read_people(RULES)[0].__dataclass_fields__)

    assert fields == {"login", "name", "kind", "department", "roles", "region"}


@pytest.mark.parametrize("region", COUNTIES)
def test_every_county_has_a_hall_with_intake_and_delivery(region: str) -> None:
    departments = {item.code for item in read_departments(RULES)}

    roles = {role for person in read_people(RULES) if person.department == f"{region}-hall" for role in person.roles}

    assert f"{region}-hall" in departments
    assert {"window_clerk", "delivery_clerk"} <= roles


def test_roles_operations_and_papers_have_names_in_both_languages() -> None:
    messages = read_messages(RULES)

    names = {
        *(f"roles.{role}" for role in read_roles(RULES)),
        *(f"operations.{operation}" for operation in read_operations(RULES)),
        *(f"documents.{item.kind}.{part}" for item in read_documents(RULES) for part in ("name", "number")),
    }

    assert names - messages.keys() == set()
    for language in LANGUAGES:
        assert "17" in messages.text(language, "documents.receipt.number", authority="A", year=2026, n=17)


def test_every_paper_has_a_template_and_a_code() -> None:
    with (RULES / "codes.csv").open(encoding="utf-8", newline="") as file:
        kinds = {row["code"] for row in csv.DictReader(file) if row["table"] == "document_kind"}

    papers = read_documents(RULES)

    assert {item.kind for item in papers} <= kinds
    assert all((RULES / item.folder / "template.typ").is_file() for item in papers)


@pytest.mark.parametrize(
    ("answers", "members"),
    [
        ({"needs_seal": "no", "has_employees": "no", "needs_bank": "no"}, {"reg", "tax"}),
        ({"needs_seal": "yes", "has_employees": "no", "needs_bank": "no"}, {"reg", "tax", "seal"}),
        ({"needs_seal": "no", "has_employees": "yes", "needs_bank": "no"}, {"reg", "tax", "social", "fund"}),
        (
            {"needs_seal": "yes", "has_employees": "yes", "needs_bank": "yes"},
            {"reg", "tax", "seal", "social", "fund", "bank"},
        ),
    ],
)
def test_the_situation_chooses_the_members_of_starting_a_company(answers: dict[str, object], members: set[str]) -> None:
    theme = next(item for item in read_themes(RULES) if item.code == "startup")
    model = read_dmn((RULES / "themes" / "startup" / "guidance.dmn").read_bytes(), file="guidance.dmn").model
    assert model is not None

    decided = model.decide("members", answers).value
    chosen = choose_members(theme, decided, answers)  # type: ignore[arg-type]

    assert set(chosen) == {f"startup-{name}" for name in members}


def test_what_is_typed_once_fills_the_forms_of_all_members() -> None:
    theme = next(item for item in read_themes(RULES) if item.code == "startup")
    answers = {
        "company_name": "云雾茶业",
        "company_type": "limited",
        "address": "舞阳坝",
        "scope": "茶叶",
        "capital_wan": 50,
    }

    forms = split_form(theme, answers)

    assert forms.keys() == {member.matter_code for member in theme.members}
    assert all(form == answers for form in forms.values())


def test_a_refusal_needs_its_reasons_and_an_approval_shows_no_field_for_them() -> None:
    form = read_form((RULES / "forms" / "decision.json").read_bytes())

    assert "reasons" in form.field_names
    assert {"ground", "expected_days", "reason"} <= set(
        read_form((RULES / "forms" / "review_with_special.json").read_bytes()).field_names
    )
