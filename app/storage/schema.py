"""How the schema in code is compared with the schema in a database."""

from typing import Any

from alembic.autogenerate.api import AutogenContext

from app.storage.sqltypes import UtcDateTime


def comparison_options() -> dict[str, Any]:
    """Return the options of Alembic for comparing and for writing migrations."""
    return {
        "compare_type": True,
        "compare_server_default": False,
        "render_as_batch": True,
        "render_item": render_type,
        "include_object": is_ours,
    }


def render_type(kind: str, item: object, _context: AutogenContext) -> str | bool:
    """Write our column types into a migration as types of the database, so that it never changes meaning."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    return False


def is_ours(item: object, name: str | None, kind: str, is_reflected: bool, _compared: object) -> bool:  # noqa: FBT001
    """Leave out what is made beside the metadata: partitions that are added later would be dropped otherwise."""
    del item, is_reflected
    return not (kind == "table" and name is not None and name.startswith(("audit_entry_", "procrastinate_")))
