"""What a browser sent for an application or a correction: read, its files stored, its faults beside their fields."""

import uuid
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import orjson
from flask import redirect, request, session, url_for
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response

from app.domain.authority import Person
from app.domain.calendar import to_local
from app.domain.errors import CaseworkError, InvalidInput
from app.domain.form import PATTERNS, FormSchema, check_answers, is_identity_number
from app.domain.materials import accept_material
from app.domain.matter import MaterialRequirement
from app.domain.request_key import LONGEST_KEY, RequestKey, request_key
from app.operations.upload_material import upload_material
from app.queries.held_materials import HeldFile, find_own_files, list_held_files
from app.runtime.application import ApplicantInput, ApplicationInput, HandedIn
from app.runtime.paper_receipts import PaperReceipt
from app.web.api.requests import last_day
from app.web.errors import status_of
from app.web.form_answers import read_answers
from app.web.form_view import FieldView, FormState, present_form
from app.web.language import current_language
from app.web.pages.context import REFUSED, FormError, context, form_errors, reading, showing, words
from app.web.presenting import file_size

RECEIPT = "receipt"
MATERIAL, HELD, VALID_TO = "material.", "held.", "valid_to."
PARTS = {"kind": 16, "name": 100, "id_type": 8, "id_number": 40, "mobile": 24}
KINDS = ("person", "company")
ID_TYPES = ("111", "414", "516", "511", "990")
OPTIONS = {"kind": KINDS, "id_type": ID_TYPES}
IDENTITY_CARD = "111"
INTAKE_MODES = ("window", "assisted", "home", "station", "batch", "elsewhere")
ONLINE = "online"
LARGEST_ID = 2**63 - 1
DESPITE = "despite_duplicate"
UNPROCESSABLE = 422
Receive = Callable[[ApplicationInput, RequestKey], Mapping[str, object]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What stands in the form: as sent, or as it opens. chosen: requirement -> material id."""

    applicant: Mapping[str, str]
    intake_mode: str
    request_key: str
    answers: Mapping[str, object] = field(default_factory=dict)
    chosen: Mapping[str, str] = field(default_factory=dict)
    errors: tuple[FormError, ...] = ()

    @property
    def handed_in(self) -> list[HandedIn]:
        """The files by requirement."""
        return [HandedIn(requirement=code, material_id=int(found)) for code, found in self.chosen.items()]


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why an application was not received, for the error summary.

    duplicates: what is open about the same person; the form asks whether another one is meant.
    """

    errors: tuple[FormError, ...]
    status: int = UNPROCESSABLE
    duplicates: tuple[Mapping[str, object], ...] = ()


def blank(person: Person) -> Sent:
    """Return the form as it opens: an applicant finds their own name in it."""
    name = person.name if person.is_applicant else ""
    applicant = {"kind": KINDS[0], "name": name, "id_type": IDENTITY_CARD, "id_number": "", "mobile": ""}
    return Sent(applicant=applicant, intake_mode=_modes(person)[0], request_key=uuid.uuid4().hex)


def read_sent(person: Person, schema: FormSchema | None, requirements: Sequence[MaterialRequirement]) -> Sent:
    """Read the form and store its files, so that what comes back with a fault keeps them."""
    form, modes = request.form, _modes(person)
    chosen, errors = store_files(person, requirements)
    mode = form.get("intake_mode", "")
    return Sent(
        applicant={part: form.get(f"applicant.{part}", "").strip() for part in PARTS},
        intake_mode=mode if mode in modes else modes[0],
        request_key=form.get("request_key", "")[:LONGEST_KEY] or uuid.uuid4().hex,
        answers=read_answers(schema, form.getlist) if schema else {},
        chosen=chosen,
        errors=tuple(errors),
    )


def store_files(person: Person, requirements: Sequence[MaterialRequirement]) -> tuple[dict[str, str], list[FormError]]:
    """Store the files of the request. Returns requirement -> material id, also for files held before, and faults."""
    chosen: dict[str, str] = {}
    errors: list[FormError] = []
    for requirement in requirements:
        held = request.form.get(f"{HELD}{requirement.code}", "")
        if held.isascii() and held.isdecimal() and len(held) <= len(str(LARGEST_ID)) and int(held) <= LARGEST_ID:
            chosen[requirement.code] = held
        file = request.files.get(f"{MATERIAL}{requirement.code}")
        if file is None or not file.filename:
            continue
        try:
            chosen[requirement.code] = _store(person, requirement, file)
        except InvalidInput as refusal:
            errors += [FormError(name=f"{MATERIAL}{requirement.code}", text=e["text"]) for e in form_errors(refusal)]
    return chosen, errors


def receive_sent(
    sent: Sent,
    target: tuple[str, str],
    schema: FormSchema | None,
    *,
    receive: Receive,
    person: Person,
    guidance: Mapping[str, object] | None = None,
    paper: PaperReceipt | None = None,
) -> Mapping[str, object] | Refusal:
    """Hand the form to the operation, once for each request key. Every fault of the form is told at the same time.

    target: code of the matter or theme, and region. paper: the receipt that was given on paper, None for none.
    """
    faults = [*sent.errors, *_applicant_faults(sent.applicant), *answer_faults(schema, sent.answers)]
    if faults:
        return Refusal(errors=tuple(faults))
    application = ApplicationInput(
        code=target[0],
        region_code=target[1],
        intake_mode=sent.intake_mode,
        applicant=_applicant(sent.applicant),
        form=sent.answers,
        materials=sent.handed_in,
        guidance=guidance or {},
        paper=paper,
        refuse_duplicate=request.form.get(DESPITE) != "yes",
    )
    try:
        return receive(application, _key(person, sent, guidance or {}))
    except REFUSED as refusal:
        if refusal.code == "application_duplicate":
            return Refusal(errors=(), status=status_of(refusal), duplicates=refusal.items)
        return Refusal(errors=tuple(named_faults(refusal, list(sent.chosen))), status=status_of(refusal))


def answer_faults(schema: FormSchema | None, answers: Mapping[str, object]) -> list[FormError]:
    """Return the faults of the answers to a published form."""
    try:
        if schema is not None:
            check_answers(schema, answers)
    except InvalidInput as refusal:
        return form_errors(refusal)
    return []


def named_faults(refusal: CaseworkError, requirements: Sequence[str]) -> list[FormError]:
    """Return a refusal as errors; a fault of the n-th material handed in stands beside its upload."""
    named = []
    for error in form_errors(refusal):
        place, _, _rest = error["name"].removeprefix("mark.").partition("/")
        is_material = error["name"].startswith("mark.") and place.isdecimal() and int(place) < len(requirements)
        named.append(
            FormError(name=f"{MATERIAL}{requirements[int(place)]}", text=error["text"]) if is_material else error
        )
    return named


def application_fields(
    person: Person,
    sent: Sent,
    schema: FormSchema | None,
    requirements: Sequence[MaterialRequirement],
    *,
    refusal: Refusal,
) -> dict[str, object]:
    """Return what the pages of applications share."""
    modes = () if person.is_applicant else _modes(person)
    return {
        "applicant": sent.applicant,
        "id_types": [{"code": code, "label": words().label("id_type", code)} for code in ID_TYPES],
        "fields": form_fields(schema, sent.answers, refusal.errors),
        "materials": material_fields(person, requirements, sent.chosen),
        "intake_modes": [{"code": code, "label": words().label("intake_mode", code)} for code in modes],
        "intake_mode": sent.intake_mode,
        "request_key": sent.request_key,
        "errors": refusal.errors,
        "duplicates": [_duplicate(person, item) for item in refusal.duplicates],
        "given_json": "{}",
    }


def _duplicate(person: Person, item: Mapping[str, object]) -> dict[str, object]:
    endpoint = "pages.my_case" if person.is_applicant else "pages.case"
    case_no, received_at = str(item["case_no"]), datetime.fromisoformat(str(item["received_at"]))
    return {
        "name": item["name"],
        "case_no": case_no,
        "received_at": showing(received_at).at(received_at),
        "url": url_for(endpoint, case_no=case_no) if case_no else "",
    }


def form_fields(
    schema: FormSchema | None, answers: Mapping[str, object], errors: Sequence[FormError]
) -> tuple[FieldView, ...]:
    """Return the fields of a published form, filled in, with their faults."""
    if schema is None:
        return ()
    state = FormState(language=current_language(), errors={error["name"]: error["text"] for error in errors})
    return present_form(schema, answers, state=state)


def material_fields(
    person: Person,
    requirements: Sequence[MaterialRequirement],
    chosen: Mapping[str, str],
    *,
    without: Collection[str] = (),
) -> list[dict[str, object]]:
    """Return the uploads of a form, with files to choose from. without: ids of files that are not offered again.

    Applicants find files of earlier cases. A clerk holds papers of other people, so only what was uploaded into this
    very form is offered again.
    """
    with reading() as opened:
        own = find_own_files(opened.connection, account_id=person.account_id, ids=[int(i) for i in chosen.values()])
        codes = [row.code for row in requirements] if person.is_applicant else []
        today = to_local(opened.now).date()
        held = list_held_files(opened.connection, account_id=person.account_id, requirements=codes, today=today)
    offered = {code: [file for file in files if file.id not in without] for code, files in held.items()}
    return [_upload(row, own, offered.get(row.code, ()), chosen.get(row.code, "")) for row in requirements]


def to_receipt(result: Mapping[str, object]) -> Response:
    """Redirect to the receipt, which shows the progress code once."""
    missing = result.get("missing")
    names = [str(item["name"]) for item in missing if isinstance(item, Mapping)] if isinstance(missing, list) else []
    session[RECEIPT] = {"case_no": result["case_no"], "code": result["progress_code"], "missing": names}
    return redirect(url_for("pages.receipt", case_no=result["case_no"]), code=303)


def _upload(
    row: MaterialRequirement, own: Mapping[int, HeldFile], held: Collection[HeldFile], chosen: str
) -> dict[str, object]:
    file = own.get(int(chosen)) if chosen else None
    first = [file] if file else []
    return {
        "code": row.code,
        "name": row.name,
        "is_required": row.is_required,
        "note": row.note,
        "formats": words().text("pages.layout.comma").join(name.upper() for name in row.formats),
        "max_size": file_size(row.max_bytes),
        "held": [*first, *(found for found in held if found.id != chosen)],
        "chosen": chosen if file else "",
    }


def _store(person: Person, requirement: MaterialRequirement, file: FileStorage) -> str:
    content, name = file.stream.read(), file.filename or ""
    accept_material(requirement, content=content, name=name)
    last_on = last_day(request.form.get(f"{VALID_TO}{requirement.code}", ""))
    return str(upload_material(context(), person, name=name, content=content, valid_to_on=last_on)["material_id"])


def _applicant(sent: Mapping[str, str]) -> ApplicantInput:
    return ApplicantInput(
        kind=sent["kind"],
        name=sent["name"],
        id_type=sent["id_type"],
        id_number=sent["id_number"],
        mobile=sent["mobile"],
    )


def _applicant_faults(applicant: Mapping[str, str]) -> list[FormError]:
    faults = []
    for part, most in PARTS.items():
        code = _fault_of(part, applicant)
        if code:
            label = words().text(f"pages.applicant.{part}")
            faults.append({"pointer": f"/applicant/{part}", "field": label, "code": code, "most": most})
    return form_errors(InvalidInput("invalid", items=tuple(faults), count=len(faults)), prefix="") if faults else []


def _fault_of(part: str, applicant: Mapping[str, str]) -> str:
    """Return the code of what is wrong with a part of the applicant; empty when nothing is."""
    value = applicant[part]
    if not value:
        return "answer_required"
    if len(value) > PARTS[part]:
        return "answer_too_long"
    if value not in OPTIONS.get(part, (value,)):
        return "option_unknown"
    if part == "mobile" and not PATTERNS["mobile"](value):
        return "answer_mobile"
    is_card = part == "id_number" and applicant["id_type"] == IDENTITY_CARD
    return "answer_id_card" if is_card and not is_identity_number(value) else ""


def _modes(person: Person) -> tuple[str, ...]:
    return (ONLINE,) if person.is_applicant else INTAKE_MODES


def _key(person: Person, sent: Sent, guidance: Mapping[str, object]) -> RequestKey:
    """Name this press of the button by what was filled in: the bytes of an upload form differ at every press."""
    body = orjson.dumps(
        [sent.applicant, sent.intake_mode, sent.answers, sent.chosen, guidance],
        default=str,
        option=orjson.OPT_SORT_KEYS,
    )
    return request_key(actor_id=person.account_id, method="POST", path=request.path, key=sent.request_key, body=body)
