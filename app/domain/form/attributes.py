"""What a component of a form may say, kind by kind. Attributes that only place a component are kept by the editor."""

from collections.abc import Mapping

from app.domain.form.schema import FieldKind

# Names a condition may read besides the answers; the host passes them in.
GIVEN_NAMES = frozenset({"outcome", "guidance", "matter", "is_member"})
# The browser's FEEL has no such functions, so a condition with them would hide different fields there.
SERVER_ONLY_FUNCTIONS = frozenset(
    {"years between", "days between", "working days between", "add working days", "is empty", "get or else"}
)

ROOT_ATTRIBUTES = frozenset(
    {
        "type",
        "id",
        "components",
        "schemaVersion",
        "exporter",
        "executionPlatform",
        "executionPlatformVersion",
        "versionTag",
    }
)
_COMMON = frozenset({"type", "id", "label", "description", "layout", "conditional", "properties"})
_ANSWERED = _COMMON | {"key", "validate", "readonly", "disabled", "defaultValue"}
_CHOICE = _ANSWERED | {"values", "searchable"}
ATTRIBUTES: Mapping[FieldKind, frozenset[str]] = {
    FieldKind.TEXT: _COMMON | {"text"},
    FieldKind.TEXTFIELD: _ANSWERED | {"appearance"},
    FieldKind.TEXTAREA: _ANSWERED,
    FieldKind.NUMBER: _ANSWERED | {"appearance", "decimalDigits", "increment"},
    FieldKind.DATE: _ANSWERED | {"subtype", "dateLabel"},
    FieldKind.CHECKBOX: _ANSWERED,
    FieldKind.RADIO: _CHOICE,
    FieldKind.SELECT: _CHOICE,
    FieldKind.CHECKLIST: _CHOICE,
    FieldKind.GROUP: _COMMON | {"components", "path", "showOutline", "verticalAlignment"},
    FieldKind.DYNAMICLIST: _COMMON
    | {
        "components",
        "path",
        "showOutline",
        "verticalAlignment",
        "isRepeating",
        "allowAddRemove",
        "defaultRepetitions",
        "disableCollapse",
        "nonCollapsedItems",
        "validate",
    },
    FieldKind.FILEPICKER: _ANSWERED | {"accept", "multiple"},
}


def kind_of(component: Mapping[str, object]) -> FieldKind | None:
    """Return the kind of a component; None when it is not of the subset.

    The form editor writes a date as `datetime` with subtype `date`; a time of day has no place in a form.
    """
    written = component.get("type")
    if written == "datetime":
        return FieldKind.DATE if component.get("subtype") == "date" else None
    return next((kind for kind in FieldKind if kind == written), None)
