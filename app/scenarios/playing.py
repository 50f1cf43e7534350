"""Play a scenario on the virtual clock of a world."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from app.catalogue.scenarios import read_scenario
from app.domain.authority import Person
from app.domain.coverage import Coverage
from app.domain.errors import CaseworkError
from app.domain.scenario import Difference, Scenario, Step
from app.operations.enter_certificate import CertificateInput, enter_certificate
from app.operations.receive_application import receive_application
from app.operations.receive_theme_application import receive_theme_application
from app.queries.case_page import CaseView
from app.runtime.application import ApplicantInput, ApplicationInput
from app.scenarios.acts import ACTS
from app.scenarios.checking import compare
from app.scenarios.covering import read_coverage
from app.scenarios.world import NoSuchTask, World, scratch_world
from app.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """What a run of a scenario led to; it holds when nothing differs. covered: of each diagram its cases ran on."""

    scenario: Scenario
    case_no: str
    differences: tuple[Difference, ...]
    covered: tuple[Coverage, ...] = ()


def play_file(settings: Settings, path: Path, *, name: str = "") -> Played:
    """Play one file in a scratch installation of its own. name: how it is called in reports.

    Raises InvalidInput `scenario_file` when it cannot be read.
    """
    scenario = read_scenario(path, name=name or _name_of(path))
    with scratch_world(settings, scenario.at) as world:
        return play(world, scenario)


def play(world: World, scenario: Scenario) -> Played:
    """Play a scenario in a world whose clock stands at its first instant.

    Every act goes through the operation a door would call; between the acts deadlines fire and messages are delivered
    at their instants. An act that is refused, and need not be, is a difference, and the play goes on.
    """
    _enter_certificate(world, scenario)
    case_no = _apply(world, scenario)
    found: list[Difference] = []
    for number, step in enumerate(scenario.steps, start=1):
        if step.at is not None:
            world.move_to(step.at)
        place = f"when {number}"
        found.extend(_act(world, case_no, scenario, step, place))
        found.extend(_check(world, case_no, scenario.file, step, place))
    found.extend(_check(world, case_no, scenario.file, scenario, "then"))
    covered = read_coverage(world)
    return Played(scenario=scenario, case_no=case_no, differences=tuple(found), covered=covered)


def _enter_certificate(world: World, scenario: Scenario) -> None:
    """Enter the certificate a scenario begins with, as its holder has had it for years."""
    given = scenario.certificate
    if not given:
        return
    last_on = given.get("valid_to")
    entered = CertificateInput(
        certificate_no=str(given["number"]),
        matter_code=str(given["matter"]),
        region_code=scenario.region_code,
        holder_name=str(scenario.applicant.get("name", "")),
        holder_id_type=str(scenario.applicant.get("id_type", "111")),
        holder_id_number=str(scenario.applicant.get("id_number", "")),
        valid_from_on=date.fromisoformat(str(given["valid_from"])),
        valid_to_on=date.fromisoformat(str(last_on)) if last_on else None,
        source_document=str(given.get("source", scenario.file)),
    )
    enter_certificate(world.context, world.person(str(given["by"])), entered)


def _apply(world: World, scenario: Scenario) -> str:
    asked = ApplicationInput(
        code=scenario.theme or scenario.matter,
        region_code=scenario.region_code,
        intake_mode=scenario.intake_mode,
        applicant=ApplicantInput(
            kind=str(scenario.applicant.get("kind", "person")),
            name=str(scenario.applicant.get("name", "")),
            id_type=str(scenario.applicant.get("id_type", "111")),
            id_number=str(scenario.applicant.get("id_number", "")),
            mobile=str(scenario.applicant.get("mobile", "")),
        ),
        form=scenario.form,
        guidance=scenario.guidance,
    )
    receive = receive_theme_application if scenario.theme else receive_application
    answer = receive(world.context, world.person(scenario.by), asked)
    world.deliver()
    return str(answer["case_no"])


def _act(world: World, case_no: str, scenario: Scenario, step: Step, place: str) -> Iterator[Difference]:
    if not step.act:
        return
    case = _case_of(world, case_no, step)
    code = _attempt(world, case, world.person(step.by), step) if case else "member_not_open"
    world.deliver()
    if code != step.refused:
        what = f"{step.act} {step.facts[step.act]}"
        told = {"expected": step.refused or "-", "found": code or "-"}
        yield Difference(file=scenario.file, line=step.line, place=place, what=what, **told)


def _attempt(world: World, case: CaseView, person: Person, step: Step) -> str:
    """Return the code an act was refused with, empty when it was done."""
    course = world.course.copy()
    try:
        ACTS[step.act](world, case, person, step.facts)
    except NoSuchTask:
        return "task_not_open"
    except CaseworkError as refusal:
        world.course.reset(course)  # what was refused has moved nothing
        return refusal.code
    return ""


def _case_of(world: World, case_no: str, step: Step) -> CaseView | None:
    case = world.case(case_no)
    if not step.member:
        return case
    member = next((row for row in case.members if row.element == step.member), None)
    return world.case(member.case_no) if member else None


def _check(world: World, case_no: str, file: str, part: Step | Scenario, place: str) -> Iterator[Difference]:
    for what, wanted, found in compare(world, case_no, part.then):
        yield Difference(file=file, line=part.then_line, place=place, what=what, expected=wanted, found=found)


def _name_of(path: Path) -> str:
    """Name a file by the folder it belongs to: `committed/scenarios/in_time.toml`."""
    return "/".join(path.parts[-3:])
