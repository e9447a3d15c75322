"""Platforms that an operator registers, and deployments that they approve."""

from collections.abc import Callable
from dataclasses import replace
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from lti_tool.errors import ConflictError, InvalidInputError, NotFoundError
from lti_tool.services.registering import (
    PlatformFacts,
    add_platform,
    approve_deployment,
    correct_platform,
    facts_of,
    resume_platform,
    suspend_platform,
)
from lti_tool.store import platforms
from lti_tool.store.database import Database
from lti_tool.store.rows import AuditEventRow, DeploymentRow, OrganisationRow, RegistrationRow
from tests.conftest import FakeClock
from tests.rows import a_deployment, a_registration, an_organisation

FACTS = PlatformFacts(
    issuer="https://lms.example",
    client_id="client-1",
    auth_login_url="https://sso.lms.example/auth?tenant=1",
    auth_token_url="https://lms.example/token",
    jwks_url="https://lms.example/jwks",
)
PRIVATE_HOSTS = frozenset({"lms.internal", "127.0.0.1:8101"})


@pytest.fixture
def organisation(database: Database) -> OrganisationRow:
    """A tenant."""
    with database.writing() as session:
        return an_organisation(session)


def add(
    database: Database, organisation: OrganisationRow, clock: FakeClock, **changes: object
) -> RegistrationRow:
    """Register a platform with some facts changed."""
    facts = replace(FACTS, **changes)  # type: ignore[arg-type]  # the caller names fields
    with database.writing() as session:
        return add_platform(
            session,
            organisation,
            facts,
            private_hosts=PRIVATE_HOSTS,
            clock=clock,
            new_id=uuid4,
        )


def correct(
    database: Database, row: RegistrationRow, clock: FakeClock, **changes: object
) -> RegistrationRow:
    """Change some facts of a registered platform."""
    facts = replace(facts_of(row), **changes)  # type: ignore[arg-type]  # the caller names fields
    with database.writing() as session:
        return correct_platform(
            session, row.id, facts, private_hosts=PRIVATE_HOSTS, clock=clock, new_id=uuid4
        )


def test_a_platform_is_registered(
    database: Database, organisation: OrganisationRow, clock: FakeClock
) -> None:
    """Active at once; it may frame the tool from where its login lives unless said otherwise."""
    row = add(database, organisation, clock, token_audience="https://lms.example")

    assert (row.status, row.family, row.token_audience) == (
        "active",
        "generic",
        "https://lms.example",
    )
    assert row.organisation_id == organisation.id
    assert row.frame_origins == "https://sso.lms.example"


def test_origins_that_frame_the_tool_can_be_named(
    database: Database, organisation: OrganisationRow, clock: FakeClock
) -> None:
    """Hosted platforms log in at one host and frame from another."""
    origins = ("https://college.lms.example", "http://127.0.0.1:8101")
    row = add(database, organisation, clock, frame_origins=origins)

    assert row.frame_origins.split() == list(origins)


@pytest.mark.parametrize("field", ["issuer", "auth_login_url", "auth_token_url", "jwks_url"])
@pytest.mark.parametrize("url", ["", "lms.example", "javascript:alert(1)", "https://a b", "\0"])
def test_addresses_are_web_addresses(
    database: Database, organisation: OrganisationRow, clock: FakeClock, field: str, url: str
) -> None:
    """The fault names the field."""
    with pytest.raises(InvalidInputError) as caught:
        add(database, organisation, clock, **{field: url})

    assert caught.value.field == field


@pytest.mark.parametrize("field", ["issuer", "auth_login_url", "auth_token_url", "jwks_url"])
@pytest.mark.parametrize(
    "url", ["http://lms.example/x", "http://localhost/x", "http://127.0.0.1:8102/x"]
)
def test_plain_http_is_refused(
    database: Database, organisation: OrganisationRow, clock: FakeClock, field: str, url: str
) -> None:
    """Whoever listens on the way could put their own keys there; and we would not call it."""
    with pytest.raises(InvalidInputError, match="QUATREFOIL_PRIVATE_HOSTS") as caught:
        add(database, organisation, clock, **{field: url})

    assert (caught.value.field, caught.value.code) == (field, "not_https")


@pytest.mark.parametrize("url", ["http://lms.internal/x", "http://127.0.0.1:8101/x"])
def test_hosts_that_the_operator_names_may_speak_http(
    database: Database, organisation: OrganisationRow, clock: FakeClock, url: str
) -> None:
    """Those that the guarded client calls by http as well."""
    row = add(database, organisation, clock, jwks_url=url, auth_login_url=url)

    assert (row.jwks_url, row.auth_login_url) == (url, url)


def test_a_registration_is_corrected(
    database: Database, organisation: OrganisationRow, clock: FakeClock
) -> None:
    """What is named changes, the rest stays; scores that waited are tried at once."""
    row = add(database, organisation, clock, token_audience="https://lms.example")
    with database.writing() as session:
        session.merge(row).paused_until = clock()
    correct(database, row, clock, jwks_url="https://lms.example/keys", family="moodle")

    with database.reading() as session:
        found = session.scalars(select(RegistrationRow)).one()
        event = session.scalars(select(AuditEventRow)).one()
    assert (found.jwks_url, found.family) == ("https://lms.example/keys", "moodle")
    assert (found.auth_token_url, found.token_audience) == (row.auth_token_url, row.token_audience)
    assert found.paused_until is None
    assert (event.action, event.subject_id) == ("registration.corrected", row.id)


def test_a_derived_frame_origin_moves_with_the_login(
    database: Database, organisation: OrganisationRow, clock: FakeClock
) -> None:
    """One that was named stays."""
    row = add(database, organisation, clock)
    moved = correct(database, row, clock, auth_login_url="https://new.example/auth")
    assert moved.frame_origins == "https://new.example"

    named = correct(database, moved, clock, frame_origins=("https://college.example",))
    again = correct(database, named, clock, auth_login_url="https://newer.example/auth")
    assert again.frame_origins == "https://college.example"


@pytest.mark.parametrize("field", ["issuer", "client_id"])
def test_no_correction_makes_another_platform(
    database: Database, organisation: OrganisationRow, clock: FakeClock, field: str
) -> None:
    """Its people would become those of the other one with the same `sub`."""
    row = add(database, organisation, clock)
    with pytest.raises(ConflictError, match="platforms add") as caught:
        correct(database, row, clock, **{field: "https://other.example"})

    assert caught.value.code == "another_platform"


@pytest.mark.parametrize(
    ("field", "value"),
    [("jwks_url", "http://lms.example/x"), ("auth_token_url", "x"), ("family", "blackboard")],
)
def test_corrections_are_checked(
    database: Database, organisation: OrganisationRow, clock: FakeClock, field: str, value: str
) -> None:
    """As new registrations are; nothing of it is stored."""
    row = add(database, organisation, clock)
    with pytest.raises(InvalidInputError) as caught:
        correct(database, row, clock, **{field: value})

    assert caught.value.field == field
    with database.reading() as session:
        assert facts_of(session.scalars(select(RegistrationRow)).one()) == facts_of(row)


def test_a_suspended_platform_is_out_until_it_is_resumed(
    database: Database, organisation: OrganisationRow, clock: FakeClock
) -> None:
    """No login finds it; the audit log has both acts."""
    row = add(database, organisation, clock)

    def active() -> int:
        with database.reading() as session:
            return len(platforms.list_registrations_of_issuer(session, row.issuer))

    for _ in range(2):
        with database.writing() as session:
            suspend_platform(session, row.id, clock=clock, new_id=uuid4)
        assert active() == 0
    with database.writing() as session:
        resume_platform(session, row.id, clock=clock, new_id=uuid4)
    assert active() == 1

    with database.reading() as session:
        actions = {one.action for one in session.scalars(select(AuditEventRow))}
    assert actions == {"registration.suspended", "registration.resumed"}


@pytest.mark.parametrize("act", [suspend_platform, resume_platform])
def test_what_is_not_registered_cannot_be_switched(
    database: Database, clock: FakeClock, act: Callable[..., RegistrationRow]
) -> None:
    """A mistyped id changes nothing, and the sentence says where ids are."""
    with pytest.raises(NotFoundError, match="platforms list"), database.writing() as session:
        act(session, UUID(int=1), clock=clock, new_id=uuid4)


@pytest.mark.parametrize(
    "origin",
    [
        "",
        "*",
        "'self'",
        "lms.example",
        "https://lms.example/",
        "https://lms.example/path",
        "https://lms.example;script-src",
        "https://lms.example *",
        "https://lms.example, https://other.example",
        "https://*.lms.example",
        "https://LMS.example",
        "https://user@lms.example",
        "https://lms.example\nX-Header: 1",
        "data:",
    ],
)
def test_origins_are_origins(
    database: Database, organisation: OrganisationRow, clock: FakeClock, origin: str
) -> None:
    """They stand in a header: a stray character would open it to anybody."""
    with pytest.raises(InvalidInputError) as caught:
        add(database, organisation, clock, frame_origins=("https://fine.example", origin))

    assert caught.value.field == "frame_origins"


@pytest.mark.parametrize(("field", "value"), [("client_id", " "), ("family", "blackboard")])
def test_other_facts_are_checked(
    database: Database, organisation: OrganisationRow, clock: FakeClock, field: str, value: str
) -> None:
    """A platform without a client id, or of a family that nobody wrote, is a mistake."""
    with pytest.raises(InvalidInputError) as caught:
        add(database, organisation, clock, **{field: value})

    assert caught.value.field == field


def test_issuer_and_client_id_name_a_platform(
    database: Database, organisation: OrganisationRow, clock: FakeClock
) -> None:
    """Many customers of one vendor share an issuer; the pair is registered once."""
    add(database, organisation, clock)
    add(database, organisation, clock, client_id="client-2")
    with pytest.raises(ConflictError) as caught:
        add(database, organisation, clock)

    assert caught.value.code == "platform_registered"


@pytest.mark.parametrize("status", ["pending", "disabled", "approved"])
def test_an_approved_deployment_lets_people_in(
    database: Database, organisation: OrganisationRow, clock: FakeClock, status: str
) -> None:
    """From whatever state; the audit log says when."""
    with database.writing() as session:
        registration = a_registration(session, organisation)
        waiting = a_deployment(session, registration, status=status)
    before = waiting.approved_at
    with database.writing() as session:
        approve_deployment(session, waiting.id, clock=clock, new_id=uuid4)

    with database.reading() as session:
        row = session.scalars(select(DeploymentRow)).one()
        event = session.scalars(select(AuditEventRow)).one()
    assert (row.status, row.approved_at) == ("approved", before or clock.now)
    assert (event.action, event.subject_id) == ("deployment.approved", row.id)


def test_nobody_approves_what_is_not_there(database: Database, clock: FakeClock) -> None:
    """A mistyped id changes nothing."""
    with pytest.raises(NotFoundError), database.writing() as session:
        approve_deployment(session, UUID(int=1), clock=clock, new_id=uuid4)
