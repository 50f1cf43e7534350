"""Read the service matters (政务服务事项) of `rules/matters/<department>/<code>.toml`."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from app.catalogue.files import RuleFile, read_folder
from app.domain.errors import InvalidInput
from app.domain.matter import (
    DECISION_CLOCKS,
    PAPERS,
    ExtensionRule,
    LimitClass,
    MaterialRequirement,
    OfferingVersion,
    RenewalRule,
)
from app.domain.theme import MemberInCounty

REGION_DIGITS = 6
LISTS_OF_MATERIAL = ("formats", "satisfied_by")
REQUIRED_FIELDS = (
    "code",
    "name",
    "department",
    "regions",
    "impl_code",
    "item_type",
    "case_type",
    "form",
    "promised_limit",
    "statutory_limit",
    "delivery_limit",
    "suspension_grounds",
    "is_deemed_whitelisted",
    "deemed_exclusion",
    "deemed_document",
    "sod",
    "handled_by",
    "result_name",
    "legal_basis",
    "is_demo",
    "limits_mark",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class MatterFile:
    """A matter as a file says it, before it is offered by a department of a region.

    is_listed: False keeps it out of the catalogue applicants see. impl_code: 实施编码 with `{region}` where the six
    digits of the region stand, so that every region has its own. file: where it is written.
    """

    file: RuleFile
    code: str
    name: str
    department: str
    regions: tuple[str, ...]
    definition_key: str
    is_listed: bool
    impl_code: str
    fields: dict[str, Any]

    @property
    def path(self) -> str:
        """Its file, relative to `rules/`."""
        return self.file.path

    def in_county(self, said: MemberInCounty | None) -> "MatterFile":
        """Return the matter as a county has it: with the department and the limits it says otherwise."""
        if said is None:
            return self
        limits = {"promised_limit": said.promised_limit, "statutory_limit": said.statutory_limit}
        told = {name: text for name, text in limits.items() if text is not None}
        return replace(self, department=said.department or self.department, fields={**self.fields, **told})

    def impl_code_in(self, region_code: str) -> str:
        """Return the implementation code (实施编码) of this matter in a region: 31 characters, of GB/T 39554.1."""
        return self.impl_code.replace("{region}", region_code[:REGION_DIGITS])

    def offer(self, *, region_code: str, department_id: int, department_code: str) -> OfferingVersion:
        """Return the implementation list of this matter in a region; ids and version are given when it is published."""
        item = self.fields
        extension = item.get("extension")
        return OfferingVersion(
            offering_id=0,
            version=0,
            matter_code=self.code,
            impl_code=self.impl_code_in(region_code),
            name=self.name,
            region_code=region_code,
            department_id=department_id,
            department_code=department_code,
            item_type=item["item_type"],
            case_type=item["case_type"],
            definition_key=self.definition_key,
            form_key=item["form"],
            promised_limit=item["promised_limit"],
            statutory_limit=item["statutory_limit"],
            delivery_limit=item["delivery_limit"],
            materials=tuple(_material(row) for row in item.get("material", [])),
            extension=extension_of(extension) if extension else None,
            suspension_grounds=tuple(item["suspension_grounds"]),
            suspension_touches=tuple(item.get("suspension_touches", DECISION_CLOCKS)),
            classes=tuple(LimitClass(**row) for row in item.get("class", [])),
            is_deemed_acceptance=item.get("is_deemed_acceptance", True),
            deemed_acceptance_basis=item.get("deemed_acceptance_basis", ""),
            papers=tuple(item.get("papers", PAPERS)),
            is_deemed_whitelisted=item["is_deemed_whitelisted"],
            deemed_exclusion=item["deemed_exclusion"],
            deemed_document=item["deemed_document"],
            sod=item["sod"],
            handled_by=item["handled_by"],
            card_rule_set=item.get("card_rule_set", ""),
            result_name=item["result_name"],
            fee=item.get("fee", ""),
            is_fee_first=item.get("is_fee_first", False),
            result_validity=item.get("result_validity", ""),
            renewal=_renewal(item["renewal"]) if "renewal" in item else None,
            legal_basis=tuple(item["legal_basis"]),
            is_demo=item["is_demo"],
            limits_mark=item["limits_mark"],
            effective_from=item.get("effective_from"),
        )


def read_matters(rules_dir: Path) -> tuple[MatterFile, ...]:
    """Return every matter.

    Raises InvalidInput `rules_refused` with one item per field that is missing, in whatever file.
    """
    files = tuple(read_folder(rules_dir, "matters/*/*.toml"))
    faults = tuple(
        {"severity": "error", "code": "matter-field", "file": file.path, "name": name}
        for file in files
        for name in missing_fields(file)
    )
    if faults:
        raise InvalidInput("rules_refused", items=faults, count=len(faults))
    return tuple(matter_of(file) for file in files)


def missing_fields(file: RuleFile) -> tuple[str, ...]:
    """Return the fields a file of a matter lacks; one of `pattern` and `definition` names its diagram."""
    missing = tuple(name for name in REQUIRED_FIELDS if name not in file.fields)
    return missing if file.fields.keys() & {"pattern", "definition"} else (*missing, "pattern")


def read_material_rows(rows: list[dict[str, Any]]) -> tuple[MaterialRequirement, ...]:
    """Return material rows of a matter or theme."""
    return tuple(_material(row) for row in rows)


def matter_of(file: RuleFile) -> MatterFile:
    """Return the matter of a file that has every field."""
    item = dict(file.fields)
    return MatterFile(
        file=file,
        code=item["code"],
        name=item["name"],
        department=item["department"],
        regions=tuple(item["regions"]),
        definition_key=definition_key_of(file),
        is_listed=item.get("is_listed", True),
        impl_code=item["impl_code"],
        fields=item,
    )


def definition_key_of(file: RuleFile) -> str:
    """Return the key of the diagram a list names; its own goes before a pattern."""
    return str(file.fields.get("definition") or f"pattern:{file.fields.get('pattern', '')}")


def extension_of(row: dict[str, Any]) -> ExtensionRule:
    """Return the extension rule of a matter."""
    return ExtensionRule(**{**row, "touches": tuple(row.get("touches", DECISION_CLOCKS))})


def _renewal(row: dict[str, Any]) -> RenewalRule:
    return RenewalRule(**{**row, "also_renews": tuple(row.get("also_renews", ()))})


def _material(row: dict[str, Any]) -> MaterialRequirement:
    return MaterialRequirement(**{**row, **{name: tuple(row[name]) for name in LISTS_OF_MATERIAL if name in row}})
