"""Every test of the engine that asks for `run` is run twice: kept alive, and saved and loaded after each step."""

from collections.abc import Callable, Mapping

import pytest

from app.domain.decisions import DecisionModel
from app.engine.parser import Definition
from tests.unit.engine.kit import Host, define

Run = Callable[..., Host]


@pytest.fixture(params=["kept alive", "saved and loaded"])
def run(request: pytest.FixtureRequest) -> Run:
    def _run(
        body: str | Definition,
        variables: Mapping[str, object] | None = None,
        *,
        around: tuple[str, ...] = (),
        decisions: DecisionModel | None = None,
    ) -> Host:
        definition = define(body, around=around) if isinstance(body, str) else body
        return Host(definition, variables, is_saving=request.param == "saved and loaded", decisions=decisions)

    return _run
