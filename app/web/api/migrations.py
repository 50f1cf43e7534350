"""Migrations of running cases to another version of their diagram (版本迁移): try, begin, watch, take back."""

from typing import Any

from flask import jsonify, request
from flask.views import MethodView
from flask_smorest import Blueprint

from app.domain.migration import MigrationCheck, MigrationInput, migration_scope
from app.operations.check_migration import check_migration
from app.operations.migrate_cases import start_migration, undo_migration
from app.queries.case_migrations import (
    MigrationCaseLine,
    MigrationLine,
    get_migration_line,
    list_migration_cases,
    list_migrations,
)
from app.queries.cursor import checked_limit, decode_cursor, encode_cursor
from app.queries.definitions import nodes_of_version, require_definition
from app.web.api import migration_answers, schemas
from app.web.api.answers import answer_of, page_of
from app.web.api.definitions import READERS
from app.web.api.requests import context, cursor_secret, idempotency, paging, reading, row_id
from app.web.migration_words import refusal_sentence
from app.web.sign_in import require_role

blueprint = Blueprint("migrations", __name__, description="Migrations of running cases (版本迁移)")
MIGRATING = ("designer",)


@blueprint.route("/definitions/<key>/migrations")
class Migrations(MethodView):
    """The runs of a definition."""

    @blueprint.response(200, page_of(MigrationLine))
    @blueprint.alt_response(403, schema=schemas.Problem)
    @blueprint.alt_response(404, schema=schemas.Problem)
    def get(self, key: str) -> object:
        """List the runs of a definition, the newest first, with their progress."""
        require_role(*READERS)
        with reading() as opened:
            require_definition(opened.connection, key)
            return {"items": list_migrations(opened.connection, key), "next_cursor": None}

    @blueprint.arguments(migration_answers.MigrationBody)
    @blueprint.response(201, migration_answers.MigrationBegun)
    @blueprint.alt_response(200, schema=migration_answers.DryRun)
    @blueprint.alt_response(403, schema=schemas.Problem)
    @blueprint.alt_response(404, schema=schemas.Problem)
    @blueprint.alt_response(409, schema=schemas.Problem)
    @blueprint.alt_response(422, schema=schemas.Problem)
    def post(self, body: dict[str, Any], key: str) -> object:
        """Begin to move running cases; the worker moves them, in batches.

        `?dry_run=true` answers 200 with what would become of each case, page by page, and changes nothing.
        """
        person = require_role(*MIGRATING)
        asked = MigrationInput(
            key=key,
            from_version=body["from_version"],
            to_version=body["to_version"],
            elements=body["mapping"],
            limits=tuple(body["apply_limits"]),
            case_nos=tuple(body["case_nos"]),
            reason=body["reason"],
        )
        if request.args.get("dry_run", "").lower() in ("true", "1"):
            page = paging()
            after = int(decode_cursor(cursor_secret(), page.cursor)[0]) if page.cursor else 0
            found = check_migration(context(), person, asked, after=after, limit=checked_limit(page.limit))
            # A response as it stands: the schema of this view is that of a run.
            return jsonify(_dry_run(found))
        return start_migration(context(), person, asked, request=idempotency()), 201


@blueprint.route("/definitions/<key>/migrations/<migration_id>")
class Migration(MethodView):
    """One run."""

    @blueprint.response(200, answer_of(MigrationLine))
    @blueprint.alt_response(404, schema=schemas.Problem)
    def get(self, key: str, migration_id: str) -> object:
        """Return a run with its progress."""
        require_role(*READERS)
        with reading() as opened:
            return get_migration_line(opened.connection, key, row_id(migration_id))


@blueprint.route("/definitions/<key>/migrations/<migration_id>/cases")
class MigrationCases(MethodView):
    """The cases of a run."""

    @blueprint.response(200, migration_answers.MigrationCases)
    @blueprint.alt_response(404, schema=schemas.Problem)
    @blueprint.alt_response(422, schema=schemas.Problem)
    def get(self, key: str, migration_id: str) -> object:
        """List the cases of a run in the caller's region: `?outcome=waiting|moved|refused|left`; why each was refused."""
        person, page = require_role(*MIGRATING), paging()
        with reading() as opened:
            line = get_migration_line(opened.connection, key, row_id(migration_id))
            nodes = nodes_of_version(opened.connection, key, line.from_version)
            found = list_migration_cases(
                opened.connection,
                migration_scope(person),
                row_id(migration_id),
                secret=cursor_secret(),
                outcome=request.args.get("outcome", ""),
                cursor=page.cursor,
                limit=page.limit,
            )
        names = {node.id: node.name for node in nodes}
        items = [_case(item, names) for item in found.items if isinstance(item, MigrationCaseLine)]
        return {"items": items, "next_cursor": found.next_cursor}


@blueprint.route("/definitions/<key>/migrations/<migration_id>/undo")
class Undo(MethodView):
    """The way back."""

    @blueprint.arguments(migration_answers.UndoBody)
    @blueprint.response(201, migration_answers.MigrationBegun)
    @blueprint.alt_response(403, schema=schemas.Problem)
    @blueprint.alt_response(404, schema=schemas.Problem)
    @blueprint.alt_response(409, schema=schemas.Problem)
    def post(self, body: dict[str, str], key: str, migration_id: str) -> object:
        """Take a finished run back: a run of its own, with the mapping the other way round."""
        person = require_role(*MIGRATING)
        return undo_migration(
            context(),
            person,
            key=key,
            migration_id=row_id(migration_id),
            reason=body["reason"],
            request=idempotency(),
        )


def _dry_run(found: MigrationCheck) -> dict[str, object]:
    return {
        "instances": found.instance_count,
        "moves": found.moving_count,
        "cannot": found.instance_count - found.moving_count,
        "reasons": [
            {**_refusal(item.element, item.name, item.code), "cases": count} for item, count in found.refusals.items()
        ],
        "changed_limits": [
            {"element_id": item.element, "name": item.name, "old": item.old, "new": item.new}
            for item in found.changed_limits
        ],
        "items": [
            {
                "case_no": item.case_no,
                "moves": not item.refusals,
                "reasons": [_refusal(place.element, place.name, place.code) for place in item.refusals],
            }
            for item in found.items
        ],
        "next_cursor": encode_cursor(cursor_secret(), (found.next_after,)) if found.next_after else None,
    }


def _case(line: MigrationCaseLine, names: dict[str, str]) -> dict[str, object]:
    reasons = [_refusal(element, names.get(element, ""), code) for element, code in line.places]
    return {"case_no": line.case_no, "outcome": line.outcome, "reasons": reasons}


def _refusal(element: str, name: str, code: str) -> dict[str, object]:
    sentence = refusal_sentence(context().messages, element=element, name=name, code=code)
    return {"element_id": element, "code": code, "sentence": sentence}
