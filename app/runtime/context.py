"""What operations work with: the database, the published library and the messages. Built once by the container."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from app.channels.seals import Seal
from app.domain.messages import Messages
from app.runtime.library import Library, NotLoaded
from app.settings import Settings
from app.storage.database import Database
from app.storage.ids import IdSource
from app.storage.unit_of_work import UnitOfWork

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """The adapters of this process, chosen once."""

    settings: Settings
    database: Database
    ids: IdSource
    library: Library
    messages: Messages
    seal: Seal


def in_transaction(context: Context, body: Callable[[UnitOfWork], T]) -> T:
    """Run `body` in one transaction and commit it.

    When the body needs a published object this process has not read yet (a new deployment, a diagram seen for the
    first time), the transaction is rolled back, the object is read without a lock, and the body begins again, once.
    """
    try:
        with context.database.write() as uow:
            return body(uow)
    except NotLoaded as missing:
        context.library.load(missing)
    with context.database.write() as uow:
        return body(uow)
