"""From an accepted message to rows and a `Launch`."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Barrier, Event
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select

from lti_tool.errors import LaunchRejectedError
from lti_tool.lti.login import secret_hash
from lti_tool.lti.messages import Context, LaunchMessage, Platform, ResourceLink
from lti_tool.services.launching import PendingDeployment, record_launch
from lti_tool.services.sessions import LONGEST
from lti_tool.store.database import Database
from lti_tool.store.rows import (
    BrowserRow,
    ContextRow,
    DeploymentRow,
    EarnerRow,
    LaunchRow,
    MembershipRow,
    RegistrationRow,
    ResourceLinkRow,
    Row,
    UserRow,
)
from lti_tool.values import Launch, Role
from tests.conftest import FakeClock
from tests.messages import LINE_ITEM_URL, SCORE_SCOPE, a_message, a_name, an_endpoint
from tests.rows import AnyRow, a_deployment, a_registration, an_organisation

TOKEN = "a-random-token"
COOKIE = "the-secret-of-a-browser"


@dataclass
class Door:
    """One registered platform, and what opens launches of it."""

    database: Database
    clock: FakeClock
    registration_id: UUID

    def message(self, **changes: object) -> LaunchMessage:
        """A message of this platform."""
        return a_message(self.registration_id, **changes)

    def open(
        self, message: LaunchMessage | None = None, *, cookie: str | None = COOKIE
    ) -> Launch | PendingDeployment:
        """Record a message in a transaction of its own."""
        with self.database.writing() as session:
            return record_launch(
                session,
                message or self.message(),
                browser_secret=cookie,
                clock=self.clock,
                new_id=uuid4,
                random_token=lambda: TOKEN,
            )

    def launch(self, *, cookie: str | None = COOKIE, **changes: object) -> Launch:
        """Record a message that opens a launch."""
        opened = self.open(self.message(**changes), cookie=cookie)
        assert isinstance(opened, Launch)
        return opened

    def count(self, row: type[Row]) -> int:
        """How many rows of a table there are."""
        with self.database.reading() as session:
            return session.scalar(select(func.count()).select_from(row)) or 0

    def only(self, row: type[AnyRow]) -> AnyRow:
        """The one row of a table."""
        with self.database.reading() as session:
            return session.scalars(select(row)).one()


@pytest.fixture
def door(database: Database, clock: FakeClock) -> Door:
    """A platform whose deployment is approved."""
    with database.writing() as session:
        registration = a_registration(session, an_organisation(session))
        a_deployment(session, registration)
        return Door(database, clock, registration.id)


def test_a_first_launch_makes_everything_that_it_names(door: Door) -> None:
    """Course, link, user with an earner, membership, browser and launch are there afterwards."""
    launch = door.launch(memberships_url="https://lms.example/members")

    context, link, user = door.only(ContextRow), door.only(ResourceLinkRow), door.only(UserRow)
    assert (context.lti_context_id, context.title) == ("course-1", "Coaching")
    assert context.memberships_url == "https://lms.example/members"
    assert (link.title, link.line_item_url, link.ags_scopes) == (
        "Badge 2",
        LINE_ITEM_URL,
        SCORE_SCOPE,
    )
    assert (user.sub, user.name, user.is_test) == ("user-7", "Ada Learner", False)
    assert door.only(EarnerRow).id == user.earner_id
    assert door.only(MembershipRow).roles == "learner"
    assert launch == Launch(
        id=door.only(LaunchRow).id,
        ref=str(door.only(LaunchRow).id),
        scope=launch.scope,
        user_id=user.id,
        earner_id=user.earner_id,
        registration_id=door.registration_id,
        organisation_id=door.only(DeploymentRow).organisation_id,
        resource_link_id=link.id,
        roles=frozenset({Role.LEARNER}),
        email="lee@college.example",
        started_at=door.clock.now,
    )
    assert launch.scope.context_id == context.id
    assert launch.scope.deployment_id == door.only(DeploymentRow).id


def test_an_earner_is_a_pseudonym(door: Door) -> None:
    """The subject of credentials is a random URN: neither the user's id nor the earner's."""
    launch = door.launch()

    urn = door.only(EarnerRow).subject_urn
    assert urn.startswith("urn:uuid:")
    assert UUID(urn.removeprefix("urn:uuid:")) not in {launch.user_id, launch.earner_id}


def test_a_returning_user_finds_everything(door: Door) -> None:
    """The second launch makes a launch row and nothing else."""
    first = door.launch()
    door.clock.advance(minutes=5)
    second = door.launch()

    assert second.id != first.id
    assert (second.user_id, second.earner_id, second.scope, second.resource_link_id) == (
        first.user_id,
        first.earner_id,
        first.scope,
        first.resource_link_id,
    )
    rows = (ContextRow, ResourceLinkRow, UserRow, EarnerRow, MembershipRow, BrowserRow)
    assert [door.count(row) for row in rows] == [1] * len(rows)
    assert door.count(LaunchRow) == 2
    assert door.only(UserRow).seen_at == door.only(BrowserRow).seen_at == door.clock.now


def test_what_the_platform_says_now_holds(door: Door) -> None:
    """Names, titles, line item and roles follow the latest launch."""
    door.launch()
    door.launch(
        name=a_name("Ada Lovelace"),
        context=Context(id="course-1", title="Coaching II", label=None),
        resource_link=ResourceLink(id="link-1", title="Badge two"),
        ags=an_endpoint("https://lms.example/lineitems/8", "b", "a"),
        roles=frozenset({Role.INSTRUCTOR, Role.ADMINISTRATOR}),
    )

    link = door.only(ResourceLinkRow)
    assert door.only(UserRow).name == "Ada Lovelace"
    assert door.only(ContextRow).title == "Coaching II"
    assert link.title == "Badge two"
    assert (link.line_item_url, link.ags_scopes) == ("https://lms.example/lineitems/8", "a b")
    assert door.only(MembershipRow).roles == "administrator instructor"


def test_what_the_platform_leaves_out_stays(door: Door) -> None:
    """A launch that says less than an earlier one takes nothing away."""
    door.launch(memberships_url="https://lms.example/members")
    launch = door.launch(
        name=None,
        context=Context(id="course-1", title=None, label=None),
        resource_link=ResourceLink(id="link-1", title=None),
        ags=an_endpoint(None),
    )
    door.launch(ags=None)

    link, context = door.only(ResourceLinkRow), door.only(ContextRow)
    assert door.only(UserRow).name == "Ada Learner"
    assert (context.title, context.memberships_url) == ("Coaching", "https://lms.example/members")
    assert (link.title, link.line_item_url) == ("Badge 2", LINE_ITEM_URL)
    assert launch.resource_link_id == link.id


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        (a_name("Ada Learner", given="A.", family="L."), "Ada Learner"),
        (a_name(None, given="Ada", family="Learner"), "Ada Learner"),
        (a_name(None, given="Ada"), "Ada"),
        (None, ""),
    ],
)
def test_a_name_is_shown_as_far_as_it_is_shared(door: Door, name: object, shown: str) -> None:
    """The whole name if there is one, else its parts, else nothing."""
    door.launch(name=name)

    assert door.only(UserRow).name == shown


def test_a_course_without_a_title_goes_by_its_label(door: Door) -> None:
    """Some platforms fill in the one, some the other."""
    door.launch(context=Context(id="course-1", title=None, label="C101"))

    assert door.only(ContextRow).title == "C101"


def test_a_launch_without_a_link_opens_the_course(door: Door) -> None:
    """A review from a column's menu may name no link."""
    launch = door.launch(resource_link=None)

    assert launch.resource_link_id is None
    assert door.count(ResourceLinkRow) == 0


def test_a_launch_without_a_course_is_refused(door: Door) -> None:
    """All work belongs to a course; nothing is kept of a launch that names none."""
    with pytest.raises(LaunchRejectedError) as caught:
        door.launch(context=None)

    assert caught.value.code == "context_missing"
    assert door.count(UserRow) == 0


def test_a_test_user_is_known_as_one_while_the_platform_says_so(door: Door) -> None:
    """The launch carries it for this visit, the row for later."""
    assert door.launch(is_test_user=True).is_test_user
    assert door.only(UserRow).is_test
    assert not door.launch(is_test_user=False).is_test_user
    assert not door.only(UserRow).is_test


def test_the_same_user_id_of_two_platforms_is_two_people(door: Door) -> None:
    """A `sub` is unique within its registration only."""
    first = door.launch()
    with door.database.writing() as session:
        organisation_id = session.scalars(select(RegistrationRow.organisation_id)).one()
        other = a_registration(
            session, an_organisation(session, slug="other"), issuer="https://other.example"
        )
        assert other.organisation_id != organisation_id
        a_deployment(session, other)
    second = Door(door.database, door.clock, other.id).launch()

    assert second.user_id != first.user_id
    assert second.earner_id != first.earner_id
    assert second.scope != first.scope
    assert second.organisation_id != first.organisation_id


def test_the_same_link_id_in_two_courses_is_two_links(door: Door) -> None:
    """A copied course repeats its ids."""
    first = door.launch()
    second = door.launch(context=Context(id="course-2", title="Copy", label=None))

    assert second.resource_link_id != first.resource_link_id
    assert second.user_id == first.user_id


def test_a_launch_with_a_cookie_belongs_to_its_browser(door: Door) -> None:
    """The browser is known by the hash of its secret; the launch needs no token."""
    launch = door.launch()

    row, browser = door.only(LaunchRow), door.only(BrowserRow)
    assert row.browser_id == browser.id
    assert browser.secret_hash == secret_hash(COOKIE)
    assert row.token_hash is None
    assert row.expires_at == door.clock.now + LONGEST
    assert launch.ref == str(launch.id)


def test_a_launch_without_a_cookie_gets_a_token(door: Door) -> None:
    """The token stands in the address; the database keeps its hash alone."""
    launch = door.launch(cookie=None)

    row = door.only(LaunchRow)
    assert launch.ref == f"{launch.id}.{TOKEN}"
    assert row.token_hash == secret_hash(TOKEN)
    assert row.browser_id is None
    assert door.count(BrowserRow) == 0


def test_an_unknown_deployment_waits_for_approval(door: Door) -> None:
    """It stays as a row that an operator approves, and lets nobody in until then."""
    message = door.message(deployment_id="2")
    first, second = door.open(message), door.open(message)

    assert first == second
    assert isinstance(first, PendingDeployment)
    assert (first.platform_name, first.lti_deployment_id) == ("Harbour LMS", "2")
    with door.database.reading() as session:
        row = session.get_one(DeploymentRow, first.id)
    assert (row.status, row.platform_guid, row.platform_version) == ("pending", "guid-1", "1")
    assert row.approved_at is None
    assert [door.count(row) for row in (ContextRow, UserRow, LaunchRow)] == [0, 0, 0]


def test_a_nameless_platform_goes_by_its_issuer(door: Door) -> None:
    """The page for the administrator names something in any case."""
    nobody = Platform(guid=None, name=None, family=None, version=None)
    pending = door.open(door.message(deployment_id="2", platform=nobody))

    assert isinstance(pending, PendingDeployment)
    assert pending.platform_name == pending.issuer == "https://lms.example"


@pytest.mark.parametrize("status", ["pending", "disabled"])
def test_only_an_approved_deployment_lets_people_in(door: Door, status: str) -> None:
    """Approval can be taken back."""
    with door.database.writing() as session:
        session.scalars(select(DeploymentRow)).one().status = status

    assert isinstance(door.open(), PendingDeployment)


@pytest.mark.parametrize("deployment_id", ["1", "2"])
def test_two_first_launches_at_once_make_one_of_each(door: Door, deployment_id: str) -> None:
    """The second one waits for the first, then finds what that one made."""
    has_written, may_end = Event(), Event()
    message = door.message(deployment_id=deployment_id)

    def launch_slowly() -> Launch | PendingDeployment:
        with door.database.writing() as session:
            opened = record_launch(
                session,
                message,
                browser_secret=COOKIE,
                clock=door.clock,
                new_id=uuid4,
                random_token=lambda: TOKEN,
            )
            session.flush()
            has_written.set()
            assert may_end.wait(10)
        return opened

    def launch() -> Launch | PendingDeployment:
        assert has_written.wait(10)
        return door.open(message)

    with ThreadPoolExecutor(2) as pool:
        slow, quick = pool.submit(launch_slowly), pool.submit(launch)
        assert has_written.wait(10)
        with pytest.raises(TimeoutError):
            quick.result(timeout=0.3)
        may_end.set()
        first, second = slow.result(10), quick.result(10)

    if isinstance(first, Launch):
        assert isinstance(second, Launch)
        assert (first.user_id, first.scope) == (second.user_id, second.scope)
        assert [door.count(row) for row in (UserRow, EarnerRow, MembershipRow)] == [1, 1, 1]
        assert [door.count(row) for row in (ContextRow, ResourceLinkRow, BrowserRow)] == [1, 1, 1]
        assert door.count(LaunchRow) == 2
    else:
        assert first == second
        assert door.count(DeploymentRow) == 2


def test_a_class_that_opens_one_link_together(door: Door) -> None:
    """Many first launches at once all succeed, one user each, in one course."""
    together = Barrier(8)

    def launch(number: int) -> Launch:
        together.wait(10)
        return door.launch(platform_user_id=f"user-{number % 4}", cookie=f"browser {number % 4}")

    with ThreadPoolExecutor(8) as pool:
        launches = list(pool.map(launch, range(8)))

    assert len({one.user_id for one in launches}) == 4
    assert len({one.scope for one in launches}) == 1
    rows = (UserRow, EarnerRow, MembershipRow, BrowserRow)
    assert [door.count(row) for row in rows] == [4, 4, 4, 4]
    assert (door.count(ContextRow), door.count(ResourceLinkRow)) == (1, 1)


def test_the_address_lives_with_the_launch(door: Door) -> None:
    """Pages of the launch know it; nothing else holds it, and its end is the launch's."""
    launch, bare = door.open(), door.open(door.message(email=None))

    assert isinstance(launch, Launch)
    assert isinstance(bare, Launch)
    assert (launch.email, bare.email) == ("lee@college.example", "")
    assert "lee@" not in repr(launch)
    with door.database.reading() as session:
        user = session.get_one(UserRow, launch.user_id)
        held = {str(getattr(user, column.key)) for column in UserRow.__table__.columns}
    assert not any("@" in value for value in held)
