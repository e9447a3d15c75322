"""The server is killed in mid-award, at each step of it: nothing is half done.

The steps are the writes, the commits and the signatures, so every way in which
a release can be cut off is tried, and none of them by luck.
"""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from badges.errors import VerificationError
from badges.verification import verify
from lti_tool.config import Settings
from lti_tool.errors import ConflictError
from lti_tool.runtime import Runtime
from lti_tool.services import correcting, releasing
from lti_tool.services.correcting import Correction
from lti_tool.services.decision_inputs import CriterionInput
from lti_tool.services.resolving import OwnResolver
from lti_tool.services.status_lists import list_due_lists, sign_list
from lti_tool.store.rows import (
    AttemptRow,
    AwardRow,
    CredentialRow,
    DecisionRow,
    Row,
    ScoreDeliveryRow,
    StatusEntryRow,
    StatusListRow,
)
from lti_tool.values import Launch
from tests.conftest import FakeClock
from tests.functional.durability_dying import deaths
from tests.stages import PASS, Stage, a_stage

WRITTEN: tuple[type[Row], ...] = (DecisionRow, AwardRow, CredentialRow, ScoreDeliveryRow)
NOTHING, EVERYTHING = ((0, 0, 0, 0), "submitted"), ((1, 1, 1, 1), "decided")
# Both forms of the credential, and of the status list that the first one needs.
SIGNATURES = 4


@dataclass(frozen=True)
class Release:
    """A release, as it travels to another process."""

    launch: Launch
    attempt_id: UUID
    inputs_hash: str

    def __call__(self, runtime: Runtime) -> object:
        """Release."""
        return releasing.release_decision(
            runtime.issuing, self.launch, self.attempt_id, inputs_hash=self.inputs_hash
        )


@dataclass(frozen=True)
class Correct:
    """A correction, as it travels to another process; one that was made already is refused."""

    launch: Launch
    attempt_id: UUID
    correction: Correction
    preview_hash: str

    def __call__(self, runtime: Runtime) -> object:
        """Correct."""
        try:
            return correcting.correct_decision(
                runtime.issuing,
                self.launch,
                self.attempt_id,
                self.correction,
                preview_hash=self.preview_hash,
            )
        except ConflictError as error:
            if error.code != "inputs_changed":
                raise
            return None


def written(stage: Stage) -> tuple[tuple[int, ...], str]:
    """How many rows there are of what a release writes, and the state of the attempt."""
    with stage.runtime.reading() as session:
        state = session.get_one(AttemptRow, stage.attempt_id).state
    return tuple(stage.count(row) for row in WRITTEN), state


def is_valid(stage: Stage, credential: CredentialRow) -> bool:
    """Whether both forms of a credential verify."""
    resolver = OwnResolver(stage.runtime.database, stage.runtime.issuing.urls)
    for form in (credential.document, credential.token or b""):
        try:
            verify(form, resolver=resolver, now=stage.runtime.clock())
        except VerificationError:
            return False
    return True


def test_a_server_killed_in_mid_award_leaves_all_or_nothing(
    runtime: Runtime, settings: Settings, clock: FakeClock
) -> None:
    """At whatever step it dies, there is nothing or all; the next try finds that, or finishes."""
    stage = a_stage(runtime, PASS)
    release = Release(stage.launch, stage.attempt_id, stage.hash())

    left = [written(stage) for _ in deaths(settings, clock, release)]

    assert left == [NOTHING] * (len(left) - 1) + [EVERYTHING]
    assert len(left) > SIGNATURES + len(WRITTEN)
    assert written(stage) == EVERYTHING
    assert stage.count(StatusListRow) == 1
    with runtime.reading() as session:
        credential = session.scalars(select(CredentialRow)).one()
        entries = session.scalars(select(StatusEntryRow)).all()
    assert is_valid(stage, credential)
    # What the dead had reserved stays reserved: no position is given away twice.
    assert len(entries) > 1
    assert [one.position for one in entries if one.credential_id == credential.id] == [
        credential.status_position
    ]
    assert not any(one.revoked_at for one in entries)


def test_a_server_killed_in_mid_correction_leaves_one_decision_standing(
    runtime: Runtime, settings: Settings, clock: FakeClock
) -> None:
    """The old decision stands with its badge, or the new one with its own; never both or none."""
    stage = a_stage(runtime, PASS)
    first = stage.release()
    clock.advance(minutes=5)
    correct = a_correction(stage, PASS | {"a": "p5"})

    left = [standing(stage) for _ in deaths(settings, clock, correct)]

    old, new = (first.decision_id, first.credential_id), standing(stage)
    is_corrected = left.index(new)
    assert left == [old] * is_corrected + [new] * (len(left) - is_corrected)
    assert (stage.count(DecisionRow), stage.count(CredentialRow)) == (2, 2)
    assert stage.count(ScoreDeliveryRow) == 2
    # Whoever died before the list was signed left that to the worker's sweep.
    urls = runtime.issuing.urls
    for list_id in list_due_lists(runtime.database, clock=clock):
        sign_list(runtime.database, list_id, rings=runtime.rings, urls=urls, clock=clock)
    with runtime.reading() as session:
        credentials = session.scalars(select(CredentialRow)).all()
    assert {one.id: is_valid(stage, one) for one in credentials} == {
        first.credential_id: False,
        new[1]: True,
    }


def a_correction(stage: Stage, levels: dict[str, str]) -> Correct:
    """A correction to these levels, as its confirmation page showed it."""
    correction = Correction(
        criteria=tuple(
            CriterionInput(criterion_id=id_, level_id=level) for id_, level in levels.items()
        ),
        comment="",
        reason="A slip of the pen",
        sends_grade=True,
    )
    with stage.runtime.reading() as session:
        preview = correcting.preview_correction(session, stage.launch, stage.attempt_id, correction)
    return Correct(stage.launch, stage.attempt_id, correction, preview.hash)


def standing(stage: Stage) -> tuple[UUID, UUID]:
    """The one decision that stands and the one credential that lives; they belong together."""
    with stage.runtime.reading() as session:
        decision = session.scalars(
            select(DecisionRow).where(DecisionRow.superseded_at.is_(None))
        ).one()
        award = session.scalars(select(AwardRow).where(AwardRow.revoked_at.is_(None))).one()
        credential = session.scalars(
            select(CredentialRow).where(CredentialRow.award_id == award.id)
        ).one()
        revoked = session.scalars(
            select(StatusEntryRow).where(StatusEntryRow.revoked_at.is_not(None))
        ).all()
    assert award.decision_id == decision.id
    assert len(revoked) == (decision.supersedes_id is not None)
    return decision.id, credential.id
