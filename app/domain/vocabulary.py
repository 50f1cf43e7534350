"""Words with one meaning each (docs/glossary.md). Values are the codes of `rules/codes.csv`."""

from enum import IntEnum, StrEnum


class CaseState(StrEnum):
    """Where a case stands (办件状态)."""

    RECEIVED = "received"
    CORRECTING = "correcting"
    ACCEPTED = "accepted"
    SUSPENDED = "suspended"
    DECIDED = "decided"
    DEEMED = "deemed"
    DELIVERING = "delivering"
    CLOSED = "closed"
    NOT_ACCEPTED = "not_accepted"
    WITHDRAWN = "withdrawn"
    TERMINATED = "terminated"
    REVOKED = "revoked"


class Decision(StrEnum):
    """What the authority decides (决定)."""

    APPROVE = "approve"
    REFUSE = "refuse"
    PARTIAL = "partial"
    DEEMED_APPROVE = "deemed_approve"
    DEEMED_RENEW = "deemed_renew"


class ResultKind(StrEnum):
    """How a case ended in the national list (办结结果)."""

    CERTIFICATE = "0"
    RETURNED = "1"
    VOIDED = "2"
    FORWARDED = "4"
    NOT_CORRECTED = "5"
    FINISHED = "6"


class ClockName(StrEnum):
    """A limit that runs in a case (计时)."""

    PROMISED = "promised"
    STATUTORY = "statutory"
    NOTICE5 = "notice5"
    CORRECTION = "correction"
    FILING = "filing"
    DELIVERY = "delivery"
    BUNDLE_PROMISED = "bundle_promised"
    BUNDLE_STATUTORY = "bundle_statutory"


class LedgerKind(StrEnum):
    """What an entry of the clock ledger records (台账记录)."""

    START = "start"
    SUSPEND = "suspend"
    RESUME = "resume"
    EXTEND = "extend"
    RECLASSIFY = "reclassify"
    CALENDAR = "calendar"
    RESTART = "restart"
    HOLD = "hold"
    STOP = "stop"
    CORRECT = "correct"
    STANDSTILL = "standstill"


class CaseClass(StrEnum):
    """A class of cases with a promise of its own (类别)."""

    OWN = "own"
    JOINT = "joint"
    CONSULT = "consult"


class LimitUnit(StrEnum):
    """Unit of a time limit (时限单位): working days, working hours, calendar days, hours, months, wall-clock seconds."""

    WORKING_DAY = "WD"
    WORKING_HOUR = "WH"
    DAY = "D"
    HOUR = "H"
    MONTH = "M"
    SECOND = "S"


class TaskState(IntEnum):
    """State of a user task row."""

    OPEN = 0
    CLAIMED = 1
    COMPLETED = 2
    WITHDRAWN = 3


class Stage(IntEnum):
    """Which instant of a deadline comes next."""

    YELLOW = 0
    RED = 1
    DUE = 2


class Lane(IntEnum):
    """What the next stage of a deadline takes: the diagram moves, or somebody is only warned."""

    MOVE = 0
    NOTICE = 1


class DeadlineState(IntEnum):
    """State of a deadline row."""

    ARMED = 0
    PAUSED = 1
    FIRED = 2
    DISARMED = 3
    DEAD = 4
    HELD = 5
    BLOCKED = 6


class Colour(StrEnum):
    """Colour of a running limit, computed when read."""

    GREEN = "green"
    YELLOW = "yellow"
    RED = "red"
    OVERDUE = "overdue"
    PAUSED = "paused"


class CardColour(StrEnum):
    """Colour of a warning card (红黄牌): of a limit, or of a breach of procedure."""

    YELLOW = "yellow"
    RED = "red"
    OVERDUE = "overdue"
    ABNORMAL = "abnormal"


class CardState(StrEnum):
    """What became of a warning card (预警状态)."""

    ISSUED = "issued"
    ACKNOWLEDGED = "acknowledged"
    EXPLAINED = "explained"
    APPEALED = "appealed"
    UPHELD = "upheld"
    REVOKED = "revoked"
    CLOSED = "closed"


class CardCause(StrEnum):
    """Why a warning card is issued (预警事由)."""

    LIMIT = "limit"
    STEP_OVERTIME = "step_overtime"
    LATE_FORWARDING = "late_forwarding"
    REFUSED_WITHOUT_REASON = "refused_without_reason"
    NO_REASONS = "no_reasons"
    WRONG_FEE = "wrong_fee"
    DEEMED_ACCEPTANCE = "deemed_acceptance"
    ACCEPTANCE_ERROR = "acceptance_error"
    LATE_PAPER = "late_paper"
    NEVER_REVIEWED = "never_reviewed"


class AppealGround(StrEnum):
    """Why a unit asks to have a card taken back (申诉理由)."""

    SYSTEM_FAULT = "system_fault"
    WRONG_CALENDAR = "wrong_calendar"
    WRONG_SUSPENSION = "wrong_suspension"
    FORCE_MAJEURE = "force_majeure"
    MIS_ASSIGNED = "mis_assigned"


class Role(StrEnum):
    """What a person may be (角色); `rules/roles.toml` gives the names."""

    APPLICANT = "applicant"
    WINDOW_CLERK = "window_clerk"
    REVIEWER = "reviewer"
    DECIDER = "decider"
    UNIT_HEAD = "unit_head"
    DELIVERY_CLERK = "delivery_clerk"
    SUPERVISOR = "supervisor"
    DUTY_OFFICER = "duty_officer"
    LIAISON = "liaison"
    GOVERNMENT_HEAD = "government_head"
    CATALOGUE_MANAGER = "catalogue_manager"
    DESIGNER = "designer"
    INTEGRATOR = "integrator"
    ADMIN = "admin"


class NoticeClass(StrEnum):
    """When a notice may be sent (通知等级)."""

    IMMEDIATE = "immediate"
    OFFICE_HOURS = "office_hours"


class MaterialTrust(StrEnum):
    """How far a material is trusted (材料可信等级)."""

    ISSUED = "A"
    VERIFIED = "B"
    UPLOADED = "C"
    DECLARED = "D"


class CaseKind(StrEnum):
    """What a case is about at the top level."""

    MATTER = "matter"
    THEME = "theme"
    MEMBER = "member"


class SeparationOfDuties(StrEnum):
    """How the same person may act twice in a case (职责分离)."""

    STRICT = "strict"
    INSTANT_EXEMPT = "instant_exempt"
    SAMPLED_CHECK = "sampled_check"


class HoldReason(StrEnum):
    """Why an approval by default is held (暂缓理由)."""

    FRAUD = "fraud"
    PUBLIC_SAFETY = "public_safety"
    WRONG_CALENDAR = "wrong_calendar"
    OUTAGE = "outage"
    WRONG_ACCEPTANCE = "wrong_acceptance"


class HoldState(StrEnum):
    """Where a hold stands (暂缓状态)."""

    REQUESTED = "requested"
    CONFIRMED = "confirmed"
    REJECTED = "rejected"
    EXPIRED = "expired"
    LIFTED = "lifted"
    ENDED = "ended"
    FINDING_DUE = "finding_due"


class HoldAct(StrEnum):
    """What is done to a hold; each act is one entry of the clock ledger."""

    REQUEST = "request"
    CONFIRM = "confirm"
    REJECT = "reject"
    EXPIRE = "expire"
    LIFT = "lift"
    END = "end"
    FINDING = "finding"


class HoldFinding(StrEnum):
    """What the head of the unit signs after a hold for fraud or public safety (认定意见)."""

    CLEARED = "cleared"
    FOUNDED = "founded"


class AccountabilityState(StrEnum):
    """Where an accountability record stands (责任认定状态)."""

    OPEN = "open"
    CAUSE_CHOSEN = "cause_chosen"
    FOUND = "found"
    CLOSED = "closed"


class AccountabilityCause(StrEnum):
    """Why a limit passed, as the unit says (超时原因)."""

    ABSENCE = "absence"
    WORKLOAD = "workload"
    MISASSIGNED = "misassigned"
    WAITING_INSIDE = "waiting_inside"
    SYSTEM_FAULT = "system_fault"
    NEGLECT = "neglect"
    OTHER = "other"


class SealState(StrEnum):
    """Where the seal of a paper stands (用印状态)."""

    QUEUED = "queued"
    BY_PERSON = "by_person"
    SEALED = "sealed"


class FilingState(StrEnum):
    """Where the result of an approval by default stands (补齐状态)."""

    OPEN = "open"
    PREPARED = "prepared"
    SIGNED = "signed"
    SEAL_QUEUED = "seal_queued"
    FILED = "filed"


class CertificateState(StrEnum):
    """Where a certificate stands in the register (证照状态)."""

    VALID = "valid"
    EXPIRED = "expired"
    RENEWED = "renewed"
    REVOKED = "revoked"
    CANCELLED = "cancelled"


class RevocationGround(StrEnum):
    """Why a licence is revoked (撤销事由)."""

    ABUSE_OF_OFFICE = "abuse_of_office"
    BEYOND_POWER = "beyond_power"
    AGAINST_PROCEDURE = "against_procedure"
    UNQUALIFIED = "unqualified"
    OTHER = "other"
    FRAUD = "fraud"


class CancellationGround(StrEnum):
    """Why a certificate is cancelled (注销事由)."""

    EXPIRED = "expired"
    DEATH = "death"
    BODY_ENDED = "body_ended"
    LICENCE_ENDED = "licence_ended"
    FORCE_MAJEURE = "force_majeure"
    OTHER = "other"


class Shortage(StrEnum):
    """What is the matter with an item of an application (缺陷)."""

    MISSING = "missing"
    WRONG = "wrong"


class CorrectionRequestState(StrEnum):
    """Where the request of a department for a correction stands (补正意见状态)."""

    WAITING = "waiting"
    TOLD = "told"
    SETTLED = "settled"
    LAPSED = "lapsed"
