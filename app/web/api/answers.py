"""The published shape of an answer, read from the dataclass a query returns, so that it is written down once."""

import types
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import date, datetime
from functools import cache
from typing import Any, Union, get_args, get_origin, get_type_hints

from marshmallow import Schema
from marshmallow import fields as shapes

from app.web.api.fields import Instant

PLAIN: Mapping[object, type[shapes.Field[Any]]] = {
    str: shapes.String,
    int: shapes.Integer,
    bool: shapes.Boolean,
    datetime: Instant,
    date: shapes.Date,
}


@cache
def answer_of(view: type) -> type[Schema]:
    """Return the schema of a dataclass; tuples become lists, mappings objects, nested dataclasses schemas of their own."""
    return answer_with(view, view.__name__)


def answer_with(view: type, name: str, **more: shapes.Field[Any]) -> type[Schema]:
    """Return the schema of a dataclass with further fields."""
    hints = get_type_hints(view)
    shape = {
        found.name: _shape(hints[found.name], is_required=found.default is MISSING)
        for found in fields(view)
        if found.name not in more
    }
    made = Schema.from_dict({**shape, **more}, name=name)
    made.__doc__ = view.__doc__
    return made


@cache
def page_of(line: type) -> type[Schema]:
    """Return the schema of one page of a list."""
    shape: dict[str, shapes.Field[Any]] = {
        "items": shapes.List(shapes.Nested(answer_of(line)), required=True),
        "next_cursor": shapes.String(required=True, allow_none=True),
    }
    return Schema.from_dict(dict(shape), name=f"PageOf{line.__name__}")


def _shape(hint: Any, *, is_required: bool) -> shapes.Field[Any]:
    arguments = get_args(hint)
    may_be_none = type(None) in arguments
    if get_origin(hint) in (Union, types.UnionType):
        hint = next(item for item in arguments if item is not type(None))
        arguments = get_args(hint)
    options: dict[str, Any] = {"required": is_required, "allow_none": may_be_none}
    if is_dataclass(hint):
        return shapes.Nested(answer_of(hint), **options)  # type: ignore[arg-type]
    if get_origin(hint) is tuple:
        return shapes.List(_shape(arguments[0], is_required=False), **options)
    return PLAIN.get(hint, shapes.Dict if arguments or hint is dict else shapes.Raw)(**options)
