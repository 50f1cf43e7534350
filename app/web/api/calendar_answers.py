"""The published shapes of working calendars and of what loading a version leads to."""

from marshmallow import Schema, fields

from app.domain.calendar_layers import DataEnd
from app.queries.calendars import GridDay, LayerLine, LoadLine, ReportLine
from app.web.api.answers import answer_of, answer_with


class Layers(Schema):
    """The layers with the version in force. national: how long the national days are known."""

    items = fields.List(fields.Nested(answer_of(LayerLine)))
    national = fields.Nested(answer_of(DataEnd))
    next_cursor = fields.String(allow_none=True)


class LoadedVersion(Schema):
    """A version that was loaded, or would be; items: the cases it moves. load_id: absent for a dry run."""

    load_id = fields.String()
    layer = fields.String()
    number = fields.Integer()
    document = fields.String()
    published_through = fields.Integer(allow_none=True)
    days = fields.List(fields.Raw())
    hours = fields.List(fields.Dict())
    state = fields.String()
    cases = fields.Dict()
    items = fields.List(fields.Raw())
    next_cursor = fields.String(allow_none=True)


class RetriedLoad(Schema):
    """A load that is tried again. waiting: on how many cases."""

    load_id = fields.String()
    waiting = fields.Integer()


class YearDays(Schema):
    """The rest days and make-up days of a year."""

    layer = fields.String()
    year = fields.Integer()
    layers = fields.List(fields.String())
    days = fields.List(fields.Nested(answer_of(GridDay)))


LoadReport = answer_with(
    LoadLine,
    "LoadReport",
    items=fields.List(fields.Nested(answer_of(ReportLine))),
    next_cursor=fields.String(allow_none=True),
)
