"""What is published: implementation lists, definitions, rule files, calendars; immutable, numbered, found by date."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from app.domain.calendar_layers import CalendarLayerVersion
from app.domain.change_set import ChangeSet
from app.domain.errors import Conflict, Stale
from app.domain.matter import ExtensionRule, MaterialRequirement, OfferingVersion
from app.storage.apply_changes import apply_changes
from app.storage.calendars import (
    add_calendar_version,
    current_calendars,
    keep_resolved,
    list_calendar_versions,
    resolved_calendars,
)
from app.storage.case_loading import load_case
from app.storage.catalogue import (
    find_region,
    get_offering_version,
    list_departments,
    list_groups,
    list_offerings,
    matter_exists,
    offering_in_force,
    offerings_in_force,
    publish_offering,
    put_groups,
    put_theme_members,
)
from app.storage.database import Database
from app.storage.definitions import (
    APPROVED,
    DEPLOYED,
    REFUSED,
    SUBMITTED,
    NewDefinition,
    NormalisedRow,
    add_normalised,
    add_version,
    advance_definition,
    current_version,
    decisions_in_force,
    deployed_forms,
    find_version,
    get_normalised,
    in_force,
    list_versions,
    open_version,
    save_draft,
)
from app.storage.rules import begin_generation, current_generation, deployed_at, files_at, publish_files
from tests.integration.rows import AT, Seeded, new_id, opening
from tests.integration.test_people import put_department


def offering(matter_code: str, *, region: str = "422802", department_id: int = 7) -> OfferingVersion:
    return OfferingVersion(
        offering_id=new_id(),
        version=0,
        matter_code=matter_code,
        impl_code="11422802MB1A00001Y4420123001000",
        name="食品经营许可",
        region_code=region,
        department_id=department_id,
        department_code="422802-scjg",
        item_type="licence",
        case_type="2",
        definition_key="committed",
        form_key="food",
        promised_limit="5WD",
        statutory_limit="20WD",
        materials=(MaterialRequirement(code="id_card", name="身份证"),),
        extension=ExtensionRule(count=1, days=10),
        legal_basis=("食品安全法",),
        effective_from=date(2026, 1, 1),
    )


def publish(database: Database, new: OfferingVersion) -> OfferingVersion:
    with database.write() as uow:
        return publish_offering(uow, new)


def test_offering_is_read_as_it_was_published(database: Database) -> None:
    code = f"m-{new_id()}"

    stored = publish(database, new := offering(code))

    with database.read() as connection:
        assert offering_in_force(connection, code, "422802", AT) == stored == replace(new, version=1)
        assert get_offering_version(connection, stored.offering_id, 1) == stored
        assert get_offering_version(connection, stored.offering_id, 2) is None
        assert stored in list_offerings(connection, "422802", AT)
        assert matter_exists(connection, code)
        assert not matter_exists(connection, "nothing")


def test_equal_content_makes_no_new_version(database: Database) -> None:
    code = f"m-{new_id()}"
    first = publish(database, offering(code))

    again = publish(database, offering(code))
    changed = publish(database, replace(offering(code), promised_limit="3WD"))

    assert again == first
    assert (changed.offering_id, changed.version) == (first.offering_id, 2)


def test_list_of_another_department_takes_the_place_of_the_one_before_and_back(database: Database) -> None:
    code = f"m-{new_id()}"
    publish(database, replace(offering(code), promised_limit="4WD"))
    publish(database, offering(code))

    moved = publish(database, offering(code, department_id=8))
    with database.read() as connection:
        after_the_move = offering_in_force(connection, code, "422802", AT)
    back = publish(database, offering(code))
    with database.read() as connection:
        after_the_return = offering_in_force(connection, code, "422802", AT)

    assert (after_the_move, after_the_return) == (moved, back)
    assert (moved.version, back.version) == (1, 3)


def test_version_is_in_force_from_its_local_date(database: Database) -> None:
    code, begins = f"m-{new_id()}", date(2026, 3, 10)
    publish(database, offering(code))
    publish(database, replace(offering(code), promised_limit="3WD", effective_from=begins))

    with database.read() as connection:
        on_the_day_before = offering_in_force(connection, code, "422802", AT + timedelta(hours=13))
        on_the_day = offering_in_force(connection, code, "422802", AT + timedelta(hours=14))

    assert on_the_day_before is not None
    assert on_the_day is not None
    assert (on_the_day_before.promised_limit, on_the_day.promised_limit) == ("5WD", "3WD")


def test_smaller_region_wins(database: Database) -> None:
    code = f"m-{new_id()}"
    publish(database, offering(code, region="422800"))
    of_county = publish(database, offering(code, region="422802", department_id=8))

    with database.read() as connection:
        in_town = offerings_in_force(connection, (code, "unknown"), "422802101", AT)
        in_other_county = offering_in_force(connection, code, "422801", AT)

    assert in_town == {code: of_county}
    assert in_other_county is not None
    assert in_other_county.region_code == "422800"


def test_case_pins_the_list_it_was_received_under(database: Database) -> None:
    code = f"m-{new_id()}"
    pinned = publish(database, offering(code))
    publish(database, replace(offering(code), promised_limit="3WD"))
    seeded = Seeded(case_id=new_id(), task_id=new_id(), deadline_id=new_id())
    changes = opening(seeded)
    changes.cases_added = [replace(changes.cases_added[0], offering_id=pinned.offering_id, offering_version=1)]

    with database.write() as uow:
        apply_changes(uow, changes)
        loaded = load_case(uow, seeded.case_id)

    assert loaded is not None
    assert loaded.offering == pinned


def test_joint_case_knows_the_lists_of_its_members(database: Database) -> None:
    theme = f"theme{new_id()}"
    members = {code: publish(database, offering(code)) for code in (f"{theme}-reg", f"shared-{new_id()}")}
    publish(database, offering(f"{theme}-other"))
    with database.write() as uow:
        put_theme_members(uow, [(theme, code) for code in members])
    case_id = new_id()
    row = replace(
        opening(Seeded(case_id=case_id, task_id=1, deadline_id=1)).cases_added[0], kind="theme", theme_code=theme
    )

    with database.write() as uow:
        apply_changes(uow, ChangeSet(cases_added=[row]))
        loaded = load_case(uow, case_id)

    assert loaded is not None
    assert loaded.member_offerings == members


def test_departments_and_groups_are_put_once(database: Database) -> None:
    department_id = new_id()

    for _ in range(2):
        with database.write() as uow:
            put_department(uow, department_id)
            put_groups(uow, department_id, ("reviewer", "decider"))

    with database.read() as connection:
        found = [row for row in list_departments(connection) if row.id == department_id]
        groups = [row.role for row in list_groups(connection) if row.department_id == department_id]
        region = find_region(connection, "422802")
    assert [row.calendar_layers for row in found] == [("ES",)]
    assert sorted(groups) == ["decider", "reviewer"]
    assert region is not None
    assert region.parent_code == "4228"


def test_definition_with_the_same_content_gets_no_new_version(database: Database) -> None:
    key = f"k-{new_id()}"

    with database.write() as uow:
        first = add_version(uow, NewDefinition(id=new_id(), key=key, kind="bpmn", source=b"<a/>"), by="system:init")
        same = add_version(uow, NewDefinition(id=new_id(), key=key, kind="bpmn", source=b"<a/>"), by="system:init")
        other = add_version(uow, NewDefinition(id=new_id(), key=key, kind="bpmn", source=b"<b/>"), by="system:init")

    assert same == first
    assert (first.version, other.version, other.state) == (1, 2, DEPLOYED)
    with database.read() as connection:
        assert current_version(connection, key) == other
        assert find_version(connection, key, 1) == first
        assert list_versions(connection, key) == (other, first)


def test_diagram_in_force_is_the_newest_deployed_one(database: Database) -> None:
    key, ids = f"k-{new_id()}", []
    with database.write() as uow:
        for source in (b"<a/>", b"<b/>"):
            row = add_version(uow, NewDefinition(id=new_id(), key=key, kind="bpmn", source=source), by="system:init")
            normalised = NormalisedRow(
                id=new_id(),
                definition_id=row.id,
                sha256="0",
                normaliser="1",
                start="",
                process_id="p",
                xml=source,
                origin={"added": "drawn"},
            )
            ids.append((row.id, add_normalised(uow, normalised)))
            assert add_normalised(uow, replace(normalised, id=new_id())) == normalised.id
        add_version(uow, NewDefinition(id=new_id(), key=f"f-{key}", kind="form", source=b"{}"), by="system:init")
        add_version(uow, NewDefinition(id=new_id(), key=f"d-{key}", kind="dmn", source=b"<d/>"), by="system:init")

    with database.read() as connection:
        (found,) = (row for row in in_force(connection) if row.key == key)
        diagram = get_normalised(connection, found.diagram_id)
        assert [row.version for row in deployed_forms(connection) if row.key == f"f-{key}"] == [1]
        assert [row.source for row in decisions_in_force(connection) if row.key == f"d-{key}"] == [b"<d/>"]
        assert get_normalised(connection, 1) is None
    assert (found.definition_id, found.diagram_id) == ids[-1]
    assert diagram is not None
    assert (diagram.xml, diagram.origin) == (b"<b/>", {"added": "drawn"})


def test_draft_goes_to_a_second_person_and_into_force(database: Database) -> None:
    key = f"k-{new_id()}"
    new = NewDefinition(id=new_id(), key=key, kind="bpmn", source=b"<a/>")

    with database.write() as uow:
        draft = save_draft(uow, new, edit=0, by="staff:1")
        draft = save_draft(uow, replace(new, source=b"<b/>"), edit=draft.edit, by="staff:1")
        advance_definition(uow, draft.id, SUBMITTED, by="staff:1")
        advance_definition(uow, draft.id, REFUSED, by="staff:2", remark="no")
        draft = save_draft(uow, replace(new, source=b"<c/>"), edit=draft.edit, by="staff:1")
        for state, by in ((SUBMITTED, "staff:1"), (APPROVED, "staff:2"), (DEPLOYED, "staff:1")):
            last = advance_definition(uow, draft.id, state, by=by)

    assert (last.source, last.version, last.approved_by, last.deployed_by) == (b"<c/>", 1, "staff:2", "staff:1")
    with database.read() as connection:
        assert current_version(connection, key) == last
        assert open_version(connection, key) is None


def test_draft_that_somebody_else_saved_is_stale(database: Database) -> None:
    new = NewDefinition(id=new_id(), key=f"k-{new_id()}", kind="bpmn", source=b"<a/>")
    with database.write() as uow:
        draft = save_draft(uow, new, edit=0, by="staff:1")

    for edit in (0, 7):
        with pytest.raises(Stale), database.write() as uow:
            save_draft(uow, new, edit=edit, by="staff:2")
    with database.write() as uow:
        advance_definition(uow, draft.id, SUBMITTED, by="staff:1")
    with pytest.raises(Conflict) as refused, database.write() as uow:
        save_draft(uow, new, edit=1, by="staff:1")
    assert refused.value.code == "definition_submitted"
    with pytest.raises(Conflict), database.write() as uow:
        advance_definition(uow, draft.id, DEPLOYED, by="staff:1")


def test_generation_never_changes(own_database: Database) -> None:
    with own_database.write() as uow:
        first = begin_generation(uow, by="system:init")
        publish_files(uow, first, {"a.toml": "1", "b.toml": "1"})
    with own_database.write() as uow:
        second = begin_generation(uow, by="staff:1")
        changed = publish_files(uow, second, {"a.toml": "2", "c.toml": "1"})

    assert changed == ("a.toml", "b.toml", "c.toml")
    with own_database.read() as connection:
        assert files_at(connection, first) == {"a.toml": "1", "b.toml": "1"}
        assert files_at(connection, second) == {"a.toml": "2", "c.toml": "1"}
        assert (current_generation(connection), files_at(connection, 0)) == (second, {})
        assert deployed_at(connection, second) is not None
    with own_database.write() as uow:
        assert publish_files(uow, begin_generation(uow, by="staff:1"), {"a.toml": "2", "c.toml": "1"}) == ()


def test_running_clock_finds_the_calendar_it_began_with(own_database: Database) -> None:
    layer = CalendarLayerVersion(layer="ES", off=frozenset({date(2026, 8, 19)}))
    newer = CalendarLayerVersion(layer="ES", off=frozenset({date(2026, 8, 20)}))

    with own_database.write() as uow:
        old = add_calendar_version(uow, layer, document="文 1", by="system:init")
        keep_resolved(uow, "cal", [old])
        new = add_calendar_version(uow, newer, document="文 2", by="staff:1")
        assert add_calendar_version(uow, layer, document="文 1", by="staff:1") == old

    with own_database.read() as connection:
        assert resolved_calendars(connection) == {"cal": {"ES": layer}}
        assert current_calendars(connection) == {"ES": new}
        assert [row.number for row in list_calendar_versions(connection)] == [1, 2]
        assert new.days == newer
