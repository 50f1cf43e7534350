"""Pages of migrations of running cases: choose the versions, try, begin, watch, take back."""

from collections.abc import Iterable, Mapping

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.diagrams.naming import DrawnNode
from app.domain.errors import CaseworkError
from app.domain.migration import OUTCOMES, MigrationCheck, MigrationInput, Refusal, migration_scope
from app.operations.check_migration import check_migration
from app.operations.migrate_cases import start_migration, undo_migration
from app.queries.case_migrations import (
    MigrationCaseLine,
    MigrationLine,
    get_migration_line,
    list_migration_cases,
    list_migrations,
)
from app.queries.cursor import decode_cursor, encode_cursor
from app.queries.definitions import DefinitionLine, list_definitions, nodes_of_version, require_definition
from app.storage.definitions import BOUND, DEPLOYED
from app.web.language import current_language
from app.web.migration_words import refusal_sentence
from app.web.pages.blueprint import pages
from app.web.pages.context import (
    Showing,
    context,
    form_errors,
    next_links,
    paging,
    reading,
    row_id,
    secret,
    showing,
    tell,
    told_or_refused,
    words,
)
from app.web.pages.definitions import READERS
from app.web.sign_in import current_person, require_role

MIGRATING = "designer"
MAPPED, LIMITS = "map.", "limit"


@pages.get("/definitions/<key>/migrations", endpoint="migrations")
def migrations_page(key: str) -> str:
    """List the runs of a definition; a designer chooses the versions of the next one."""
    require_role(*READERS)
    with reading() as opened:
        require_definition(opened.connection, key)
        runs, show = list_migrations(opened.connection, key), showing(opened.now)
        lines = [line for line in list_definitions(opened.connection) if line.key == key]
    in_use = [line for line in lines if line.state in (DEPLOYED, BOUND)]
    return render_template(
        "definition_migrations.html",
        definition=_head(key, lines),
        may_migrate=MIGRATING in current_person().roles,
        versions=[_version(line) for line in in_use],
        old=str(next((line.version for line in in_use[1:] if line.open_cases), in_use[-1].version if in_use else "")),
        new=str(in_use[0].version) if in_use else "",
        runs=[_run(line, show) for line in runs],
    )


@pages.get("/definitions/<key>/migrations/check", endpoint="check_migration")
def check_page(key: str) -> str | tuple[str, int]:
    """Try a migration: what would become of each case, and what may be mapped and applied."""
    person = require_role(MIGRATING)
    asked, page = _asked(key, request.args), paging()
    after = int(decode_cursor(secret(), page.cursor)[0]) if page.cursor else 0
    try:
        found = check_migration(context(), person, asked, after=after)
    except CaseworkError as refused:
        return _tried(asked, None, form_errors(refused, prefix="")), 422
    return _tried(asked, found, [])


@pages.post("/definitions/<key>/migrations", endpoint="start_migration")
def start_page(key: str) -> Response | tuple[str, int]:
    """Begin what was just tried."""
    person, asked = require_role(MIGRATING), _asked(key, request.form)
    try:
        begun = start_migration(context(), person, asked)
    except CaseworkError as refused:
        errors = form_errors(refused, prefix="")
        try:
            return _tried(asked, check_migration(context(), person, asked), errors), 422
        except CaseworkError:
            return _tried(asked, None, errors), 422
    tell("migration_started", count=begun["waiting"])
    return redirect(url_for("pages.migration", key=key, migration_id=begun["migration_id"]))


@pages.get("/definitions/<key>/migrations/<int:migration_id>", endpoint="migration")
def migration_page(key: str, migration_id: int) -> str:
    """Show how far a run is, and which cases stayed and why."""
    person = require_role(*READERS)
    may_migrate, page = MIGRATING in person.roles, paging()
    with reading() as opened:
        line, show = get_migration_line(opened.connection, key, migration_id), showing(opened.now)
        lines = [item for item in list_definitions(opened.connection) if item.key == key]
        nodes = nodes_of_version(opened.connection, key, line.from_version)
        found = (
            list_migration_cases(
                opened.connection,
                migration_scope(person),
                migration_id,
                secret=secret(),
                outcome=_outcome(),
                cursor=page.cursor,
            )
            if may_migrate
            else None
        )
    names = {node.id: node.name for node in nodes}
    cases = [_case(item, names) for item in found.items if isinstance(item, MigrationCaseLine)] if found else []
    return render_template(
        "definition_migration.html",
        definition=_head(key, lines),
        run=_run(line, show),
        cases=cases,
        may_see_cases=may_migrate,
        may_undo=may_migrate and line.finished_at is not None and line.moved > 0 and line.undone_by is None,
        undone_url=url_for("pages.migration", key=key, migration_id=line.undone_by) if line.undone_by else "",
        outcomes=[_tab(key, migration_id, outcome) for outcome in ("", *OUTCOMES)],
        **next_links(found.next_cursor if found else None),
    )


@pages.post("/definitions/<key>/migrations/<int:migration_id>/undo", endpoint="undo_migration")
def undo_page(key: str, migration_id: int) -> Response:
    """Take a run back."""
    person, reason, begun = require_role(MIGRATING), request.form.get("reason", ""), list[str]()

    def act() -> None:
        result = undo_migration(context(), person, key=key, migration_id=migration_id, reason=reason)
        begun.append(str(result["migration_id"]))

    told_or_refused(act, "migration_undoing")
    target = row_id(begun[0]) if begun else migration_id
    return redirect(url_for("pages.migration", key=key, migration_id=target))


def _asked(key: str, sent: Mapping[str, str]) -> MigrationInput:
    """Read what a page sends: versions, one control for each mapped element, ticks, and the reason."""
    lists = request.values
    return MigrationInput(
        key=key,
        from_version=_number(sent.get("from", "")),
        to_version=_number(sent.get("to", "")),
        elements={
            name.removeprefix(MAPPED): value for name, value in sent.items() if name.startswith(MAPPED) and value
        },
        limits=tuple(lists.getlist(LIMITS)),
        reason=sent.get("reason", ""),
    )


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < len(str(10**9)) else 0


def _outcome() -> str:
    outcome = request.args.get("outcome", "")
    return outcome if outcome in OUTCOMES else ""


def _tried(asked: MigrationInput, found: MigrationCheck | None, errors: Iterable[object]) -> str:
    with reading() as opened:
        lines = [line for line in list_definitions(opened.connection) if line.key == asked.key]
        require_definition(opened.connection, asked.key)
        known = {line.version for line in lines}
        old, new = (
            nodes_of_version(opened.connection, asked.key, version) if version in known else ()
            for version in (asked.from_version, asked.to_version)
        )
    return render_template(
        "definition_migration_check.html",
        definition=_head(asked.key, lines),
        old=asked.from_version,
        new=asked.to_version,
        can_compare={asked.from_version, asked.to_version} <= known,
        counts=_counts(found) if found else None,
        reasons=[{"text": _sentence(item), "count": count} for item, count in found.refusals.items()] if found else [],
        cases=[
            {"case_no": item.case_no, "reasons": [_sentence(place) for place in item.refusals]} for item in found.items
        ]
        if found
        else [],
        mapping=_mapping(asked, old, new),
        limits=[
            {
                "code": item.element,
                "label": words().text(
                    "pages.definition_migration.limit_line",
                    name=item.name or item.element,
                    old=item.old or words().text("pages.definition_migration.no_limit"),
                    new=item.new or words().text("pages.definition_migration.no_limit"),
                ),
            }
            for item in found.changed_limits
        ]
        if found
        else [],
        chosen=list(asked.limits),
        hidden={f"{MAPPED}{source}": target for source, target in asked.elements.items()},
        reason=asked.reason,
        errors=errors,
        **next_links(encode_cursor(secret(), (found.next_after,)) if found and found.next_after else None),
    )


def _counts(found: MigrationCheck) -> dict[str, int]:
    moving = found.moving_count
    return {"instances": found.instance_count, "moves": moving, "cannot": found.instance_count - moving}


def _mapping(asked: MigrationInput, old: tuple[DrawnNode, ...], new: tuple[DrawnNode, ...]) -> list[dict[str, object]]:
    """Return a control for each element the new version lacks; it offers the new elements of the same kind."""
    kept = {node.id for node in new}
    return [
        {
            "name": f"{MAPPED}{node.id}",
            "label": _called(node),
            "value": asked.elements.get(node.id, ""),
            "options": [{"code": item.id, "label": _called(item)} for item in new if item.kind == node.kind],
        }
        for node in old
        if node.id not in kept
    ]


def _called(node: DrawnNode) -> str:
    kind = f"versions.type.{node.kind}"
    said = words().text(kind) if context().messages.has(kind) else node.kind
    return (
        words().text("versions.element.named", type=said, name=node.name) + f" {node.id}"
        if node.name
        else f"{said} {node.id}"
    )


def _sentence(item: Refusal) -> str:
    found = refusal_sentence(context().messages, element=item.element, name=item.name, code=item.code)
    return found[current_language()]


def _case(line: MigrationCaseLine, names: Mapping[str, str]) -> dict[str, object]:
    return {
        "case_no": line.case_no,
        "outcome": words().text(f"pages.migration_outcome.{line.outcome}"),
        "reasons": [
            _sentence(Refusal(element=element, name=names.get(element, ""), code=code)) for element, code in line.places
        ],
    }


def _tab(key: str, migration_id: int, outcome: str) -> dict[str, object]:
    return {
        "label": words().text(f"pages.migration_outcome.{outcome or 'all'}"),
        "url": url_for("pages.migration", key=key, migration_id=migration_id, outcome=outcome or None),
        "is_current": outcome == _outcome(),
    }


def _version(line: DefinitionLine) -> dict[str, str]:
    label = words().text(
        "pages.definition_migrations.option",
        number=line.version,
        state=words().text(f"pages.version_state.{line.state}"),
        count=line.open_cases,
    )
    return {"code": str(line.version), "label": label}


def _run(line: MigrationLine, show: Showing) -> dict[str, object]:
    return {
        "url": url_for("pages.migration", key=line.key, migration_id=line.migration_id),
        "migration_id": line.migration_id,
        "old": line.from_version,
        "new": line.to_version,
        "state": line.state,
        "counts": {"waiting": line.waiting, "moved": line.moved, "refused": line.refused, "left": line.left},
        "mapping": [f"{old} → {new}" for old, new in line.mapping.items()],
        "limits": list(line.apply_limits),
        "reason": line.reason,
        "started_at": show.at(line.started_at),
        "finished_at": show.at(line.finished_at),
        "started_by": line.started_by_name,
        "undoes_url": url_for("pages.migration", key=line.key, migration_id=line.undoes) if line.undoes else "",
    }


def _head(key: str, lines: list[DefinitionLine]) -> dict[str, str]:
    return {"key": key, "name": (lines[0].name if lines else "") or key}
