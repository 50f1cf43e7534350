"""Where a case stands and where its tokens may be put: what a supervisor chooses from."""

from dataclasses import dataclass

from app.engine import codec, interventions
from app.engine.interventions import Place
from app.engine.parser import Definition
from app.runtime.context import Context
from app.runtime.library import NotLoaded
from app.storage.cases import find_state
from app.storage.database import Reading


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """open: elements where the case stands. moves: from which of them to which others."""

    open: tuple[Place, ...] = ()
    moves: tuple[tuple[Place, Place], ...] = ()


def places_of(context: Context, opened: Reading, case_id: int) -> Places:
    """Return the places of a case, nothing for one that has no instance; its reader was checked."""
    stored = find_state(opened.connection, case_id)
    if stored is None:
        return Places()
    variables = codec.load_variables(stored.variables)
    instance = codec.load(stored.tokens, variables, _definition(context, stored.diagram_id))
    places = interventions.open_places(instance)
    moves = ((place, to) for place in places for to in interventions.targets_from(instance, place.element))
    return Places(open=places, moves=tuple(moves))


def _definition(context: Context, diagram_id: int) -> Definition:
    try:
        return context.library.definition(diagram_id)
    except NotLoaded as missing:
        context.library.load(missing)
    return context.library.definition(diagram_id)
