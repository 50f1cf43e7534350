"""The editor of diagrams in the browser: it checks through POST /definitions/checks and saves through PUT .../draft."""

import orjson
from flask import redirect, render_template, url_for
from werkzeug.wrappers import Response

from app.diagrams.attributes import ATTRIBUTES, moddle_descriptor
from app.diagrams.checks.bad_attribute import WORDS
from app.diagrams.reader import LB
from app.domain.vocabulary import Role
from app.queries.definitions import can_be_drawn, draft_edit, get_version, process_name
from app.web.pages.blueprint import pages
from app.web.pages.context import context, reading, words
from app.web.sign_in import require_role

TOLD = ("saved", "stale", "failed", "not_opened", "unchecked", "unsaved", "checking", "clean", "found")
SEVERITIES = ("error", "warning", "note")
# What BPMN itself says at an element and the panel asks for: as it is told in words, and the kinds that have it.
OWN_FIELDS = (
    ("name", "name", ""),
    ("condition", "condition", "sequenceFlow"),
    ("timer", "timer", "startEvent intermediateCatchEvent boundaryEvent"),
    ("calledElement", "called", "callActivity"),
)


@pages.get("/definitions/<key>/versions/<int:number>/editor", endpoint="edit_definition")
def edit_page(key: str, number: int) -> str | Response:
    """Draw on a draft, or begin one from another version; where that cannot be, go to the page that says why."""
    require_role("designer")
    with reading() as opened:
        row = get_version(opened.connection, key, number)
        if not can_be_drawn(opened.connection, row):
            return redirect(url_for("pages.definition", key=key))
        edit = draft_edit(opened.connection, key)
    return render_template(
        "definition_editor.html",
        definition={"key": key, "name": process_name(row.source) or key},
        number=number,
        edit=edit,
        source_url=url_for("pages.definition_source", key=key, number=number),
        checks_url=url_for("definitions.Checks", key=key),
        draft_url=url_for("definitions.Draft", key=key),
        file_name=f"{key.partition(':')[2]}.bpmn",
        descriptor=_json(moddle_descriptor(LB)),
        texts=_json(_texts()),
        tools=_json(_tools()),
        fields=_fields(),
    )


def _fields() -> list[dict[str, object]]:
    """Return the fields of the panel; each is shown for its kinds of elements only, without kinds for all."""
    known = {"role": tuple(role.value for role in Role), **WORDS}
    own: list[dict[str, object]] = [
        {"property": name, "label": _label(field), "kinds": kinds, "written": "", "known": ()}
        for name, field, kinds in OWN_FIELDS
    ]
    ours: list[dict[str, object]] = [
        {
            "property": f"lb:{item.name}",
            "label": _label(item.field),
            "kinds": " ".join(item.kinds),
            "written": f"lb:{item.name}",
            "known": known.get(item.name, ()),
        }
        for item in ATTRIBUTES
    ]
    return [*own, *ours]


def _label(field: str) -> str:
    return words().text(f"versions.field.{field}")


def _texts() -> dict[str, object]:
    """Return what the editor says by itself: its sentences, the severities, and the kinds of elements."""
    prefix, known = "versions.type.", context().messages.keys()
    types = sorted(key.removeprefix(prefix) for key in known if key.startswith(prefix))
    return {
        **{code: words().text(f"pages.definition_editor.{code}") for code in TOLD},
        "severity": {code: words().text(f"pages.severity.{code}") for code in SEVERITIES},
        "type": {code: words().text(f"{prefix}{code}") for code in types},
    }


def _tools() -> dict[str, str]:
    """Return the sentences of the drawing tools: the English one, which they are known by, and that of the reader."""
    messages, prefix = context().messages, "pages.diagram_tools."
    known = messages.keys()
    keys = sorted(key for key in known if key.startswith(prefix))
    return {messages.text("en", key): words().text(key) for key in keys}


def _json(value: object) -> str:
    return orjson.dumps(value).decode()
