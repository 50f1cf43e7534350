"""Kinds of values the API answers with."""

from datetime import datetime
from typing import Any

from marshmallow import fields

from app.domain.calendar import ZONE
from app.domain.errors import InvalidInput


class Instant(fields.DateTime):
    """An instant as RFC 3339 text with the offset of Asia/Shanghai, also from the text a stored answer holds."""

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> str | float | None:
        del attr, obj, kwargs
        if not value:
            return None
        instant = datetime.fromisoformat(value) if isinstance(value, str) else value
        return instant.astimezone(ZONE).isoformat()


class AskedInstant(fields.DateTime):
    """An instant of a request: RFC 3339 text with its offset. A naive one is refused under a code of its own."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> datetime:
        found = super()._deserialize(value, attr, data, **kwargs)
        assert isinstance(found, datetime)
        if found.tzinfo is None:
            fault = {"pointer": f"/{attr}", "code": "instant_naive", "text": str(value)}
            raise InvalidInput("instant_naive", text=str(value), items=(fault,))
        return found
