"""An uploaded calendar file of a request: a file of a form, a JSON body, or the file as the body itself."""

from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any

from flask import request
from marshmallow import Schema

from app.catalogue.calendar_files import CSV, TOML, read_calendar_days, read_calendar_file
from app.domain.calendar_upload import LayerUpload

KINDS = {"text/csv": CSV, "application/toml": TOML, "text/toml": TOML}


def kind_of(name: str, source: bytes) -> str:
    """Return csv or toml by the ending of a file's name, else by what it looks like."""
    ending = PurePosixPath(name).suffix.lower().lstrip(".")
    if ending in (CSV, TOML):
        return ending
    return TOML if b"[[" in source else CSV


def upload_of_file(layer: str, source: bytes, name: str, values: Mapping[str, str]) -> LayerUpload:
    """Return what a file says. values: `document` and `year` as entered beside it."""
    return read_calendar_file(
        source,
        kind=kind_of(name, source),
        layer=layer,
        document=values.get("document", ""),
        year=year_of(values.get("year", "")),
    )


def upload_of_request(layer: str, body_schema: Schema) -> LayerUpload:
    """Return the upload of an API request, in whichever of the three ways it was sent."""
    file = request.files.get("file")
    if file is not None:
        return upload_of_file(layer, file.stream.read(), file.filename or "", request.form)
    if request.mimetype in KINDS:
        suffix = KINDS[request.mimetype]
        return upload_of_file(layer, request.get_data(), f"upload.{suffix}", request.args)
    body: dict[str, Any] = body_schema.load(request.get_json())
    if body["content"]:
        source = body["content"].encode()
        name = f"upload.{body['format']}" if body["format"] else ""
        return upload_of_file(layer, source, name, {"document": body["document"], "year": str(body["year"] or "")})
    return read_calendar_days(body["days"], body["hours"], layer=layer, document=body["document"], year=body["year"])


def year_of(text: str) -> int:
    """Return a year as entered, 0 for none; what is no year is -1, which no data has."""
    if not text.strip():
        return 0
    return int(text) if text.strip().isdecimal() and len(text.strip()) <= len("9999") else -1
