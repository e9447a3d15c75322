"""Awards from a file in a real browser: it goes on by itself, and with a button without scripts."""

import pytest
from playwright.sync_api import Browser, FilePayload, Page, expect

from lti_tool.runtime import Runtime
from lti_tool.services.desk import entering
from lti_tool.store.rows import AwardRow
from lti_tool.values import Role
from tests.browser.gallery import serious
from tests.browser.live import with_token
from tests.bulks import PASS, Office, an_office
from tests.rows import a_launch

pytestmark = [
    pytest.mark.browser,
    pytest.mark.parametrize("database", ["sqlite"], indirect=True),
]


@pytest.fixture
def office(runtime: Runtime, monkeypatch: pytest.MonkeyPatch) -> Office:
    """A course with three learners, where one row is done at a time."""
    monkeypatch.setattr(entering, "ROWS_AT_ONCE", 1)
    return an_office(runtime)


@pytest.fixture
def address(served: str, office: Office) -> str:
    """The coordinator's page for files."""
    with office.runtime.writing() as session:
        launch = with_token(
            session, a_launch(session, office.course, office.coordinator, Role.OTHER)
        )
    return f"{served}/l/{launch.ref}/desk/{office.course.program.id}/bulk"


def take_over(page: Page, address: str, office: Office) -> list[str]:
    """Choose a file of three rows and take it over; the forms sent from then on."""
    page.goto(address)
    page.select_option("#badge", label=office.course.version.title)
    page.fill("#source", "The list of 2025")
    file = FilePayload(name="list.csv", mimeType="text/csv", buffer=office.rated(PASS, PASS, PASS))
    page.set_input_files("#file", file)
    page.get_by_role("button", name="Look it through").click()
    expect(page.get_by_role("heading", name="3 rows were read")).to_be_visible()
    assert office.count(AwardRow) == 0
    sent: list[str] = []
    page.on("request", lambda one: sent.append(one.url) if one.method == "POST" else None)
    page.get_by_role("button", name="Take over 3 rows").click()
    return sent


def test_it_goes_on_by_itself(browser: Browser, address: str, office: Office) -> None:
    """One press, a request for each step, and in the end the page that tells what came of it."""
    context = browser.new_context()
    page = context.new_page()
    sent = take_over(page, address, office)

    expect(page.get_by_role("heading", name="The file is done")).to_be_visible()
    expect(page.get_by_text("3 rows: the badge is given")).to_be_visible()
    assert sent == [address] * 3
    assert office.count(AwardRow) == 3
    assert serious(page) == []
    context.close()


def test_without_scripts_a_button_goes_on(browser: Browser, address: str, office: Office) -> None:
    """The page says how far it is, and stays until somebody presses."""
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    sent = take_over(page, address, office)

    for done in (1, 2):
        expect(page.get_by_role("heading", name=f"{done} of 3 rows are done")).to_be_visible()
        assert office.count(AwardRow) == done
        page.get_by_role("button", name="Go on").click()
    expect(page.get_by_role("heading", name="The file is done")).to_be_visible()
    assert sent == [address] * 3
    assert office.count(AwardRow) == 3
    context.close()
