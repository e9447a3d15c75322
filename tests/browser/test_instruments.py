"""The portfolio in three parts in a real browser: live counts, one part again, the badge."""

from dataclasses import replace

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect

from lti_tool.runtime import Runtime
from lti_tool.services.keyring import ensure_issuer_keys
from lti_tool.store.rows import DecisionRow
from lti_tool.values import Launch, Role
from tests.browser.gallery import serious
from tests.browser.live import with_token
from tests.conftest import FakeClock
from tests.desks import Desk, a_desk
from tests.instruments import PARTS, Work, fill_parts, shipped
from tests.rows import a_launch, a_user

pytestmark = [
    pytest.mark.browser,
    pytest.mark.parametrize("database", ["sqlite"], indirect=True),
]


@pytest.fixture
def desk(app: Flask, runtime: Runtime, clock: FakeClock) -> Desk:
    """A learner whose draft holds everything but the reflection."""
    desk = a_desk(runtime.database, clock, runtime.settings.data_dir, definition=shipped(PARTS))
    fill_parts(Work(app, desk))
    with runtime.writing() as session:
        return replace(desk, launch=with_token(session, desk.launch))


@pytest.fixture
def instructor(runtime: Runtime, desk: Desk) -> Launch:
    """An instructor of the course, whose issuer can sign."""
    with runtime.writing() as session:
        ensure_issuer_keys(
            session,
            desk.course.issuer.id,
            master_key=runtime.settings.master_key,
            clock=runtime.clock,
            random_bytes=runtime.random_bytes,
        )
        user = a_user(session, desk.course, Role.INSTRUCTOR, name="Ivo Instructor")
        return with_token(session, a_launch(session, desk.course, user, Role.INSTRUCTOR))


def choose(page: Page, criterion: str, level: str) -> None:
    """Choose a verdict, and wait until it is saved."""
    with page.expect_response(lambda answer: answer.request.method == "POST"):
        page.locator(f"[name='level.{criterion}'][value='{level}']").check()


def test_only_the_part_that_failed_is_asked_for_again(
    served: str, desk: Desk, instructor: Launch, browser: Browser
) -> None:
    """Too many words are counted as they are typed; two parts pass, the third is written anew."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    learner, assessor = context.new_page(), context.new_page()
    learner.goto(f"{served}/l/{desk.launch.ref}/work")
    aim = learner.locator("[name='answer.aim']")
    aim.fill("word " * 251)
    expect(learner.get_by_text("251 words")).to_be_visible()
    learner.get_by_role("button", name="Hand in").click()
    expect(learner.locator("#error-summary")).to_contain_text("at most 250 words")
    aim.fill("word " * 250)
    expect(learner.get_by_text("6 of 6 families").first).to_be_visible()
    assert serious(learner) == []
    learner.get_by_role("button", name="Hand in").click()
    expect(learner.get_by_role("heading", name="Your work is in")).to_be_visible()

    path = f"{served}/l/{instructor.ref}/attempts/{desk.attempt().id}"
    assessor.goto(path)
    choose(assessor, "overview", "pass")
    choose(assessor, "plan", "yes")
    choose(assessor, "look-back", "fail")
    expect(assessor.locator("[data-region=trace]")).to_contain_text("Would not award")
    assert serious(assessor) == []
    assessor.get_by_role("button", name="Return…").click()
    assessor.locator("[name=comment]").fill("Say what you would do differently.")
    assessor.get_by_role("button", name="Return it", exact=True).click()
    expect(assessor.get_by_text("Returned to").first).to_be_visible()

    learner.goto(f"{served}/l/{desk.launch.ref}/")
    expect(learner.get_by_text("Say what you would do differently.")).to_be_visible()
    learner.get_by_role("button", name="Change it and hand it in again").click()
    expect(learner.locator("[name='answer.reflection']")).to_be_visible()
    assert learner.locator("textarea[name^='answer.']").count() == 1
    expect(learner.get_by_text("This stays; you need not show it again")).to_have_count(2)
    learner.locator("[name='answer.reflection']").fill("I would wait longer.")
    assert serious(learner) == []
    learner.get_by_role("button", name="Hand in").click()
    expect(learner.get_by_role("heading", name="Your work is in")).to_be_visible()

    assessor.goto(f"{served}/l/{instructor.ref}/attempts/{desk.attempt().id}")
    choose(assessor, "look-back", "pass")
    expect(assessor.locator("[data-region=trace]")).to_contain_text("Would award the badge")
    assessor.get_by_role("button", name="Release…").click()
    assessor.get_by_role("button", name="Release it", exact=True).click()
    expect(assessor.get_by_text("Released.").first).to_be_visible()

    assert sorted(row.verdict for row in desk.rows(DecisionRow)) == ["awarded", "returned"]
    context.close()
