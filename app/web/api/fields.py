"""Kinds of values the API answers with."""

from datetime import datetime
from typing import Any

from marshmallow import fields

from app.domain.calendar import ZONE


class Instant(fields.DateTime):
    """An instant as RFC 3339 text with the offset of Asia/Shanghai, also from the text a stored answer holds."""

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> str | float | None:
        del attr, obj, kwargs
        if not value:
            return None
        instant = datetime.fromisoformat(value) if isinstance(value, str) else value
        return instant.astimezone(ZONE).isoformat()
