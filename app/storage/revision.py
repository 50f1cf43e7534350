"""Which revision of the schema a database has, and which one this program was written for."""

import sqlalchemy as sa

from app.settings import ROOT

HEAD_FILE = ROOT / "migrations" / "HEAD"


def newest_revision() -> str:
    """Return the revision this program was written for."""
    return HEAD_FILE.read_text(encoding="ascii").strip()


def current_revision(connection: sa.Connection) -> str:
    """Return the revision of a database, empty before the first migration. Revisions are numbers and sort as text."""
    if not sa.inspect(connection).has_table("alembic_version"):
        return ""
    return str(connection.scalar(sa.text("SELECT max(version_num) FROM alembic_version")) or "")
