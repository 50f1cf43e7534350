"""Commands that set an installation up and keep it running."""

import os
import secrets
import sys
from datetime import datetime
from pathlib import Path

import click

from app.cli.group import cli, open_container, refusals_said
from app.container import Container, build_container
from app.domain.actor import system_actor
from app.domain.messages import LANGUAGES, Messages
from app.domain.vocabulary import Lane
from app.operations.add_demo_people import add_demo_people
from app.operations.deploy_rules import deploy_rules, has_changed
from app.settings import read_settings
from app.storage.clock import FixedClock
from app.storage.migrate import migrate
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


@cli.command()
def init() -> None:
    """Create or upgrade the database, deploy what is shipped, add the demonstration people."""
    _set_up(open_container())


@cli.command()
@click.option("--bind", default="127.0.0.1:8000", show_default=True, help="Address to serve on.")
def run(bind: str) -> None:
    """Set up, then serve web and timer worker together until stopped."""
    container = open_container()
    password = _set_up(container)
    container.context.database.close()
    _say_welcome(bind, password, container.context.messages)
    serve_forever(bind, metrics_dir=container.settings.metrics_dir or container.settings.var_dir / "metrics")


@cli.command()
def worker() -> None:
    """Run the timer worker alone."""
    container = open_container()
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


def _set_up(container: Container) -> str:
    """Bring schema, rules and people up to date; safe to run at every start. Returns the demonstration password."""
    context, settings = container.context, container.settings
    migrate(context.database)
    with refusals_said(context.messages):
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
