"""The published shapes of runs of scenarios."""

from marshmallow import Schema, ValidationError, fields, validate, validates

from app.web.api.schemas import Sentence, Strict

MOST_FILES = 10
LONGEST_NAME = 120
LONGEST_FILE = 64 * 1024


class ScenarioFile(Strict):
    """A scenario file. name: how reports call it; content: TOML as docs/scenarios.md describes it."""

    name = fields.String(required=True, validate=validate.Length(1, LONGEST_NAME))
    content = fields.String(required=True, validate=validate.Length(1, LONGEST_FILE))


class RunBody(Strict):
    """Scenario files to play, each under a name of its own."""

    files = fields.List(fields.Nested(ScenarioFile), required=True, validate=validate.Length(1, MOST_FILES))

    @validates("files")
    def check_names(self, files: list[dict[str, str]], **_more: object) -> None:
        """Refuse two files of one name: the answer names files."""
        if len({item["name"] for item in files}) < len(files):
            raise ValidationError("names")


class ScenarioDifference(Schema):
    """What was expected and what was found. line: 1-based, 0 where it is not known; place: `when 3`, or `then`."""

    line = fields.Integer(required=True)
    place = fields.String(required=True)
    what = fields.String(required=True)
    expected = fields.String(required=True)
    found = fields.String(required=True)
    sentence = fields.Nested(Sentence, required=True)


class Reached(Schema):
    """How many of how many a token reached."""

    reached = fields.Integer(required=True)
    count = fields.Integer(required=True)


class Missing(Schema):
    """An element or a sequence flow no token reached."""

    id = fields.String(required=True)
    name = fields.String(required=True)


class DiagramCoverage(Schema):
    """What was reached of a diagram. percent: of elements and flows together, rounded down."""

    key = fields.String(required=True)
    percent = fields.Integer(required=True)
    elements = fields.Nested(Reached, required=True)
    flows = fields.Nested(Reached, required=True)
    missing = fields.List(fields.Nested(Missing), required=True)


class ScenarioPlay(Schema):
    """What one file led to."""

    file = fields.String(required=True)
    title = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
    holds = fields.Boolean(required=True)
    differences = fields.List(fields.Nested(ScenarioDifference), required=True)
    coverage = fields.List(fields.Nested(DiagramCoverage), required=True)


class Run(Schema):
    """What the files led to, each by itself and together."""

    holds = fields.Boolean(required=True)
    items = fields.List(fields.Nested(ScenarioPlay), required=True)
    coverage = fields.List(fields.Nested(DiagramCoverage), required=True)
