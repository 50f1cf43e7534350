"""How long it takes to move many running cases to another version of their diagram, and to try it before.

Run `python -m tests.benchmarks.bench_migration [--cases 10000] [--database postgresql|sqlite]`. Aims for 10,000 cases in
120 s on PostgreSQL. The figures are reported, not enforced: a busy machine must not fail a build.
"""

import argparse
import time

from app.operations.check_migration import check_migration
from app.runtime.migration_batch import carry_on
from tests.benchmarks.figures import KINDS, measured_worlds, report, say_conditions
from tests.many_cases import copy_case
from tests.new_versions import FIRST, asked, deploy_changed, outcomes, renamed, started, undone
from tests.world import World

FULL, AIM_S = 10_000, 120.0
CHUNK = 1_000
LONGEST_S = 3_600.0


def main() -> None:
    """Measure each database asked for."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--cases", type=int, default=2_000)
    options.add_argument("--database", choices=KINDS)
    given = options.parse_args()
    say_conditions(f"Migration of {given.cases} cases")
    with measured_worlds() as worlds:
        for kind, (world, _url, _folder) in worlds.items():
            if given.database in (None, kind):
                measure(world, kind, given.cases)


def measure(world: World, kind: str, cases: int) -> None:
    """Try, move and take back, and print how long each took."""
    case_no = world.apply("restaurant-food")
    world.complete(case_no, "check", "window.enshi", "accept")
    for begin in range(1, cases, CHUNK):
        copy_case(world, case_no, min(CHUNK, cases - begin), first=begin)
    deploy_changed(world, renamed("review", "assess"))
    request, context = asked({"review": "assess"}), world.container.context

    began = time.perf_counter()
    check_migration(context, world.person(FIRST), request)
    report(f"{kind}: dry run of {cases} cases", time.perf_counter() - began, None, "s")
    began = time.perf_counter()
    migration_id = started(world, request)
    carry_on(context, migration_id, budget_s=LONGEST_S)
    took = time.perf_counter() - began
    assert outcomes(world, migration_id) == {"moved": cases}
    aim = AIM_S * cases / FULL if kind == "postgresql" else None
    report(f"{kind}: move {cases} cases", took, aim, "s", at_most=True)
    report(f"{kind}: the same for {FULL} cases", took * FULL / cases, None, "s")
    began = time.perf_counter()
    undone(world, migration_id)
    report(f"{kind}: take {cases} cases back", time.perf_counter() - began, aim, "s", at_most=True)


if __name__ == "__main__":
    main()
