"""Change sets: list version, diagram and document go live together, by two persons, on their day (K24)."""

import re
from collections.abc import Mapping
from io import BytesIO
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.domain.actor import system_actor
from app.domain.catalogue_change import CatalogueChangeInput
from app.domain.errors import Forbidden, NotFound
from app.factory import create_app
from app.operations.change_catalogue import submit_change
from app.operations.complete_task import Completion, complete_task
from app.operations.deploy_rules import deploy_rules
from app.operations.manage_staff import issue_token
from app.queries.catalogue_changes import get_catalogue_change, list_catalogue_changes
from app.storage.tables import case_file, catalogue_change, definition, offering_version
from tests.world import World

FIRST, SECOND, MANAGER, CLERK = "designer.es", "designer2.es", "catalogue.es", "window.enshi"
FOREIGN = "window.lichuan"
PATTERN = "pattern:committed-with-special-procedure"
FIVE, TWO = 'promised_limit = "5WD"', 'promised_limit = "2WD"'
DAY = "2026-03-09"
DOCUMENT = {
    "document_no": "恩施州政务办〔2026〕3号",
    "document_text": "食品经营许可承诺时限由五个工作日调整为两个工作日。",
}
NOTHING: Mapping[str, object] = {}
PDF = b"%PDF-1.7\n%%EOF\n"


class Desk:
    """Designers and their change sets of the food licence, over HTTP. The clock stands on Monday 2026-03-02."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.client: FlaskClient = create_app(container=world.container).test_client()
        settings = world.container.settings
        self.path = next(settings.rules_dir.glob("matters/*/restaurant-food.toml"))
        self.list = self.path.read_text(encoding="utf-8")
        self.diagram = (settings.bpmn_dir / "patterns" / PATTERN[8:] / "process.bpmn").read_bytes()

    def headers(self, login: str) -> dict[str, str]:
        token = issue_token(self.world.container.context, None, login=login, name="test", days=30)["token"]
        return {"Authorization": f"Bearer {token}"}

    def parts(self, given: Mapping[str, object] = NOTHING, text: str = "") -> dict[str, object]:
        """Return the parts of a change set with a promise of two days; the deployed diagram stays unless one is given."""
        source = text or self.list.replace(FIVE, TWO)
        kept = {} if "diagram" in given else {"kept_key": PATTERN, "kept_version": "1"}
        parts = {"list": source.encode(), "effective_from": DAY, **DOCUMENT, **kept, **given}
        return {name: value for name, value in parts.items() if value is not None}

    def send(self, parts: Mapping[str, object], login: str = FIRST) -> TestResponse:
        data = {
            name: (BytesIO(value), f"{name}.file") if isinstance(value, bytes) else value
            for name, value in parts.items()
        }
        return self.client.post(
            "/api/v1/catalogue-changes", data=data, headers=self.headers(login), content_type="multipart/form-data"
        )

    def submitted(self, **given: object) -> str:
        answer = self.send(self.parts(given))
        assert answer.status_code == 201, answer.json
        return str(answer.json["change_id"])

    def ended(self, kind: str, regions: str = "422801", *, on: str = DAY, **given: object) -> TestResponse:
        """Submit a pause or a cancellation."""
        parts = {"kind": kind, "matter_code": "restaurant-food", "regions": regions, "effective_from": on, **DOCUMENT}
        return self.send({**parts, **given})

    def act(self, change_id: str, act: str = "approval", login: str = SECOND, **body: object) -> TestResponse:
        path = f"/api/v1/catalogue-changes/{change_id}/{act}"
        return self.client.post(path, json=body or None, headers=self.headers(login))

    def get(self, change_id: str = "", login: str = FIRST) -> TestResponse:
        path = f"/api/v1/catalogue-changes{'/' if change_id else ''}{change_id}"
        return self.client.get(path, headers=self.headers(login))

    def accepted(self, case_no: str) -> str:
        """Accept a case at the window; return the due instant of its promise."""
        task = self.world.open_task(case_no, "check")
        marks = self.world.seen(case_no)
        completion = Completion(task_id=int(task.id), version=task.version, outcome="accept", marks=marks)
        complete_task(self.world.container.context, self.world.person(CLERK), completion)
        shown = self.client.get(f"/api/v1/cases/{case_no}", headers=self.headers(CLERK)).json
        return str(next(item["due_at"] for item in shown["clocks"] if item["clock"] == "promised"))

    def row_of(self, case_no: str) -> Any:
        with self.world.container.context.database.read() as connection:
            return connection.execute(sa.select(case_file).where(case_file.c.case_no == case_no)).one()

    def count(self, table: sa.Table) -> int:
        with self.world.container.context.database.read() as connection:
            return int(connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one())

    def with_limits(self, limit: str) -> bytes:
        """Return the pattern with a limit on the step that reviews, and one on the step that decides."""
        reviews = re.sub(
            rb'(<(?:\w+:)?userTask id="(?:review|decide)")', rb'\g<1> lb:limit="' + limit.encode() + b'"', self.diagram
        )
        assert reviews.count(b'lb:limit="' + limit.encode()) == 2
        return reviews

    def renamed(self, name: str = "新版食品许可") -> bytes:
        """Return the pattern as somebody redrew it: another name of the process."""
        return re.sub(rb'(<(?:\w+:)?process\b[^>]*\bname=")[^"]*', rb"\g<1>" + name.encode(), self.diagram)


@pytest.fixture
def desk(installed: World) -> Desk:
    return Desk(installed)


@pytest.fixture(scope="module")
def shared_desk(shared_world: World) -> Desk:
    return Desk(shared_world)


def refusal(answer: TestResponse) -> tuple[int, str, list[str]]:
    return answer.status_code, answer.json["code"], [item.get("code", "") for item in answer.json["errors"]]


def test_a_case_received_before_the_day_keeps_its_limit_and_one_received_after_has_the_new_one(desk: Desk) -> None:
    before, between = desk.world.apply("restaurant-food"), ""
    change_id = desk.submitted()

    assert desk.act(change_id).status_code == 200
    desk.world.at(2026, 3, 8, 23, 59)
    between = desk.world.apply("restaurant-food")
    desk.world.at(2026, 3, 9, 0, 0)
    after = desk.world.apply("restaurant-food")
    desk.world.at(2026, 3, 9, 9, 0)

    dues = [desk.accepted(case_no)[:10] for case_no in (before, between, after)]
    assert dues == ["2026-03-16", "2026-03-16", "2026-03-11"]


def test_nothing_changes_before_a_second_person_approves(desk: Desk) -> None:
    lists = desk.count(offering_version)
    change_id = desk.submitted()
    desk.world.at(2026, 3, 9, 9, 0)

    received = desk.world.apply("restaurant-food")

    assert desk.accepted(received)[:10] == "2026-03-16"
    assert desk.count(offering_version) == lists
    assert desk.get(change_id).json["state"] == "submitted"


def test_the_diagram_of_a_change_set_begins_on_its_day_and_for_its_matter_alone(desk: Desk) -> None:
    first = desk.world.apply("restaurant-food")
    change_id = desk.submitted(diagram=desk.renamed())
    answer = desk.act(change_id).json
    still = desk.world.apply("restaurant-food")

    desk.world.at(2026, 3, 9, 9, 0)
    changed, foreign = desk.world.apply("restaurant-food"), desk.world.apply("restaurant-food", "422802")

    definitions = {desk.row_of(case_no).definition_id for case_no in (first, still)}
    assert len(definitions) == 1
    assert answer["definition_version"] == 2
    new = desk.row_of(changed).definition_id
    assert new == desk.row_of(foreign).definition_id
    assert new not in definitions
    with desk.world.container.context.database.read() as connection:
        row = connection.execute(sa.select(definition).where(definition.c.id == new)).one()
        pinned = connection.execute(
            sa.select(offering_version.c.change_id).where(offering_version.c.change_id.is_not(None))
        ).all()
    assert (row.state, row.version, row.source) == ("bound", 2, desk.renamed())
    assert {item.change_id for item in pinned} == {int(change_id)}
    assert desk.world.container.context.library.current().definitions[PATTERN][0] in definitions


def test_a_later_change_set_may_keep_the_diagram_an_earlier_one_brought(desk: Desk) -> None:
    assert desk.act(desk.submitted(diagram=desk.renamed())).status_code == 200
    desk.world.at(2026, 3, 9, 9, 0)
    three = desk.list.replace(FIVE, 'promised_limit = "3WD"')

    kept = desk.send(desk.parts({"kept_version": "2", "effective_from": "2026-03-10"}, three))

    assert kept.status_code == 201
    assert desk.act(kept.json["change_id"]).json["definition_version"] == 2
    desk.world.at(2026, 3, 10, 9, 0)
    assert desk.accepted(desk.world.apply("restaurant-food"))[:10] == "2026-03-13"


def test_a_deployment_of_unchanged_files_leaves_an_approved_change_in_force(desk: Desk) -> None:
    assert desk.act(desk.submitted()).status_code == 200
    settings = desk.world.container.settings

    deploy_rules(
        desk.world.container.context,
        bpmn_dir=settings.bpmn_dir,
        rules_dir=settings.rules_dir,
        actor=system_actor("test"),
    )

    desk.world.at(2026, 3, 9, 9, 0)
    assert desk.accepted(desk.world.apply("restaurant-food"))[:10] == "2026-03-11"


def test_who_submitted_cannot_decide(desk: Desk) -> None:
    change_id = desk.submitted()

    approved, rejected = desk.act(change_id, login=FIRST), desk.act(change_id, "rejection", FIRST, reason="x")

    assert refusal(approved)[:2] == refusal(rejected)[:2] == (403, "second_person_needed")
    assert desk.act(change_id, login=MANAGER).json["state"] == "approved"
    assert refusal(desk.act(change_id))[:2] == (409, "change_set_state")


def test_a_rejection_says_why_and_publishes_nothing(desk: Desk) -> None:
    lists, change_id = desk.count(offering_version), desk.submitted()

    assert desk.act(change_id, "rejection").status_code == 422
    assert desk.act(change_id, "rejection", reason="文件没有盖章").json["state"] == "rejected"

    shown = desk.get(change_id).json
    assert (shown["state"], shown["reason"], shown["is_in_force"]) == ("rejected", "文件没有盖章", False)
    assert desk.count(offering_version) == lists
    assert refusal(desk.act(change_id))[:2] == (409, "change_set_state")


def test_an_approval_comes_too_late_once_the_day_has_begun(desk: Desk) -> None:
    change_id = desk.submitted()
    desk.world.at(2026, 3, 9, 0, 0)

    assert refusal(desk.act(change_id))[:2] == (422, "change_set_late")
    assert desk.get(change_id).json["state"] == "submitted"


def test_one_change_set_shows_old_and_new(desk: Desk) -> None:
    change_id = desk.submitted(document=PDF, document_text="")

    shown = desk.get(change_id).json
    assert desk.act(change_id).status_code == 200
    desk.world.at(2026, 3, 9, 9, 0)

    assert [item["region_code"] for item in shown["changes"]] == ["422801", "422802"]
    assert shown["changes"][0]["differences"] == [{"field": "promised_limit", "old": "5WD", "new": "2WD"}]
    assert shown["document_name"] == "document.file"
    line = desk.get().json["items"][0]
    assert (line["id"], line["state"], line["is_in_force"]) == (change_id, "approved", True)
    assert desk.get(change_id).json["changes"] == shown["changes"]


@pytest.mark.parametrize(
    ("left_out", "missing"),
    [
        ({"list": None}, ["/list"]),
        ({"kept_version": None}, ["/diagram"]),
        ({"document_no": ""}, ["/document_no"]),
        ({"document_text": ""}, ["/document"]),
        ({"effective_from": None}, ["/effective_from"]),
        ({"list": None, "kept_key": None, "document_text": None}, ["/list", "/diagram", "/document"]),
    ],
)
def test_a_change_set_that_lacks_a_part_is_refused_with_its_name(
    shared_desk: Desk, left_out: dict[str, object], missing: list[str]
) -> None:
    answer = shared_desk.send(shared_desk.parts(left_out))

    assert refusal(answer)[:2] == (422, "change_set_incomplete")
    assert [item["pointer"] for item in answer.json["errors"]] == missing
    assert answer.json["missing"] == ", ".join(name[1:] for name in missing)
    assert shared_desk.count(catalogue_change) == 0


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        (FIVE, 'promised_limit = "12WD"', "promise-over-statutory"),
        ('deemed_exclusion = ""', 'deemed_exclusion = "fund_payment"', "matter-deemed"),
        ('form = "apply_premises"', 'form = "no_such_form"', "matter-form"),
        (FIVE, "promised_limit = 5", "matter-type"),
        (FIVE, "", "matter-field"),
        ('code = "restaurant-food"', 'code = "../../restaurant-food"', "matter-field"),
        ('pattern = "committed-with-special-procedure"', 'pattern = "../themes"', "matter-definition"),
        (FIVE, "promised_limit = ", "toml-malformed"),
    ],
)
def test_a_faulty_list_is_refused_as_at_a_deployment(shared_desk: Desk, old: str, new: str, code: str) -> None:
    assert old in shared_desk.list

    answer = shared_desk.send(shared_desk.parts(text=shared_desk.list.replace(old, new)))

    assert refusal(answer) == (422, "change_set_refused", [code])
    found = answer.json["errors"][0]
    assert found["file"].endswith(".toml")
    assert found["line"] >= 1
    assert found["remedy"]
    assert shared_desk.count(catalogue_change) == 0


def test_faults_of_list_and_diagram_are_told_together(shared_desk: Desk) -> None:
    text = shared_desk.list.replace(FIVE, 'promised_limit = "12WD"')

    answer = shared_desk.send(shared_desk.parts({"diagram": b"<broken"}, text))

    status, code, found = refusal(answer)
    assert (status, code) == (422, "change_set_refused")
    assert found[0] == "promise-over-statutory"
    assert len(found) == 2
    line = shared_desk.list.splitlines().index(FIVE) + 1
    assert answer.json["errors"][0]["line"] == line
    assert answer.json["errors"][1]["file"] == "bpmn/patterns/committed-with-special-procedure/process.bpmn"


def test_limits_drawn_on_the_steps_stay_within_what_the_list_promises(desk: Desk) -> None:
    two_days, one_day = desk.with_limits("2WD"), desk.with_limits("1WD")

    longer = desk.send(desk.parts({"diagram": two_days}))
    within = desk.act(desk.submitted(diagram=one_day)).json["definition_version"]
    desk.world.at(2026, 3, 9, 9, 0)
    shortened = desk.list.replace(FIVE, 'promised_limit = "1WD"')
    kept = desk.send(desk.parts({"kept_version": str(within), "effective_from": "2026-03-10"}, shortened))

    assert refusal(longer) == (422, "change_set_refused", ["steps-longer-than-promise"])
    assert "审查 → 决定" in longer.json["errors"][0]["message"]
    assert "2WD + 2WD = 4WD" in longer.json["errors"][0]["message"]
    assert refusal(kept) == (422, "change_set_refused", ["steps-longer-than-promise"])


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"effective_from": "2026-03-02"}, "change_set_late"),
        ({"effective_from": "soon"}, "invalid"),
        ({"kept_version": "two"}, "invalid"),
        ({"kept_version": "7"}, "change_set_diagram"),
        ({"kept_key": "pattern:instant"}, "change_set_diagram"),
        ({"document": b"MZ no document"}, "material_type"),
    ],
)
def test_parts_that_do_not_fit_are_refused(shared_desk: Desk, given: dict[str, object], code: str) -> None:
    answer = shared_desk.send(shared_desk.parts(given))

    assert answer.status_code in (415, 422)
    assert answer.json["code"] == code
    assert shared_desk.count(catalogue_change) == 0


def test_only_those_who_answer_for_the_catalogue_change_it(desk: Desk) -> None:
    change_id = desk.submitted()

    assert refusal(desk.send(desk.parts(), CLERK))[:2] == (403, "not_permitted")
    assert desk.get(login=CLERK).status_code == desk.act(change_id, login=CLERK).status_code == 403
    assert refusal(desk.get("77"))[:2] == refusal(desk.act("77"))[:2] == (404, "catalogue_change_unknown")


def test_a_change_set_is_not_seen_from_another_region(desk: Desk) -> None:
    change_id, context = desk.submitted(), desk.world.container.context
    stranger = desk.world.person(FOREIGN)
    changed = CatalogueChangeInput(
        list_source=desk.list.encode(),
        diagram=desk.diagram,
        document_no="文1",
        document_text="文",
        effective_from=desk.world.clock.now().date().replace(day=9),
    )

    with context.database.reading() as opened:
        seen = list_catalogue_changes(opened.connection, stranger, now=opened.now, secret="s").items
        with pytest.raises(NotFound):
            get_catalogue_change(opened.connection, stranger, int(change_id), now=opened.now)
    with pytest.raises(Forbidden):
        submit_change(context, stranger, changed)

    assert seen == ()
