"""A real server over a deployed world, a real browser, and the people who sit before it."""

import os
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Response, sync_playwright
from werkzeug.serving import make_server

from app.factory import create_app
from app.operations.sign_in import sign_in
from app.web.language import COOKIE as LANGUAGE_COOKIE
from app.web.sign_in import COOKIE
from tests.browser.chromium import FLAGS, PLACES, find_chromium, write_fonts
from tests.conftest import locked
from tests.web.conftest import world
from tests.world import PASSWORD, World
from tools.build_assets import build_assets

__all__ = ["world"]
DESKTOP = (1440, 900)
PHONE = (375, 812)
PATIENCE_MS = 8_000
LOAD_FAILED = "Failed to load resource"


@dataclass(kw_only=True)
class Site:
    """A running installation and its visitors. complaints: what went wrong in a browser behind the visitor's back."""

    address: str
    world: World
    browser: Browser
    complaints: list[str] = field(default_factory=list)
    contexts: list[BrowserContext] = field(default_factory=list)

    def visit(
        self,
        path: str,
        login: str = "",
        *,
        size: tuple[int, int] = DESKTOP,
        language: str = "zh",
        is_dark: bool = False,
    ) -> Page:
        """Open a page in a browser of its own, signed in when a login is given."""
        context = self.browser.new_context(
            base_url=self.address,
            locale="zh-CN" if language == "zh" else "en-GB",
            timezone_id="Asia/Shanghai",
            viewport={"width": size[0], "height": size[1]},
            color_scheme="dark" if is_dark else "light",
            has_touch=size == PHONE,
            accept_downloads=True,
        )
        self.contexts.append(context)
        context.set_default_timeout(PATIENCE_MS)
        cookies = {LANGUAGE_COOKIE: language}
        if login:
            cookies[COOKIE] = sign_in(self.world.container.context, login=login, password=PASSWORD).token
        context.add_cookies([{"name": name, "value": value, "url": self.address} for name, value in cookies.items()])
        context.on("page", self._listen)
        page = context.new_page()
        page.goto(path)
        return page

    def _listen(self, page: Page) -> None:
        page.on("console", self._note_console)
        page.on("pageerror", lambda error: self.complaints.append(f"{page.url}: {error}"))
        page.on("response", self._note_response)

    def _note_console(self, message: ConsoleMessage) -> None:
        """Keep errors and warnings, breaches of the content security policy among them."""
        if message.type in ("error", "warning") and not message.text.startswith(LOAD_FAILED):
            self.complaints.append(f"{message.location.get('url', '')}: {message.text}")

    def _note_response(self, response: Response) -> None:
        is_page = response.request.is_navigation_request()
        if response.status >= 500 or (response.status >= 400 and not is_page):
            self.complaints.append(f"{response.status} {response.request.method} {response.url}")


@pytest.fixture(scope="session")
def browser(shared_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """One Chromium for all tests of a process."""
    with locked(shared_folder / "browser.lock"):
        build_assets(PLACES)
        chromium = find_chromium(PLACES.root / ".cache")
    fonts = write_fonts(tmp_path_factory.mktemp("fonts"))
    environment = {**os.environ, **chromium.environment, "FONTCONFIG_FILE": str(fonts)}
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium.path, args=list(FLAGS), env=environment)
        yield opened
        opened.close()


def answering_whole(app: WSGIApplication) -> WSGIApplication:
    """Read an answer before it is sent: a browser that leaves in the middle would leave the file of an asset open."""

    def answer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        parts = app(environ, start_response)
        try:
            return [b"".join(parts)]
        finally:
            close = getattr(parts, "close", None)
            if close is not None:
                close()

    return answer


@pytest.fixture
def site(browser: Browser, world: World) -> Iterator[Site]:
    """An installation of its own for one test; a complaint of a browser fails the test."""
    app = create_app(container=world.container)
    server = make_server("127.0.0.1", 0, answering_whole(app.wsgi_app), threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    found = Site(address=f"http://127.0.0.1:{server.port}", world=world, browser=browser)
    yield found
    for context in found.contexts:
        context.close()
    server.shutdown()
    thread.join()
    server.server_close()
    assert found.complaints == []


Visit = Callable[..., Page]


@pytest.fixture
def visit(site: Site) -> Visit:
    """Open a page as somebody: `visit(path, login, size=PHONE, language="en", is_dark=True)`."""
    return site.visit
