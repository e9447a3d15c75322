"""From a request's address and cookie back to its launch."""

from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import update

from lti_tool.errors import SessionEndedError
from lti_tool.lti.login import secret_hash
from lti_tool.services.sessions import (
    IDLE,
    LONGEST,
    SEEN_EVERY,
    CurrentLaunch,
    note_use,
    resume_launch,
)
from lti_tool.store.database import Database
from lti_tool.store.rows import DeploymentRow, LaunchRow, RegistrationRow, Row
from lti_tool.values import Launch, Role
from tests.conftest import FakeClock
from tests.rows import BROWSER_SECRET, a_course, a_launch, a_user

TOKEN = "the-token-of-a-launch"


@dataclass
class Visit:
    """One launch, and attempts to come back to it."""

    database: Database
    clock: FakeClock
    launch: Launch
    token: str | None = None

    @property
    def ref(self) -> str:
        """What stands in the launch's addresses."""
        return f"{self.launch.id}.{self.token}" if self.token else str(self.launch.id)

    def resume(
        self, ref: str | None = None, *, cookie: str | None = BROWSER_SECRET
    ) -> CurrentLaunch:
        """Come back with an address and a cookie."""
        with self.database.reading() as session:
            return resume_launch(
                session,
                self.ref if ref is None else ref,
                browser_secret=cookie,
                clock=self.clock,
            )

    def has_ended(self, ref: str | None = None, *, cookie: str | None = BROWSER_SECRET) -> bool:
        """Whether coming back is refused."""
        try:
            self.resume(ref, cookie=cookie)
        except SessionEndedError:
            return True
        return False

    def set(self, row: type[Row], **values: object) -> None:
        """Change a column of all rows."""
        with self.database.writing() as session:
            session.execute(update(row).values(**values))


@pytest.fixture
def visit(database: Database, clock: FakeClock) -> Visit:
    """A learner's launch of a browser that keeps a cookie."""
    with database.writing() as session:
        course = a_course(session)
        return Visit(database, clock, a_launch(session, course, a_user(session, course)))


@pytest.fixture
def token_visit(visit: Visit) -> Visit:
    """The same launch of a browser that keeps none."""
    visit.set(LaunchRow, browser_id=None, token_hash=secret_hash(TOKEN))
    visit.token = TOKEN
    return visit


def test_the_browser_comes_back_to_its_launch(visit: Visit) -> None:
    """The row alone says who, where and in which role."""
    found = visit.resume()

    assert found.launch == visit.launch
    assert found.locale == "en"
    assert found.frame_origins == {"https://harbour.lms.example"}


@pytest.mark.parametrize("cookie", [None, "", "another", BROWSER_SECRET + " "])
def test_another_browser_does_not(visit: Visit, cookie: str | None) -> None:
    """The launch's id alone opens nothing: it stands in every address."""
    assert visit.has_ended(cookie=cookie)


def test_another_known_browser_does_not(visit: Visit) -> None:
    """A cookie of ours opens its own browser's launches only."""
    with visit.database.writing() as session:
        course = a_course(session, slug="other")
        launch = a_launch(session, course, a_user(session, course), Role.INSTRUCTOR)
        session.execute(update(LaunchRow).where(LaunchRow.id == launch.id).values(browser_id=None))

    assert visit.has_ended(str(launch.id))


def test_a_token_opens_a_launch_without_a_cookie(token_visit: Visit) -> None:
    """Whatever cookies come along."""
    assert token_visit.resume(cookie=None).launch.ref == token_visit.ref
    assert token_visit.resume(cookie="of some other visit").launch.id == token_visit.launch.id


@pytest.mark.parametrize("token", ["", "wrong", TOKEN + "x", TOKEN[:-1], secret_hash(TOKEN)])
def test_a_wrong_token_opens_nothing(token_visit: Visit, token: str) -> None:
    """Nor does the hash that the database holds."""
    assert token_visit.has_ended(f"{token_visit.launch.id}.{token}")


def test_a_launch_with_a_token_needs_it(token_visit: Visit) -> None:
    """A cookie does not stand in for it."""
    assert token_visit.has_ended(str(token_visit.launch.id))


def test_a_launch_with_a_cookie_takes_no_token(visit: Visit) -> None:
    """One launch has one address."""
    assert visit.has_ended(f"{visit.launch.id}.{TOKEN}")


@pytest.mark.parametrize(
    "ref",
    [
        "",
        ".",
        "x",
        "..",
        "0",
        "7c9e6679-7425-40de-944b-e07fc1f90ae7",
        "\0",
        "'; DROP TABLE launch; --",
        "٣" * 36,
        "a" * 10_000,
        "\ud800",
    ],
)
def test_hostile_addresses_are_no_launch(visit: Visit, ref: str) -> None:
    """Each is the same calm answer."""
    assert visit.has_ended(ref)
    assert visit.has_ended(f"{visit.launch.id}.{ref}" if ref else ".")


@pytest.mark.parametrize("spelling", ["urn:uuid:{}", "{{{}}}", "{}"])
def test_a_launch_has_one_spelling(visit: Visit, spelling: str) -> None:
    """However its id was written, pages get the same addresses."""
    assert visit.resume(spelling.format(visit.launch.id)).launch.ref == str(visit.launch.id)
    assert visit.resume(visit.launch.id.hex.upper()).launch.ref == str(visit.launch.id)


def test_a_launch_ends_after_eight_hours(visit: Visit) -> None:
    """However busy it is."""
    visit.clock.now = visit.launch.started_at + LONGEST - timedelta(seconds=1)
    assert not visit.has_ended()
    visit.clock.advance(seconds=1)
    assert visit.has_ended()


def test_a_token_ends_when_unused_for_an_hour(token_visit: Visit) -> None:
    """An address that was left on a screen opens nothing the next day."""
    token_visit.clock.now = token_visit.launch.started_at + IDLE - timedelta(seconds=1)
    assert not token_visit.has_ended()
    token_visit.clock.advance(seconds=1)
    assert token_visit.has_ended()


def test_use_keeps_a_token_alive(token_visit: Visit) -> None:
    """Each use gives another hour, to the end of the launch."""
    for _ in range(9):
        token_visit.clock.advance(minutes=50)
        with token_visit.database.writing() as session:
            note_use(session, token_visit.launch, clock=token_visit.clock)
    assert not token_visit.has_ended()

    token_visit.clock.advance(minutes=50)
    assert token_visit.has_ended()


def test_a_cookie_does_not_end_by_itself(visit: Visit) -> None:
    """Writing takes hours; nobody is put out while they think."""
    visit.clock.advance(hours=7)
    assert not visit.has_ended()


def test_use_is_noted_once_a_minute(visit: Visit) -> None:
    """Not every request writes."""
    visit.clock.now = visit.launch.started_at + SEEN_EVERY - timedelta(seconds=1)
    assert not visit.resume().is_due
    visit.clock.advance(seconds=1)
    assert visit.resume().is_due
    with visit.database.writing() as session:
        note_use(session, visit.launch, clock=visit.clock)
    assert not visit.resume().is_due


def test_use_of_a_launch_that_is_gone_is_not_noted(visit: Visit) -> None:
    """The tidying up may have been faster."""
    with visit.database.writing() as session:
        note_use(session, replace(visit.launch, id=uuid4()), clock=visit.clock)


@pytest.mark.parametrize(
    ("row", "status"),
    [(DeploymentRow, "disabled"), (DeploymentRow, "pending"), (RegistrationRow, "disabled")],
)
def test_a_platform_that_is_put_out_ends_its_launches(
    visit: Visit, row: type[Row], status: str
) -> None:
    """At once, not only for new launches."""
    visit.set(row, status=status)

    assert visit.has_ended()


def test_two_launches_of_one_browser_keep_their_own_course(visit: Visit) -> None:
    """Two tabs, two courses: each address has its own scope and role."""
    with visit.database.writing() as session:
        course = a_course(session, slug="other")
        other = a_launch(session, course, a_user(session, course), Role.INSTRUCTOR)

    assert visit.resume(str(other.id)).launch.scope == other.scope
    assert visit.resume(str(other.id)).launch.roles == {Role.INSTRUCTOR}
    assert visit.resume().launch.scope == visit.launch.scope
    assert visit.resume().launch.roles == {Role.LEARNER}
    assert visit.resume(str(other.id)).frame_origins == {"https://other.lms.example"}
