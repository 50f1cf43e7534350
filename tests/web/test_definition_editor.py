"""Where the editor of diagrams opens, and what it is given."""

import re
from html import unescape

import orjson
import pytest

from app.operations.define import save_definition, submit_definition
from app.settings import ROOT
from tests.web.api_world import app, site
from tests.web.conftest import Browse, World

__all__ = ["app", "site"]

KEY = "pattern:committed"
DRAWN = (ROOT / "bpmn/patterns/committed/process.bpmn").read_bytes()
PAGE = f"/definitions/{KEY}/versions/1"


def test_editor_is_given_every_attribute_with_its_field(browse: Browse) -> None:
    shown = browse("designer.es").get(f"{PAGE}/editor").text

    given = re.search(r'data-descriptor="([^"]+)"', shown)
    assert given
    types = orjson.loads(unescape(given[1]))["types"]
    known = {f"lb:{item['name']}" for found in types for item in found["properties"]}
    assert known == set(re.findall(r'data-property="(lb:\w+)"', shown))
    assert 'data-edit="0"' in shown
    assert re.search(r"<noscript>.*上传定义.*</noscript>", shown)


def test_draft_is_drawn_on_instead_of_the_version_it_began_from(browse: Browse, world: World) -> None:
    context, designer = world.container.context, browse("designer.es")
    assert f"{PAGE}/editor" in designer.get(PAGE).text
    save_definition(context, world.person("designer2.es"), key=KEY, source=DRAWN + b"<!-- -->", edit=0, note="改名")

    draft = f"/definitions/{KEY}/versions/2"

    assert f"{PAGE}/editor" not in designer.get(PAGE).text
    assert designer.get(f"{PAGE}/editor").status_code == 302
    assert f"{draft}/editor" in designer.get(draft).text
    assert 'data-edit="1"' in designer.get(f"{draft}/editor").text
    save_definition(context, world.person("designer.es"), key=KEY, source=DRAWN, edit=1)
    assert "改名" in designer.get(draft).text


def test_what_lies_with_a_second_person_is_not_drawn_on(browse: Browse, world: World) -> None:
    context, person = world.container.context, world.person("designer2.es")
    save_definition(context, person, key=KEY, source=DRAWN + b"<!-- -->", edit=0)
    submit_definition(context, person, key=KEY)

    answer = browse("designer.es").get(f"/definitions/{KEY}/versions/2/editor")

    assert answer.location == f"/definitions/{KEY}"


@pytest.mark.parametrize("login", ["integrator.es", "admin.es"])
def test_only_designers_draw(browse: Browse, login: str) -> None:
    client = browse(login)

    assert client.get(f"{PAGE}/editor").status_code == 403
    assert f"{PAGE}/editor" not in client.get(PAGE).text
