"""All tables by noun. Instants end in `_at`, dates in `_on` or are `on`; what is stored as JSON text says so."""

from app.storage.tables.audit import audit_anchor, audit_entry
from app.storage.tables.base import metadata
from app.storage.tables.calendar import calendar_load, calendar_load_case, calendar_version, resolved_calendar
from app.storage.tables.case import case_file, case_input, case_party, idempotency_key, instance_state
from app.storage.tables.catalogue import (
    catalogue_change,
    department,
    matter_offering,
    offering_version,
    region,
    service_matter,
    theme_member,
    theme_version,
)
from app.storage.tables.certificate import certificate, renewal_request
from app.storage.tables.clock import clock_entry, deadline
from app.storage.tables.correction import correction_request
from app.storage.tables.definition import (
    definition,
    definition_coverage,
    definition_package,
    deployment,
    normalised_diagram,
    rule_version,
)
from app.storage.tables.external import external_task
from app.storage.tables.material import case_material, material
from app.storage.tables.message import message_wait
from app.storage.tables.migration import case_migration, case_migration_case
from app.storage.tables.obstacle import case_fee, case_forwarding
from app.storage.tables.outbox import outbox
from app.storage.tables.paper import decision_record, delivery, document, number_sequence, seal_authorisation
from app.storage.tables.people import account, staff, staff_membership, work_group
from app.storage.tables.receipt import receipt_block, receipt_number
from app.storage.tables.revocation import application_bar, cancellation, revocation
from app.storage.tables.service import service_record
from app.storage.tables.session import api_token, session
from app.storage.tables.supervision import (
    accountability_record,
    closure,
    deemed_release,
    digest_item,
    hold,
    incident,
    outage,
    technical_pause,
    warning_card,
)
from app.storage.tables.task import draft, user_task
from app.storage.tables.worker import clock_doubt, id_block, job_run, worker_beat

__all__ = [
    "account",
    "accountability_record",
    "api_token",
    "application_bar",
    "audit_anchor",
    "audit_entry",
    "calendar_load",
    "calendar_load_case",
    "calendar_version",
    "cancellation",
    "case_fee",
    "case_file",
    "case_forwarding",
    "case_input",
    "case_material",
    "case_migration",
    "case_migration_case",
    "case_party",
    "catalogue_change",
    "certificate",
    "clock_doubt",
    "clock_entry",
    "closure",
    "correction_request",
    "deadline",
    "decision_record",
    "deemed_release",
    "definition",
    "definition_coverage",
    "definition_package",
    "delivery",
    "department",
    "deployment",
    "digest_item",
    "document",
    "draft",
    "external_task",
    "hold",
    "id_block",
    "idempotency_key",
    "incident",
    "instance_state",
    "job_run",
    "material",
    "matter_offering",
    "message_wait",
    "metadata",
    "normalised_diagram",
    "number_sequence",
    "offering_version",
    "outage",
    "outbox",
    "receipt_block",
    "receipt_number",
    "region",
    "renewal_request",
    "resolved_calendar",
    "revocation",
    "rule_version",
    "seal_authorisation",
    "service_matter",
    "service_record",
    "session",
    "staff",
    "staff_membership",
    "technical_pause",
    "theme_member",
    "theme_version",
    "user_task",
    "warning_card",
    "work_group",
    "worker_beat",
]
