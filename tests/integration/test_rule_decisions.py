"""Business rule tasks of cases: decided by the tables a case began with, told with their reasons, never stuck."""

from datetime import date

import orjson
import pytest
import sqlalchemy as sa

from app.domain.catalogue_change import CatalogueChangeInput
from app.domain.errors import Conflict, DiagramRefused, NotFound
from app.operations.change_catalogue import approve_change, submit_change
from app.operations.define import approve_definition, deploy_definition, save_definition, submit_definition
from app.operations.receive_application import receive_application
from app.operations.retry_incident import retry_incident
from app.operations.withdraw_case import withdraw_case
from app.queries.case_page import HistoryEntry, find_case_id, get_case, list_history
from app.queries.failures import OpenIncident, list_incidents
from app.settings import ROOT
from app.storage.tables import case_input, outbox
from tests.world import World, application_for

KEY = "decision:site_visit"
TABLE = (ROOT / "rules/decisions/site_visit.dmn").read_text(encoding="utf-8")
PLACE = {"place_name": "恩施清泉浴室", "venue": "shop", "area": 60, "address": "舞阳大道1号", "has_commitment": False}
# A small shop is visited, a large bathhouse by two rules with different grounds.
STRICTER = TABLE.replace("<text>false</text></outputEntry>", "<text>true</text></outputEntry>")
CLASHING = TABLE.replace('id="site_visit_table" hitPolicy="UNIQUE"', 'id="site_visit_table" hitPolicy="ANY"').replace(
    '<text>"medium","low"</text>', '<text>"high","medium","low"</text>'
)
LARGE_BATHHOUSE = {"venue": "bathhouse", "area": 900}


def receive(world: World, **form: object) -> str:
    entered = application_for("hygiene-permit", form={**PLACE, **form})
    return str(receive_application(world.container.context, world.person("applicant1"), entered)["case_no"])


def accept(world: World, case_no: str) -> list[str]:
    """Accept a case and return what is open then."""
    world.complete(case_no, "check", "window.enshi", "accept")
    with world.container.context.database.read() as connection:
        view = get_case(connection, world.person("supervisor.es").scope, case_no)
    return [task.element for task in view.tasks if task.state in ("open", "claimed")]


def deploy(world: World, source: str, key: str = KEY) -> None:
    context, first, second = world.container.context, world.person("designer.es"), world.person("designer2.es")
    saved = save_definition(context, first, key=key, source=source.encode(), edit=0)
    submit_definition(context, first, key=key)
    version = int(str(saved["version"]))
    approve_definition(context, second, key=key, version=version, is_approved=True)
    deploy_definition(context, first, key=key, version=version)


def history(world: World, case_no: str, kind: str) -> list[HistoryEntry]:
    with world.container.context.database.read() as connection:
        case_id = find_case_id(connection, world.person("supervisor.es").scope, case_no)
        return [entry for entry in list_history(connection, case_id) if entry.kind == kind]


def incidents(world: World) -> list[OpenIncident]:
    with world.container.context.database.read() as connection:
        page = list_incidents(connection, world.person("supervisor.es").scope, secret="s")
    return [item for item in page.items if isinstance(item, OpenIncident)]


def test_audit_entry_names_rules_and_hash_and_beside_it_stand_the_values(installed: World) -> None:
    case_no = receive(installed, **LARGE_BATHHOUSE)

    assert accept(installed, case_no) == ["visit"]

    (entry,) = history(installed, case_no, "rule_decided")
    assert entry.facts["rules"] == [1]
    assert entry.facts["required"] == {"venue_risk": [1]}
    assert (entry.facts["element"], entry.facts["decision"]) == ("judge_visit", "site_visit")
    assert entry.decided == {
        "inputs": {"venue": "bathhouse", "venue_risk": "high", "area": 900, "has_commitment": False},
        "result": {"needed": True, "ground": "高风险场所"},
    }


def test_erased_values_leave_rules_and_hash(installed: World) -> None:
    case_no = receive(installed)
    accept(installed, case_no)
    with installed.container.context.database.write() as uow:
        uow.connection.execute(case_input.delete())

    (entry,) = history(installed, case_no, "rule_decided")

    assert (entry.facts["rules"], entry.decided) == ([5], None)
    assert len(str(entry.facts["inputs"])) == 64


def test_running_case_keeps_the_table_it_began_with(installed: World) -> None:
    running = receive(installed)

    deploy(installed, STRICTER)

    assert accept(installed, running) == ["review"]
    assert accept(installed, receive(installed)) == ["visit"]


def test_table_that_is_put_back_counts_for_new_cases_again(installed: World) -> None:
    deploy(installed, STRICTER)
    between = receive(installed)
    deploy(installed, TABLE)

    assert accept(installed, between) == ["visit"]
    assert accept(installed, receive(installed)) == ["review"]


def test_diagram_of_a_change_set_keeps_the_tables_of_the_day_it_was_approved(installed: World) -> None:
    context, folder = installed.container.context, ROOT / "bpmn/patterns/committed-with-site-visit"
    change = CatalogueChangeInput(
        list_source=(ROOT / "rules/matters/wj/hygiene-permit.toml").read_bytes(),
        diagram=(folder / "process.bpmn").read_bytes(),
        document_no="恩施州政务办〔2026〕3号",
        document_text="公共场所卫生许可流程调整。",
        effective_from=date(2026, 3, 3),
    )
    submitted = submit_change(context, installed.person("designer.es"), change)
    approve_change(context, installed.person("designer2.es"), change_id=int(str(submitted["change_id"])))

    deploy(installed, STRICTER)
    installed.at(2026, 3, 3, 9, 30)

    assert accept(installed, receive(installed)) == ["review"]


def test_decision_that_fails_becomes_an_incident_and_the_act_before_it_counts(installed: World) -> None:
    deploy(installed, CLASHING)
    case_no = receive(installed, **LARGE_BATHHOUSE)

    assert accept(installed, case_no) == []

    (found,) = incidents(installed)
    (entry,) = history(installed, case_no, "rule_decision_failed")
    assert installed.state_of(case_no) == "accepted"
    assert (found.case_no, found.code, found.element, found.decision) == (
        case_no,
        "decision_failed",
        "judge_visit",
        "site_visit",
    )
    assert (entry.facts["code"], entry.facts["rules"]) == ("decision_rules_differ", "1, 2")
    with installed.container.context.database.read() as connection:
        query = sa.select(outbox.c.payload).where(outbox.c.dedup_key.like("decision_failed:%"))
        (payload,) = connection.scalars(query)
    assert orjson.loads(payload)["addressee"] == "supervision_office"


def test_incident_is_retried_by_the_table_in_force_now(installed: World) -> None:
    deploy(installed, CLASHING)
    case_no = receive(installed, **LARGE_BATHHOUSE)
    accept(installed, case_no)
    (found,) = incidents(installed)
    context, supervisor = installed.container.context, installed.person("supervisor.es")
    with pytest.raises(Exception, match="decision_rules_differ"):
        retry_incident(context, supervisor, incident_id=int(found.id))
    with pytest.raises(NotFound, match="incident_unknown"):
        retry_incident(context, installed.person("supervisor.lichuan"), incident_id=int(found.id))

    deploy(installed, TABLE)
    answer = retry_incident(context, supervisor, incident_id=int(found.id))

    assert (answer["state"], answer["case_no"]) == ("retried", case_no)
    assert incidents(installed) == []
    assert installed.open_task(case_no, "visit").state == "open"
    assert len(history(installed, case_no, "rule_decision_retried")) == 1
    assert history(installed, case_no, "rule_decided")[0].facts["rules"] == [1]


def test_incident_of_a_case_that_went_another_way_is_closed(installed: World) -> None:
    deploy(installed, CLASHING)
    case_no = receive(installed, **LARGE_BATHHOUSE)
    accept(installed, case_no)
    (found,) = incidents(installed)
    context = installed.container.context
    with context.database.read() as connection:
        case_id = find_case_id(connection, installed.person("supervisor.es").scope, case_no)
    withdraw_case(context, installed.person("applicant1"), case_id=case_id, reason="改址")

    answer = retry_incident(context, installed.person("supervisor.es"), incident_id=int(found.id))

    assert answer["state"] == "resolved"
    assert incidents(installed) == []


def test_decision_a_diagram_asks_for_cannot_be_taken_away(installed: World) -> None:
    with pytest.raises(DiagramRefused) as refused:
        deploy(installed, TABLE.replace("site_visit", "other_visit"))

    assert [(item["code"], item["file"]) for item in refused.value.items] == [
        ("unknown-decision", "pattern:committed-with-site-visit")
    ]
    assert accept(installed, receive(installed)) == ["review"]


def test_overlap_stops_the_submission_with_its_example(installed: World) -> None:
    overlapping = TABLE.replace('<text>"medium","low"</text>', '<text>"high","medium"</text>')
    context, designer = installed.container.context, installed.person("designer.es")
    save_definition(context, designer, key=KEY, source=overlapping.encode(), edit=0)

    with pytest.raises(DiagramRefused) as refused:
        submit_definition(context, designer, key=KEY)

    (fault,) = refused.value.items
    assert (fault["code"], fault["element_id"]) == ("rules-overlap", "site_visit")
    assert fault["facts"] == {
        "rules": "1, 2",
        "example": 'venue_risk = "high", area = 500, has_commitment = true',
    }


def test_second_person_deploys_no_file_that_clashes_with_another(installed: World) -> None:
    with pytest.raises(DiagramRefused) as refused:
        deploy(installed, TABLE, key="decision:twice")

    assert {item["code"] for item in refused.value.items} == {"dmn-id-elsewhere"}
    with pytest.raises(Conflict):
        deploy_definition(installed.container.context, installed.person("designer.es"), key="decision:twice", version=1)
