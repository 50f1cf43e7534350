"""Every link of every role leads somewhere, and every page is whole."""

from collections import deque
from collections.abc import Iterator
from urllib.parse import urldefrag, urlsplit

import pytest
from playwright.sync_api import Page

from tests.browser.busy_town import settle
from tests.browser.conftest import Site, Visit

MOST_PAGES = 45
# One person of every role; the departments differ only in their cases.
PEOPLE = (
    "",
    "applicant1",
    "window.enshi",
    "reviewer.enshi",
    "decider.enshi",
    "head.enshi",
    "delivery.enshi",
    "governor.enshi",
    "head.es",
    "liaison.enshi",
    "ga1.enshi",
    "supervisor.es",
    "duty.es",
    "designer.es",
    "catalogue.es",
    "integrator.es",
    "admin.es",
)
WHOLE = """() => ({
  title: document.title,
  lang: document.documentElement.lang,
  headings: document.querySelectorAll("h1").length,
  skip: document.querySelector("a.skip-link")?.getAttribute("href"),
  width: document.documentElement.scrollWidth - document.documentElement.clientWidth,
})"""
LINKS = "() => [...document.querySelectorAll('a[href]')].map((link) => link.href)"


@pytest.mark.parametrize("login", PEOPLE)
def test_every_link_of_a_role_leads_to_a_whole_page(visit: Visit, site: Site, login: str) -> None:
    settle(site.world)
    page = visit("/", login)

    broken = [fault for url, fault in walk(page, site.address)]

    assert broken == []


def walk(page: Page, address: str) -> Iterator[tuple[str, str]]:
    """Yield (address, fault) of what is wrong on the pages that are reached from the present one."""
    seen, waiting, opened = set[str](), deque([page.url]), 0
    while waiting and opened < MOST_PAGES:
        url = waiting.popleft()
        if kind_of(url) in seen:
            continue
        seen.add(kind_of(url))
        if is_file(url):
            answer = page.request.get(url)
            if not answer.ok:
                yield url, f"{url}: {answer.status}"
            continue
        opened += 1
        reached = page.goto(url)
        if reached is None or not reached.ok:
            yield url, f"{url}: {reached and reached.status}"
        yield from ((url, f"{url}: {fault}") for fault in faults(page))
        links = (urldefrag(link).url for link in page.evaluate(LINKS))
        waiting.extend(link for link in links if link.startswith(address))


def faults(page: Page) -> Iterator[str]:
    found = page.evaluate(WHOLE)
    if not found["title"].split(" – ")[0].strip():
        yield "no title"
    if found["lang"] != "zh-CN":
        yield f"lang {found['lang']}"
    # The reference of the API is drawn by a library that brings headings of its own.
    if found["headings"] != 1 and "/api/docs" not in page.url:
        yield f"{found['headings']} first headings"
    if found["skip"] != "#main":
        yield "no skip link"
    if found["width"] > 0:
        yield f"{found['width']} px too wide"


def is_file(url: str) -> bool:
    return urlsplit(url).path.endswith((".pdf", ".bpmn", ".json")) or "/materials/" in url


def kind_of(url: str) -> str:
    """Fold pages that differ in a number only: one case, one person, one matter of each kind stands for its kind."""
    parts = urlsplit(url)
    steps = ["#" if any(sign.isdigit() for sign in step) else step for step in parts.path.split("/")]
    if steps[1:2] == ["apply"] and len(steps) > 2:
        steps[2] = "#"
    names = sorted(pair.split("=")[0] for pair in parts.query.split("&") if pair)
    state = [pair for pair in parts.query.split("&") if pair.startswith(("state=", "queue="))]
    return "/".join(steps) + "?" + "&".join([*names, *state])
