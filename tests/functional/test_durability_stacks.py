"""The server is killed while a stack is completed or opened, at each step: nothing is half done."""

from dataclasses import dataclass
from uuid import UUID

import pytest
from sqlalchemy import func, select

from badges.verification import verify
from lti_tool.config import Settings
from lti_tool.errors import ConflictError
from lti_tool.runtime import Runtime
from lti_tool.services import publishing_pathways, releasing
from lti_tool.services.resolving import OwnResolver
from lti_tool.store.rows import AchievementVersionRow, AwardComponentRow, AwardRow, CredentialRow
from lti_tool.values import Launch
from tests.conftest import FakeClock
from tests.functional.durability_dying import deaths
from tests.stacked import Ladder, a_ladder

# One transaction is all or nothing on every database; a death takes time to arrange.
pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
TWO = ("one", "two")


@dataclass(frozen=True)
class LastRelease:
    """The release of the last badge, as it travels to another process."""

    launch: Launch
    attempt_id: UUID
    inputs_hash: str

    def __call__(self, runtime: Runtime) -> object:
        """Release."""
        return releasing.release_decision(
            runtime.issuing, self.launch, self.attempt_id, inputs_hash=self.inputs_hash
        )


@dataclass(frozen=True)
class Publication:
    """A pathway's publication; one that was made already is refused."""

    program_id: UUID
    achievement_id: UUID
    preview_hash: str

    def __call__(self, runtime: Runtime) -> object:
        """Publish."""
        try:
            return publishing_pathways.publish(
                runtime.issuing,
                self.program_id,
                self.achievement_id,
                preview_hash=self.preview_hash,
                note="",
                actor_id=None,
            )
        except ConflictError as error:
            if error.code != "already_published":
                raise
            return None


def written(ladder: Ladder) -> tuple[int, ...]:
    """How many awards, credentials and bindings there are, and how many versions are open."""
    with ladder.runtime.reading() as session:
        counts = [
            session.scalar(select(func.count()).select_from(row)) or 0
            for row in (AwardRow, CredentialRow, AwardComponentRow)
        ]
        opened = session.scalars(
            select(AchievementVersionRow.id).where(AchievementVersionRow.state == "published")
        )
        return (*counts, len(opened.all()))


def check(ladder: Ladder) -> None:
    """The microcredential is there, whole and valid in both forms."""
    resolver = OwnResolver(ladder.runtime.database, ladder.runtime.issuing.urls)
    credential = ladder.credential()
    for form in (credential.document, credential.token or b""):
        verify(form, resolver=resolver, now=ladder.runtime.clock())


def test_the_last_badge_and_what_follows_are_written_together(
    runtime: Runtime, settings: Settings, clock: FakeClock
) -> None:
    """The badge is never there without the microcredential, nor the other way round."""
    ladder = a_ladder(runtime, slugs=TWO)
    ladder.pathway(components=TWO)
    ladder.release("one")
    with runtime.reading() as session:
        shown = releasing.prepare(session, ladder.launch, ladder.attempts["two"]).inputs_hash
    release = LastRelease(ladder.launch, ladder.attempts["two"], shown)

    left = [written(ladder) for _ in deaths(settings, clock, release)]

    assert left == [(1, 1, 0, 3)] * (len(left) - 1) + [(3, 3, 2, 3)]
    check(ladder)


def test_a_publication_opens_and_awards_or_does_neither(
    runtime: Runtime, settings: Settings, clock: FakeClock
) -> None:
    """It is open with everybody whom the preview named, or still a draft with nobody."""
    ladder = a_ladder(runtime, slugs=TWO)
    ladder.release_all(*TWO)
    pathway = ladder.draft(components=TWO)
    publication = Publication(ladder.program_id, pathway, ladder.preview(pathway).hash)

    left = [written(ladder) for _ in deaths(settings, clock, publication)]

    assert left == [(2, 2, 0, 2)] * (len(left) - 1) + [(3, 3, 2, 3)]
    check(ladder)
