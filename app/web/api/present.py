"""Values to JSON: dataclasses to objects, instants to RFC 3339 in Asia/Shanghai."""

import dataclasses
from collections.abc import Mapping
from datetime import date, datetime

from app.domain.calendar import ZONE


def jsonable(value: object) -> object:
    """Return plain JSON values of a result; instants carry the offset of Asia/Shanghai."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: jsonable(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {str(key): jsonable(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [jsonable(item) for item in value]
    if isinstance(value, datetime):
        return value.astimezone(ZONE).isoformat()
    return value.isoformat() if isinstance(value, date) else value
