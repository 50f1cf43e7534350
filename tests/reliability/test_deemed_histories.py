"""Twenty thousand histories of a case: no early, wrong or forgotten approval by default."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings

from app.operations.complete_task import Completion, complete_task
from app.operations.receive_application import receive_application
from app.queries.case_page import find_case_id
from app.runtime.application import ApplicationInput
from app.scenarios.world import World, scratch_world
from app.settings import read_settings
from app.storage.case_loading import load_case
from tests.deemed.conftest import APPLICANT, FORM, START
from tests.deemed.histories import HISTORIES, Step, play
from tests.deemed.memory_case import MemoryCase
from tests.deemed.test_histories import CALENDAR

MOST = 20_000


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder: Path = tmp_path_factory.mktemp("var")
    with scratch_world(read_settings({"LIANBAN_VAR_DIR": str(folder), "LIANBAN_SECRET_KEY": "0" * 64}), START) as made:
        yield made


@pytest.fixture(scope="module")
def accepted(world: World) -> MemoryCase:
    entered = ApplicationInput(
        code="restaurant-food", region_code="422801", intake_mode="online", applicant=APPLICANT, form=FORM
    )
    case_no = str(receive_application(world.context, world.person("applicant1"), entered)["case_no"])
    task = next(item for item in world.case(case_no).tasks if item.element == "check")
    seen = dict.fromkeys(world.missing_materials(case_no), ("accepted", ""))
    completion = Completion(task_id=int(task.id), version=task.version, outcome="accept", marks=seen)
    complete_task(world.context, world.person("window.enshi"), completion)
    with world.context.database.write() as uow:
        loaded = load_case(uow, find_case_id(uow.connection, world.person("supervisor.es").scope, case_no))
    assert loaded is not None
    return MemoryCase(loaded, world.context.library.current(), world.context.library.definition)


@settings(max_examples=MOST, deadline=None)
@given(history=HISTORIES)
def test_no_history_leads_to_a_wrong_approval(accepted: MemoryCase, history: list[Step]) -> None:
    play(accepted.fresh(), history, CALENDAR)
