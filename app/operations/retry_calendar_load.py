"""Try a calendar load again on the cases it failed on (重新计算), once what stopped it was put right."""

from app.domain.authority import Person
from app.domain.calendar_authority import require_layer
from app.domain.errors import Conflict, NotFound
from app.runtime.advance import Result
from app.runtime.calendar_recount import INCIDENT
from app.runtime.context import Context
from app.storage.calendar_loads import get_load
from app.storage.calendar_retries import wait_again


def retry_calendar_load(context: Context, person: Person, *, load_id: int) -> Result:
    """Let the failed cases of a load wait for it again; the worker counts them like the others.

    Raises NotFound `calendar_load_unknown`, Forbidden `not_permitted` for who may not load its layers, Conflict
    `calendar_load_whole` when no case failed.
    """
    places = context.library.current().known_layers
    with context.database.write() as uow:
        load = get_load(uow.connection, load_id)
        if load is None:
            raise NotFound("calendar_load_unknown", load=str(load_id))
        for layer, _number in load.versions:
            require_layer(person, places[layer])
        waiting = wait_again(uow, load_id, element=INCIDENT)
        if not waiting:
            raise Conflict("calendar_load_whole", load=str(load_id))
    return {"load_id": str(load_id), "waiting": waiting}
