"""Messages to be delivered (待发箱), stored in the commit that caused them."""

import sqlalchemy as sa
from sqlalchemy import Column

from app.storage.tables.base import Code, Id, Instant, metadata, open_index

# state: 0 waiting, 1 sent, 2 given up. seq null: in any order.
outbox = sa.Table(
    "outbox",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("dedup_key", Code(160), nullable=False, unique=True),
    Column("channel", Code(24), nullable=False),
    Column("payload", sa.Text, nullable=False),
    Column("case_id", Id),
    Column("seq", sa.Integer),
    Column("state", sa.SmallInteger, nullable=False, server_default="0"),
    Column("attempts", sa.SmallInteger, nullable=False, server_default="0"),
    Column("next_at", Instant, nullable=False),
    Column("last_error", sa.Text),
)
open_index("ix_outbox_next", "state = 0", outbox.c.next_at, outbox.c.id)
open_index("ix_outbox_case", "state = 0", outbox.c.case_id, outbox.c.seq, outbox.c.id)
