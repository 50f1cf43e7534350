"""Service matters and implementation lists (政务服务事项、实施清单) as published. Immutable; a case pins one version."""

from dataclasses import dataclass
from datetime import date

from app.domain.vocabulary import ClockName

PAPERS = ("receipt", "acceptance")
# Who handles a matter: the departments here, or a body whose result a liaison reports (time-limits.md section 9, J15).
INTERNAL, EXTERNAL = "internal", "external"
# State of a list (事项状态): 1 在用, 2 暂停, 3 取消 of the national catalogue. What is not in use takes in no case.
IN_USE, PAUSED, CANCELLED = "in_use", "paused", "cancelled"
# The clocks of the decision; a suspension or an extension touches both unless the list says else (time-limits.md section 3).
DECISION_CLOCKS = (ClockName.PROMISED.value, ClockName.STATUTORY.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class MaterialRequirement:
    """One row of the material list (申请材料).

    satisfied_by: codes of matters; a certificate one of them gave its holder stands for the material.
    """

    code: str
    name: str
    is_required: bool = True
    copies: int = 1
    trust: str = "C"
    formats: tuple[str, ...] = ("pdf", "jpg", "png")
    max_bytes: int = 20 * 1024 * 1024
    note: str = ""
    satisfied_by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtensionRule:
    """How often, how long and by whom a limit may be extended. Source: 行政许可法 art. 42 unless `article` says else.

    touches: of DECISION_CLOCKS, those that grow; disclosure extends the statutory limit alone, and a
    bundle of licences its own.
    """

    count: int
    days: int
    approver_role: str = "unit_head"
    article: str = ""
    ground: str = "lic42_1"
    touches: tuple[str, ...] = DECISION_CLOCKS


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitClass:
    """A class of cases of one matter (类别), with a promise of its own. code: of CaseClass."""

    code: str
    promised_limit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RenewalRule:
    """A matter that renews certificates (行政许可法 art. 50).

    renews: code of the matter that gave them; also_renews: further ones, such as this matter itself. window_days: how
    many calendar days before expiry the renewal is asked at the latest. is_excluded: a special law knows no renewal by
    silence, excluded_by names it.
    """

    renews: str
    also_renews: tuple[str, ...] = ()
    window_days: int = 30
    is_excluded: bool = False
    excluded_by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferingVersion:
    """One version of the implementation list of a matter in one region by one department.

    promised_limit, statutory_limit: limit expressions such as `5WD` (0WD = on the spot); statutory may be empty.
    pattern: folder under `bpmn/patterns/`, or empty when `definition_key` names a diagram of its own.
    deemed_exclusion: code of `deemed_exclusion` that forbids deemed approval, empty when none.
    is_deemed_acceptance: False for a matter whose law knows no five days to accept (deemed_acceptance_basis says which).
    suspension_touches: of DECISION_CLOCKS, those a suspension stops. classes: the first is that of every case at acceptance
    and has the promised limit of the list; empty where the matter knows none.
    fee: the basis of the fees it asks for, empty when it asks for none. is_fee_first: they are paid before the decision.
    result_validity: how long the certificate holds, `60M` or `90D`; empty without an end.
    papers: of PAPERS, those issued on receipt and on acceptance; without one the applicant is not written to either.
    definition_version: version of the diagram that came with the list; None for the one that is deployed.
    item_state: IN_USE, PAUSED or CANCELLED; cases received before go on under the version they have.
    """

    offering_id: int
    version: int
    matter_code: str
    impl_code: str
    name: str
    region_code: str
    department_id: int
    department_code: str
    item_type: str
    case_type: str
    definition_key: str
    form_key: str
    promised_limit: str
    statutory_limit: str
    delivery_limit: str = "10WD"
    materials: tuple[MaterialRequirement, ...] = ()
    extension: ExtensionRule | None = None
    suspension_grounds: tuple[str, ...] = ()
    suspension_touches: tuple[str, ...] = DECISION_CLOCKS
    classes: tuple[LimitClass, ...] = ()
    is_deemed_whitelisted: bool = False
    deemed_exclusion: str = ""
    deemed_document: str = ""
    is_deemed_acceptance: bool = True
    deemed_acceptance_basis: str = ""
    papers: tuple[str, ...] = PAPERS
    sod: str = "strict"
    handled_by: str = INTERNAL
    card_rule_set: str = ""
    result_name: str = ""
    result_validity: str = ""
    renewal: RenewalRule | None = None
    legal_basis: tuple[str, ...] = ()
    is_demo: bool = True
    limits_mark: str = ""
    effective_from: date | None = None
    accept_conditions: str = ""
    fee: str = ""
    is_fee_first: bool = False
    definition_version: int | None = None
    item_state: str = IN_USE


def closed_code(offering: OfferingVersion) -> str:
    """Return the code of the refusal of an application under a list that is not in use: matter_paused, matter_cancelled."""
    return f"matter_{offering.item_state}"


def closed_since(offering: OfferingVersion) -> str:
    """Return the first day of that as text, empty for a list without one."""
    return offering.effective_from.isoformat() if offering.effective_from else ""
