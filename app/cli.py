"""The command line: `flask --app wsgi ...`, also `python -m app.cli ...`."""

import logging
import os
import secrets
import sys
from datetime import datetime
from pathlib import Path

import click
import orjson
import structlog
from flask import Flask

from app.catalogue.calendars import read_calendars
from app.catalogue.messages import read_messages
from app.catalogue.scenarios import find_scenario_files
from app.catalogue.theme_starter import write_theme
from app.container import Container, build_container
from app.diagrams.findings import say_finding
from app.diagrams.reader import finding_item
from app.domain.actor import system_actor
from app.domain.audit import verify_chain
from app.domain.calendar_layers import CalendarBook
from app.domain.diagram import Finding
from app.domain.errors import CaseworkError
from app.domain.messages import LANGUAGES, Messages
from app.domain.vocabulary import Lane
from app.operations.add_demo_people import add_demo_people
from app.operations.confirm_clock import confirm_clock
from app.operations.deploy_rules import check_path, deploy_rules, has_changed
from app.operations.manage_staff import issue_token
from app.operations.release_deemed import ask_release, release_deemed
from app.operations.retry_deadline import retry_deadline
from app.queries.audit import list_case_ids
from app.queries.due_date_table import answer_table
from app.queries.holds import list_blocks
from app.runtime.people import find_person
from app.scenarios.conformance import Bounds, count_trials, say_trial, trial_item, try_diagrams
from app.scenarios.demonstration import play_demonstration
from app.scenarios.playing import play_file
from app.scenarios.report import Report
from app.settings import read_settings
from app.storage.cases import case_chain, case_head
from app.storage.clock import FixedClock
from app.storage.deadlines import list_dead_ids
from app.storage.migrate import migrate
from app.telemetry.logs import configure_logs
from app.worker.jobs import beat, drain_lane, drain_outbox
from app.worker.serve import run_worker_with_parent, serve_forever

WELCOMED = {
    "window.enshi": "window_clerk",
    "reviewer.enshi": "reviewer",
    "decider.enshi": "decider",
    "head.enshi": "unit_head",
    "delivery.enshi": "delivery_clerk",
    "window.lichuan": "other_county",
    "supervisor.es": "supervisor",
    "duty.es": "duty_officer",
    "head.es": "superior",
    "governor.enshi": "government_head",
    "catalogue.es": "catalogue_manager",
    "designer.es": "designer",
    "admin.es": "admin",
    "applicant1": "applicant",
}


@click.group()
def cli() -> None:
    """Lianban: case processing with binding time limits."""
    configure_logs()


@cli.command()
def init() -> None:
    """Create or upgrade the database, deploy what is shipped, add the demonstration people."""
    _set_up(_container())


@cli.command()
@click.option("--bind", default="127.0.0.1:8000", show_default=True, help="Address to serve on.")
def run(bind: str) -> None:
    """Set up, then serve web and timer worker together until stopped."""
    container = _container()
    password = _set_up(container)
    container.context.database.close()
    _say_welcome(bind, password, container.context.messages)
    serve_forever(bind, metrics_dir=container.settings.metrics_dir or container.settings.var_dir / "metrics")


@cli.command()
def worker() -> None:
    """Run the timer worker alone."""
    container = _container()
    run_worker_with_parent(container.context, container.channel)


@cli.command()
@click.option("--now", "at", default=None, help="Instant to pretend, RFC 3339, for rehearsals.")
def tick(at: str | None) -> None:
    """Fire what is due once, deliver the outbox once, and say how many."""
    clock = FixedClock(datetime.fromisoformat(at)) if at else None
    container = build_container(read_settings(), clock=clock)
    beat(container.context)
    for lane in Lane:
        print(f"{lane.name.lower()}: {drain_lane(container.context, lane, budget_s=60)}")
    print(f"outbox: {drain_outbox(container.context, container.channel, budget_s=60)}")


@cli.group()
def clock() -> None:
    """The clock of the machines."""


@clock.command(name="confirm")
@click.option("--reason", required=True, help="What it was compared with.")
def clock_confirm(reason: str) -> None:
    """Confirm that the clock is right after a jump or a restart; approvals by default go on by it."""
    container = _container()
    with _refusals(container.context.messages):
        confirmed = confirm_clock(container.context, None, reason=reason)
        print(f"confirmed at {confirmed['confirmed_at']}")


@cli.group()
def deadlines() -> None:
    """Deadlines that were given up or are blocked."""


@deadlines.command(name="retry")
@click.argument("ids", nargs=-1, type=int)
@click.option("--all", "every", is_flag=True, help="Every dead letter.")
def deadlines_retry(*, ids: tuple[int, ...], every: bool) -> None:
    """Have dead letters tried again at once, each in a transaction of its own."""
    context = _container().context
    with context.database.read() as connection:
        chosen = list_dead_ids(connection) if every else ids
    with _refusals(context.messages):
        for deadline_id in chosen:
            print(f"{deadline_id}: {retry_deadline(context, None, deadline_id=deadline_id)['state']}")


@deadlines.command(name="release")
@click.argument("login")
@click.option("--outage", "outage_id", type=int, default=None, help="Ask for what this outage blocks.")
@click.option("--closure", "closure_id", type=int, default=None, help="Ask for what this closure blocks.")
@click.option("--reason", default="", help="What was looked at.")
@click.option("--confirm", "release_id", type=int, default=None, help="Confirm this release.")
def deadlines_release(
    *, login: str, outage_id: int | None, closure_id: int | None, reason: str, release_id: int | None
) -> None:
    """Release what an outage or a closure blocks, as LOGIN: one person asks, another confirms.

    Without options: list what waits for a release.
    """
    context = _container().context
    with _refusals(context.messages):
        person = find_person(context, login)
        if release_id is not None:
            print(orjson.dumps(release_deemed(context, person, release_id=release_id)).decode())
        elif outage_id is not None or closure_id is not None:
            asked = ask_release(context, person, outage_id=outage_id, closure_id=closure_id, reason=reason)
            print(orjson.dumps(asked).decode())
        else:
            with context.database.read() as connection:
                print(orjson.dumps(list_blocks(connection, person.scope)).decode())


@cli.command()
@click.argument("login")
@click.option("--name", default="command line", help="What the token is for.")
@click.option("--days", default=30, show_default=True)
def token(login: str, name: str, days: int) -> None:
    """Print a bearer token for LOGIN."""
    container = _container()
    with _refusals(container.context.messages):
        print(issue_token(container.context, None, login=login, name=name, days=days)["token"])


@cli.command()
@click.argument("paths", nargs=-1, type=click.Path(exists=True, path_type=Path))
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text")
def check(paths: tuple[Path, ...], form: str) -> None:
    """Check the folders `bpmn` and `rules` under each PATH (default: those of this checkout). Exit 0 when accepted.

    A PATH that is the folder of one theme, such as `rules/themes/startup`, tells only what concerns that theme.
    """
    container = _container()
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
    container = _container()
    root = path or container.settings.bpmn_dir.parent
    with _refusals(container.context.messages):
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
    with _refusals(read_messages(settings.rules_dir)):
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
        with _refusals(messages):
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


@cli.command(name="due-dates")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), default=None, help="Default: print it.")
def due_dates(file: Path, output: Path | None) -> None:
    """Compute every output column of a table of time-limit cases from its input columns.

    A fact the rules refuse counts for nothing, and its code stands in the column outcomes. A row that cannot be read or
    leaves the calendar data does not stop the table: its code (row_malformed, limit_negative, hours_malformed,
    calendar_layer_unknown, bundle_circle, calendar_missing) stands in due_date, in due_dt and as the outcome of the
    start, its other output columns stay blank, and a line on the error output names the row, the column and why.
    """
    settings = read_settings()
    messages = read_messages(settings.rules_dir)
    with _refusals(messages):
        book = CalendarBook(read_calendars(settings.rules_dir))
    # What is no UTF-8 passes through as it came, so that one bad cell does not cost the table.
    name = str(output or "-")
    with (
        file.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as source,
        click.open_file(name, "w", "utf-8", "surrogateescape", atomic=output is not None) as target,
    ):
        for fault in answer_table(source, target, book):
            key = f"errors.{fault.pop('code')}.detail"
            print(f"{file}:{fault['row']}: {messages.text('en', key, **fault)}", file=sys.stderr)


@cli.command(name="verify-audit")
def verify_audit() -> None:
    """Recompute every audit chain. Exit 1 when one is broken, with the case and the place."""
    container = _container()
    broken = 0
    with container.context.database.read() as connection:
        case_ids = list_case_ids(connection)
        for case_id in case_ids:
            head = case_head(connection, case_id)
            fault = verify_chain(
                case_chain(connection, case_id),
                last_seq=head[0] if head else None,
                last_hash=head[1] if head else None,
            )
            if fault is not None:
                broken += 1
                print(f"case {case_id}: entry {fault.seq} {fault.kind}")
    print(f"{len(case_ids)} chains, {broken} broken")
    sys.exit(1 if broken else 0)


def register_commands(app: Flask) -> None:
    """Offer the same commands under `flask --app wsgi`; `run` stays Flask's own there."""
    for name, command in cli.commands.items():
        if name != "run":
            app.cli.add_command(command)


def _container() -> Container:
    return build_container(read_settings())


def _set_up(container: Container) -> str:
    """Bring schema, rules and people up to date; safe to run at every start. Returns the demonstration password."""
    context, settings = container.context, container.settings
    migrate(context.database)
    with _refusals(context.messages):
        if has_changed(context, rules_dir=settings.rules_dir, bpmn_dir=settings.bpmn_dir):
            deploy_rules(
                context, bpmn_dir=settings.bpmn_dir, rules_dir=settings.rules_dir, actor=system_actor("set_up")
            )
    password = _demo_password(settings.var_dir / "demo_password")
    add_demo_people(context, password=password)
    return password


def _demo_password(path: Path) -> str:
    """Return the password of the demonstration people, made at the first start and readable by its owner alone."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(os.environ.get("LIANBAN_DEMO_PASSWORD") or secrets.token_urlsafe(9), encoding="ascii")
    return path.read_text(encoding="ascii").strip()


def _say_welcome(bind: str, password: str, messages: Messages) -> None:
    """Print where to go and who to sign in as, in both languages."""
    for language in LANGUAGES:
        print(messages.text(language, "welcome.address", address=f"http://{bind}"))
        print(messages.text(language, "welcome.password", password=password))
    for login, key in WELCOMED.items():
        print(f"  {login:<16} {' / '.join(messages.text(language, f'welcome.{key}') for language in LANGUAGES)}")
    sys.stdout.flush()


def _finding_text(item: Finding, messages: Messages, form: str) -> str:
    if form == "json":
        return orjson.dumps(finding_item(item)).decode()
    return say_finding(item, messages, "zh" if os.environ.get("LANG", "").startswith("zh") else "en")


class _refusals:  # noqa: N801
    """Turn a refusal into its sentences and exit 1."""

    def __init__(self, messages: Messages) -> None:
        self._messages = messages

    def __enter__(self) -> None:
        return None

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if not isinstance(error, CaseworkError):
            return
        key = f"errors.{error.code}"
        text = self._messages.text("en", f"{key}.title", **error.facts) if self._messages.has(f"{key}.title") else ""
        print(f"{error.code}: {text}", file=sys.stderr)
        for item in error.items:
            print(f"  {dict(item)}", file=sys.stderr)
        sys.exit(1)


if __name__ == "__main__":
    cli()
