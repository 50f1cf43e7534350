"""Each language stands alone: no key of a message shows, and English pages have Chinese only in names and data."""

import ast
import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from app.domain.messages import LANGUAGES
from app.domain.vocabulary import CaseState, ClockName, Colour, Decision, LedgerKind, Role
from tests.browser.busy_town import Town, settle
from tests.browser.conftest import Site, Visit
from tests.browser.test_accessibility import pages_of
from tools.build_assets import ROOT

KEY = re.compile(r"\b(?:pages|errors|history|notices|clock|faults|states|grounds|documents|form)\.[a-z_0-9]+(?:\.\w+)*")
# Where the applications of these tests are written down.
APPLICATIONS = ("world.py", "browser/busy_town.py", "browser/test_accessibility.py", "new_versions.py")
# Rule files that cite articles of the law, whose names are Chinese in every language.
CITING = ("suspension_grounds", "restart_grounds", "time_limits")
OUTCOMES = re.compile(r'lb:outcomes="([^"]+)"')
QUOTED = re.compile(r'"([^"\n]+)"')
PAPER_NUMBER = re.compile(r"〔\d{4}〕[\u4e00-\u9fff]*第\d+号")
MASKED = re.compile(r"[\u4e00-\u9fff]\*")
CHINESE = re.compile(r"[\u4e00-\u9fff]")
# Every text that is read or heard, with what it stands in. `lang` marks the button that offers the other language.
TEXTS = """() => {
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const parent = walker.currentNode.parentElement;
    if (!parent.closest("script, style, template, svg, [lang]:not(html), .diagram__canvas")) {
      found.push(walker.currentNode.textContent.trim());
    }
  }
  for (const element of document.querySelectorAll("[aria-label], [placeholder], [data-label]")) {
    found.push(element.getAttribute("aria-label") ?? "", element.getAttribute("data-label") ?? "");
  }
  return [document.title, ...found].filter(Boolean);
}"""


def texts(page: Page) -> list[str]:
    for panel in page.locator("[role=tabpanel], details").all():
        panel.evaluate("(box) => { box.hidden = false; box.open = true; }")
    return [str(text) for text in page.evaluate(TEXTS)]


def walk(visit: Visit, site: Site, town: Town, language: str) -> Iterator[tuple[str, str]]:
    """Yield (path, text) of every text of every main page."""
    for login, paths in pages_of(town, site).items():
        page = visit("/sign-in", login, language=language)
        for path in paths:
            page.goto(path)
            yield from ((path, text) for text in texts(page))


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_page_shows_the_key_of_a_message(visit: Visit, site: Site, language: str) -> None:
    town = settle(site.world)

    found = {f"{path}: {text}" for path, text in walk(visit, site, town, language) if KEY.search(text)}

    assert not found, "\n".join(sorted(found))


def test_english_pages_have_chinese_in_names_and_data_only(visit: Visit, site: Site) -> None:
    town = settle(site.world)
    data = names_and_data()

    found = {f"{path}: {text}" for path, text in walk(visit, site, town, "en") if CHINESE.search(without(text, data))}

    assert not found, "\n".join(sorted(found))


def test_language_switch_stays_on_the_page_and_is_kept(visit: Visit) -> None:
    page = visit("/cases?state=received", "window.enshi")

    page.get_by_role("button", name="English").click()

    expect(page).to_have_url(re.compile(r"/cases\?state=received$"))
    expect(page.locator("html")).to_have_attribute("lang", "en")
    page.goto("/worklist")
    expect(page.get_by_role("button", name="中文")).to_be_visible()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_code_of_the_vocabulary_has_a_word(site: Site, language: str) -> None:
    messages = site.world.container.context.messages
    groups = {
        "case_state": CaseState,
        "clock": ClockName,
        "colour": Colour,
        "decision": Decision,
        "ledger": LedgerKind,
        "role": Role,
    }
    asked = [f"pages.{group}.{item.value}" for group, codes in groups.items() for item in codes]
    asked += [f"history.{kind}" for kind in recorded_kinds()] + [f"pages.outcome.{code}" for code in outcomes()]

    missing = [key for key in asked if not messages.has(key)]

    assert missing == []
    for key in asked:
        assert (CHINESE.search(messages.text(language, key)) is None) is (language == "en"), key


def recorded_kinds() -> set[str]:
    """Return the kind of every entry the program writes into the history of a case."""
    calls = (
        node
        for path in (ROOT / "app").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
    )
    return {
        argument.value
        for call in calls
        for argument in (*call.args[:1], *(word.value for word in call.keywords if word.arg == "kind"))
        if ast.unparse(call.func) in ("work.record", "close") and isinstance(argument, ast.Constant)
    }


def outcomes() -> set[str]:
    """Return every outcome a task of a shipped diagram may have."""
    sources = (path.read_text(encoding="utf-8") for path in (ROOT / "bpmn").rglob("*.bpmn"))
    return {code for source in sources for found in OUTCOMES.findall(source) for code in found.split(",")}


def names_and_data() -> tuple[str, ...]:
    """Return the Chinese texts of catalogue, diagrams, organisation and applications, the longest first."""
    rules = ROOT / "rules"
    files = [path for folder in ("matters", "themes") for path in (rules / folder).rglob("*.toml")]
    files += [rules / f"{name}.toml" for name in ("departments", "regions", "demo_people", *CITING)]
    files += [
        *rules.rglob("*.dmn"),
        *(ROOT / "bpmn").rglob("*.bpmn"),
        *(ROOT / "tests" / place for place in APPLICATIONS),
    ]
    found = {text for path in files for text in QUOTED.findall(path.read_text(encoding="utf-8"))}
    return tuple(sorted(filter(CHINESE.search, found), key=len, reverse=True))


def without(text: str, data: tuple[str, ...]) -> str:
    """Take names and data out of a text, and the numbers of papers, which are Chinese by law."""
    for name in data:
        text = text.replace(name, "")
    return MASKED.sub("", PAPER_NUMBER.sub("", text))
