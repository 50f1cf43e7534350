"""Normalise a diagram: rewrite it into what the engine executes correctly; ids stay, so positions still show.

What is not executed correctly is an error finding and a stand-in in its place, so that the draft still opens.
"""

import copy
from collections.abc import Container
from dataclasses import dataclass

from lxml import etree

from app.diagrams.reader import Document
from app.diagrams.rewriting.activities import complete_activities, replace_containers, replace_unsupported
from app.diagrams.rewriting.cleaning import clean
from app.diagrams.rewriting.events import complete_events
from app.diagrams.rewriting.flows import complete_gateways, join_links, place_flows, split_flows
from app.diagrams.rewriting.handlers import wrap_handlers
from app.diagrams.rewriting.scopes import begin_scope, end_scope, prune
from app.diagrams.rewriting.sheet import Q, Scope, Sheet
from app.domain.diagram import Normalised

NORMALISER_VERSION = "2"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rewritten:
    """The executable form. root: its XML, to be looked at and not changed. kept: ids of the processes that stayed."""

    normalised: Normalised
    root: etree._Element
    kept: frozenset[str]


def normalise(document: Document, *, start: str = "", called: Container[str] = ()) -> Normalised:
    """Return the executable form of a diagram, with every finding of the rewriting.

    start: the start event an instance begins at, where several are drawn; one without a trigger when empty. called: keys
    of the definitions that may be called; a manual task stands in for the call of another one.
    Raises DiagramRefused `no-process` when there is nothing that could run. Deterministic: equal input, equal bytes.
    """
    return rewrite(document, start=start, called=called).normalised


def rewrite(document: Document, *, start: str = "", called: Container[str] = ()) -> Rewritten:
    """Return the executable form with its XML, for those who look further into it. Raises what `normalise` raises."""
    sheet = Sheet(root=copy.deepcopy(document.root), file=document.file, start=start)
    clean(sheet)
    replace_containers(sheet)
    processes = list(sheet.root.iter(f"{Q}process"))
    names = frozenset(item.get("id") or "" for item in processes)
    marked = [item for item in processes if item.get("isExecutable") == "true"]
    sheet.index()
    place_flows(sheet)
    starts: dict[str, tuple[str, ...]] = {}
    for scope in sheet.scopes:
        drawn = _rewrite_scope(sheet, scope, names, called)
        if scope.element in marked:
            starts[scope.id] = drawn
    etree.cleanup_namespaces(sheet.root)  # a prefix nobody uses any more may name what canonical XML refuses
    normalised = Normalised(
        xml=etree.tostring(sheet.root, method="c14n"),
        processes=tuple(item.get("id") or "" for item in marked),
        name=marked[0].get("name") or "",
        starts=starts,
        origin=sheet.origin,
        findings=tuple(sheet.findings),
        choices=sheet.choices,
    )
    return Rewritten(normalised=normalised, root=sheet.root, kept=names)


def _rewrite_scope(sheet: Sheet, scope: Scope, processes: frozenset[str], called: Container[str]) -> tuple[str, ...]:
    """Rewrite one scope, whose inner scopes are done. Returns its start events as drawn."""
    replace_unsupported(sheet, scope)
    join_links(sheet, scope)
    complete_activities(sheet, scope, processes, called)
    complete_events(sheet, scope)
    starts = begin_scope(sheet, scope)
    end_scope(sheet, scope)
    complete_gateways(sheet, scope)
    split_flows(sheet, scope)
    prune(scope)
    wrap_handlers(sheet, scope)
    return starts
