"""A badge that was taken back and given again: a new credential, and what says so to whom."""

import pytest
from flask import Flask
from sqlalchemy import select

from badges.errors import VerificationError
from badges.verification import verify
from lti_tool.errors import ClosedError
from lti_tool.runtime import Runtime
from lti_tool.services import drafts, revoking, sharing, submitting
from lti_tool.services.desk import attesting
from lti_tool.services.desk.attesting import Attestation
from lti_tool.services.disclosing import Disclosure
from lti_tool.services.resolving import OwnResolver
from lti_tool.store.rows import (
    AttemptRow,
    AuditEventRow,
    CredentialRow,
    RatingRow,
    ShareRow,
    UserRow,
)
from lti_tool.values import Launch, ProgramScope
from tests import rows
from tests.conftest import FakeClock
from tests.coordinators import a_coordinator
from tests.pages import Page, Visitor
from tests.stages import PASS, Stage, a_stage

REASON = "Somebody else had written it."


@pytest.fixture
def stage(runtime: Runtime, clock: FakeClock) -> Stage:
    """A badge that was given and, an hour later, taken back."""
    stage = a_stage(runtime, PASS)
    stage.release()
    clock.advance(hours=1)
    revoking.revoke_credential(runtime.issuing, credentials(stage)[0].id, reason=REASON)
    clock.advance(hours=1)
    return stage


@pytest.fixture
def learner(stage: Stage) -> Launch:
    """The learner's launch."""
    with stage.runtime.writing() as session:
        user = session.get_one(UserRow, stage.learner_id)
        return rows.a_launch(session, stage.course, user)


def credentials(stage: Stage) -> list[CredentialRow]:
    """All credentials, oldest first."""
    with stage.runtime.reading() as session:
        query = select(CredentialRow).order_by(CredentialRow.issued_at)
        return list(session.scalars(query))


def try_again(stage: Stage, learner: Launch) -> Stage:
    """Hand in another attempt, which is rated as good; return it, ready to be released."""
    here = stage.runtime
    with here.writing() as session:
        submitting.resubmit(session, learner, clock=here.clock, new_id=here.new_id)
    with here.writing() as session:
        work = drafts.find_work(session, learner)
        assert work is not None
        attempt = session.get_one(AttemptRow, work.attempt.id)
        attempt.state, attempt.submitted_at = "submitted", here.clock()
        rater = session.get_one(UserRow, stage.launch.user_id)
        rows.an_assessment(session, attempt, rater, PASS)
        return Stage(here, stage.course, attempt.id, stage.launch, stage.learner_id)


def outcomes(stage: Stage) -> list[str]:
    """What verification says of each credential, oldest first, in both forms."""
    resolver = OwnResolver(stage.runtime.database, stage.runtime.issuing.urls)
    found = []
    for one in credentials(stage):
        for form in (one.document, one.token or b""):
            try:
                verify(form, resolver=resolver, now=stage.runtime.clock())
            except VerificationError as error:
                found += [check.code for check in error.checks if check.state == "failed"]
            else:
                found.append("valid")
    return found


def test_a_new_decision_gives_a_new_credential(stage: Stage, learner: Launch) -> None:
    """With a place of its own in the status list; each verifies as what it is."""
    try_again(stage, learner).release()

    old, new = credentials(stage)
    assert old.id != new.id
    assert (old.status_list_id, old.status_position) != (new.status_list_id, new.status_position)
    assert outcomes(stage) == ["revoked", "revoked", "valid", "valid"]
    assert str(old.id).encode() not in new.document
    assert REASON.encode() not in new.document
    with stage.runtime.reading() as session:
        events = session.scalars(select(AuditEventRow).order_by(AuditEventRow.at)).all()
    assert [one.action for one in events] == ["credential.revoked", "award.again"]
    assert events[-1].actor_id == stage.launch.user_id


def test_nothing_of_what_was_taken_back_is_kept(stage: Stage, learner: Launch) -> None:
    """The next attempt is judged from the beginning, and only while nothing is held."""
    again = try_again(stage, learner)
    with stage.runtime.reading() as session:
        kept = session.scalars(select(RatingRow).where(RatingRow.is_kept)).all()
    assert not kept

    again.release()
    with pytest.raises(ClosedError), stage.runtime.writing() as session:
        submitting.resubmit(
            session, learner, clock=stage.runtime.clock, new_id=stage.runtime.new_id
        )


def test_a_program_without_another_try_gives_none(stage: Stage, learner: Launch) -> None:
    """Then it takes a coordinator, or a correction."""
    with stage.runtime.writing() as session:
        session.get_one(
            type(stage.course.program), stage.course.program.id
        ).allows_another_try = False

    with pytest.raises(ClosedError):
        try_again(stage, learner)


def test_an_attestation_is_in_the_log_as_given_again(stage: Stage) -> None:
    """Whoever gives it again stands there with their name."""
    with stage.runtime.writing() as session:
        launch = a_coordinator(session, stage.course)
    scope = ProgramScope(
        program_id=stage.course.program.id,
        organisation_id=stage.course.organisation.id,
        user_id=launch.user_id,
    )
    attesting.attest(
        stage.runtime.issuing,
        scope,
        Attestation(
            learner=str(stage.learner_id),
            badge=str(stage.course.achievement.id),
            held_since="2024-05-01",
            source="A paper",
        ),
    )

    with stage.runtime.reading() as session:
        event = session.scalars(
            select(AuditEventRow).where(AuditEventRow.action == "award.again")
        ).one()
    assert event.actor_id == launch.user_id
    assert outcomes(stage) == ["revoked", "revoked", "valid", "valid"]


def page_of(visitor: Visitor, credential: CredentialRow) -> Page:
    """The earner's own page of a credential."""
    return visitor.get(f"/credentials/{credential.id}")


def test_its_earner_reads_of_the_other_on_each(app: Flask, stage: Stage, learner: Launch) -> None:
    """And may begin again from the page of the result."""
    visitor = Visitor(app, learner)
    assert "Change it and hand it in again" in visitor.get("/").text

    try_again(stage, learner).release()
    old, new = credentials(stage)

    assert "The badge was given again on" in page_of(visitor, old).text
    assert REASON in page_of(visitor, old).text
    assert "An earlier one was taken back on" in page_of(visitor, new).text
    assert "You earned this badge" in visitor.get("/").text


def test_others_never_read_on_the_new_one_of_the_old(
    app: Flask, stage: Stage, learner: Launch
) -> None:
    """On the old one they read of the new one when its earner shows both."""
    try_again(stage, learner).release()
    old, new = credentials(stage)

    def share(credential: CredentialRow) -> str:
        runtime = stage.runtime
        sharing.share(
            runtime.issuing, learner.earner_id, credential.id, random_token=runtime.random_token
        )
        with runtime.reading() as session:
            query = select(ShareRow.token).where(ShareRow.credential_id == credential.id)
            return f"/s/{session.scalars(query).one()}"

    def read(path: str) -> str:
        return app.test_client().get(path, base_url="https://tool.example").text

    shown_old = share(old)
    assert "Taken back on" in read(shown_old)
    assert "given again" not in read(shown_old)
    shown_new = share(new)
    assert "The badge was given again on" in read(shown_old)
    assert "taken back" not in read(shown_new).lower()


def test_the_grid_says_that_it_was_given_again(app: Flask, stage: Stage, learner: Launch) -> None:
    """Coordinators see the live badge, and that there was another one."""
    try_again(stage, learner).release()
    with stage.runtime.writing() as session:
        launch = a_coordinator(session, stage.course)

    page = Visitor(app, launch).get(f"/desk/{stage.course.program.id}/learners")

    assert "given again" in page.text


def test_a_link_without_levels_never_leads_to_levels(
    app: Flask, runtime: Runtime, clock: FakeClock
) -> None:
    """Not even by way of the badge that was given again, which its earner shows with them."""
    stage = a_stage(runtime, PASS)
    stage.release()
    with runtime.writing() as session:
        user = session.get_one(UserRow, stage.learner_id)
        learner = rows.a_launch(session, stage.course, user)

    def share(credential: CredentialRow, disclosure: Disclosure) -> str:
        sharing.share(
            runtime.issuing,
            learner.earner_id,
            credential.id,
            disclosure,
            random_token=runtime.random_token,
        )
        with runtime.reading() as session:
            query = select(ShareRow.token).where(
                ShareRow.credential_id == credential.id, ShareRow.ended_at.is_(None)
            )
            return f"/s/{session.scalars(query).one()}"

    (old,) = credentials(stage)
    shown_old = share(old, Disclosure.WITHOUT_LEVELS)
    clock.advance(hours=1)
    revoking.revoke_credential(runtime.issuing, old.id, reason=REASON)
    clock.advance(hours=1)
    try_again(stage, learner).release()
    new = credentials(stage)[1]

    with_levels = share(new, Disclosure.WITH_LEVELS)
    page = app.test_client().get(shown_old, base_url="https://tool.example").text
    assert "no longer valid" in page
    assert with_levels not in page
    without = share(new, Disclosure.WITHOUT_LEVELS)
    assert without in app.test_client().get(shown_old, base_url="https://tool.example").text
