"""Pages rendered as the application does, with plain Jinja and strict variables."""

import tomllib
from collections.abc import Mapping
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from app.catalogue.messages import read_messages
from app.domain.messages import Messages
from app.web.presenting import AssetManifest

ROOT = Path(__file__).resolve().parents[3]
TEMPLATES = ROOT / "app" / "web" / "templates"
BUILT = AssetManifest(
    names={
        name: name
        for room in ("app", "diagram-viewer", "diagram-editor", "api-docs")
        for name in (f"{room}.css", f"{room}.js")
    }
)


def page_texts(language: str) -> dict[str, str]:
    """Return the texts of `pages.toml` by dotted key: those that templates alone use."""
    path = ROOT / "rules" / "messages" / language / "pages.toml"
    return _flat(tomllib.loads(path.read_text(encoding="utf-8")), "")


def page_messages() -> Messages:
    return read_messages(ROOT / "rules")


def page_environment(messages: Messages, language: str, *, assets: AssetManifest = BUILT) -> Environment:
    environment = Environment(loader=FileSystemLoader(TEMPLATES), undefined=StrictUndefined, autoescape=True)

    def url_for(endpoint: str, **values: object) -> str:
        return f"/{endpoint.removeprefix('pages.')}/" + "/".join(str(value) for value in values.values())

    environment.globals.update(
        t=lambda key, **facts: messages.text(language, key, **facts),
        url_for=url_for,
        asset=assets.url,
        csrf_token=lambda: "token",
    )
    return environment


def _flat(table: Mapping[str, object], prefix: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for key, value in table.items():
        if isinstance(value, Mapping):
            found.update(_flat(value, f"{prefix}{key}."))
        else:
            found[f"{prefix}{key}"] = str(value)
    return found
