"""The first page: where each role works."""

from flask import redirect, url_for
from werkzeug.wrappers import Response

from app.web.pages.blueprint import pages
from app.web.sign_in import find_current_person

HOMES = (
    ("pages.worklist", ("window_clerk", "reviewer", "decider", "unit_head", "delivery_clerk", "liaison")),
    ("pages.board", ("supervisor", "duty_officer")),
    ("pages.cases", ("government_head",)),
    ("pages.definitions", ("designer", "catalogue_manager")),
    ("pages.admin_staff", ("admin",)),
    ("pages.api_docs", ("integrator",)),
)


@pages.get("/")
def home() -> Response:
    """Lead to the work of the person's role; the public and applicants to what can be applied for."""
    person = find_current_person()
    endpoints = (endpoint for endpoint, roles in HOMES if person is not None and person.has_role(*roles))
    return redirect(url_for(next(endpoints, "pages.apply")))
