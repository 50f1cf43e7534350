"""Carry on the migrations of running cases that are not finished (继续版本迁移): the worker does it, whoever began them."""

from app.runtime.context import Context
from app.runtime.migration_batch import carry_on
from app.storage.case_migrations import open_migrations


def continue_migrations(context: Context, *, budget_s: float) -> int:
    """Move waiting cases, the oldest run first, while the budget lasts. Returns how many runs were finished."""
    with context.database.read() as connection:
        runs = open_migrations(connection)
    return sum(carry_on(context, migration_id, budget_s=budget_s / len(runs)) for migration_id in runs)
