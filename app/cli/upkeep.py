"""Commands of operators: the clock, deadlines that were given up, tokens, the audit chains."""

import sys

import click
import orjson

from app.cli.group import cli, open_set_up, refusals_said
from app.domain.audit import verify_chain
from app.operations.confirm_clock import confirm_clock
from app.operations.manage_staff import issue_token
from app.operations.release_deemed import ask_release, release_deemed
from app.operations.retry_deadline import retry_deadline
from app.queries.audit import list_case_ids
from app.queries.holds import list_blocks
from app.runtime.people import find_person
from app.storage.cases import case_chain, case_head
from app.storage.deadlines import list_dead_ids


@cli.group()
def clock() -> None:
    """The clock of the machines."""


@clock.command(name="confirm")
@click.option("--reason", required=True, help="What it was compared with.")
def clock_confirm(reason: str) -> None:
    """Confirm that the clock is right after a jump or a restart; approvals by default go on by it."""
    container = open_set_up()
    with refusals_said(container.context.messages):
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
    context = open_set_up().context
    with context.database.read() as connection:
        chosen = list_dead_ids(connection) if every else ids
    with refusals_said(context.messages):
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
    context = open_set_up().context
    with refusals_said(context.messages):
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
    container = open_set_up()
    with refusals_said(container.context.messages):
        print(issue_token(container.context, None, login=login, name=name, days=days)["token"])


@cli.command(name="verify-audit")
def verify_audit() -> None:
    """Recompute every audit chain. Exit 1 when one is broken, with the case and the place."""
    container = open_set_up()
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
