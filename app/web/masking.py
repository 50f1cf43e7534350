"""Personal data as its reader may see it: the applicant themselves and who works on the case see it whole."""

from dataclasses import replace

from app.domain.authority import HANDLING, Person
from app.queries.case_page import CaseView
from app.queries.cases import CaseLine
from app.queries.certificates import CertificateView
from app.web.presenting import mask_id_number, mask_mobile, mask_name


def masked_certificate(view: CertificateView, person: Person) -> CertificateView:
    """Return the certificate with its holder masked, unless the reader works in its department or it is theirs."""
    if person.is_applicant or int(view.department_id) in person.department_ids:
        return view
    return replace(
        view, holder_name=mask_name(view.holder_name), holder_id_number=mask_id_number(view.holder_id_number)
    )


def masked_line(line: CaseLine) -> CaseLine:
    """Return a line of a list with the applicant's name masked, for readers who handle none of the cases in it."""
    return replace(line, applicant=mask_name(line.applicant))


def masked_case(view: CaseView, person: Person, *, is_asked: bool = False) -> CaseView:
    """Return the case with name, id number and telephone masked, unless the reader handles it or it is theirs.

    is_asked: a department of theirs looks at the application before it is accepted, and so handles it.
    """
    offices = {int(view.department_id), int(view.intake_department_id)}
    handles = person.has_role(*HANDLING) and not offices.isdisjoint(person.department_ids)
    if person.is_applicant or handles or is_asked:
        return view
    return replace(
        view,
        applicant_name=mask_name(view.applicant_name),
        applicant_id_number=mask_id_number(view.applicant_id_number),
        applicant_mobile=mask_mobile(view.applicant_mobile),
    )
