"""Processes called from other files: apart from their caller in names and results, one with it in everything else."""

from dataclasses import replace

import pytest

from app.domain.decisions import DecisionModel
from app.domain.diagram import Normalised
from app.domain.errors import DiagramRefused, NotFound
from app.engine import codec, snapshot
from app.engine.faults import LoopLimit, MigrationRefused, NoMatchingFlow, StateRefused
from app.engine.interventions import (
    InterventionRefused,
    move_token,
    open_places,
    read_variable,
    set_variable,
    targets_from,
)
from app.engine.migration import changed_limits, migrate, move_results, restate_limit
from app.engine.migration_plan import plan_migration
from app.engine.parser import Definition, parse
from tests.unit.engine.conftest import Run
from tests.unit.engine.kit import (
    Host,
    boundary,
    chain,
    condition,
    document,
    end,
    ends,
    flow,
    gateway,
    instances,
    node,
    normalised,
    process,
    start,
    timer,
    trigger,
    user,
    users,
)

VISIT, REPORT = "process:visit", "process:report"


def call(node_id: str, called: str = VISIT, inner: str = "") -> str:
    return node("callActivity", node_id, inner, calledElement=called)


def file(body: str, *, around: tuple[str, ...] = ()) -> Normalised:
    xml = document(*around, process(body, "main"))
    return Normalised(xml=xml.encode(), processes=("main",))


def steps(*names: str, more: str = "") -> str:
    return start() + users(*names) + end() + chain("start", *names, "end") + more


def calling(body: str, key: str = "k", **called: Normalised) -> Definition:
    files = {f"process:{name}": item for name, item in called.items()}
    return parse(normalised(body), key=key, called=files)


ONE_CALL = start() + user("review") + call("c") + user("close") + end() + chain("start", "review", "c", "close", "end")
# Both files have a step `review`; each asks for the outcome of its own.
ASKING = (
    start()
    + user("review")
    + gateway("exclusive", "g", default="no")
    + users("again", "look")
    + ends("end", "end2")
    + chain("start", "review", "g")
    + flow("g", "again", '=outcomes.review = "unclear"')
    + flow("g", "look", flow_id="no")
    + chain("again", "end")
    + chain("look", "end2")
)


def test_a_called_process_of_another_file_runs_and_its_tasks_stand_behind_the_call(run: Run) -> None:
    host = run(calling(ONE_CALL, visit=file(steps("review", "look"))))

    assert host.open == ["review"]
    assert host.done("review").open == ["c/review"]
    assert host.done("c/review", "c/look").open == ["close"]
    assert host.done("close").ended


def test_a_process_called_twice_at_once_runs_twice_and_keeps_its_results_apart(run: Run) -> None:
    body = (
        start()
        + gateway("parallel", "f", "j")
        + call("c1")
        + call("c2")
        + user("close")
        + end()
        + chain("start", "f", "c1", "j", "close", "end")
        + chain("f", "c2", "j")
    )
    called = (
        start()
        + users("review", "wait")
        + gateway("exclusive", "g", default="no")
        + users("again", "look")
        + ends("end", "end2")
        + chain("start", "review", "wait", "g")
        + flow("g", "again", '=outcomes.review = "unclear"')
        + flow("g", "look", flow_id="no")
        + chain("again", "end")
        + chain("look", "end2")
    )
    host = run(calling(body, visit=file(called)))

    assert host.open == ["c1/review", "c2/review"]
    host.done("c1/review", outcome="unclear").done("c2/review", outcome="clear")
    assert sorted(host.done("c1/wait", "c2/wait").open) == ["c1/again", "c2/look"]
    assert host.variables["outcomes"] == {"c1": {"review": "unclear"}, "c2": {"review": "clear"}}
    assert host.done("c1/again", "c2/look", "close").ended


def test_a_nested_call_tells_every_call_on_the_way(run: Run) -> None:
    inner = start() + call("report", REPORT) + end() + chain("start", "report", "end")
    host = run(calling(ONE_CALL, visit=file(inner), report=file(steps("write")))).done("review")

    assert host.open == ["c/report/write"]
    host.done("c/report/write", outcome="written", answers={"c/report/write": {"pages": 3}})
    assert host.variables["outcomes"] == {"c": {"report": {"write": "written"}}}
    assert host.variables["answers"] == {"c": {"report": {"write": {"pages": 3}}}}
    assert host.open == ["close"]


def test_results_of_equal_ids_are_seen_each_in_its_own_file(run: Run) -> None:
    host = run(calling(ONE_CALL, visit=file(ASKING))).done("review", outcome="unclear")

    assert host.done("c/review", outcome="clear").open == ["c/look"]
    assert host.variables["outcomes"] == {"review": "unclear", "c": {"review": "clear"}}


def test_the_caller_reads_what_a_called_process_came_to(run: Run) -> None:
    body = (
        start()
        + call("c")
        + gateway("exclusive", "g", default="no")
        + users("yes", "close")
        + ends("end", "end2")
        + chain("start", "c", "g")
        + flow("g", "yes", '=outcomes.c.review = "fit" and answers.c.review.pages > 2')
        + flow("g", "close", flow_id="no")
        + chain("yes", "end")
        + chain("close", "end2")
    )
    host = run(calling(body, visit=file(steps("review"))))

    host.done("c/review", outcome="fit", answers={"c/review": {"pages": 3}})

    assert host.open == ["yes"]


def test_variables_are_the_same_store_in_every_file(run: Run) -> None:
    host = run(calling(ONE_CALL, visit=file(steps("look")))).done("review", area=60)

    host.done("c/look", area=90)

    assert host.variables["area"] == 90


def test_a_call_with_several_instances_keeps_the_item_of_each(run: Run) -> None:
    several = call("c", inner=instances("=rooms", item="room", outputs="found", output="size"))
    body = start() + several + end() + chain("start", "c", "end")
    host = run(calling(body, visit=file(steps("look", "measure"))), {"rooms": ["a", "b"]})

    assert [(task.element, task.locals) for task in host.now.open_tasks] == [
        ("c/look", {"room": "a"}),
        ("c/look", {"room": "b"}),
    ]
    host.apply_to("c/look", room="b", outcome="seen")
    host.apply_to("c/look", room="a")
    host.apply_to("c/measure", room="b", size=2)
    host.apply_to("c/measure", room="a", size=1)
    assert (host.ended, host.variables["found"]) == (True, [1, 2])


def test_deadlines_in_a_called_process_are_told_and_fired_behind_the_call(run: Run) -> None:
    called = steps("look", more=boundary("late", "look", timer("5WD")) + user("remind") + end("e2"))
    called += chain("late", "remind", "e2")
    host = run(calling(ONE_CALL, visit=file(called))).done("review")

    (wait,) = host.now.waits
    assert (wait.key, wait.attached_to, wait.expression) == ("c/late", "c/look", "5WD")
    assert host.fire("c/late").open == ["c/remind"]


def test_a_deadline_on_the_call_ends_everything_inside(run: Run) -> None:
    body = ONE_CALL + boundary("late", "c", timer("5WD")) + user("stop") + end("e2") + chain("late", "stop", "e2")
    host = run(calling(body, visit=file(steps("look")))).done("review")

    assert host.fire("late").open == ["stop"]
    assert not host.instance.workflow.subprocesses


def test_an_error_of_a_called_process_goes_out_to_the_call(run: Run) -> None:
    body = ONE_CALL + boundary("bad", "c", trigger("error")) + user("repair") + end("e2") + chain("bad", "repair", "e2")
    called = start() + user("look") + end("end", trigger("error", "unfit")) + chain("start", "look", "end")
    host = run(calling(body, visit=file(called))).done("review", "c/look")

    assert host.open == ["repair"]


def test_a_condition_in_a_called_process_is_watched(run: Run) -> None:
    called = steps("look", more=boundary("dry", "look", condition("=dry")) + user("water") + end("e2"))
    called += chain("dry", "water", "e2")
    body = start() + gateway("parallel", "f") + call("c") + user("other") + ends("end", "e3")
    body += chain("start", "f", "c", "end") + chain("f", "other", "e3")
    host = run(calling(body, visit=file(called)))

    assert host.done("other", dry=True).open == ["c/water"]


def test_a_fault_tells_the_place_behind_the_call() -> None:
    called = start() + gateway("exclusive", "g") + users("a", "b") + ends("end", "e2")
    called += (
        chain("start", "g") + flow("g", "a", "=false") + flow("g", "b", "=false") + chain("a", "end") + chain("b", "e2")
    )
    host = Host(calling(ONE_CALL, visit=file(called)))

    with pytest.raises(NoMatchingFlow) as stopped:
        host.done("review")

    assert stopped.value.facts["element"] == "c/g"


def test_a_decision_in_a_called_process_tells_its_place() -> None:
    task = node("businessRuleTask", "judge", lb__decision="risk", lb__result="risk")
    called = start() + task + end() + chain("start", "judge", "end")

    host = Host(calling(ONE_CALL, visit=file(called)), decisions=DecisionModel(decisions={})).done("review")

    assert [item.element for item in host.decided] == ["c/judge"]


def test_a_call_of_what_was_not_given_is_refused_at_parsing() -> None:
    with pytest.raises(DiagramRefused) as refused:
        calling(ONE_CALL)

    assert refused.value.facts == {"reason": "process_unknown", "process": VISIT}


def test_an_id_that_looks_like_a_key_is_refused_at_parsing() -> None:
    forged = node("subProcess", VISIT, steps("look")) + start() + end() + chain("start", VISIT, "end")

    with pytest.raises(DiagramRefused) as refused:
        calling(forged, visit=file(steps("look")))

    assert refused.value.facts == {"reason": "id_like_a_key", "element": VISIT}


def test_files_that_call_each_other_without_end_are_stopped() -> None:
    ring = file(start() + call("again") + end() + chain("start", "again", "end"))

    with pytest.raises(LoopLimit) as stopped:
        Host(calling(ONE_CALL, visit=ring)).done("review")

    assert stopped.value.code == "nesting_limit"


def test_a_state_does_not_load_where_the_called_process_is_another_one() -> None:
    host = Host(calling(ONE_CALL, visit=file(steps("look")))).done("review")
    raw = codec.dump(host.instance)

    with pytest.raises(StateRefused) as refused:
        codec.load(raw, {}, calling(ONE_CALL, visit=file(steps("hear"))))

    assert refused.value.facts == {"reason": "node_gone", "node": "look"}


def moved(host: Host, new: Definition, elements: dict[str, str] | None = None, **more: frozenset[str]) -> Host:
    """Put an instance on a new version, with the variables it has."""
    plan = plan_migration(host.definition, new, elements=elements, **more)
    result = migrate(codec.dump(host.instance), plan)
    variables = move_results(host.variables, plan)
    host.instance = codec.load(result.tokens, variables, new)
    for task_id, place in result.places.restated:
        restate_limit(host.instance, task_id, place, "9WD")
    host.definition, host.now = new, snapshot.take(host.instance)
    return host


def test_an_instance_moves_to_a_version_that_calls_a_newer_process() -> None:
    host = Host(calling(ONE_CALL, visit=file(steps("look")))).done("review")

    moved(host, calling(ONE_CALL, "k2", visit=file(steps("look", "report"))))

    assert host.open == ["c/look"]
    assert host.done("c/look").open == ["c/report"]


def test_a_place_the_newer_process_lacks_is_told_with_its_file_and_can_be_mapped() -> None:
    host = Host(calling(ONE_CALL, visit=file(steps("look")))).done("review", outcome="yes")
    newer = calling(ONE_CALL, "k2", visit=file(steps("inspect")))

    with pytest.raises(MigrationRefused) as refused:
        moved(host, newer)
    assert refused.value.items == ({"element_id": "process:visit#look", "code": "missing"},)

    assert moved(host, newer, {"process:visit#look": "process:visit#inspect"}).open == ["c/inspect"]


def test_a_new_name_in_one_file_leaves_the_same_name_in_the_other_alone() -> None:
    host = Host(calling(ONE_CALL, visit=file(ASKING))).done("review", outcome="unclear")
    renamed = ONE_CALL.replace('"review"', '"assess"').replace('"c"', '"site"')

    moved(host, calling(renamed, "k2", visit=file(ASKING)), {"review": "assess", "c": "site"})

    assert host.open == ["site/review"]
    assert host.variables["outcomes"] == {"assess": "unclear"}
    assert host.done("site/review", outcome="unclear").open == ["site/again"]
    assert host.variables["outcomes"] == {"assess": "unclear", "site": {"review": "unclear"}}


def test_results_inside_a_call_follow_the_new_names_of_both_files() -> None:
    host = Host(calling(ONE_CALL, visit=file(steps("review", "look"))))
    host.done("review", outcome="a").done("c/review", outcome="b")
    renamed = ONE_CALL.replace('"c"', '"site"')
    newer = calling(renamed, "k2", visit=file(steps("assess", "look")))

    moved(host, newer, {"c": "site", "process:visit#review": "process:visit#assess"})

    assert host.variables["outcomes"] == {"review": "a", "site": {"assess": "b"}}
    host.done("site/look", outcome="c")
    assert host.variables["outcomes"] == {"review": "a", "site": {"assess": "b", "look": "c"}}


def test_a_call_of_another_process_is_no_place_for_what_runs_inside() -> None:
    host = Host(calling(ONE_CALL, visit=file(steps("look")))).done("review")

    with pytest.raises(MigrationRefused) as refused:
        moved(host, calling(ONE_CALL.replace(VISIT, REPORT), "k2", report=file(steps("look"))))

    assert {(str(item["element_id"]), str(item["code"])) for item in refused.value.items} == {
        ("c", "other_process"),
        (VISIT, "missing"),
    }


def test_a_changed_limit_in_a_called_process_is_told_and_counts_when_asked_for() -> None:
    def version(limit: str, key: str) -> Definition:
        called = start() + user("look", lb__limit=limit) + end() + chain("start", "look", "end")
        return calling(ONE_CALL, key, visit=file(called))

    host, newer = Host(version("5WD", "k")).done("review"), version("3WD", "k2")

    (changed,) = changed_limits(plan_migration(host.definition, newer))
    assert (changed.element, changed.old, changed.new) == ("process:visit#look", "5WD", "3WD")
    assert moved(host, newer).task("c/look").limit == "5WD"

    host = Host(version("5WD", "k")).done("review")
    moved(host, newer, limits=frozenset({"process:visit#look"}))
    assert snapshot.take(host.instance).open_tasks[0].limit == "9WD"


def test_a_token_inside_a_call_is_moved_within_its_file_and_not_out_of_it(run: Run) -> None:
    host = run(calling(ONE_CALL, visit=file(steps("look", "report")))).done("review")

    assert [place.element for place in open_places(host.instance)] == ["c", "c/look"]
    assert [place.element for place in targets_from(host.instance, "c/look")] == ["c/report"]
    for target in ("close", "report", "c/close"):
        with pytest.raises(InterventionRefused, match="move_other_scope"):
            host.intervene(move_token, "c/look", target)
    with pytest.raises(NotFound):
        host.intervene(move_token, "c/look", "c/nowhere")
    host.intervene(move_token, "c/look", "c/report")
    assert host.open == ["c/report"]


def test_a_corrected_answer_counts_inside_the_call_it_was_given_in(run: Run) -> None:
    called = (
        start()
        + users("measure", "wait")
        + gateway("exclusive", "g", default="no")
        + users("big", "small")
        + ends("end", "e2")
        + chain("start", "measure", "wait", "g")
        + flow("g", "big", "=answers.measure.size > 100")
        + flow("g", "small", flow_id="no")
        + chain("big", "end")
        + chain("small", "e2")
    )
    host = run(calling(ONE_CALL, visit=file(called))).done("review")
    host.done("c/measure", answers={"c/measure": {"size": 10}})

    host.intervene(set_variable, ("answers", "c", "measure", "size"), 900)

    assert read_variable(host.instance, ("answers", "c", "measure", "size")) == 900
    assert host.done("c/wait").open == ["c/big"]


def test_who_watches_is_told_of_each_file_by_itself() -> None:
    told: dict[str, list[str]] = {"": [], VISIT: []}
    definition = calling(ONE_CALL, visit=file(steps("look")))
    watches = {name: lambda left, _to, name=name: told[name].append(left) for name in told}

    Host(replace(definition, watches=watches)).done("review", "c/look", "close")

    assert told == {"": ["start", "review", "c", "close", "end"], VISIT: ["start", "look", "end"]}


@pytest.mark.parametrize(
    ("names", "found"),
    [(("c", "look"), "look"), (("c",), "c"), (("look",), ""), (("c", "close"), ""), (("close", "c"), "")],
)
def test_an_element_is_found_at_its_place(names: tuple[str, ...], found: str) -> None:
    definition = calling(ONE_CALL, visit=file(steps("look")))

    element = definition.element_at(names)

    assert (element.id if element else "") == found
