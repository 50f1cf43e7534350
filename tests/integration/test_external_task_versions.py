"""Work for programs outside goes along when its case goes to another version of the diagram; its lease goes on."""

from tests.external_work import MATTER, complete, fetch, row_of
from tests.new_versions import asked, deploy_changed, migrated, outcomes
from tests.world import World

KEY = "pattern:instant-with-register"


def renamed_step(source: str) -> str:
    """Return a version whose step has another id and name, and hands out one variable less."""
    changed = source.replace('"lookup"', '"ask"').replace("核验市场主体登记", "核对登记")
    return changed.replace(
        "={company_name: form.company_name, company_type: form.company_type}", "={company_type: &quot;x&quot;}"
    )


def test_step_is_renamed_and_the_program_that_has_it_may_report(shared_world: World) -> None:
    case_no = shared_world.apply(MATTER)
    (task,) = fetch(shared_world)
    deploy_changed(shared_world, renamed_step, key=KEY)

    run = migrated(shared_world, asked({"lookup": "ask"}, key=KEY))

    assert outcomes(shared_world, run) == {"moved": 1}
    row = row_of(shared_world, case_no)
    assert row is not None
    assert (row.element, row.name, row.version, str(row.id)) == ("ask", "核对登记", task.lease, task.id)
    assert row.variables == '{"company_name":null,"company_type":"x"}'
    complete(shared_world, task)
    assert shared_world.open_task(case_no, "handle").state == "open"
