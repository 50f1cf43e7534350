"""Files of packages stay in force over the folders of an installation until the folders bring something new for them."""

import hashlib
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from app.catalogue.matter_checks import diagram_path
from app.catalogue.package import open_package
from app.runtime.context import Context
from app.runtime.packages import BPMN, RULES, files_in_force
from app.storage.definitions import list_versions
from app.storage.packages import deployed_paths, newest_deployed_with
from app.storage.rules import published_contents

SCENARIOS = "scenarios/"


@contextmanager
def with_packages(context: Context, bpmn_dir: Path, rules_dir: Path) -> Iterator[tuple[Path, Path]]:
    """Yield the folders of diagrams and of rules as a deployment of them shall read them."""
    kept = kept_files(context, bpmn_dir, rules_dir)
    if not kept:
        yield bpmn_dir, rules_dir
        return
    with tempfile.TemporaryDirectory(prefix="lianban-") as folder:
        shutil.copytree(bpmn_dir, Path(folder, "bpmn"))
        shutil.copytree(rules_dir, Path(folder, "rules"))
        for path, content in kept.items():
            target = Path(folder, path)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
        yield Path(folder, "bpmn"), Path(folder, "rules")


def kept_files(context: Context, bpmn_dir: Path, rules_dir: Path) -> Mapping[str, bytes]:
    """Return what came with packages and stays: the folders have nothing there, or what they had before already."""
    with context.database.read() as connection:
        packaged = deployed_paths(connection)
        rules = published_contents(connection, [path.removeprefix(RULES) for path in packaged])
        versions = list_versions(connection) if packaged else ()
    if not packaged:
        return {}
    known = {(RULES + path, digest) for path, digest in rules}
    known |= {(BPMN + diagram_path(row.key), row.sha256) for row in versions if row.kind == "bpmn"}
    kept = {}
    for path, content in files_in_force(context)[1].items():
        file = bpmn_dir / path.removeprefix(BPMN) if path.startswith(BPMN) else rules_dir / path.removeprefix(RULES)
        if path in packaged and (not file.is_file() or (path, _digest(file.read_bytes())) in known):
            kept[path] = content
    return kept


def packaged_scenarios(context: Context, key: str) -> Mapping[str, str]:
    """Return the scenario files the last package brought for a diagram, name -> TOML; they are no rules in force."""
    kind, _, name = key.partition(":")
    folders = [f"{BPMN}{diagram_path(key).rpartition('/')[0]}/{SCENARIOS}"]
    if kind == "theme":
        folders.append(f"{RULES}themes/{name}/{SCENARIOS}")
    with context.database.read() as connection:
        row = newest_deployed_with(connection, tuple(folders))
    files = open_package(row.content)[0] if row else {}
    return {
        path.rpartition("/")[2]: content.decode()
        for path, content in sorted(files.items())
        if path.startswith(tuple(folders))
    }


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
