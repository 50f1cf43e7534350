"""The clock ledger of a case as of any instant, the correction of its entries, and the service its periods run from."""

from dataclasses import asdict
from typing import Any

from flask.views import MethodView
from flask_smorest import Blueprint

from app.domain.clock_entry import ClockEntry
from app.operations.correct_ledger import CorrectionRequest, correct_ledger
from app.operations.reclassify_clock import reclassify_clock
from app.operations.record_acceptance_error import AcceptanceError, record_acceptance_error
from app.operations.record_service import ServiceRequest, record_service
from app.operations.restart_clock import RestartRequest, restart_clock
from app.queries.clock import ledger_of, list_clocks, list_deadlines
from app.queries.services import list_services
from app.web.api import case_answers, clock_schemas, schemas
from app.web.api.cases import case_id_of, present_clocks, readable_case_id_of
from app.web.api.description import REPEATABLE
from app.web.api.present import jsonable
from app.web.api.requests import asked_instant, container, context, idempotency, instant, reading, row_id
from app.web.sign_in import current_person

blueprint = Blueprint("ledger", __name__, description="Clock ledgers (计时台账)")


@blueprint.route("/cases/<case_no>/clock")
class CaseClock(MethodView):
    """The clock ledger."""

    @blueprint.response(200, case_answers.CaseClocks)
    @blueprint.alt_response(404, schema=schemas.Problem)
    @blueprint.alt_response(422, schema=schemas.Problem)
    def get(self, case_no: str) -> object:
        """Return every clock with its due instant, one sentence per ledger entry in both languages, and the entries.

        `?as_of=` asks what was known at an instant: only what was recorded by then counts, so that a due instant of the
        past can be derived again at any time. Deadline rows are those of now and stand beside it only without `as_of`.
        """
        case_id, as_of = readable_case_id_of(case_no), asked_instant("as_of")
        with reading() as opened:
            view, now = container().view(), as_of or opened.now
            clocks = list_clocks(opened.connection, view, case_id, now=now, asof=as_of)
            entries = [item for item in ledger_of(opened.connection, case_id) if item.recorded_at <= now]
            deadlines = () if as_of else list_deadlines(opened.connection, case_id)
        return {
            "case_no": case_no,
            "as_of": as_of,
            "clocks": present_clocks(clocks),
            "entries": [present_entry(item) for item in entries],
            "deadlines": deadlines,
        }


@blueprint.route("/cases/<case_no>/ledger-corrections")
class LedgerCorrections(MethodView):
    """Correction of an entry."""

    @blueprint.doc(**REPEATABLE)
    @blueprint.arguments(clock_schemas.LedgerCorrection)
    @blueprint.response(201, schemas.ClockActAnswer)
    @blueprint.alt_response(403, schema=schemas.Problem)
    @blueprint.alt_response(422, schema=schemas.Problem)
    def post(self, body: dict[str, Any], case_no: str) -> object:
        """Put what is right in place of a ledger entry; the caller is another person than who made it."""
        asked = CorrectionRequest(**{**body, "occurred_at": instant(body["occurred_at"])})
        return correct_ledger(
            context(), current_person(), case_id=case_id_of(case_no), asked=asked, request=idempotency()
        )


@blueprint.route("/cases/<case_no>/reclassifications")
class Reclassifications(MethodView):
    """Change of the class."""

    @blueprint.doc(**REPEATABLE)
    @blueprint.arguments(clock_schemas.Reclassification)
    @blueprint.response(201, schemas.ClockActAnswer)
    @blueprint.alt_response(403, schema=schemas.Problem)
    @blueprint.alt_response(422, schema=schemas.Problem)
    def post(self, body: dict[str, Any], case_no: str) -> object:
        """Move the case to another class of its matter, with a reason."""
        return reclassify_clock(context(), current_person(), case_id=case_id_of(case_no), **body, request=idempotency())


@blueprint.route("/cases/<case_no>/restarts")
class Restarts(MethodView):
    """A new start of the limits."""

    @blueprint.doc(**REPEATABLE)
    @blueprint.arguments(clock_schemas.Restart)
    @blueprint.response(201, schemas.ClockActAnswer)
    @blueprint.alt_response(403, schema=schemas.Problem)
    @blueprint.alt_response(422, schema=schemas.Problem)
    def post(self, body: dict[str, Any], case_no: str) -> object:
        """Let the promised and the statutory limit count afresh, where the law says so."""
        asked = RestartRequest(**{**body, "occurred_at": instant(body["occurred_at"])})
        return restart_clock(
            context(), current_person(), case_id=case_id_of(case_no), asked=asked, request=idempotency()
        )


@blueprint.route("/cases/<case_no>/acceptance-errors")
class AcceptanceErrors(MethodView):
    """Errors at acceptance."""

    @blueprint.doc(**REPEATABLE)
    @blueprint.arguments(clock_schemas.AcceptanceErrorFound)
    @blueprint.response(201, schemas.CaseActAnswer)
    @blueprint.alt_response(403, schema=schemas.Problem)
    @blueprint.alt_response(422, schema=schemas.Problem)
    def post(self, body: dict[str, Any], case_no: str) -> object:
        """Record a gap found after acceptance; no limit moves, and a supplement needs the applicant's consent."""
        found = AcceptanceError(**body)
        return record_acceptance_error(
            context(), current_person(), case_id=case_id_of(case_no), found=found, request=idempotency()
        )


@blueprint.route("/cases/<case_no>/documents/<document_id>/service")
class Service(MethodView):
    """Service of a document."""

    @blueprint.response(200, case_answers.Services)
    @blueprint.alt_response(404, schema=schemas.Problem)
    def get(self, case_no: str, document_id: str) -> object:
        """Return how a document was served: each way, its attempts, the proof, and the period that runs from it."""
        case_id = case_id_of(case_no)
        with reading() as opened:
            found = list_services(opened.connection, case_id=case_id, document_id=row_id(document_id))
        return {"items": found, "next_cursor": None}

    @blueprint.doc(**REPEATABLE)
    @blueprint.arguments(schemas.ServiceAttempt)
    @blueprint.response(201, schemas.ServiceAnswer)
    @blueprint.alt_response(409, schema=schemas.Problem)
    @blueprint.alt_response(422, schema=schemas.Problem)
    def post(self, body: dict[str, Any], case_no: str, document_id: str) -> object:
        """Record an attempt to serve a document; with its proof the period of the document begins."""
        instants = {name: instant(body[name]) for name in ("sent_at", "served_at", "consent_at")}
        asked = ServiceRequest(document_id=row_id(document_id), **{**body, **instants})
        return record_service(
            context(), current_person(), case_id=case_id_of(case_no), asked=asked, request=idempotency()
        )


def present_entry(entry: ClockEntry) -> object:
    """Return a ledger entry without what it leaves empty; ids are text."""
    said = {name: value for name, value in asdict(entry).items() if value is not None}
    return jsonable({name: str(value) if name.endswith("_id") else value for name, value in said.items()})
