"""Apply for one matter: the catalogue, the application, the receipt."""

from flask import render_template, request, session, url_for

from app.domain.authority import Person
from app.domain.matter import OfferingVersion
from app.domain.theme import ThemeVersion
from app.operations.receive_application import receive_application
from app.queries.catalogue import DEMO_COUNTY, MatterLine, get_matter, list_counties, list_matters
from app.runtime.published import Published
from app.web.language import current_language
from app.web.pages.applicant_context import Answer, for_signed_in, limit_in_words
from app.web.pages.applying import (
    RECEIPT,
    Refusal,
    Sent,
    application_fields,
    blank,
    read_sent,
    receive_sent,
    to_receipt,
)
from app.web.pages.blueprint import pages
from app.web.pages.case_file import read_case
from app.web.pages.case_parts import common_parts
from app.web.pages.context import context, reading, words
from app.web.pages.paper_fields import NO_PAPER, PaperSent, paper_fields, read_paper
from app.web.presenting import mask_name
from app.web.sign_in import current_person, find_current_person, require_role

RECEIVING = ("applicant", "window_clerk")


@pages.get("/apply")
def apply() -> str:
    """Show what can be applied for in a county; nobody has to sign in to look."""
    text, region = request.args.get("text", "").strip()[:100], region_asked()
    with reading() as opened:
        counties = list_counties(opened.connection)
        matters = list_matters(opened.connection, region_code=region, at=opened.now, text=text)
    published = context().library.current()
    return render_template(
        "apply.html",
        query={"text": text, "region": region},
        regions=[{"code": code, "label": _in_language(zh, en)} for code, zh, en in counties],
        themes=_themes(published, region, text),
        matters=[_line(line, published) for line in matters],
        next_url="",
        first_url="",
    )


@pages.route("/apply/<matter_code>", methods=["GET", "POST"])
@for_signed_in
def apply_matter(matter_code: str) -> Answer:
    """Fill in an application for one matter and hand it in."""
    person, region = require_role(*RECEIVING), region_asked()
    with reading() as opened:
        offering = get_matter(opened.connection, matter_code, region_code=region, at=opened.now)
    form = context().library.current().forms.get(offering.form_key)
    schema = form.schema if form else None
    if request.method == "GET":
        return _matter_page(person, offering, blank(person), NO_PAPER, Refusal(errors=(), status=200))
    sent, paper = read_sent(person, schema, offering.materials), read_paper(person)
    if paper.errors:
        return _matter_page(person, offering, sent, paper, Refusal(errors=paper.errors))
    result = receive_sent(
        sent,
        (matter_code, region),
        schema,
        receive=lambda application, key: receive_application(context(), person, application, request=key),
        person=person,
        paper=paper.receipt,
    )
    if isinstance(result, Refusal):
        return _matter_page(person, offering, sent, paper, result)
    return to_receipt(result)


@pages.get("/receipts/<case_no>")
@for_signed_in
def receipt(case_no: str) -> Answer:
    """Show the receipt of an application; the progress code only the first time."""
    person = current_person()
    with reading() as opened:
        file = read_case(opened, person, case_no)
    kept = session.pop(RECEIPT, None)
    told = kept if isinstance(kept, dict) and kept.get("case_no") == case_no else {}
    parts, view = common_parts(file), file.view
    region = file.regions.get(view.region_code)
    paper = next((str(row["id"]) for row in file.documents if row["kind"] == "receipt"), "")
    shown = {
        "case_no": case_no,
        "name": view.name,
        "applicant": mask_name(view.applicant_name),
        "progress_code": told.get("code", ""),
        "department": view.department,
        "region": region.name(file.language) if region else view.region_code,
        "received_at": file.showing.at(view.received_at),
        "document_url": url_for("pages.case_document", case_no=case_no, document_id=paper) if paper else "",
        "missing": told.get("missing", []),
        "is_theme": view.theme_code is not None,
    }
    endpoint = "pages.my_case" if person.is_applicant else "pages.case"
    return render_template(
        "receipt.html",
        receipt=shown,
        clocks=parts["clocks"],
        members=parts["members"] if not person.is_applicant else [],
        case_url=url_for(endpoint, case_no=case_no),
        again_url=url_for("pages.apply"),
    )


def region_asked() -> str:
    """Return the county of this request: as asked, else where the person is, else the first one."""
    person = find_current_person()
    asked = request.values.get("region", "") or (person.region_code[:6] if person else "")
    return asked if asked.isdecimal() and len(asked) in (6, 9, 12) and asked.isascii() else DEMO_COUNTY


def region_view(code: str) -> dict[str, str]:
    """Return a region with its name."""
    with reading() as opened:
        counties = list_counties(opened.connection)
    return {"code": code, "label": next((_in_language(zh, en) for found, zh, en in counties if found == code), code)}


def department_name(published: Published, code: str) -> str:
    """Return the name of a department by its code."""
    facts = published.department_by_code(code)
    return _in_language(facts.name_zh, facts.name_en) if facts else code


def member_names(theme: ThemeVersion) -> str:
    """Return the names of all matters a theme has in its county in one line."""
    members = [member.name for member in theme.members if theme.left_out(member.matter_code) is None]
    return words().text("pages.layout.comma").join(members)


def _matter_page(person: Person, offering: OfferingVersion, sent: Sent, paper: PaperSent, refusal: Refusal) -> Answer:
    said, published = words(), context().library.current()
    form = published.forms.get(offering.form_key)
    schema = form.schema if form else None
    matter = {
        "code": offering.matter_code,
        "name": offering.name,
        "department": department_name(published, offering.department_code),
        "promised": limit_in_words(offering.promised_limit, said),
        "statutory": limit_in_words(offering.statutory_limit, said),
        "conditions": offering.accept_conditions,
        "fee": offering.fee,
        "result": offering.result_name,
        "legal_basis": offering.legal_basis,
    }
    page = render_template(
        "apply_matter.html",
        matter=matter,
        region=region_view(region_asked()),
        **application_fields(person, sent, schema, offering.materials, refusal=refusal),
        **paper_fields(person, paper),
    )
    return page, refusal.status


def _themes(published: Published, region: str, text: str) -> list[dict[str, object]]:
    said = words()
    return [
        {
            "code": theme.code,
            "name": theme.name,
            "summary": member_names(theme),
            "member_count": sum(theme.left_out(member.matter_code) is None for member in theme.members),
            "promised": limit_in_words(theme.promised_limit, said) or said.text("pages.applying.by_members"),
            "url": url_for("pages.apply_theme", theme_code=theme.code, region=region),
        }
        for theme in (found.in_county(region) for _code, found in sorted(published.themes.items()))
        if region[:6] in theme.region_codes and text in f"{theme.name} {theme.code}"
    ]


def _line(line: MatterLine, published: Published) -> dict[str, object]:
    region = region_asked()
    return {
        "code": line.code,
        "name": line.name,
        "department": department_name(published, line.department_code),
        "promised": limit_in_words(line.promised_limit, words()),
        "case_type": words().label("case_type", line.case_type),
        "url": url_for("pages.apply_matter", matter_code=line.code, region=region),
    }


def _in_language(zh: str, en: str) -> str:
    return zh if current_language() == "zh" else en
