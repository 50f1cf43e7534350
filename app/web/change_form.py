"""A change set (变更包) as a form with files carries it, read the same way for programs and for pages."""

import re
from datetime import date

from flask import request

from app.domain.catalogue_change import CatalogueChangeInput
from app.domain.errors import InvalidInput

VERSION = re.compile(r"[0-9]{1,6}")
REGION = re.compile(r"[0-9]{4,12}")
LONGEST_NUMBER = 120


def change_of_request() -> CatalogueChangeInput:
    """Return the change set of this request.

    Raises InvalidInput `invalid` for a date or version that cannot be read; what is missing is for the operation.
    """
    named = ("kind", "matter_code", "kept_key", "kept_version", "effective_from")
    said = {name: request.form.get(name, "").strip() for name in named}
    version = said["kept_version"]
    if version and not VERSION.fullmatch(version):
        raise InvalidInput("invalid", items=({"pointer": "/kept_version", "code": "pattern"},))
    document = request.files.get("document")
    return CatalogueChangeInput(
        kind=said["kind"],
        matter_code=said["matter_code"][:LONGEST_NUMBER],
        regions=_regions(request.form.get("regions", "")),
        list_source=_file("list"),
        diagram=_file("diagram"),
        kept_key=said["kept_key"],
        kept_version=int(version) if version else None,
        document_no=request.form.get("document_no", "")[:LONGEST_NUMBER],
        document_text=request.form.get("document_text", ""),
        document_name=(document.filename or "") if document else "",
        document=_file("document"),
        effective_from=_day(said["effective_from"]),
    )


def _regions(text: str) -> tuple[str, ...]:
    """Return codes that stand between commas or blanks, each once. Raises InvalidInput `invalid` for what is no code."""
    codes = tuple(dict.fromkeys(text.replace(",", " ").split()))
    if not all(REGION.fullmatch(code) for code in codes):
        raise InvalidInput("invalid", items=({"pointer": "/regions", "code": "pattern"},))
    return codes


def _file(name: str) -> bytes:
    found = request.files.get(name)
    return found.stream.read() if found else b""


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as unreadable:
        fault = {"pointer": "/effective_from", "code": "date_malformed"}
        raise InvalidInput("invalid", items=(fault,)) from unreadable
