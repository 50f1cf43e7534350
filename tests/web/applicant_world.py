"""The whole application over a deployed world, and applications filled in as a browser would."""

import io
import re
from collections.abc import Callable, Mapping

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.factory import create_app
from tests.web.conftest import PASSWORD, World

PDF = b"%PDF-1.7\n%%EOF\n"
APPLICANT = {
    "applicant.kind": "person",
    "applicant.name": "张小芳",
    "applicant.id_type": "111",
    "applicant.id_number": "42280119900101123X",
    "applicant.mobile": "13800000000",
}
COMPANY = {
    "form.company_name": "恩施好味餐饮有限公司",
    "form.company_type": "limited",
    "form.address": "舞阳大道1号",
    "form.scope": "餐饮服务",
}
FOOD = "/apply/restaurant-food?region=422801"
Visit = Callable[..., FlaskClient]


@pytest.fixture
def site(world: World) -> Flask:
    """The application as the factory builds it."""
    found = create_app(container=world.container)
    found.config.update(TESTING=True)
    return found


@pytest.fixture
def visit(site: Flask) -> Visit:
    """Return a browser; with a login it signs in through the page."""

    def opened(login: str = "") -> FlaskClient:
        client = site.test_client()
        if login:
            answer = client.post("/sign-in", data={"username": login, "password": PASSWORD})
            assert answer.status_code == 303
        return client

    return opened


def token(client: FlaskClient) -> str:
    """Return the CSRF token a page of the session carries."""
    found = re.search(r'<meta name="csrf-token" content="([^"]*)"', client.get("/settings").text)
    assert found is not None
    return found[1]


def send(client: FlaskClient, path: str, fields: Mapping[str, object]) -> TestResponse:
    """Post a form with the CSRF token of the session."""
    return client.post(path, data={"csrf_token": token(client), **fields}, content_type="multipart/form-data")


def pdf(name: str = "证明.pdf", content: bytes = PDF) -> tuple[io.BytesIO, str]:
    """Return a file as a form carries it."""
    return io.BytesIO(content), name


def code_large(page: str) -> list[str]:
    """Return the case number and, when it is shown, the progress code of a receipt."""
    return re.findall(r'<span class="code-large">([^<]+)</span>', page)
