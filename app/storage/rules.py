"""Published rule files: each deployment is a generation, and a generation never changes."""

import hashlib
from collections.abc import Collection, Mapping
from datetime import datetime

import sqlalchemy as sa

from app.storage.tables import deployment, rule_version
from app.storage.unit_of_work import UnitOfWork


def current_generation(connection: sa.Connection) -> int:
    """Return the number of the newest deployment, 0 before the first."""
    return connection.scalar(sa.select(sa.func.max(deployment.c.generation))) or 0


def begin_generation(uow: UnitOfWork, *, by: str) -> int:
    """Begin a deployment and return its number. by: the actor.

    Whatever is published in this transaction belongs to it. Two deployments at once: the second one to commit gets
    Conflict, and is run again.
    """
    generation = current_generation(uow.connection) + 1
    values = {"generation": generation, "deployed_at": uow.now(), "deployed_by": by}
    uow.connection.execute(deployment.insert(), values)
    return generation


def publish_files(uow: UnitOfWork, generation: int, files: Mapping[str, str]) -> tuple[str, ...]:
    """Publish the rule files of a deployment; `files` are all there are now, by path.

    A file with the same content gets no new version; one that is missing here is taken away. Returns the paths that
    changed.
    """
    stored = _newest(uow.connection, generation)
    changed = []
    for path in sorted(files.keys() | stored.keys()):
        content, (version, sha256) = files.get(path), stored.get(path, (0, ""))
        digest = hashlib.sha256(content.encode()).hexdigest() if content is not None else ""
        if digest != sha256:
            _add(uow, generation, path, version=version + 1, content=content, digest=digest)
            changed.append(path)
    return tuple(changed)


def files_at(connection: sa.Connection, generation: int) -> dict[str, str]:
    """Return the rule files in force at a generation, by path."""
    columns, newer = rule_version.c, rule_version.alias("newer")
    is_newest = ~sa.exists().where(
        newer.c.path == columns.path, newer.c.version > columns.version, newer.c.generation <= generation
    )
    query = sa.select(columns.path, columns.content).where(
        columns.generation <= generation, columns.content.is_not(None), is_newest
    )
    return {row.path: row.content for row in connection.execute(query)}


def published_contents(connection: sa.Connection, paths: Collection[str]) -> frozenset[tuple[str, str]]:
    """Return (path, sha256) of everything that was ever published under some paths."""
    query = sa.select(rule_version.c.path, rule_version.c.sha256).where(rule_version.c.path.in_(paths))
    return frozenset((row.path, row.sha256) for row in connection.execute(query))


def deployed_at(connection: sa.Connection, generation: int) -> datetime | None:
    """Return when a generation was deployed; None when there is none of that number."""
    found: datetime | None = connection.scalar(
        sa.select(deployment.c.deployed_at).where(deployment.c.generation == generation)
    )
    return found


def _newest(connection: sa.Connection, generation: int) -> dict[str, tuple[int, str]]:
    columns = rule_version.c
    query = (
        sa.select(columns.path, columns.version, columns.sha256)
        .where(columns.generation <= generation)
        .order_by(columns.version)
    )
    return {row.path: (row.version, row.sha256) for row in connection.execute(query)}


def _add(uow: UnitOfWork, generation: int, path: str, *, version: int, content: str | None, digest: str) -> None:
    values = {
        "path": path,
        "version": version,
        "generation": generation,
        "sha256": digest,
        "content": content,
        "deployed_at": uow.now(),
    }
    uow.connection.execute(rule_version.insert(), values)
