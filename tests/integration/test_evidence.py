"""Materials nobody hands in: certificates of earlier cases and of other members stand for them, on both databases."""

from dataclasses import replace
from datetime import date

import pytest

from app.domain.errors import InvalidInput, RuleViolation
from app.domain.revocation import RevocationInput
from app.domain.vocabulary import RevocationGround
from app.operations.complete_task import Completion, complete_task
from app.operations.enter_certificate import CertificateInput, enter_certificate
from app.operations.receive_application import receive_application
from app.operations.revoke_case import revoke_case
from app.operations.upload_material import upload_material
from app.queries.case_materials import list_materials
from app.queries.case_page import find_case_id
from app.runtime.application import HandedIn
from app.worker.jobs import drain_outbox
from tests.world import World, application_for

GUIDANCE = {"needs_seal": "yes", "has_employees": "no", "needs_bank": "no"}
PDF = b"%PDF-1.7\n%%EOF\n"
Rows = dict[str, dict[str, object]]


def case_id(world: World, number: str) -> int:
    with world.container.context.database.read() as connection:
        return find_case_id(connection, world.person("supervisor.es").scope, number)


def materials(world: World, number: str) -> Rows:
    """Return the materials of a case by requirement."""
    themes = world.container.context.library.current().themes
    with world.container.context.database.read() as connection:
        rows = list_materials(connection, themes, find_case_id(connection, world.person("supervisor.es").scope, number))
    return {str(row["requirement"]): row for row in rows}


def told(world: World) -> None:
    drain_outbox(world.container.context, world.container.channel, budget_s=60)


def with_seal_open(world: World) -> tuple[str, str]:
    """Return the numbers of the registration and of the seal of a joint case in which the first has given its licence."""
    world.at(2026, 3, 2, 9, 30)
    joint = world.apply_theme("startup", **GUIDANCE)
    world.complete(joint, "check", "window.enshi", "accept")
    registration = world.member_no(joint, "企业设立登记")
    world.complete(registration, "review", "reviewer.enshi", "pass", opinion="同意")
    world.complete(registration, "decide", "decider.enshi", "approve")
    told(world)
    return registration, world.member_no(joint, "公章刻制备案")


def test_what_one_member_gives_is_there_in_the_next_and_what_the_window_saw_too(shared_world: World) -> None:
    _registration, seal = with_seal_open(shared_world)

    rows = materials(shared_world, seal)

    assert (rows["licence"]["state"], rows["licence"]["trust"], rows["licence"]["material_id"]) == (
        "accepted",
        "A",
        None,
    )
    assert rows["licence"]["certificate_no"]
    assert (rows["resolution"]["state"], rows["resolution"]["trust"]) == ("accepted", "B")
    assert rows["resolution"]["checked_by"]


def test_nothing_is_granted_on_a_licence_that_was_revoked_meanwhile(shared_world: World) -> None:
    registration, seal = with_seal_open(shared_world)
    context, clock = shared_world.container.context, shared_world.clock
    asked = RevocationInput(ground=RevocationGround.FRAUD, reasons="伪造", heard_at=clock.now(), hearing_record="听1号")
    shared_world.complete(seal, "review", "ga1.enshi", "pass", opinion="同意")
    revoke_case(context, shared_world.person("head.enshi"), case_id=case_id(shared_world, registration), asked=asked)

    with pytest.raises(RuleViolation) as refused:
        shared_world.complete(seal, "decide", "ga2.enshi", "approve")

    assert (refused.value.code, refused.value.facts["name"]) == ("evidence_ended", "营业执照")
    assert shared_world.state_of(seal) == "accepted"


def test_a_certificate_of_an_earlier_case_stands_for_its_holder_and_for_nobody_else(shared_world: World) -> None:
    with_seal_open(shared_world)
    context = shared_world.container.context
    asked = application_for("startup-seal")
    named = replace(asked, applicant=replace(asked.applicant, name="李四"))

    own = receive_application(context, shared_world.person("applicant1"), asked)
    other_account = receive_application(context, shared_world.person("applicant2"), asked)
    at_window = receive_application(context, shared_world.person("window.enshi"), replace(asked, intake_mode="window"))
    other_name = receive_application(context, shared_world.person("window.enshi"), replace(named, intake_mode="window"))

    found = [
        materials(shared_world, str(receipt["case_no"])).get("licence", {}).get("trust")
        for receipt in (own, other_account, at_window, other_name)
    ]
    assert found == ["A", None, "A", None]


def entered(world: World, last_on: date) -> None:
    """Enter an older licence of a person who has no other."""
    enter_certificate(
        world.container.context,
        world.person("head.enshi"),
        CertificateInput(
            certificate_no="旧照7号",
            matter_code="startup-reg",
            region_code="422801",
            holder_name="王五",
            holder_id_type="111",
            holder_id_number="422801198001011237",
            valid_from_on=date(2020, 1, 1),
            valid_to_on=last_on,
            source_document="档案〔2020〕7号",
        ),
    )


def test_an_expired_certificate_is_refused_by_name(shared_world: World) -> None:
    shared_world.at(2026, 3, 2, 9, 30)
    entered(shared_world, date(2026, 3, 1))
    context, window = shared_world.container.context, shared_world.person("window.enshi")
    asked = replace(application_for("startup-seal"), intake_mode="window")
    wang = replace(asked.applicant, name="王五", id_number="422801198001011237")
    asked = replace(asked, applicant=wang)

    receipt = receive_application(context, window, asked)
    with pytest.raises(InvalidInput) as refused:
        receive_application(
            context, window, replace(asked, materials=(HandedIn(requirement="licence", certificate_no="旧照7号"),))
        )

    row = materials(shared_world, str(receipt["case_no"]))["licence"]
    missing = receipt["missing"]
    assert isinstance(missing, list)
    assert (row["state"], row["certificate_no"], row["trust"]) == ("expired", "旧照7号", None)
    assert "licence" in [item["requirement"] for item in missing]
    fault = refused.value.items[0]
    assert (fault["code"], fault["certificate_no"], fault["on"]) == ("certificate_expired", "旧照7号", "2026-03-01")


def test_a_file_whose_last_day_has_passed_is_refused_and_a_renewed_day_is_taken(shared_world: World) -> None:
    shared_world.at(2026, 3, 2, 9, 30)
    context, person = shared_world.container.context, shared_world.person("applicant1")

    def hand_in(last_on: date) -> str:
        stored = upload_material(context, person, name="决定.pdf", content=PDF, valid_to_on=last_on)
        offered = HandedIn(requirement="resolution", material_id=int(str(stored["material_id"])))
        received = receive_application(context, person, replace(application_for("startup-seal"), materials=(offered,)))
        return str(received["case_no"])

    with pytest.raises(InvalidInput) as refused:
        hand_in(date(2026, 3, 1))
    number = hand_in(date(2026, 3, 2))

    assert [item["code"] for item in refused.value.items] == ["material_expired"]
    assert materials(shared_world, number)["resolution"]["valid_to_on"] == date(2026, 3, 2)


def test_a_file_one_office_accepted_is_known_as_seen_in_the_next_case(shared_world: World) -> None:
    shared_world.at(2026, 3, 2, 9, 30)
    context, person = shared_world.container.context, shared_world.person("applicant1")
    stored = upload_material(context, person, name="章程.pdf", content=b"%PDF-1.7\nseen\n%%EOF\n")
    offered = (HandedIn(requirement="resolution", material_id=int(str(stored["material_id"]))),)
    asked = replace(application_for("startup-seal"), materials=offered)
    first, second = (str(receive_application(context, person, asked)["case_no"]) for _ in range(2))
    before = materials(shared_world, second)["resolution"]["seen_by"]
    task = shared_world.open_task(first, "check")
    marks = {**shared_world.seen(first), "resolution": ("accepted", "")}
    complete_task(
        context,
        shared_world.person("window.enshi"),
        Completion(task_id=int(task.id), version=task.version, outcome="accept", marks=marks),
    )

    after = materials(shared_world, second)["resolution"]

    assert (before, after["seen_by"]) == (None, "恩施市政务服务中心")
    assert after["state"] == "handed_in"
