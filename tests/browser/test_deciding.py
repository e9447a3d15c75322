"""The page on which somebody decides where two assessors differ, in a real browser."""

from itertools import product

import pytest
from flask import Flask
from playwright.sync_api import Browser, expect
from sqlalchemy import select

from lti_tool.runtime import Runtime
from lti_tool.services.decision_inputs import read_inputs
from lti_tool.services.keyring import ensure_issuer_keys
from lti_tool.store.rows import DecisionRow
from tests.browser.gallery import OF_THE_LOOK, SCHEMES, WIDTHS, serious
from tests.browser.live import with_token
from tests.trios import a_trio, seat_of

pytestmark = [
    pytest.mark.browser,
    pytest.mark.parametrize("database", ["sqlite"], indirect=True),
]


@pytest.fixture
def address(app: Flask, runtime: Runtime, served: str) -> str:
    """The deciding page of a work that two have rated: alike, a step and two steps apart."""
    with runtime.writing() as session:
        trio = a_trio(session)
        ensure_issuer_keys(
            session,
            trio.scene.course.issuer.id,
            master_key=runtime.settings.master_key,
            clock=runtime.clock,
            random_bytes=runtime.random_bytes,
        )
    comment = {"comment.b": "The second example shows it better than the first one does."}
    seat_of(app, trio.first, trio).hand_in("5513", **comment)
    seat_of(app, trio.second, trio).hand_in("5353", **comment)
    with runtime.writing() as session:
        launch = with_token(session, trio.decider)
    return f"{served}/l/{launch.ref}/attempts/{trio.scene.work.attempt.id}"


def test_what_differs_is_decided_by_keyboard_alone(
    runtime: Runtime, browser: Browser, address: str
) -> None:
    """A number where there is a choice, nothing where there is none, and on to the release."""
    page = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
    page.goto(address)
    keyboard = page.keyboard
    expect(
        page.get_by_text("2 of 4 rated the same, 3 of 4 at most one level apart")
    ).to_be_visible()
    page.locator("#rate-a").focus()
    keyboard.press("1")
    assert page.locator("#rate-a input[type=radio]").count() == 0
    keyboard.press("n")
    keyboard.press("2")
    keyboard.press("n")
    keyboard.press("2")
    expect(page.locator("[data-region=trace]")).to_contain_text("4 of 4 rated")
    expect(page.locator("[data-region=trace]")).to_contain_text("Would award the badge")
    keyboard.press("r")
    expect(page.get_by_role("heading", level=1)).to_have_text("Release: badge earned")
    page.get_by_role("button", name="Release it").press("Enter")
    expect(page.get_by_text("Released. The badge goes to Learner 00.")).to_be_visible()

    # What was decided stays side by side for whoever decides.
    expect(page.get_by_text("More than one step apart")).to_be_visible()
    with runtime.reading() as session:
        inputs = read_inputs(session.scalars(select(DecisionRow)).one().inputs)
    assert {one.criterion_id: one.level_id for one in inputs.criteria} == {
        "a": "p5",
        "b": "p3",
        "c": "p3",
        "d": "p3",
    }
    page.context.close()


def test_the_difference_is_told_without_colour_at_every_width(
    browser: Browser, address: str
) -> None:
    """Words and a sign for each, nothing wider than the window, nothing serious for axe."""
    page = browser.new_page(reduced_motion="reduce")
    page.goto(address)
    rules: tuple[str, ...] = ()
    signs = page.locator(".qf-difference > .qf-list-item")
    for scheme, width in product(SCHEMES, WIDTHS):
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size({"width": width, "height": 900})
        assert signs.all_inner_texts() == [
            "Both gave the same",
            "One step apart",
            "More than one step apart",
            "Both gave the same",
        ]
        assert signs.locator("svg").count() == 4
        assert not page.evaluate("document.documentElement.scrollWidth > innerWidth")
        assert serious(page, rules) == []
        rules = OF_THE_LOOK
    page.close()
