"""A badge of another issuer in a real browser, by keyboard on a phone: accept, hand in, confirm."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from playwright.sync_api import Browser, Page, expect

from lti_tool.lti.http import GuardedSession
from lti_tool.runtime import Runtime
from tests import rows
from tests.browser.gallery import serious
from tests.browser.live import with_token
from tests.browser.test_stack import press
from tests.conftest import FakeClock
from tests.coordinators import a_coordinator
from tests.foreign import College, a_college
from tests.stacked import Ladder, a_ladder

pytestmark = [
    pytest.mark.browser,
    pytest.mark.parametrize("database", ["sqlite"], indirect=True),
]
TWO = ("one", "two")


@pytest.fixture
def college(clock: FakeClock) -> Iterator[College]:
    """An issuer elsewhere."""
    with a_college(clock) as made:
        yield made


@pytest.fixture
def runtime(runtime: Runtime, college: College) -> Runtime:
    """The process, which may ask that issuer although it is on this machine."""
    http = GuardedSession(private_hosts=frozenset({college.host}))
    return replace(runtime, strangers_http=http)


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A tab; whatever its scripts complain about is raised."""
    context = browser.new_context(viewport={"width": 390, "height": 844})
    page = context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    context.close()
    assert complaints == []


@pytest.fixture
def ladder(runtime: Runtime) -> Ladder:
    """Two badges, and a learner who has earned the first."""
    made = a_ladder(runtime, slugs=TWO)
    made.release("one")
    return made


@pytest.fixture
def desk_url(runtime: Runtime, ladder: Ladder, served: str) -> str:
    """The coordinator's page of microcredentials."""
    with runtime.writing() as session:
        launch = with_token(session, a_coordinator(session, ladder.course))
    return f"{served}/l/{launch.ref}/desk/{ladder.program_id}/stack/"


@pytest.fixture
def learner_url(runtime: Runtime, ladder: Ladder, served: str) -> str:
    """The learner's page of microcredentials."""
    with runtime.writing() as session:
        launch = with_token(session, rows.a_launch(session, ladder.course, ladder.learner))
    return f"{served}/l/{launch.ref}/stack"


def test_ids_are_read_and_accepted_by_keyboard(
    college: College, ladder: Ladder, page: Page, desk_url: str
) -> None:
    """Enter in a field reads the badge; what it says is looked over, and on the list."""
    draft = ladder.draft(components=TWO)
    college.pages["/badges/1"] = college.signed()
    page.goto(f"{desk_url}{draft}")
    press(page, "Add one from elsewhere")
    address = page.get_by_label("Its web address")
    address.fill(f"http://{college.host}/badges/1")
    address.press("Enter")

    expect(page.get_by_text("It holds. Look over what stands below")).to_be_visible()
    expect(page.get_by_label("Who gives it")).to_have_value("The College")
    assert serious(page) == []
    press(page, "Accept it")
    expect(page.locator("#error-summary")).to_be_focused()
    page.get_by_label("It counts as").select_option(label="Two")
    press(page, "Accept it")
    expect(page.get_by_text("It is on the list. It counts once you publish.")).to_be_visible()
    press(page, "Remove Listening")
    expect(page.get_by_text("counts as Two")).to_have_count(0)


def test_one_is_handed_in_confirmed_and_makes_the_microcredential(
    college: College, ladder: Ladder, page: Page, desk_url: str, learner_url: str
) -> None:
    """What is refused is read first; nothing that was typed is lost; a coordinator has the word."""
    ladder.pathway(components=TWO, accepts=(college.accepted(),))
    data = college.signed(address="").decode()
    page.goto(learner_url)
    press(page, "Hand one in from elsewhere")
    pasted = page.get_by_label("Its text")
    pasted.fill(data.replace("Earned at the college.", "Invented."))
    press(page, "Hand it in")
    refusal = page.get_by_role("alert")
    expect(refusal).to_be_focused()
    expect(refusal).to_contain_text("It does not hold.")
    assert serious(page) == []
    expect(pasted).to_have_value(data.replace("Earned at the college.", "Invented."))
    pasted.fill(data)
    press(page, "Hand it in")
    expect(page.get_by_text("Waits for confirmation")).to_be_visible()
    assert serious(page) == []

    page.goto(desk_url)
    press(page, "Look at it")
    expect(page.get_by_text("It does not say to which e-mail address")).to_be_visible()
    page.get_by_label("Where you know from that it is theirs").fill("I saw her page there")
    page.keyboard.press("Enter")
    expect(page.get_by_text("the microcredential is given.")).to_be_visible()
    page.goto(learner_url)
    expect(page.get_by_text("You earned this microcredential")).to_be_visible()
    expect(page.get_by_text("Through Listening by The College")).to_be_visible()


def test_taking_one_back_asks_first(
    college: College, ladder: Ladder, page: Page, learner_url: str
) -> None:
    """No leaves it; yes deletes its copy."""
    ladder.pathway(components=TWO, accepts=(college.accepted(),))
    page.goto(learner_url)
    press(page, "Hand one in from elsewhere")
    page.get_by_label("A file").set_input_files(
        {"name": "badge.json", "mimeType": "application/json", "buffer": college.signed(address="")}
    )
    press(page, "Hand it in")
    expect(page.get_by_text("Waits for confirmation")).to_be_visible()
    press(page, "Take it back")
    expect(page.get_by_role("dialog")).to_contain_text("You can hand it in again.")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Waits for confirmation")).to_be_visible()
    press(page, "Take it back")
    page.get_by_role("dialog").get_by_role("button", name="Yes").press("Enter")
    expect(page.get_by_text("It is taken back.")).to_be_visible()
    expect(page.get_by_text("Waits for confirmation")).to_have_count(0)
