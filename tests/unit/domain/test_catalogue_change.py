"""Kinds of change sets: what each may end, and which kind a list is."""

from dataclasses import replace
from datetime import date

import pytest

from app.domain.catalogue_change import ChangeKind, devolved, ended, kind_of_list
from app.domain.errors import RuleViolation
from app.domain.matter import CANCELLED, IN_USE, PAUSED, OfferingVersion
from app.storage.offering_doc import read_offering, write_offering

ON = date(2026, 3, 9)
LIST = OfferingVersion(
    offering_id=1,
    version=3,
    matter_code="food",
    impl_code="1" * 31,
    name="食品经营许可",
    region_code="422800",
    department_id=7,
    department_code="422800-scjg",
    item_type="01",
    case_type="2",
    definition_key="pattern:committed",
    form_key="apply_company",
    promised_limit="5WD",
    statutory_limit="20WD",
)


@pytest.mark.parametrize(
    ("state", "kind", "after"),
    [
        (IN_USE, ChangeKind.PAUSE, PAUSED),
        (IN_USE, ChangeKind.CANCEL, CANCELLED),
        (PAUSED, ChangeKind.CANCEL, CANCELLED),
        (PAUSED, ChangeKind.PAUSE, None),
        (CANCELLED, ChangeKind.PAUSE, None),
        (CANCELLED, ChangeKind.CANCEL, None),
    ],
)
def test_what_is_in_use_may_rest_or_end_and_what_rests_may_end(state: str, kind: ChangeKind, after: str | None) -> None:
    offering = replace(LIST, item_state=state)

    if after is None:
        with pytest.raises(RuleViolation) as refused:
            ended(offering, kind, region_code="422801", on=ON)
        assert refused.value.code == "change_set_not_offered"
        return
    found = ended(offering, kind, region_code="422801", on=ON)

    assert found == replace(LIST, region_code="422801", effective_from=ON, item_state=after)


@pytest.mark.parametrize(
    ("asked", "states", "found"),
    [
        ("", [None, None], ChangeKind.NEW),
        ("", [None, PAUSED], ChangeKind.CHANGE),
        ("new", [CANCELLED], ChangeKind.NEW),
        ("change", [IN_USE], ChangeKind.CHANGE),
        ("new", [IN_USE], None),
        ("change", [None], None),
    ],
)
def test_list_is_new_or_a_change_by_what_stands(asked: str, states: list[str | None], found: ChangeKind | None) -> None:
    known = [replace(LIST, item_state=state) if state else None for state in states]

    if found is None:
        with pytest.raises(RuleViolation):
            kind_of_list(asked, known)
    else:
        assert kind_of_list(asked, known) == found


@pytest.mark.parametrize(
    ("offering", "regions"),
    [
        (None, ["422801"]),
        (replace(LIST, item_state=PAUSED), ["422801"]),
        (replace(LIST, region_code="422801"), ["422801"]),
        (LIST, ["422800"]),
        (LIST, ["422801", "420601"]),
    ],
)
def test_only_a_prefecture_gives_down_and_only_to_counties_of_its_own(
    offering: OfferingVersion | None, regions: list[str]
) -> None:
    with pytest.raises(RuleViolation) as refused:
        devolved(offering, regions, on=ON)

    assert refused.value.code == "change_set_devolve"
    assert devolved(LIST, ["422801", "422822"], on=ON).item_state == CANCELLED


def test_text_of_a_list_in_use_is_that_of_before_there_were_states() -> None:
    text = write_offering(LIST)

    assert "item_state" not in text
    assert read_offering(1, 3, text).item_state == IN_USE
    assert read_offering(1, 4, write_offering(replace(LIST, item_state=PAUSED))).item_state == PAUSED
