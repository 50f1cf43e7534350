"""What a change set does to the lists that stand (暂停、取消、下放): read as they count on its day, ended from then on."""

from collections.abc import Sequence
from datetime import date, datetime, time

from app.catalogue.matters import MatterFile
from app.domain.calendar import ZONE
from app.domain.catalogue_change import ChangeKind, devolved, ended, kind_of_list, prefecture_of
from app.domain.diagram import Finding
from app.domain.matter import OfferingVersion
from app.domain.theme import ThemeVersion
from app.storage.catalogue import offering_in_force
from app.storage.unit_of_work import UnitOfWork

NOON = time(12)


def list_on(uow: UnitOfWork, matter_code: str, region_code: str, on: date) -> OfferingVersion | None:
    """Return the list that counts in a region on a day, paused and cancelled ones too; None when there is none."""
    at = datetime.combine(on, NOON, tzinfo=ZONE)
    return offering_in_force(uow.connection, matter_code, region_code, at, is_offered=False)


def ended_lists(
    uow: UnitOfWork, kind: ChangeKind, matter_code: str, regions: Sequence[str], *, on: date
) -> tuple[OfferingVersion, ...]:
    """Return the lists of a matter as a pause or a cancellation leaves them. Raises RuleViolation `change_set_not_offered`."""
    return tuple(ended(list_on(uow, matter_code, region, on), kind, region_code=region, on=on) for region in regions)


def devolved_list(uow: UnitOfWork, matter: MatterFile, *, on: date) -> OfferingVersion:
    """Return the list of the prefecture once its counties have the matter. Raises RuleViolation `change_set_devolve`."""
    above = prefecture_of(matter.regions[0])
    return devolved(list_on(uow, matter.code, above, on), matter.regions, on=on)


def kind_of(uow: UnitOfWork, asked: str, matter: MatterFile, *, on: date) -> ChangeKind:
    """Return the kind of a change set with a list. Raises RuleViolation `change_set_kind`, `change_set_devolve`."""
    kind = kind_of_list(asked, [list_on(uow, matter.code, region, on) for region in matter.regions])
    if kind == ChangeKind.DEVOLVE:
        devolved_list(uow, matter, on=on)
    return kind


def themes_without(themes: Sequence[ThemeVersion], matter_code: str) -> tuple[Finding, ...]:
    """Return a warning for each theme a matter is a member of: it takes in nobody who needs that member from the day on."""
    return tuple(
        Finding(
            severity="warning", code="change-set-member", file="", facts={"theme": theme.name, "matter": matter_code}
        )
        for theme in themes
        if any(member.matter_code == matter_code for member in theme.members)
    )
