"""Bring the schema of a database up to date (Alembic), or back."""

import sqlalchemy as sa
from alembic import command
from alembic.config import Config

from app.settings import ROOT
from app.storage.database import Database

ALEMBIC_INI = ROOT / "migrations" / "alembic.ini"
HEAD_FILE = ROOT / "migrations" / "HEAD"


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


def newest_revision() -> str:
    """Return the revision this program was written for."""
    return HEAD_FILE.read_text(encoding="ascii").strip()


def current_revision(connection: sa.Connection) -> str:
    """Return the revision of a database, empty before the first migration. Revisions are numbers and sort as text."""
    if not sa.inspect(connection).has_table("alembic_version"):
        return ""
    return str(connection.scalar(sa.text("SELECT max(version_num) FROM alembic_version")) or "")
