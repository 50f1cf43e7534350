"""Every template renders in both languages, and what it renders can be used by everybody."""

import re
import string
from html.parser import HTMLParser
from itertools import pairwise

import pytest

from app.domain.messages import LANGUAGES
from app.domain.vocabulary import CaseState, ClockName, Colour, MaterialTrust, Role
from app.web.presenting import AssetManifest, Words
from tests.unit.web.rendering import TEMPLATES, page_environment, page_messages, page_texts
from tests.unit.web.samples import Samples

MESSAGES = page_messages()
SAMPLES = {language: Samples(Words(messages=MESSAGES, language=language)).pages() for language in LANGUAGES}
EVERY_PAGE = [(language, name) for language in LANGUAGES for name in SAMPLES[language]]
VOID = {"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "path", "source", "wbr"}
CONTROLS = {"input", "select", "textarea"}
# Groups of texts that views and `app/web/presenting.py` look up by code.
GIVEN_BY_VIEWS = ("outcome", "decision", "intake_mode", "id_type", "stage", "weekday", "due")
WITHOUT_LABEL = {"hidden", "submit", "button"}


class Page(HTMLParser):
    """What the tests look at in a page. Rows of `<template>` and `<noscript>` are parsed like everything else."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.faults: list[str] = []
        self.wrapped: list[dict[str, str | None]] = []
        self.feed(html)
        if self.open:
            self.faults.append(f"not closed: {self.open}")

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        if len(attributes) < len(attrs):
            self.faults.append(f"attribute twice in <{tag}>: {attrs}")
        self.tags.append((tag, attributes))
        if tag in CONTROLS and "label" in self.open:
            self.wrapped.append(attributes)
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID and (not self.open or self.open.pop() != tag):
            self.faults.append(f"</{tag}> closes nothing")

    def all(self, *names: str) -> list[dict[str, str | None]]:
        return [attributes for tag, attributes in self.tags if tag in names]


def render(language: str, name: str) -> str:
    template, context = SAMPLES[language][name]
    return page_environment(MESSAGES, language).get_template(template).render(context)


@pytest.fixture(scope="module")
def pages() -> dict[tuple[str, str], Page]:
    return {key: Page(render(*key)) for key in EVERY_PAGE}


def test_every_template_has_a_sample() -> None:
    shown = {template for template, _ in SAMPLES["zh"].values()}

    assert shown == {path.name for path in TEMPLATES.glob("*.html")} - {"layout.html"}


def test_every_template_names_its_context_in_a_comment_at_the_top() -> None:
    files = list(TEMPLATES.rglob("*.html"))

    assert [path.name for path in files if not path.read_text(encoding="utf-8").startswith("{#")] == []


def test_pages_are_well_formed(pages: dict[tuple[str, str], Page]) -> None:
    assert {key: page.faults for key, page in pages.items() if page.faults} == {}


def test_every_control_has_a_label(pages: dict[tuple[str, str], Page]) -> None:
    without = [
        (key, control)
        for key, page in pages.items()
        for control in page.all(*CONTROLS)
        if control.get("type") not in WITHOUT_LABEL
        and control not in page.wrapped
        and not control.get("aria-label")
        and control.get("id") not in {label.get("for") for label in page.all("label")}
    ]

    assert without == []


def test_ids_are_unique_and_what_refers_to_them_exists(pages: dict[tuple[str, str], Page]) -> None:
    for key, page in pages.items():
        ids = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
        assert len(ids) == len(set(ids)), (key, sorted(one for one in ids if ids.count(one) > 1))
        referred = {label["for"] for label in page.all("label") if "for" in label}
        for _, attributes in page.tags:
            for name in ("aria-describedby", "aria-labelledby"):
                referred.update((attributes.get(name) or "").split())
        referred.update((link["href"] or "")[1:] for link in page.all("a") if (link.get("href") or "").startswith("#"))
        assert referred - set(ids) == set(), key


def test_no_script_or_style_stands_in_a_page(pages: dict[tuple[str, str], Page]) -> None:
    for key, page in pages.items():
        assert all("src" in script for script in page.all("script")), key
        assert page.all("style") == [], key
        named = {name for _, attributes in page.tags for name in attributes}
        assert not [name for name in named if name == "style" or name.startswith("on") or "hx-on" in name], key


def test_headings_stand_in_order_and_there_is_one_first(pages: dict[tuple[str, str], Page]) -> None:
    for key, page in pages.items():
        levels = [int(tag[1]) for tag, attributes in page.tags if re.fullmatch(r"h[1-6]", tag)
                  and attributes.get("id") not in {"keys-title", "error-summary-title"}]  # fmt: skip
        assert levels[0] == 1, key
        assert levels.count(1) == 1, key
        assert all(after - before <= 1 for before, after in pairwise(levels)), (key, levels)


def test_every_page_has_at_most_one_primary_action_per_form(pages: dict[tuple[str, str], Page]) -> None:
    for key, page in pages.items():
        primary = [one for one in page.all("a", "button") if "button--primary" in (one.get("class") or "").split()]
        assert len(primary) <= (2 if "correction" in str(SAMPLES[key[0]][key[1]][1]) else 1), key


def test_every_posting_form_carries_the_token(pages: dict[tuple[str, str], Page]) -> None:
    for key, page in pages.items():
        posting = [form for form in page.all("form") if form.get("method") == "post"]
        tokens = [control for control in page.all("input") if control.get("name") == "csrf_token"]
        assert len(posting) == len(tokens), key


def test_pages_work_without_built_assets() -> None:
    template, context = SAMPLES["zh"]["case"]

    html = page_environment(MESSAGES, "zh", assets=AssetManifest()).get_template(template).render(context)

    assert "<script" not in html
    assert MESSAGES.text("zh", "pages.diagram.not_built") in html


def test_both_languages_have_the_same_keys_and_the_same_placeholders() -> None:
    chinese, english = page_texts("zh"), page_texts("en")

    assert chinese.keys() == english.keys()
    assert {key for key in chinese if placeholders(chinese[key]) != placeholders(english[key])} == set()


def test_every_text_of_the_pages_is_used() -> None:
    templates = "\n".join(path.read_text(encoding="utf-8") for path in TEMPLATES.rglob("*.html"))
    built = tuple(re.findall(r'"(pages\.[\w.]+)" ~', templates.replace("'", '"')))
    given_by_views = tuple(f"pages.{group}." for group in GIVEN_BY_VIEWS)
    known = (*built, *given_by_views)

    unused = [key for key in page_texts("zh") if key not in templates and not key.startswith(known)]

    assert unused == []


@pytest.mark.parametrize(
    ("group", "codes"),
    [
        ("colour", list(Colour)),
        ("case_state", list(CaseState)),
        ("clock", list(ClockName)),
        ("role", list(Role)),
        ("trust", list(MaterialTrust)),
    ],
)
def test_every_word_of_the_vocabulary_has_a_text(group: str, codes: list[str]) -> None:
    assert [code for code in codes if not MESSAGES.has(f"pages.{group}.{code}")] == []


def placeholders(sentence: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name}
