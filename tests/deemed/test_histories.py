"""No history leads to an early, a wrong or a forgotten approval by default (five hundred here, more in reliability)."""

from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.domain.loaded_case import LoadedCase
from app.storage.case_loading import load_case
from tests.deemed.conftest import Office
from tests.deemed.histories import BLOCKS, HISTORIES, Step, play
from tests.deemed.memory_case import MemoryCase
from tests.unit.domain.slow_clock import SlowCalendar

# The Qingming holiday lies in reach; no make-up day does.
CALENDAR = SlowCalendar(off=[date(2026, 4, day) for day in (4, 5, 6)], work=[], blocks=BLOCKS)


@pytest.fixture(scope="module")
def kind() -> str:
    """The rows are in memory; they come from the database that is at hand."""
    return "sqlite"


@pytest.fixture
def accepted(office: Office) -> LoadedCase:
    case_id = office.case_id(office.accepted())
    with office.context.database.write() as uow:
        loaded = load_case(uow, case_id)
    assert loaded is not None
    return loaded


@settings(max_examples=500, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(history=HISTORIES)
def test_no_history_leads_to_a_wrong_approval(office: Office, accepted: LoadedCase, history: list[Step]) -> None:
    library = office.context.library

    play(MemoryCase(accepted, library.current(), library.definition), history, CALENDAR)


@settings(max_examples=1, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.just(0))
def test_oracle_and_program_agree_that_silence_is_an_approval(office: Office, accepted: LoadedCase, seed: int) -> None:
    library = office.context.library
    case = MemoryCase(accepted, library.current(), library.definition)
    wait = Step(gap=6000, ticks=True, act="wait", reason="fraud", person=1, days=1)

    play(case, [wait, wait], CALENDAR)

    assert case.decision is not None
    assert case.decision[0] == "deemed_approve"
