"""Commands of designers and integrators: diagrams, rules, themes and their scenarios."""

import logging
import os
import sys
from pathlib import Path

import click
import orjson
import structlog

from app.catalogue.messages import read_messages
from app.catalogue.scenarios import find_scenario_files
from app.catalogue.theme_starter import write_theme
from app.cli.group import cli, open_container, open_set_up, refusals_said
from app.diagrams.findings import say_finding
from app.diagrams.reader import finding_item
from app.domain.actor import system_actor
from app.domain.diagram import Finding
from app.domain.messages import LANGUAGES, Messages
from app.operations.deploy_rules import check_path, deploy_rules
from app.scenarios.conformance import Bounds, count_trials, say_trial, trial_item, try_diagrams
from app.scenarios.demonstration import play_demonstration
from app.scenarios.playing import play_file
from app.scenarios.report import Report
from app.settings import read_settings


@cli.command()
@click.argument("paths", nargs=-1, type=click.Path(exists=True, path_type=Path))
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text")
def check(paths: tuple[Path, ...], form: str) -> None:
    """Check the folders `bpmn` and `rules` under each PATH (default: those of this checkout). Exit 0 when accepted.

    A PATH that is the folder of one theme, such as `rules/themes/startup`, tells only what concerns that theme.
    """
    container = open_container()
    settings = container.settings
    findings: list[Finding] = []
    for root in paths or (settings.bpmn_dir.parent,):
        findings.extend(check_path(root))
    for item in findings:
        print(_finding_text(item, container.context.messages, form))
    sys.exit(1 if any(item.severity == "error" for item in findings) else 0)


@cli.command()
@click.argument("path", type=click.Path(exists=True, path_type=Path), required=False)
def deploy(path: Path | None) -> None:
    """Deploy the folders `bpmn` and `rules` under PATH (default: those of this checkout)."""
    container = open_set_up()
    root = path or container.settings.bpmn_dir.parent
    with refusals_said(container.context.messages):
        done = deploy_rules(
            container.context, bpmn_dir=root / "bpmn", rules_dir=root / "rules", actor=system_actor("command_line")
        )
        print(f"generation {done.generation}: {len(done.changed)} files changed, {done.definitions} diagrams")


@cli.command(name="new-theme")
@click.argument("code")
@click.option("--name", default="", help="Name of the theme. Default: its code.")
@click.option("--root", type=click.Path(exists=True, file_okay=False, path_type=Path), default=None)
def new_theme(code: str, name: str, root: Path | None) -> None:
    """Write a theme to begin with below --root (default: this checkout); it passes the check as it is."""
    settings = read_settings()
    folder = root or settings.bpmn_dir.parent
    with refusals_said(read_messages(settings.rules_dir)):
        for path in write_theme(folder, code=code, name=name):
            print(path.relative_to(folder))


@cli.command()
@click.option("--language", type=click.Choice(list(LANGUAGES)), default="zh", show_default=True)
def demo(language: str) -> None:
    """Play four cases on a virtual clock and print their timelines."""
    for line in play_demonstration(read_settings(), language):
        print(line)


@cli.command()
@click.argument("paths", nargs=-1, type=click.Path(exists=True, path_type=Path))
@click.option(
    "--coverage", "is_covered", is_flag=True, help="Say what each file, and all together, reach of each diagram."
)
@click.option("--at-least", type=click.IntRange(0, 100), help="Fail when a diagram is covered to a smaller PERCENT.")
@click.option("--language", type=click.Choice(list(LANGUAGES)), default="zh", show_default=True)
def scenarios(*, paths: tuple[Path, ...], is_covered: bool, at_least: int | None, language: str) -> None:
    """Play the scenario files below each PATH (default: all that are shipped) on a virtual clock.

    Exit 1 when one differs, or when what they reach together is less than asked.
    """
    settings = read_settings()
    messages = read_messages(settings.rules_dir)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    files = find_scenario_files(*(paths or (settings.bpmn_dir, settings.rules_dir)))
    report = Report(messages, language)
    for file in files:
        with refusals_said(messages):
            played = play_file(settings, file)
        print(*report.say(played, with_coverage=is_covered), sep="\n")
    print(*report.say_together(at_least=at_least, with_coverage=is_covered), sep="\n")
    sys.exit(0 if report.is_sound else 1)


@cli.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--walks", default=12, show_default=True, help="How often each process is played at random.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text")
@click.option("--language", type=click.Choice(list(LANGUAGES)), default="zh", show_default=True)
def conformance(paths: tuple[Path, ...], walks: int, form: str, language: str) -> None:
    """Try every diagram below each PATH, also of other tools: does it open, may it be deployed, and if not, why."""
    messages = read_messages(read_settings().rules_dir)
    trials = []
    for trial in try_diagrams(paths, Bounds(walks=walks)):
        trials.append(trial)
        if form == "text":
            print(say_trial(trial, messages, language), flush=True)
    totals = count_trials(trials)
    if form == "json":
        files = [trial_item(trial, messages) for trial in trials]
        print(orjson.dumps({"files": files, "totals": totals}, default=str).decode())
    else:
        print(messages.text(language, "conformance.total", **totals))


def _finding_text(item: Finding, messages: Messages, form: str) -> str:
    if form == "json":
        return orjson.dumps(finding_item(item)).decode()
    return say_finding(item, messages, "zh" if os.environ.get("LANG", "").startswith("zh") else "en")
