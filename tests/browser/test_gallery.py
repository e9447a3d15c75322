"""Every page with invented data: its structure, and what axe says of it."""

from collections import Counter
from html.parser import HTMLParser

import pytest
from flask import Flask
from playwright.sync_api import Browser

from tests.browser.gallery import AXE, OF_THE_LOOK, SCHEMES, create_gallery, pages, serious, serving

EVERY_PAGE = sorted(pages())


class Structure(HTMLParser):
    """Collects what the rules below speak of."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: Counter[str] = Counter()
        self.ids: Counter[str] = Counter()
        self.targets: set[str] = set()
        self.inline: list[str] = []
        self.forms_without_action = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Count one tag and look at its attributes."""
        given = dict(attrs)
        self.tags[tag] += 1
        self.ids.update([given["id"] or ""] if "id" in given else [])
        self.inline += [name for name in given if name == "style" or name.startswith("on")]
        if tag == "script" and "src" not in given:
            self.inline.append("script")
        self.targets |= {given["for"] or ""} if "for" in given else set()
        if tag == "form" and "action" not in given and given.get("method") != "dialog":
            self.forms_without_action += 1


@pytest.fixture(scope="module")
def gallery() -> Flask:
    """Return the gallery's app."""
    return create_gallery()


@pytest.mark.parametrize("name", EVERY_PAGE)
def test_page_is_well_formed(gallery: Flask, name: str) -> None:
    """A page has one h1, unique ids, labels that lead somewhere, and nothing inline."""
    response = gallery.test_client().get(f"/{name}")
    page = Structure()
    page.feed(response.text)

    assert response.status_code == 200
    assert page.tags["h1"] == 1
    assert [id_ for id_, count in page.ids.items() if count > 1] == []
    assert page.targets <= set(page.ids)
    assert page.inline == []
    assert page.forms_without_action == 0


@pytest.mark.parametrize("name", ["learner-work", "learner-submitted", "assessor-score"])
def test_written_text_is_never_markup(gallery: Flask, name: str) -> None:
    """What people write is shown as they wrote it, tags and all."""
    text = gallery.test_client().get(f"/{name}").text
    assert "<b>It took" not in text
    assert "&lt;b&gt;It took" in text


def test_title_says_that_something_is_wrong(gallery: Flask) -> None:
    """A page with errors says so first in its title, and leads to each field."""
    text = gallery.test_client().get("/learner-work-errors").text
    assert "<title>Error: " in text
    assert 'href="#answer-reflection"' in text


def test_public_page_keeps_what_the_assessor_wrote(gallery: Flask) -> None:
    """An assessor's comment is for the learner and is not on the credential's page."""
    client = gallery.test_client()
    assert "Clear, and kind." in client.get("/learner-result-awarded").text
    assert "Clear, and kind." not in client.get("/credential-valid").text


@pytest.mark.browser
@pytest.mark.slow
def test_axe_finds_nothing_serious(gallery: Flask, browser: Browser) -> None:
    """No page has a serious or critical finding on the phone or the desk, light or dark."""
    found: list[str] = []
    with serving(gallery) as address:
        page = browser.new_page(reduced_motion="reduce")
        page.add_init_script(AXE)
        modes = list(zip(SCHEMES, (390, 1280), strict=True))
        for number, name in enumerate(EVERY_PAGE):
            # One load for both; pages take turns at which of them meets it first.
            for at, (scheme, width) in enumerate(modes[:: -1 if number % 2 else 1]):
                page.emulate_media(color_scheme=scheme)
                page.set_viewport_size({"width": width, "height": 900})
                if at == 0:
                    page.goto(f"{address}/{name}")
                rules = OF_THE_LOOK if at else ()
                found += [f"{name} {scheme} {width}: {line}" for line in serious(page, rules)]
                if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
                    found.append(f"{name} {scheme} {width}: wider than the window")
        page.close()
    assert found == []
