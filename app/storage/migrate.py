"""Bring the schema of a database up to date (Alembic), or back."""

from alembic import command
from alembic.config import Config

from app.settings import ROOT
from app.storage.database import Database

ALEMBIC_INI = ROOT / "migrations" / "alembic.ini"


def migrate(database: Database, revision: str = "head") -> None:
    """Upgrade the schema to `revision`, in one transaction. Safe to run again, and by two processes at once."""
    with database.write() as uow:
        config = Config(ALEMBIC_INI)
        config.attributes["connection"] = uow.connection
        command.upgrade(config, revision)


def undo_migrations(database: Database, revision: str) -> None:
    """Downgrade the schema to `revision`; `base` leaves nothing."""
    with database.write() as uow:
        config = Config(ALEMBIC_INI)
        config.attributes["connection"] = uow.connection
        command.downgrade(config, revision)
