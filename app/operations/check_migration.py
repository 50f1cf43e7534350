"""Say of each running case whether it could change its version, and why not (版本迁移试运行). Writes nothing."""

from collections import Counter

from app.domain.authority import Person
from app.domain.errors import CaseworkError
from app.domain.migration import InstanceAnswer, MigrationCheck, MigrationInput, Refusal, migration_scope
from app.engine.faults import MigrationRefused
from app.engine.migration import changed_limits, migrate
from app.engine.migration_plan import MigrationPlan
from app.runtime.context import Context
from app.runtime.migration_request import prepare_migration
from app.storage.case_migrations import RunningInstance, running_instances


def check_migration(
    context: Context, person: Person, asked: MigrationInput, *, after: int = 0, limit: int = 50
) -> MigrationCheck:
    """Try the migration on every case it concerns, as it stands now.

    after, limit: which cases are told one by one; the counts are of all. Cases that move on meanwhile may answer
    otherwise when the run comes to them. Raises Forbidden `not_permitted` and what `prepare_migration` raises.
    """
    scope = migration_scope(person)
    told: list[InstanceAnswer] = []
    counts: Counter[Refusal] = Counter()
    instance_count = moving_count = 0
    with context.database.read() as connection:
        prepared = prepare_migration(context, connection, asked)
        for instance in running_instances(connection, prepared.source.id, scope, case_nos=asked.case_nos):
            answer = _answer(instance, prepared.plans[instance.diagram_id])
            instance_count += 1
            moving_count += not answer.refusals
            counts.update(answer.refusals)
            if instance.case_id > after and len(told) <= limit:
                told.append(answer)
    has_more = len(told) > limit
    return MigrationCheck(
        instance_count=instance_count,
        moving_count=moving_count,
        refusals=dict(counts.most_common()),
        changed_limits=changed_limits(prepared.plan),
        items=tuple(told[:limit]),
        next_after=told[limit - 1].case_id if has_more else None,
    )


def _answer(instance: RunningInstance, plan: MigrationPlan) -> InstanceAnswer:
    refusals: tuple[Refusal, ...] = ()
    try:
        migrate(instance.tokens, plan)
    except MigrationRefused as refused:
        refusals = tuple(_refusal(plan, str(item["element_id"]), str(item["code"])) for item in refused.items)
    except CaseworkError as refused:
        refusals = (Refusal(element="", name="", code=refused.code),)
    return InstanceAnswer(case_id=instance.case_id, case_no=instance.case_no, refusals=refusals)


def _refusal(plan: MigrationPlan, element: str, code: str) -> Refusal:
    drawn = plan.old.elements.get(element)
    return Refusal(element=element, name=drawn.name if drawn else "", code=code)
