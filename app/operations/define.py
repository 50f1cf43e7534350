"""The life of a definition (流程定义), a diagram or a decision file: draft, check, second person, deployment."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import orjson

from app.catalogue.promises import read_promises
from app.diagrams.dmn_file import DmnFile, looks_like_dmn
from app.diagrams.dmn_reader import read_checked
from app.diagrams.reader import finding_item
from app.domain.authority import Person
from app.domain.diagram import Finding, Normalised
from app.domain.errors import Conflict, DiagramRefused, Forbidden, InvalidInput, NotFound
from app.domain.vocabulary import Role
from app.runtime.access import actor_of
from app.runtime.advance import Result
from app.runtime.called_processes import deployed_processes
from app.runtime.context import Context
from app.runtime.decision_book import PREFIX, decision_versions, names_of
from app.runtime.decision_files import bind_again, deployed_decisions, published_with
from app.runtime.definitions import check_executable, normalised_row, try_out
from app.storage.definitions import (
    DefinitionRow,
    NewDefinition,
    add_normalised,
    advance_definition,
    decisions_in_force,
    find_version,
    open_version,
    save_draft,
)
from app.storage.rules import begin_generation, files_at, publish_files

KEY_KINDS = ("pattern", "theme", "matter", "process", "decision")
BPMN, DMN = "bpmn", "dmn"
LONGEST_KEY = 120
LONGEST_NOTE = 500
PREFECTURE = "422800"


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedDefinition:
    """What a check found.

    normalised: the executable form of a diagram; None for a decision file. called: by key, what it calls of other files.
    """

    findings: tuple[Finding, ...]
    normalised: Normalised | None = None
    called: Mapping[str, Normalised] = field(default_factory=dict)

    @property
    def errors(self) -> tuple[Finding, ...]:
        """What stands against a deployment."""
        return tuple(item for item in self.findings if item.severity == "error")


def check_definition(context: Context, source: bytes, *, file: str, key: str = "") -> CheckedDefinition:
    """Check a diagram, or a decision file together with those that are deployed; stores nothing.

    key: of the definition it is or would be; without one its content says what it is, and no promise is known. A diagram
    stands for the deployed one whose process it holds. Raises DiagramRefused for a diagram that cannot be opened.
    """
    if key.startswith(PREFIX) or (not key and looks_like_dmn(source)):
        return _check_decisions(context, source, file=file, key=key)
    with context.database.read() as connection:
        deployed = deployed_processes(connection)
    rules_dir, decisions = context.settings.rules_dir, names_of(context.library.current().decision_book)
    published = published_with(rules_dir, decisions, deployed.calls())
    own_key = key or deployed.key_of(source)
    known = replace(published, promises=read_promises(rules_dir).get(key, ()), own_key=own_key)
    normalised, findings = check_executable(source, file=file, published=known, deployed=deployed)
    return CheckedDefinition(findings=findings, normalised=normalised, called=deployed.called_from(normalised.xml))


def _check_decisions(context: Context, source: bytes, *, file: str, key: str) -> CheckedDefinition:
    """Look at one file among the deployed ones, whose own findings are nobody's fault here.

    Without a key it stands for the deployed files whose decisions it holds.
    """
    with context.database.read() as connection:
        rows = decision_versions(decisions_in_force(connection))
    book = context.library.current().decision_book.decisions
    known = {book[name].file for name in DmnFile(file).read(source) if name in book}
    others = {row.key: row.source for row in rows if row.key not in ({key} if key else known)}
    findings = read_checked({**others, file: source}).findings
    return CheckedDefinition(findings=tuple(item for item in findings if item.file == file))


def save_definition(context: Context, person: Person, *, key: str, source: bytes, edit: int, note: str = "") -> Result:
    """Save the draft of a definition with its findings; a draft may have faults, only a deployment may not.

    edit: of the draft as last seen, 0 for a new one. note: what it changes, at most 500 characters are kept.
    Raises Forbidden, InvalidInput `definition_key`, Stale.
    """
    _require_designer(person)
    kind, _, name = key.partition(":")
    if kind not in KEY_KINDS or not name.replace("-", "").replace("_", "").isalnum() or len(key) > LONGEST_KEY:
        raise InvalidInput("definition_key", key=key[:LONGEST_KEY])
    is_decision = kind == PREFIX.removesuffix(":")
    checked = check_definition(context, source, file=f"{name}.{DMN if is_decision else BPMN}", key=key)
    new = NewDefinition(
        id=context.ids.next_id(PREFECTURE),
        key=key,
        kind=DMN if is_decision else BPMN,
        source=source,
        findings=orjson.dumps([finding_item(item) for item in checked.findings]).decode(),
        note=note.strip()[:LONGEST_NOTE] or None,
    )
    with context.database.write() as uow:
        return _answer(save_draft(uow, new, edit=edit, by=actor_of(person).code))


def submit_definition(context: Context, person: Person, *, key: str) -> Result:
    """Submit the draft of a key for approval. Raises DiagramRefused with every error that stands against it."""
    _require_designer(person)
    with context.database.write() as uow:
        row = open_version(uow.connection, key)
        if row is None:
            raise NotFound("definition_unknown", definition=key)
        _refuse_faults(context, row)
        return _answer(advance_definition(uow, row.id, "submitted", by=actor_of(person).code))


def approve_definition(
    context: Context, person: Person, *, key: str, version: int, is_approved: bool, remark: str = ""
) -> Result:
    """Approve or send back what somebody else submitted. remark: why it goes back.

    Raises Forbidden `second_person_needed` for one's own, InvalidInput `invalid` when it goes back without a reason.
    """
    _require_designer(person)
    if not is_approved and not remark.strip():
        raise InvalidInput("invalid", items=({"pointer": "/reason", "code": "answer_required"},), count=1)
    with context.database.write() as uow:
        row = _version(find_version(uow.connection, key, version), key)
        if row.submitted_by == actor_of(person).code or row.created_by == actor_of(person).code:
            raise Forbidden("second_person_needed")
        state = "approved" if is_approved else "refused"
        return _answer(advance_definition(uow, row.id, state, by=actor_of(person).code, remark=remark.strip() or None))


def deploy_definition(context: Context, person: Person, *, key: str, version: int) -> Result:
    """Deploy an approved version: new cases start with it, running ones keep theirs, and what they decide by and call.

    A diagram calls from now on what is deployed now; its callers keep what they call. It is checked once more against
    what is published now. Raises Conflict `definition_state` unless it is approved, DiagramRefused when a diagram in force
    asks for a decision that is not in its file any more.
    """
    _require_designer(person)
    with context.database.write() as uow:
        row = _version(find_version(uow.connection, key, version), key)
        if row.state != "approved":
            raise Conflict("definition_state", definition=key, state=row.state)
        actor = actor_of(person).code
        # First of all: of two deployments at once the later one then sees what the other deployed, or is refused.
        generation = begin_generation(uow, by=actor)
        normalised = _refuse_faults(context, row)
        publish_files(uow, generation, files_at(uow.connection, generation - 1))
        deployed = advance_definition(uow, row.id, "deployed", by=actor)
        if normalised is None:
            bind_again(uow, context)
        else:
            decisions, processes = deployed_decisions(uow), deployed_processes(uow.connection)
            add_normalised(uow, normalised_row(context, row, normalised, decisions=decisions, processes=processes))
        return _answer(deployed)


def _refuse_faults(context: Context, row: DefinitionRow) -> Normalised | None:
    checked = check_definition(context, row.source, file=f"{row.key}.{row.kind}", key=row.key)
    errors = checked.errors
    if not errors and checked.normalised is not None:
        errors = tuple(try_out(checked.normalised, file=f"{row.key}.{row.kind}", called=checked.called))
    faults = tuple(finding_item(item) for item in errors)
    if faults:
        raise DiagramRefused("definition_refused", items=faults, count=len(faults))
    return checked.normalised


def _version(row: DefinitionRow | None, key: str) -> DefinitionRow:
    if row is None:
        raise NotFound("definition_unknown", definition=key)
    return row


def _answer(row: DefinitionRow) -> Result:
    return {
        "id": str(row.id),
        "key": row.key,
        "version": row.version,
        "state": row.state,
        "edit": row.edit,
        "findings": orjson.loads(row.findings),
    }


def _require_designer(person: Person) -> None:
    if Role.DESIGNER not in person.roles:
        raise Forbidden("not_permitted", needs=Role.DESIGNER.value)
