"""Packages: checked whole against what is in force, approved by a second person, deployed whole or not at all."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa

from app.domain.actor import system_actor
from app.domain.errors import CaseworkError, Conflict, DiagramRefused, Forbidden, InvalidInput, NotFound
from app.operations.define import approve_definition, deploy_definition, save_definition, submit_definition
from app.operations.deploy_package import decide_package, deploy_package, submit_package
from app.operations.deploy_rules import deploy_rules, has_changed
from app.queries.packages import get_package, list_packages
from app.settings import ROOT
from app.storage.definitions import current_version
from app.storage.rules import current_generation, files_at
from app.storage.tables import definition_package
from tests.called_diagrams import CALLED, CALLER, CASE, call, calling, drawn, tasks
from tests.new_versions import deploy_changed, deploy_source
from tests.packing import packed
from tests.world import World

FIRST, SECOND, CLERK = "designer.es", "designer2.es", "window.enshi"
DIAGRAM, FORM, MATTER = (
    "bpmn/patterns/quick-check/process.bpmn",
    "rules/forms/quick_check.json",
    "rules/matters/scjg/quick-check.toml",
)
INSTANT = (ROOT / "bpmn/patterns/instant/process.bpmn").read_text(encoding="utf-8")
FORM_TEXT = (ROOT / "rules/forms/apply_company.json").read_text(encoding="utf-8")
LISTED = (ROOT / "rules/matters/cdc/newborn-vacc.toml").read_text(encoding="utf-8")
SITE_VISIT = "rules/decisions/site_visit.dmn"
VISITS = (ROOT / SITE_VISIT).read_text(encoding="utf-8")


def listed(text: str = LISTED) -> str:
    """Return the list of a matter of its own: quick-check of the market authority, handled by the diagram of the package."""
    changes = {
        'code = "newborn-vacc"': 'code = "quick-check"',
        'name = "预防接种证办理"': 'name = "快速核验"',
        'pattern = "instant"': 'pattern = "quick-check"',
        'department = "cdc"': 'department = "scjg"',
        'form = "apply_person"': 'form = "quick_check"',
        "0000134000000000013": "0000994000000000099",
    }
    for old, new in changes.items():
        assert old in text, old
        text = text.replace(old, new)
    return text


SOUND = {DIAGRAM: INSTANT.replace('id="pattern_instant"', 'id="quick_check"'), FORM: FORM_TEXT, MATTER: listed()}


def submitted(world: World, files: dict[str, str], login: str = FIRST) -> int:
    answer = submit_package(world.container.context, world.person(login), name="quick.zip", content=packed(files))
    return int(str(answer["package_id"]))


def deployed(world: World, files: dict[str, str]) -> int:
    """Submit, approve and deploy a package; return its generation."""
    context, package_id = world.container.context, submitted(world, files)
    decide_package(context, world.person(SECOND), package_id=package_id, is_approved=True)
    return int(str(deploy_package(context, world.person(SECOND), package_id=package_id)["generation"]))


def refused(world: World, files: dict[str, str]) -> list[tuple[str, str, int, str]]:
    """Return code, file, line and element of each fault a package is refused with."""
    with pytest.raises(DiagramRefused) as refusal:
        submitted(world, files)
    assert refusal.value.code == "package_refused"
    return [
        (str(item["code"]), str(item["file"]), int(str(item["line"])), str(item["element_id"]))
        for item in refusal.value.items
    ]


def generation_of(world: World) -> int:
    with world.container.context.database.read() as connection:
        return current_generation(connection)


def test_diagram_form_and_matter_of_a_package_begin_together(installed: World) -> None:
    before = generation_of(installed)

    generation = deployed(installed, SOUND)

    assert generation == before + 1 == generation_of(installed)
    case_no = installed.apply("quick-check")
    assert installed.open_task(case_no, "handle").element == "handle"
    published = installed.container.context.library.current()
    assert published.generation == generation
    assert {"pattern:quick-check"} <= published.definitions.keys()
    assert published.forms["quick_check"].version == 1


def test_nothing_counts_before_the_second_person_and_the_deployment(installed: World) -> None:
    context, before = installed.container.context, generation_of(installed)
    package_id = submitted(installed, SOUND)

    with pytest.raises(Forbidden) as own:
        decide_package(context, installed.person(FIRST), package_id=package_id, is_approved=True)
    with pytest.raises(Conflict) as early:
        deploy_package(context, installed.person(SECOND), package_id=package_id)
    decide_package(context, installed.person(SECOND), package_id=package_id, is_approved=True)

    assert own.value.code == "second_person_needed"
    assert early.value.code == "package_state"
    assert generation_of(installed) == before
    with pytest.raises(CaseworkError):
        installed.apply("quick-check")


def test_what_is_sent_back_is_neither_deployed_nor_decided_again(installed: World) -> None:
    context, second = installed.container.context, installed.person(SECOND)
    package_id = submitted(installed, SOUND)

    with pytest.raises(InvalidInput):
        decide_package(context, second, package_id=package_id, is_approved=False)
    decide_package(context, second, package_id=package_id, is_approved=False, reason="缺少场景")

    for act in (
        lambda: deploy_package(context, second, package_id=package_id),
        lambda: decide_package(context, second, package_id=package_id, is_approved=True),
    ):
        with pytest.raises(Conflict) as refusal:
            act()
        assert refusal.value.code == "package_state"


def test_every_fault_of_every_file_is_told_at_once(shared_world: World) -> None:
    faulty = {
        DIAGRAM: SOUND[DIAGRAM].replace('lb:role="window_clerk"', 'lb:role="chief"', 1),
        FORM: '{"components": [{"type": "slider", "key": "x"}]}',
        MATTER: SOUND[MATTER].replace('department = "scjg"', 'department = "nobody"'),
        SITE_VISIT: VISITS.replace("<inputEntry", "<inputEntry><text>((</text></inputEntry><x", 1),
        "bpmn/patterns/quick-check/scenarios/x.toml": "a = \n",
        "rules/secrets.txt": "x",
    }

    found = refused(shared_world, faulty)

    by_code = {code: (file, line, element) for code, file, line, element in found}
    assert by_code["package-file-kind"][0] == "rules/secrets.txt"
    assert by_code["toml-malformed"][:2] == ("bpmn/patterns/quick-check/scenarios/x.toml", 1)
    assert by_code["unknown-role"][0] == DIAGRAM
    assert by_code["unknown-role"][1] > 1
    assert by_code["unknown-role"][2] == "handle"
    assert by_code["form-refused"][0] == FORM
    assert by_code["matter-department"][0] == MATTER
    assert faulty[MATTER].splitlines()[by_code["matter-department"][1] - 1].startswith("regions")
    assert any(file == SITE_VISIT for _code, file, _line, _element in found)


def test_what_a_package_breaks_in_others_is_told_and_what_was_broken_before_is_not(shared_world: World) -> None:
    """The form of a step in force loses the field a condition of the diagram asks for."""
    path = "rules/forms/special_procedure_result.json"
    text = (ROOT / path).read_text(encoding="utf-8")

    found = refused(shared_world, {path: text.replace('"document_no"', '"paper_no"')})

    assert [(code, file, element) for code, file, _line, element in found] == [
        ("unknown-variable", "bpmn/patterns/committed-with-special-procedure/process.bpmn", "resume_clock")
    ]


def test_promise_of_a_list_and_limits_of_its_diagram_are_checked_together(shared_world: World) -> None:
    limited = SOUND[DIAGRAM].replace('id="handle_late"', 'id="handle_late" lb:limit="3WD"')

    found = refused(shared_world, {**SOUND, DIAGRAM: limited})

    assert [(code, element) for code, _file, _line, element in found] == [("steps-longer-than-promise", "handle_late")]


def test_package_without_anything_new_is_refused(shared_world: World) -> None:
    with pytest.raises(InvalidInput) as refusal:
        submitted(shared_world, {SITE_VISIT: VISITS})

    assert refusal.value.code == "package_unchanged"


def test_who_is_no_designer_or_of_another_region_may_not(shared_world: World) -> None:
    for login in (CLERK, "reviewer.enshi"):
        with pytest.raises(Forbidden):
            submitted(shared_world, SOUND, login)
    with pytest.raises(NotFound):
        deploy_package(shared_world.container.context, shared_world.person(FIRST), package_id=4)


def test_package_of_other_regions_is_not_seen_and_one_that_reaches_into_them_is_not_theirs(installed: World) -> None:
    context, designer = installed.container.context, installed.person(SECOND)
    (membership,) = designer.memberships
    lichuan = replace(designer, region_code="422802", memberships=(replace(membership, region_code="422802"),))
    both = submitted(installed, SOUND)
    enshi = {**SOUND, MATTER: SOUND[MATTER].replace('["422801", "422802"]', '["422801"]')}
    one = submitted(installed, enshi)

    with pytest.raises(Forbidden):
        submit_package(context, lichuan, name="x.zip", content=packed(SOUND))
    with pytest.raises(Forbidden) as reaching:
        decide_package(context, lichuan, package_id=both, is_approved=True)
    with pytest.raises(NotFound) as unseen:
        decide_package(context, lichuan, package_id=one, is_approved=True)

    assert (reaching.value.code, unseen.value.code) == ("not_permitted", "package_unknown")
    with context.database.read() as connection:
        assert [line.id for line in list_packages(connection, lichuan)] == [str(both)]
        with pytest.raises(NotFound):
            get_package(connection, lichuan, one)


def test_package_is_checked_once_more_when_it_is_deployed(installed: World) -> None:
    """The form its matter asks for is taken away between approval and deployment."""
    context, second = installed.container.context, installed.person(SECOND)
    package_id = submitted(installed, SOUND)
    decide_package(context, second, package_id=package_id, is_approved=True)
    with context.database.write() as uow:
        without = packed({path: text for path, text in SOUND.items() if path != FORM})
        uow.connection.execute(definition_package.update().values(content=without))
    before = generation_of(installed)

    with pytest.raises(DiagramRefused) as refusal:
        deploy_package(context, second, package_id=package_id)

    assert [item["code"] for item in refusal.value.items] == ["matter-form"]
    assert generation_of(installed) == before
    with context.database.read() as connection:
        assert connection.scalar(sa.select(definition_package.c.state)) == "approved"


def test_decision_deployed_by_itself_before_stays_when_a_package_is_deployed(installed: World) -> None:
    context, first, second = installed.container.context, installed.person(FIRST), installed.person(SECOND)
    own = VISITS.replace("<definitions", "<!-- mine --><definitions", 1).encode()
    saved = save_definition(context, first, key="decision:site_visit", source=own, edit=0)
    submit_definition(context, first, key="decision:site_visit")
    version = int(str(saved["version"]))
    approve_definition(context, second, key="decision:site_visit", version=version, is_approved=True)
    deploy_definition(context, second, key="decision:site_visit", version=version)

    deployed(installed, SOUND)

    with context.database.read() as connection:
        current = current_version(connection, "decision:site_visit")
    assert current is not None
    assert (current.version, current.source) == (version, own)


def test_package_stays_in_force_when_the_folders_are_deployed_again_until_they_change_its_files(
    installed: World, tmp_path: Path
) -> None:
    context, settings = installed.container.context, installed.container.settings
    changed = {"rules/forms/apply_company.json": (ROOT / "rules/forms/apply_company.json").read_text("utf-8") + "\n"}
    deployed(installed, {**SOUND, **changed})
    folders = {"bpmn_dir": settings.bpmn_dir, "rules_dir": settings.rules_dir}
    moved = {name: Path(shutil.copytree(path, tmp_path / name.removesuffix("_dir"))) for name, path in folders.items()}
    form = moved["rules_dir"] / "forms/apply_company.json"
    form.write_text(form.read_text("utf-8") + "\n\n", encoding="utf-8")

    unchanged = has_changed(context, **folders)
    deploy_rules(context, **folders, actor=system_actor("test"))
    with context.database.read() as connection:
        kept = files_at(connection, current_generation(connection))
    is_newer = has_changed(context, **moved)
    deploy_rules(context, **moved, actor=system_actor("test"))
    with context.database.read() as connection:
        after = files_at(connection, current_generation(connection))

    assert (unchanged, is_newer) == (False, True)
    assert kept["forms/apply_company.json"] == changed["rules/forms/apply_company.json"]
    assert {"forms/quick_check.json", "matters/scjg/quick-check.toml"} <= kept.keys() & after.keys()
    assert after["forms/apply_company.json"].endswith("\n\n")
    assert installed.apply("quick-check")


def test_diagrams_of_a_package_call_each_other_and_those_outside_keep_what_they_call(installed: World) -> None:
    deploy_source(installed, CALLED, tasks("inspect"))
    deploy_changed(installed, calling, key=CALLER)
    path = "bpmn/processes/look/process.bpmn"

    deployed(installed, {path: tasks("visit").decode()})
    outside = installed.apply(CASE)
    bench = (ROOT / "bpmn/processes/bench-three-tasks/process.bpmn").read_text(encoding="utf-8")
    deployed(
        installed, {path: tasks("report").decode(), path.replace("look", "bench-three-tasks"): calling(bench) + "\n"}
    )
    inside = installed.apply(CASE)

    for case_no, step in ((outside, "second/inspect"), (inside, "second/report")):
        installed.complete(case_no, "first", "reviewer.enshi", "accept")
        assert installed.open_task(case_no, step).state == "open"
    circle = drawn({"back": call("back", CALLER)}).decode()
    assert ("call-circle", path, 4, "back") in refused(installed, {path: circle})
