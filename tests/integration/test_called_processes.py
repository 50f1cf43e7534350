"""Processes of other files, called by running cases: deployed by two persons, pinned for good, shown at the call."""

import os
import shutil
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import pytest
import sqlalchemy as sa

from app.domain.actor import system_actor
from app.domain.catalogue_change import CatalogueChangeInput
from app.domain.diagram import Finding
from app.domain.errors import DiagramRefused, InvalidInput
from app.operations import define
from app.operations.change_catalogue import submit_change
from app.operations.deploy_rules import check_folders, deploy_rules
from app.queries.case_page import find_case_id, get_case
from app.queries.diagram import DiagramView, get_diagram
from app.settings import ROOT
from app.storage.tables import instance_state, user_task
from tests.called_diagrams import CALLED, CALLER, CASE, call, calling, drawn, flow, task, tasks
from tests.card_desk import run_timer
from tests.integration.test_interventions import intervene
from tests.killing import FORK
from tests.new_versions import approve_source, asked, deploy_changed, deploy_source, migrated, outcomes, started
from tests.world import World, open_world

REVIEWER, DECIDER = "reviewer.enshi", "decider.enshi"
FIT = (
    '<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="fit" namespace="t">'
    '<decision id="fit" name="fit"><variable name="fit"/><literalExpression><text>{0}</text></literalExpression>'
    "</decision></definitions>"
)


def open_elements(world: World, case_no: str) -> list[str]:
    with world.container.context.database.read() as connection:
        view = get_case(connection, world.person("supervisor.es").scope, case_no)
    return sorted(item.element for item in view.tasks if item.state in ("open", "claimed"))


def at_second(world: World) -> str:
    """Take a case in and bring it to its second step."""
    case_no = world.apply(CASE)
    world.complete(case_no, "first", REVIEWER, "accept")
    return case_no


def shown(world: World, case_no: str) -> DiagramView:
    with world.container.context.database.read() as connection:
        return get_diagram(connection, find_case_id(connection, world.person("supervisor.es").scope, case_no))


@contextmanager
def reopened(world: World) -> Iterator[World]:
    """The same installation as another process sees it: nothing is remembered."""
    opened = open_world(world.container.settings, at=world.clock.now())
    yield opened
    opened.container.context.database.close()


def test_case_runs_through_a_called_process_and_stands_at_the_call(installed: World) -> None:
    deploy_source(installed, CALLED, tasks("inspect", "report"))
    deploy_changed(installed, calling, key=CALLER)
    case_no = at_second(installed)

    assert open_elements(installed, case_no) == ["second/inspect"]
    installed.complete(case_no, "second/inspect", REVIEWER, "pass")
    view = shown(installed, case_no)
    assert (view.key, view.current, view.done) == (CALLER, ("second",), ("first",))
    with reopened(installed) as later:
        assert open_elements(later, case_no) == ["second/report"]
    installed.complete(case_no, "second/report", REVIEWER, "pass")
    assert open_elements(installed, case_no) == ["third"]
    assert shown(installed, case_no).done == ("first", "second")
    installed.complete(case_no, "third", DECIDER, "approve")
    assert open_elements(installed, case_no) == []


def test_new_version_of_what_is_called_counts_when_the_caller_is_deployed_again(installed: World) -> None:
    deploy_source(installed, CALLED, tasks("inspect"))
    deploy_changed(installed, calling, key=CALLER)
    before = at_second(installed)

    deploy_source(installed, CALLED, tasks("visit"))
    between = at_second(installed)
    deploy_changed(installed, lambda source: source.replace('name="第三', 'name="第三步') + "\n", key=CALLER)
    after = at_second(installed)

    with reopened(installed) as later:
        assert [open_elements(later, case_no) for case_no in (before, between, after)] == [
            ["second/inspect"],
            ["second/inspect"],
            ["second/visit"],
        ]
        for case_no, element in ((before, "inspect"), (between, "inspect"), (after, "visit")):
            later.complete(case_no, f"second/{element}", REVIEWER, "pass")
            assert open_elements(later, case_no) == ["third"]


def test_deployment_that_is_killed_leaves_callers_and_cases_as_they_were(installed: World) -> None:
    deploy_source(installed, CALLED, tasks("inspect"))
    deploy_changed(installed, calling, key=CALLER)
    case_no, context, designer = at_second(installed), installed.container.context, installed.person("designer2.es")
    deploy_source(installed, CALLED, tasks("visit"))
    source = shown(installed, case_no).xml + "\n"
    version = approve_source(installed, CALLER, source.encode())
    context.database.close()

    def deploy_and_die() -> None:
        pytest.MonkeyPatch().setattr(define, "add_normalised", lambda *_: os.kill(os.getpid(), signal.SIGKILL))
        define.deploy_definition(context, designer, key=CALLER, version=version)

    process = FORK.Process(target=deploy_and_die)
    process.start()
    process.join()

    assert process.exitcode == -signal.SIGKILL
    with reopened(installed) as later:
        assert open_elements(later, at_second(later)) == ["second/inspect"]
        define.deploy_definition(later.container.context, designer, key=CALLER, version=version)
        assert open_elements(later, at_second(later)) == ["second/visit"]
        later.complete(case_no, "second/inspect", REVIEWER, "pass")
        assert open_elements(later, case_no) == ["third"]


def test_tables_of_a_called_process_are_those_its_caller_began_with(installed: World) -> None:
    judge = '<bpmn:businessRuleTask id="judge" name="判断" lb:decision="fit" lb:result="fit"/>'
    gateway = '<bpmn:exclusiveGateway id="ask" name="?" default="to_ask_other"/>'
    choice = flow("ask", "other") + task("other") + '<bpmn:endEvent id="end_other"/>' + flow("other", "end_other")
    chosen = flow("ask", "inspect").replace("/>", "><bpmn:conditionExpression>=fit</bpmn:conditionExpression>", 1)
    raw = drawn({"judge": judge, "ask": gateway, "inspect": task("inspect")}, more=choice).decode()
    raw = raw.replace(flow("ask", "inspect"), chosen + "</bpmn:sequenceFlow>")
    deploy_source(installed, "decision:fit", FIT.format("true").encode())
    deploy_source(installed, CALLED, raw.encode())
    deploy_changed(installed, calling, key=CALLER)
    running = installed.apply(CASE)

    deploy_source(installed, "decision:fit", FIT.format("false").encode())

    installed.complete(running, "first", REVIEWER, "accept")
    assert open_elements(installed, running) == ["second/inspect"]
    assert open_elements(installed, at_second(installed)) == ["second/other"]


def test_deadline_in_a_called_process_fires_at_its_place(installed: World) -> None:
    late = (
        '<bpmn:boundaryEvent id="late" name="逾期" attachedToRef="inspect"><bpmn:timerEventDefinition>'
        "<bpmn:timeDuration>2D</bpmn:timeDuration></bpmn:timerEventDefinition></bpmn:boundaryEvent>"
    )
    wait = late.replace("boundaryEvent", "intermediateCatchEvent").replace(' attachedToRef="inspect"', "")
    after = wait.replace('id="late"', 'id="pause"') + task("urge") + '<bpmn:endEvent id="end_late"/>'
    more = late + after + flow("late", "pause") + flow("pause", "urge") + flow("urge", "end_late")
    deploy_source(installed, CALLED, drawn({"inspect": task("inspect")}, more=more))
    deploy_changed(installed, calling, key=CALLER)
    case_no = at_second(installed)

    run_timer(installed, 2026, 3, 5, 9, 30)
    assert open_elements(installed, case_no) == []
    assert shown(installed, case_no).current == ("second",)

    run_timer(installed, 2026, 3, 10, 9, 30)
    assert open_elements(installed, case_no) == ["second/urge"]


def test_case_goes_to_a_version_whose_called_process_has_other_names(installed: World) -> None:
    deploy_source(installed, CALLED, tasks("inspect"))
    deploy_changed(installed, calling, key=CALLER)
    case_no = at_second(installed)
    deploy_source(installed, CALLED, tasks("visit"))
    deploy_changed(
        installed, lambda source: source.replace('id="second"', 'id="site"').replace('"second"', '"site"'), key=CALLER
    )
    versions: dict[str, object] = {"from_version": 2, "to_version": 3}

    with pytest.raises(InvalidInput) as misnamed:
        started(
            installed, asked({"process:look#inspect": "third", "process:look#nowhere": "third"}, key=CALLER, **versions)
        )
    refused = migrated(installed, asked({"second": "site"}, key=CALLER, **versions))
    assert outcomes(installed, refused) == {"refused": 1}
    moved = migrated(
        installed, asked({"second": "site", "process:look#inspect": "process:look#visit"}, key=CALLER, **versions)
    )

    assert [(item["pointer"], item["code"]) for item in misnamed.value.items] == [
        ("/mapping/process:look#inspect", "element_other_file"),
        ("/mapping/process:look#nowhere", "element_unknown_old"),
    ]
    assert outcomes(installed, moved) == {"moved": 1}
    assert open_elements(installed, case_no) == ["site/visit"]
    installed.complete(case_no, "site/visit", REVIEWER, "pass")
    assert open_elements(installed, case_no) == ["third"]


def test_token_is_moved_inside_a_called_process(installed: World) -> None:
    deploy_source(installed, CALLED, tasks("inspect", "report"))
    deploy_changed(installed, calling, key=CALLER)
    case_no = at_second(installed)

    effects = intervene(installed, case_no, "move_token", element="second/inspect", target="second/report")

    assert effects["tasks_opened"] == ["report"]
    assert open_elements(installed, case_no) == ["second/report"]


def refusals(world: World, key: str, source: bytes) -> list[tuple[object, object, object]]:
    with pytest.raises(DiagramRefused) as refused:
        approve_source(world, key, source)
    return [(item["code"], item["element_id"], item["line"]) for item in refused.value.items]


def test_faults_of_calls_stop_the_submission_all_at_once(installed: World) -> None:
    deploy_source(installed, CALLED, tasks("inspect"))
    deploy_changed(installed, calling, key=CALLER)
    steps = {"a": call("a", CALLER), "b": call("b", "process:nowhere"), "c": call("c", "matter:nothing")}

    assert refusals(installed, CALLED, drawn(steps)) == [
        ("call-circle", "a", 4),
        ("unknown-process", "b", 5),
        ("unknown-matter", "c", 6),
    ]
    assert open_elements(installed, at_second(installed)) == ["second/inspect"]


def folder_with(tmp_path: Path, **processes: bytes) -> Path:
    """Return a folder with what is shipped, and more processes in it."""
    shutil.copytree(ROOT / "rules", tmp_path / "rules")
    shutil.copytree(ROOT / "bpmn", tmp_path / "bpmn")
    shipped = (tmp_path / "bpmn/processes/bench-three-tasks/process.bpmn").read_text(encoding="utf-8")
    for name, source in {"bench-three-tasks": calling(shipped).encode(), **processes}.items():
        path = tmp_path / "bpmn/processes" / name / "process.bpmn"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(source)
    return tmp_path


def deploy_folder(world: World, root: Path) -> None:
    actor = system_actor("test")
    deploy_rules(world.container.context, bpmn_dir=root / "bpmn", rules_dir=root / "rules", actor=actor)


def test_folder_is_deployed_callees_first_and_callers_again(installed: World, tmp_path: Path) -> None:
    root = folder_with(tmp_path, look=drawn({"on": call("on", "process:zoom")}), zoom=tasks("inspect"))
    deploy_folder(installed, root)
    before = at_second(installed)

    (root / "bpmn/processes/zoom/process.bpmn").write_bytes(tasks("visit"))
    deploy_folder(installed, root)
    deploy_folder(installed, root)

    after = at_second(installed)
    assert open_elements(installed, before) == ["second/on/inspect"]
    assert open_elements(installed, after) == ["second/on/visit"]
    with installed.container.context.database.read() as connection:
        query = sa.select(instance_state.c.diagram_id).join(user_task, user_task.c.case_id == instance_state.c.case_id)
        assert len(set(connection.scalars(query))) == 2


def test_folder_is_checked_with_every_call_in_it(tmp_path: Path) -> None:
    back = drawn({"again": call("again", CALLER)})
    root = folder_with(tmp_path, look=back, loose=drawn({"x": call("x", "process:nowhere")}), broken=b"<a>")

    found = [item for item in check_folders(root / "bpmn", root / "rules") if item.severity == "error"]

    assert [_told(item) for item in found] == [
        ("xml-malformed", "bpmn/processes/broken/process.bpmn", "", ""),
        (
            "call-circle",
            "bpmn/processes/bench-three-tasks/process.bpmn",
            "second",
            "process:bench-three-tasks → process:look → process:bench-three-tasks",
        ),
        (
            "call-circle",
            "bpmn/processes/look/process.bpmn",
            "again",
            "process:look → process:bench-three-tasks → process:look",
        ),
        ("unknown-process", "bpmn/processes/loose/process.bpmn", "x", ""),
    ]


def _told(item: Finding) -> tuple[str, str, str, object]:
    return item.code, item.file, item.element, item.facts.get("circle", "")


def test_change_set_that_lets_a_matter_open_itself_is_refused(installed: World) -> None:
    path = ROOT / "bpmn/patterns/committed-with-site-visit/process.bpmn"
    begun = 'sourceRef="start" targetRef="gw_member"'
    source = path.read_text(encoding="utf-8").replace(begun, 'sourceRef="again" targetRef="gw_member"')
    more = call("again", "matter:hygiene-permit") + flow("start", "again")
    change = CatalogueChangeInput(
        list_source=(ROOT / "rules/matters/wj/hygiene-permit.toml").read_bytes(),
        diagram=source.replace("</bpmn:startEvent>", "</bpmn:startEvent>" + more, 1).encode(),
        document_no="恩施州政务办〔2026〕3号",
        document_text="公共场所卫生许可流程调整。",
        effective_from=date(2026, 3, 3),
    )

    with pytest.raises(DiagramRefused) as refused:
        submit_change(installed.container.context, installed.person("designer.es"), change)

    (fault,) = refused.value.items
    assert (fault["code"], fault["element_id"]) == ("call-circle", "again")
    assert fault["facts"] == {
        "called": "matter:hygiene-permit",
        "circle": "pattern:committed-with-site-visit → matter:hygiene-permit → pattern:committed-with-site-visit",
    }
