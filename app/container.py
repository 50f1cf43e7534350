"""The container: chooses the adapters of a process once and builds what everything else works with."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from app.catalogue.messages import read_messages
from app.channels import Channel, open_channels
from app.channels.seals import LocalSeal, Seal
from app.engine.parser import Watch
from app.operations.deliver_message import deliver_message
from app.operations.deliver_outbox import InternalHandler
from app.operations.deliver_signal import deliver_signal, give_signal
from app.operations.join_member_cases import join_member_cases
from app.operations.withdraw_member_case import withdraw_member_case
from app.queries.published_view import PublishedView
from app.runtime.context import Context
from app.runtime.library import Library
from app.settings import Settings
from app.storage.clock import Clock
from app.storage.database import open_database
from app.storage.ids import IdSource

# What does the work of a message that stays inside: its name -> the operation.
MESSAGE_HANDLERS: Mapping[str, InternalHandler] = {
    "deliver_message": deliver_message,
    "deliver_signal": deliver_signal,
    "give_signal": give_signal,
    "join_member_cases": lambda context, payload: join_member_cases(context, int(str(payload["case_id"]))),
    "withdraw_member_case": lambda context, payload: withdraw_member_case(context, int(str(payload["case_id"]))),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Container:
    """The adapters of this process."""

    settings: Settings
    context: Context
    channel: Channel

    def view(self) -> PublishedView:
        """Return what queries read of the rules published now."""
        published = self.context.library.current()
        return PublishedView(
            calendars=published.calendars,
            counting=published.time_rules.counting,
            rule_sets=published.time_rules.rule_sets,
            default_rule_set=published.time_rules.default_rule_set,
            deemed=published.time_rules.deemed,
            department_calendars={item.id: item.calendar_id for item in published.departments.values()},
        )


def build_container(
    settings: Settings,
    *,
    clock: Clock | None = None,
    seal: Seal | None = None,
    watcher: Callable[[int], Watch] | None = None,
) -> Container:
    """Open the database and the channel the settings name.

    clock: a virtual one for scenarios and demonstrations. seal: of a signing service; by default images are drawn.
    watcher: gives for a diagram who is told where tokens go.
    """
    messages = read_messages(settings.rules_dir)
    database = open_database(settings.database_url, clock=clock)
    context = Context(
        settings=settings,
        database=database,
        ids=IdSource(database),
        library=Library(database, messages, watcher=watcher),
        messages=messages,
        seal=seal or LocalSeal(settings.seals_dir),
    )
    return Container(settings=settings, context=context, channel=open_channels(settings)[settings.notice_channel])
