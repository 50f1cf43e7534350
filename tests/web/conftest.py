"""A deployed world on SQLite with people and cases, and browsers that are signed in."""

import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.operations.sign_in import sign_in
from app.web.errors import register_error_handlers
from app.web.pages import board, card, cards, cases, tasks, worklist  # noqa: F401  (their views register with the blueprint)
from app.web.pages.blueprint import pages
from app.web.setup import set_up
from app.web.sign_in import COOKIE
from tests.world import FORM, PASSWORD, World, open_world, settings_in

__all__ = ["FORM", "PASSWORD", "World", "csrf_of"]
Browse = Callable[[str], FlaskClient]


@pytest.fixture
def world(deployed: Path, tmp_path: Path) -> Iterator[World]:
    """A deployed world of its own for one test."""
    folder = tmp_path / "var"
    shutil.copytree(deployed, folder)
    opened = open_world(settings_in(folder))
    yield opened
    opened.container.context.database.close()


@pytest.fixture
def app(world: World) -> Flask:
    """The pages of officers; other pages a layout links to answer with nothing."""
    found = Flask("app.web", template_folder="templates", static_folder="static")
    found.config.update(SECRET_KEY=world.container.settings.secret_key, TESTING=True)
    set_up(found, world.container)
    register_error_handlers(found)
    found.register_blueprint(pages)
    found.url_build_error_handlers.append(_elsewhere)
    return found


@pytest.fixture
def browse(app: Flask, world: World) -> Browse:
    """Return a browser signed in as a demonstration person, over the pages of `app`."""

    def signed_in(login: str) -> FlaskClient:
        client = app.test_client()
        session = sign_in(world.container.context, login=login, password=PASSWORD)
        client.set_cookie(COOKIE, session.token)
        return client

    return signed_in


def csrf_of(client: FlaskClient, path: str = "/cases") -> str:
    """Return the CSRF token of the session, as a page carries it."""
    found = re.search(r'<meta name="csrf-token" content="([^"]+)"', client.get(path).text)
    assert found is not None
    return found[1]


def _elsewhere(_error: Exception, endpoint: str, _values: dict[str, object]) -> str:
    return f"/{endpoint.removeprefix('pages.')}"
