"""Read what other tools write: conditions in JUEL, quoted time limits, references with a prefix."""

import re
from collections.abc import Container

JUEL = re.compile(r"[$#]\{(.*)\}", re.DOTALL)
NEGATION = re.compile(r"!(?!=)\s*([\w.]+)")
QUOTED = re.compile(r"'([^']*)'")
LOCAL_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?")
SIGNS = (("&&", " and "), ("||", " or "), ("==", "="))
MATTER, PROCESS = "matter:", "process:"


def as_feel(text: str) -> str:
    """Return an expression as FEEL: `${!a && b == 'x'}` becomes `=not(a)  and  b = "x"`; FEEL stays as it is.

    Nothing is promised about the result; who uses it compiles it.
    """
    found = JUEL.fullmatch(text.strip())
    if found is None:
        return text.strip()
    body = found[1]
    for theirs, ours in SIGNS:
        body = body.replace(theirs, ours)
    return "=" + QUOTED.sub(r'"\1"', NEGATION.sub(r"not(\1)", body)).strip()


def as_limit(text: str) -> str:
    """Return a time limit without quotes, `${due}` as `=due`, a cycle without its first instant.

    An instant without an offset is one of the office, in China Standard Time.
    """
    plain = text.strip().strip('"').strip()
    if JUEL.fullmatch(plain):
        return as_feel(plain)
    if LOCAL_INSTANT.fullmatch(plain):
        return f"{plain}+08:00"
    first, *rest = plain.split("/")
    return f"{first}/{rest[-1]}" if first.startswith("R") and len(rest) > 1 else plain


def local_name(reference: str) -> str:
    """Return a reference without its namespace prefix."""
    return reference.strip().rpartition(":")[2]


def called_process(text: str, known: Container[str]) -> str:
    """Return the id of the process of this document that a call activity calls; empty when there is none."""
    if text.startswith((MATTER, PROCESS)):
        return ""
    return next((name for name in (text, local_name(text)) if name in known), "")


def called_key(text: str) -> str:
    """Return the key of the definition that is meant by a call that names no process of its document.

    `process:visit`, `visit` and `v:visit` all name the definition `process:visit`. Empty for a matter and for no name.
    """
    name = local_name(text)
    return f"{PROCESS}{name}" if name and not text.startswith(MATTER) else ""
