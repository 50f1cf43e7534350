"""Why an expression is not accepted or not finished. Sentences: `rules/messages/<language>/feel.toml`."""

from app.domain.errors import InvalidInput

MAX_CHARACTERS = 2000
MAX_TOKENS = 400
MAX_DEPTH = 40


class FeelRefused(InvalidInput):
    """The expression cannot be accepted.

    code: one of the `feel_...` codes. position: characters from 0, counted in the text that was handed in.
    """

    default_code = "feel_unexpected"

    def __init__(self, code: str, *, position: int, **facts: object) -> None:
        self.position = position
        super().__init__(code, items=(), position=position, **facts)


class FeelStopped(InvalidInput):
    """The evaluation was ended: it took too many steps, or a value grew too large."""

    default_code = "feel_step_limit"
