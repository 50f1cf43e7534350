"""The demonstration: scenarios that are shipped, played on a virtual clock, and the timeline each leads to."""

import logging
from collections.abc import Iterator
from pathlib import Path

import structlog

from app.catalogue.scenarios import read_scenario
from app.scenarios.playing import play
from app.scenarios.timeline import say_difference, tell_case
from app.scenarios.world import scratch_world
from app.settings import Settings

SHOWN = (
    "bpmn/patterns/committed-with-special-procedure/scenarios/decided_in_time.toml",
    "bpmn/patterns/committed-with-special-procedure/scenarios/suspended_for_expert_review.toml",
    "bpmn/patterns/committed/scenarios/approved_by_default.toml",
    "rules/themes/startup/scenarios/six_members.toml",
)
SILENT = logging.CRITICAL


def play_demonstration(settings: Settings, language: str) -> Iterator[str]:
    """Yield the lines of the timelines: in time, suspended and resumed, approved by default, a joint case."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(SILENT))
    for path in SHOWN:
        yield from _show(settings, settings.bpmn_dir.parent / path, language)


def _show(settings: Settings, path: Path, language: str) -> Iterator[str]:
    scenario = read_scenario(path)
    with scratch_world(settings, scenario.at) as world:
        played = play(world, scenario)
        yield ""
        yield f"== {scenario.titles.get(language, scenario.file)}"
        yield from tell_case(world, played.case_no, language)
        for item in played.differences:
            yield f"  {say_difference(world.context.messages, language, item)}"
