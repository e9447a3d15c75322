"""Release, correction and revocation on real databases: nothing half done, nothing twice."""

import json
import threading
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from badges.criteria import parse_outcome
from badges.definition import publish
from badges.errors import VerificationError
from badges.verification import verify
from lti_tool.errors import ConflictError, InvalidInputError, NotAllowedError, NotFoundError
from lti_tool.runtime import Runtime
from lti_tool.services import correcting, decisions, releasing, revoking
from lti_tool.services.decision_inputs import CriterionInput, inputs_hash, read_inputs
from lti_tool.services.decisions import Verdict
from lti_tool.services.resolving import OwnResolver
from lti_tool.services.urls import PublicURLs
from lti_tool.store.rows import (
    AttemptRow,
    AwardRow,
    CredentialRow,
    DecisionRow,
    RatingRow,
    ScoreDeliveryRow,
    StatusEntryRow,
)
from lti_tool.values import Launch, Role
from tests import rows
from tests.factories import a_definition
from tests.stages import FAIL, PASS, Stage, a_stage


@pytest.fixture
def passing(runtime: Runtime) -> Stage:
    """An attempt that earns the badge."""
    return a_stage(runtime, PASS)


def resolver_of(runtime: Runtime) -> OwnResolver:
    """What verification asks."""
    return OwnResolver(runtime.database, PublicURLs(runtime.settings.base_url))


def test_a_passing_attempt_gets_its_badge(passing: Stage) -> None:
    """Decision, award, credential in both forms and one score row, all from one release."""
    released = passing.release()

    assert released.verdict is Verdict.AWARDED
    with passing.runtime.reading() as session:
        credential = session.scalars(select(CredentialRow)).one()
        delivery = session.scalars(select(ScoreDeliveryRow)).one()
        attempt = session.scalars(select(AttemptRow)).one()
        assert released.credential_id == credential.id
        assert (delivery.kind, delivery.state) == ("earned", "waiting")
        assert attempt.state == "decided"
    for form in (credential.document, credential.token or b""):
        verified = verify(form, resolver=resolver_of(passing.runtime), now=passing.runtime.clock())
        assert verified.document["id"] == f"https://tool.example/credentials/{credential.id}"


def test_a_failing_attempt_gets_a_decision_and_nothing_else(runtime: Runtime) -> None:
    """5+5+5+1 reaches the total and fails: no award, no status entry, no score."""
    stage = a_stage(runtime, FAIL)

    assert stage.release().verdict is Verdict.NOT_AWARDED
    assert stage.count(DecisionRow) == 1
    for row in (AwardRow, CredentialRow, StatusEntryRow, ScoreDeliveryRow):
        assert stage.count(row) == 0


def test_releasing_again_finds_what_is_there(passing: Stage) -> None:
    """A second click, with whatever hash, changes nothing."""
    first = passing.release()

    assert passing.release("another hash") == first
    assert passing.count(DecisionRow) == passing.count(CredentialRow) == 1


def test_an_unrated_criterion_cannot_be_released(runtime: Runtime) -> None:
    """Missing is never zero: three of four decide nothing."""
    stage = a_stage(runtime, dict.fromkeys("abc", "p5"))

    with pytest.raises(ConflictError) as caught:
        stage.release()
    assert caught.value.code == "unrated"
    assert stage.count(DecisionRow) == 0


def test_ratings_that_changed_meanwhile_are_not_released(passing: Stage) -> None:
    """What was confirmed is what is released, or nothing."""
    shown = passing.hash()
    with passing.runtime.writing() as session:
        session.scalars(select(RatingRow)).first().level_id = "p1"  # type: ignore[union-attr]

    with pytest.raises(ConflictError) as caught:
        passing.release(shown)
    assert caught.value.code == "inputs_changed"
    assert passing.count(DecisionRow) == 0


def test_another_courses_attempt_is_not_found(passing: Stage) -> None:
    """An id from elsewhere opens nothing."""
    with passing.runtime.writing() as session:
        other = rows.a_course(session, slug="other")
        stranger = rows.a_user(session, other, Role.INSTRUCTOR)
        launch = rows.a_launch(session, other, stranger, Role.INSTRUCTOR)

    with pytest.raises(NotFoundError):
        releasing.release_decision(
            passing.runtime.issuing,
            launch,
            passing.attempt_id,
            inputs_hash="",
        )


@pytest.mark.parametrize("roles", [(Role.LEARNER,), (Role.ASSISTANT,), (Role.ADMINISTRATOR,)])
def test_only_whom_the_program_lets_may_release(runtime: Runtime, roles: tuple[Role, ...]) -> None:
    """Where instructors release, nobody else does."""
    stage = a_stage(runtime, PASS, release_by="instructor")
    with runtime.writing() as session:
        user = rows.a_user(session, stage.course, *roles)
        launch = rows.a_launch(session, stage.course, user, *roles)

    with pytest.raises(NotAllowedError):
        releasing.release_decision(
            runtime.issuing,
            launch,
            stage.attempt_id,
            inputs_hash=stage.hash(),
        )


def test_ten_releases_at_once_make_one_award(passing: Stage) -> None:
    """However often and concurrently it is released, there is one of everything."""
    inputs_hash, found, failed = passing.hash(), [], []

    def release() -> None:
        try:
            found.append(passing.release(inputs_hash))
        except Exception as exc:  # noqa: BLE001 - every failure is shown below
            failed.append(exc)

    threads = [threading.Thread(target=release) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failed == []
    assert len({one.credential_id for one in found}) == 1
    for row in (DecisionRow, AwardRow, CredentialRow, ScoreDeliveryRow):
        assert passing.count(row) == 1


def test_a_release_between_two_looks_is_found(
    passing: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is not released when the second click looks, and is when it looks whether it is open."""
    inputs_hash, found = passing.hash(), []
    prepare = releasing.prepare

    def prepare_late(session: Session, launch: Launch, attempt_id: UUID) -> releasing.Prepared:
        monkeypatch.setattr(releasing, "prepare", prepare)
        found.append(passing.release(inputs_hash))
        return prepare(session, launch, attempt_id)

    monkeypatch.setattr(releasing, "prepare", prepare_late)
    assert [passing.release(inputs_hash)] == found
    assert passing.count(DecisionRow) == passing.count(CredentialRow) == 1


def test_a_badge_from_another_course_is_not_issued_twice(passing: Stage) -> None:
    """One live award for each earner and achievement; the second course gets its decision."""
    first = passing.release()

    again = passing.in_another_course().release()

    assert again.verdict is Verdict.AWARDED
    assert again.credential_id is None
    assert first.credential_id is not None
    assert passing.count(AwardRow) == passing.count(CredentialRow) == 1


def test_a_returned_attempt_issues_nothing(runtime: Runtime) -> None:
    """Partial ratings can be given back; the attempt is closed, the gradebook untouched."""
    stage = a_stage(runtime, {"a": "p3"})
    returned = releasing.return_for_revision(
        runtime.issuing,
        stage.launch,
        stage.attempt_id,
        inputs_hash=stage.hash(),
        note="Say more on b.",
    )

    assert returned.verdict is Verdict.RETURNED
    with runtime.reading() as session:
        assert session.scalars(select(AttemptRow)).one().state == "returned"
        assert session.scalars(select(DecisionRow)).one().note == "Say more on b."
    assert stage.count(ScoreDeliveryRow) == 0


def test_a_revoked_badge_fails_verification(passing: Stage) -> None:
    """The bit is set and signed at once; a second revocation is refused."""
    credential_id = passing.release().credential_id
    assert credential_id is not None
    passing.runtime.clock.advance(seconds=5)  # type: ignore[attr-defined]  # the tests' clock
    revoking.revoke_credential(passing.runtime.issuing, credential_id, reason="By mistake")

    with passing.runtime.reading() as session:
        document = session.get_one(CredentialRow, credential_id).document
    with pytest.raises(VerificationError) as caught:
        verify(document, resolver=resolver_of(passing.runtime), now=passing.runtime.clock())
    failed = [check.name for check in caught.value.checks if check.state == "failed"]
    assert failed == ["status"]
    with pytest.raises(ConflictError):
        revoking.revoke_credential(passing.runtime.issuing, credential_id, reason="Again")


def a_correction(
    levels: dict[str, str], *, reason: str = "A mistake", sends_grade: bool = True
) -> correcting.Correction:
    """A correction to these levels."""
    return correcting.Correction(
        criteria=tuple(
            CriterionInput(criterion_id=id_, level_id=level) for id_, level in levels.items()
        ),
        comment="",
        reason=reason,
        sends_grade=sends_grade,
    )


def correct(
    stage: Stage, levels: dict[str, str], *, reason: str = "A mistake", sends_grade: bool = True
) -> releasing.Released:
    """Correct the standing decision to these levels."""
    correction = a_correction(levels, reason=reason, sends_grade=sends_grade)
    return confirm(stage, correction, preview_hash=preview(stage, correction))


def preview(stage: Stage, correction: correcting.Correction) -> str:
    """What the page before a correction would show."""
    with stage.runtime.reading() as session:
        return correcting.preview_correction(
            session,
            stage.launch,
            stage.attempt_id,
            correction,
        ).hash


def confirm(
    stage: Stage, correction: correcting.Correction, *, preview_hash: str
) -> releasing.Released:
    """Confirm a correction as it was shown."""
    return correcting.correct_decision(
        stage.runtime.issuing,
        stage.launch,
        stage.attempt_id,
        correction,
        preview_hash=preview_hash,
    )


def test_a_correction_takes_a_badge_away(passing: Stage) -> None:
    """The first decision stays as it was, the credential is revoked, the column cleared."""
    first = passing.release()
    passing.runtime.clock.advance(minutes=5)  # type: ignore[attr-defined]  # the tests' clock
    corrected = correct(passing, FAIL)

    assert corrected.verdict is Verdict.NOT_AWARDED
    with passing.runtime.reading() as session:
        old = session.get_one(DecisionRow, first.decision_id)
        new = session.get_one(DecisionRow, corrected.decision_id)
        assert (old.verdict, new.supersedes_id) == ("awarded", old.id)
        assert old.superseded_at is not None
        assert session.scalars(select(AwardRow)).one().revocation_reason == "A mistake"
        kinds = session.scalars(select(ScoreDeliveryRow.kind).order_by(ScoreDeliveryRow.timestamp))
        assert kinds.all() == ["earned", "cleared"]


def test_a_correction_gives_a_badge(runtime: Runtime) -> None:
    """A decision that was too hard is put right with a credential."""
    stage = a_stage(runtime, FAIL)
    stage.release()
    corrected = correct(stage, PASS, sends_grade=False)

    assert corrected.verdict is Verdict.AWARDED
    assert corrected.credential_id is not None
    assert stage.count(ScoreDeliveryRow) == 0


def test_a_correction_of_levels_replaces_the_credential(passing: Stage) -> None:
    """Other levels: the old credential is revoked and a new one says what holds."""
    first = passing.release()
    passing.runtime.clock.advance(minutes=5)  # type: ignore[attr-defined]  # the tests' clock
    corrected = correct(passing, PASS | {"a": "p5"})

    assert corrected.credential_id not in {None, first.credential_id}
    assert passing.count(CredentialRow) == 2
    with passing.runtime.reading() as session:
        live = session.scalars(select(AwardRow).where(AwardRow.revoked_at.is_(None))).all()
        assert len(live) == 1


def test_a_correction_of_words_keeps_the_credential(passing: Stage) -> None:
    """The same levels with another comment: nothing is signed again."""
    first = passing.release()
    corrected = correct(passing, PASS)

    assert corrected.credential_id == first.credential_id
    assert passing.count(CredentialRow) == 1


@pytest.mark.parametrize("sends_grade", [True, False])
@pytest.mark.parametrize("levels", [FAIL, PASS | {"a": "p5"}, PASS])
def test_a_correction_confirmed_again_finds_what_stands(
    passing: Stage, levels: dict[str, str], *, sends_grade: bool
) -> None:
    """After a crash, or the back button: revoked, replaced and kept badges alike."""
    passing.release()
    passing.runtime.clock.advance(minutes=5)  # type: ignore[attr-defined]  # the tests' clock
    correction = a_correction(levels, sends_grade=sends_grade)
    shown = preview(passing, correction)
    first = confirm(passing, correction, preview_hash=shown)
    counts = [passing.count(row) for row in (DecisionRow, AwardRow, ScoreDeliveryRow)]

    assert confirm(passing, correction, preview_hash=shown) == first
    assert [passing.count(row) for row in (DecisionRow, AwardRow, ScoreDeliveryRow)] == counts


@pytest.mark.parametrize(
    "other",
    [
        a_correction(FAIL, reason="Another reason"),
        a_correction(FAIL, sends_grade=False),
        a_correction(FAIL | {"a": "p3"}),
    ],
)
def test_another_correction_than_the_one_that_stands_is_refused(
    passing: Stage, other: correcting.Correction
) -> None:
    """Whoever confirms something else is shown how it stands now."""
    passing.release()
    passing.runtime.clock.advance(minutes=5)  # type: ignore[attr-defined]  # the tests' clock
    shown = [preview(passing, one) for one in (a_correction(FAIL), other)]
    confirm(passing, a_correction(FAIL), preview_hash=shown[0])

    for preview_hash in shown:
        with pytest.raises(ConflictError) as caught:
            confirm(passing, other, preview_hash=preview_hash)
        assert caught.value.code == "inputs_changed"


def test_ten_confirmations_at_once_make_one_correction(passing: Stage) -> None:
    """Each of them finds the one that stands."""
    passing.release()
    passing.runtime.clock.advance(minutes=5)  # type: ignore[attr-defined]  # the tests' clock
    correction = a_correction(PASS | {"a": "p5"})
    shown = preview(passing, correction)
    found: list[releasing.Released] = []
    threads = [
        threading.Thread(
            target=lambda: found.append(confirm(passing, correction, preview_hash=shown))
        )
        for _ in range(10)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(found) == 10
    assert len(set(found)) == 1
    assert passing.count(DecisionRow) == passing.count(AwardRow) == 2


def test_a_correction_needs_a_reason(passing: Stage) -> None:
    """Without one nothing is corrected."""
    passing.release()

    with pytest.raises(InvalidInputError):
        correct(passing, FAIL, reason=" ")


def test_a_stored_trace_says_why(passing: Stage) -> None:
    """The decision keeps inputs and trace with their hashes, readable years later."""
    passing.release()
    with passing.runtime.reading() as session:
        decision = session.scalars(select(DecisionRow)).one()

    assert inputs_hash(decision.inputs) == decision.inputs_sha256
    assert parse_outcome(json.loads(decision.trace)["outcome"]).is_met
    judged = decisions.judge(
        publish(a_definition()),
        read_inputs(decision.inputs).criteria,
    )
    assert decisions.trace_bytes(judged.outcome, judged.result) == decision.trace
