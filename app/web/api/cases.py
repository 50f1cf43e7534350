"""Cases: search, one case, its clocks, and the acts on it."""

from collections.abc import Sequence
from typing import Any

from flask.views import MethodView
from flask_smorest import Blueprint

from app.domain.errors import NotFound
from app.operations.extend_clock import extend_clock
from app.operations.submit_correction import submit_correction
from app.operations.suspend_clock import SuspensionRequest, resume_clock, suspend_clock
from app.operations.withdraw_case import withdraw_case
from app.queries import case_page
from app.queries.cases import CaseLine, list_cases
from app.queries.clock import ClockView, list_clocks
from app.web.api import asked as asked_for
from app.web.api import case_answers, clock_schemas, schemas
from app.web.api.answers import page_of
from app.web.api.applications import handed_in
from app.web.api.description import REPEATABLE
from app.web.api.present import jsonable
from app.web.api.requests import container, context, cursor_secret, idempotency, instant, reading, row_id, sight_of_case
from app.web.masking import masked_case
from app.web.sign_in import current_person

blueprint = Blueprint("cases", __name__, description="Cases (办件)")


def case_id_of(case_no: str) -> int:
    """Return the id of a case the caller may act on. Raises NotFound otherwise."""
    with reading() as opened:
        return case_page.find_case_id(opened.connection, current_person().scope, case_no)


def readable_case_id_of(case_no: str) -> int:
    """Return the id of a case the caller may read, also as head of a superior department or as one who is asked about it.

    Raises NotFound otherwise.
    """
    with reading() as opened:
        return case_page.find_case_id(opened.connection, sight_of_case(opened, case_no), case_no)


def known_case_id_of(case_no: str) -> int:
    """Return the id of a case, whoever asks: under its lock the act says who may. Raises NotFound for no such case."""
    with reading() as opened:
        case_id = case_page.find_case_by_number(opened.connection, case_no)
    if case_id is None:
        raise NotFound("case_unknown", case=case_no)
    return case_id


@blueprint.route("/cases")
class Cases(MethodView):
    """Search."""

    @blueprint.arguments(asked_for.CasesAsked, location="query")
    @blueprint.response(200, page_of(CaseLine))
    def get(self, asked: dict[str, Any]) -> object:
        """List the cases in the caller's scope, newest first; members stand under their joint case."""
        with reading() as opened:
            return list_cases(
                opened.connection,
                current_person().scope,
                secret=cursor_secret(),
                text=asked["q"],
                state=asked["state"],
                with_members=asked["members"],
                cursor=asked["cursor"],
                limit=asked["limit"],
            )


@blueprint.route("/cases/<case_no>")
class Case(MethodView):
    """One case."""

    @blueprint.response(200, case_answers.Case)
    @blueprint.alt_response(404, schema=schemas.Problem)
    def get(self, case_no: str) -> object:
        """Return a case with its state, tasks, clocks and members; `ETag` is its version."""
        person = current_person()
        with reading() as opened:
            scope = sight_of_case(opened, case_no)
            view = case_page.get_case(opened.connection, scope, case_no)
            clocks = list_clocks(opened.connection, container().view(), int(view.id), now=opened.now)
        body = jsonable(masked_case(view, person, is_asked=int(view.id) in scope.asked_about))
        assert isinstance(body, dict)
        body["clocks"] = present_clocks(clocks)
        return body, {"ETag": f'"{view.version}"'}


@blueprint.route("/cases/<case_no>/suspensions")
class Suspensions(MethodView):
    """Start of a special procedure."""

    @blueprint.doc(**REPEATABLE)
    @blueprint.arguments(clock_schemas.Suspension)
    @blueprint.response(201, schemas.ClockActAnswer)
    @blueprint.alt_response(422, schema=schemas.Problem)
    def post(self, body: dict[str, Any], case_no: str) -> object:
        """Stop the clocks for a lawful ground, with the written notice."""
        asked = SuspensionRequest(
            ground=str(body["ground"]),
            document_no=str(body["document_no"]),
            expected_days=int(str(body["expected_days"])),
            reason=str(body["reason"]),
            occurred_at=instant(body["occurred_at"]),
        )
        case_id = case_id_of(case_no)
        return suspend_clock(context(), current_person(), case_id=case_id, asked=asked, request=idempotency())


@blueprint.route("/cases/<case_no>/resumptions")
class Resumptions(MethodView):
    """End of a special procedure."""

    @blueprint.doc(**REPEATABLE)
    @blueprint.arguments(clock_schemas.Resumption)
    @blueprint.response(201, schemas.ClockActAnswer)
    @blueprint.alt_response(409, schema=schemas.Problem)
    def post(self, body: dict[str, Any], case_no: str) -> object:
        """Let the clocks run again."""
        suspension = body["suspension_id"]
        return resume_clock(
            context(),
            current_person(),
            case_id=case_id_of(case_no),
            suspension_id=row_id(str(suspension)) if suspension else None,
            occurred_at=instant(body["occurred_at"]),
            document_no=str(body["document_no"]),
            request=idempotency(),
        )


@blueprint.route("/cases/<case_no>/extensions")
class Extensions(MethodView):
    """Extension of a limit."""

    @blueprint.doc(**REPEATABLE)
    @blueprint.arguments(clock_schemas.Extension)
    @blueprint.response(201, schemas.ClockActAnswer)
    @blueprint.alt_response(422, schema=schemas.Problem)
    def post(self, body: dict[str, Any], case_no: str) -> object:
        """Extend the limits; the caller approves."""
        return extend_clock(
            context(),
            current_person(),
            case_id=case_id_of(case_no),
            days=int(str(body["days"])),
            reason=str(body["reason"]),
            occurred_at=instant(body["occurred_at"]),
            document_no=str(body["document_no"]),
            request=idempotency(),
        )


@blueprint.route("/cases/<case_no>/corrections")
class Corrections(MethodView):
    """Answer to a correction notice."""

    @blueprint.doc(**REPEATABLE)
    @blueprint.arguments(schemas.Correction)
    @blueprint.response(201, schemas.CaseActAnswer)
    @blueprint.alt_response(409, schema=schemas.Problem)
    def post(self, body: dict[str, Any], case_no: str) -> object:
        """Hand in what the one-time notice asked for."""
        return submit_correction(
            context(),
            current_person(),
            case_id=case_id_of(case_no),
            materials=handed_in(body["materials"]),
            answers=body["data"],
            request=idempotency(),
        )


@blueprint.route("/cases/<case_no>/withdrawal")
class Withdrawal(MethodView):
    """Taking an application back."""

    @blueprint.doc(**REPEATABLE)
    @blueprint.arguments(schemas.Withdrawal)
    @blueprint.response(200, schemas.CaseActAnswer)
    @blueprint.alt_response(409, schema=schemas.Problem)
    def post(self, body: dict[str, str], case_no: str) -> object:
        """Withdraw a case before its decision."""
        return withdraw_case(
            context(),
            current_person(),
            case_id=case_id_of(case_no),
            reason=body["reason"],
            request=idempotency(),
        )


def present_clocks(clocks: Sequence[ClockView]) -> list[dict[str, object]]:
    """Return clocks with their sentences in both languages."""
    messages = context().messages
    presented = []
    for clock in clocks:
        fields = jsonable(clock)
        assert isinstance(fields, dict)
        del fields["sentences"]
        fields["explanation"] = [messages.both(item.key, **item.facts) for item in clock.sentences]
        presented.append(fields)
    return presented
