"""What PostgreSQL and SQLite guard or store in their own way: append-only tables, vacuum, storage of bytes.

Where the application does not own its tables, its role also loses UPDATE and DELETE on the append-only ones.
"""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

APPEND_ONLY = ("audit_entry", "clock_entry", "audit_anchor")
BUSY_TABLES = ("deadline", "user_task")
COMPRESSED = (("instance_state", "tokens"), ("instance_state", "variables"), ("material", "content"))


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        _guard_postgresql()
    else:
        _guard_sqlite()


def downgrade() -> None:
    if op.get_bind().dialect.name != "postgresql":
        for table in APPEND_ONLY:
            op.execute(f"DROP TRIGGER {table}_no_update")
            op.execute(f"DROP TRIGGER {table}_no_delete")
        return
    for table in APPEND_ONLY:
        op.execute(f"DROP TRIGGER {table}_append_only ON {table}")
    op.execute("DROP FUNCTION refuse_change()")
    for table in BUSY_TABLES:
        op.execute(f"ALTER TABLE {table} RESET (autovacuum_vacuum_scale_factor, autovacuum_vacuum_cost_delay)")
    for table, column in COMPRESSED:
        op.execute(f"ALTER TABLE {table} ALTER {column} SET STORAGE EXTENDED")
    op.execute(
        "DO $$ DECLARE name text; BEGIN"
        " FOR name IN SELECT sequencename FROM pg_sequences WHERE schemaname = current_schema()"
        " AND sequencename LIKE 'id\\_block\\_%'"
        " LOOP EXECUTE format('DROP SEQUENCE %I', name); END LOOP; END $$"
    )


def _guard_postgresql() -> None:
    op.execute(
        "CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$"
        " BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$"
    )
    for table in APPEND_ONLY:
        op.execute(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table}"
            " FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        )
    # Each update of these changes an indexed column, so their dead rows are taken away often and without pauses.
    for table in BUSY_TABLES:
        op.execute(f"ALTER TABLE {table} SET (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_cost_delay = 0)")
    for table, column in COMPRESSED:
        op.execute(f"ALTER TABLE {table} ALTER {column} SET STORAGE EXTERNAL")


def _guard_sqlite() -> None:
    for table in APPEND_ONLY:
        for act in ("update", "delete"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{act} BEFORE {act.upper()} ON {table}"
                f" BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            )
