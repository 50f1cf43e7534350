"""What the description of the API says of every view and every shape, in one place."""

from typing import Any

from apispec import BasePlugin
from flask_smorest import Api

from app.web.api.schemas import Problem

PROBLEM = "application/problem+json"
JSON = "application/json"
FIRST_REFUSAL = 400
IF_MATCH = {
    "in": "header",
    "name": "If-Match",
    "required": True,
    "description": "Version as last seen, from the `ETag`.",
    "schema": {"type": "string"},
    "example": '"3"',
}
REQUEST_KEY = {
    "in": "header",
    "name": "Idempotency-Key",
    "description": "The same key with the same body gets the stored answer; with another body it is refused.",
    "schema": {"type": "string", "maxLength": 80},
}
# Marks an operation that keeps its answer under the `Idempotency-Key` of its request.
REPEATABLE = {"x-repeatable": True}


class DescribedApi(Api):
    """The API, whose undescribed refusals look like all others."""

    ERROR_SCHEMA = Problem


class DescriptionPlugin(BasePlugin):
    """Adds what stands in no view: the sentences of shapes, the form of refusals (RFC 9457), headers of versions and keys."""

    def schema_helper(self, name: str, definition: dict[str, Any], **more: Any) -> dict[str, Any]:
        """Describe a shape."""
        del name, definition
        shape = more.get("schema")
        text = (shape if isinstance(shape, type) else type(shape)).__doc__
        return {"description": " ".join(text.split())} if text else {}

    def response_helper(self, response: dict[str, Any], **_more: Any) -> dict[str, Any]:
        """Turn a shared response; apispec asks for each."""
        _as_problem(response)
        return response

    def operation_helper(self, path: str | None = None, operations: dict[str, Any] | None = None, **_more: Any) -> None:
        """Turn the refusals of the operations of a path."""
        del path
        for operation in (operations or {}).values():
            responses = operation.get("responses", {})
            for status, response in responses.items():
                if str(status) == "default" or int(status) >= FIRST_REFUSAL:
                    _as_problem(response)
            if operation.get("x-repeatable"):
                operation.setdefault("parameters", []).append(REQUEST_KEY)
            if "428" in {str(status) for status in responses}:
                operation.setdefault("parameters", []).append(IF_MATCH)


def _as_problem(response: Any) -> None:
    content = response.get("content") if isinstance(response, dict) else None
    if content and JSON in content:
        content[PROBLEM] = content.pop(JSON)
