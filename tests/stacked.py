"""Programs with a stack: badges, one learner with a passing attempt at each, and a pathway."""

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from badges.definition import DefinitionState, publish
from badges.pathway_definition import PathwayDefinition
from lti_tool.runtime import Runtime
from lti_tool.services import (
    endorsing,
    keyring,
    operating,
    pathway_versions,
    publishing_pathways,
    releasing,
    revoking,
    stacks,
)
from lti_tool.services.stacks import Standings
from lti_tool.services.urls import PublicURLs
from lti_tool.store.rows import (
    AchievementRow,
    AchievementVersionRow,
    AwardRow,
    CredentialRow,
    EndorsementRow,
    OrganisationRow,
    ProgramRow,
    UserRow,
)
from lti_tool.values import Launch, Role
from tests import rows
from tests.factories import a_definition, a_placeholder
from tests.stages import PASS

BADGES = ("one", "two", "three", "four")


@dataclass(frozen=True)
class Ladder:
    """A program with several badges, and one learner whose attempts can be released."""

    runtime: Runtime
    course: rows.Course
    launch: Launch
    learner: UserRow
    attempts: Mapping[str, UUID]
    versions: Mapping[str, UUID] = field(default_factory=dict)

    @property
    def program_id(self) -> UUID:
        """The program."""
        return self.course.program.id

    def release(self, slug: str) -> releasing.Released:
        """Release the attempt at one badge, some time after the one before."""
        self.wait()
        with self.runtime.reading() as session:
            shown = releasing.prepare(session, self.launch, self.attempts[slug]).inputs_hash
        return releasing.release_decision(
            self.runtime.issuing, self.launch, self.attempts[slug], inputs_hash=shown
        )

    def release_all(self, *slugs: str) -> None:
        """Release the attempts at several badges."""
        for slug in slugs or BADGES:
            self.release(slug)

    def wait(self) -> None:
        """Let a minute pass."""
        self.runtime.clock.advance(minutes=1)  # type: ignore[attr-defined]  # the tests' clock

    def revoke(self, slug: str, reason: str = "By mistake") -> None:
        """Revoke the live credential of one badge, or of the microcredential."""
        self.wait()
        revoking.revoke_credential(self.runtime.issuing, self.credential(slug).id, reason=reason)

    def draft(self, **changes: object) -> UUID:
        """Store a pathway's draft; return the id of its achievement."""
        values: dict[str, object] = {
            "id": "the-stack",
            "title": "The Stack",
            "program": "coaching",
            "state": DefinitionState.DRAFT,
            "description": "All of it.",
            "image_alt": "A full quatrefoil",
            "components": BADGES,
        } | changes
        definition = PathwayDefinition(**values)  # type: ignore[arg-type]  # a test's own keywords
        with self.runtime.writing() as session:
            return pathway_versions.add_pathway(
                session,
                session.get_one(ProgramRow, self.program_id),
                definition,
                clock=self.runtime.clock,
                new_id=self.runtime.new_id,
            ).achievement_id

    def publish(self, achievement_id: UUID) -> publishing_pathways.PathwayPreview:
        """Publish a pathway's draft as its preview shows it now."""
        self.wait()
        return publishing_pathways.publish(
            self.runtime.issuing,
            self.program_id,
            achievement_id,
            preview_hash=self.preview(achievement_id).hash,
            note="For a test",
            actor_id=None,
        )

    def preview(self, achievement_id: UUID) -> publishing_pathways.PathwayPreview:
        """What publishing a pathway's draft would do now."""
        with self.runtime.reading() as session:
            return publishing_pathways.preview_publishing(
                session, self.program_id, achievement_id, at=self.runtime.clock()
            )

    def pathway(self, **changes: object) -> UUID:
        """Store and publish a pathway."""
        achievement_id = self.draft(**changes)
        self.publish(achievement_id)
        return achievement_id

    def credential(self, slug: str = "the-stack", *, live: bool = True) -> CredentialRow:
        """Return the learner's newest credential of a badge or of the microcredential."""
        with self.runtime.reading() as session:
            query = (
                select(CredentialRow)
                .join(AwardRow, AwardRow.id == CredentialRow.award_id)
                .join(AchievementRow, AchievementRow.id == AwardRow.achievement_id)
                .where(AchievementRow.slug == slug, AwardRow.earner_id == self.learner.earner_id)
                .order_by(AwardRow.awarded_at.desc())
            )
            if live:
                query = query.where(AwardRow.revoked_at.is_(None))
            return session.scalars(query).first() or _missing(slug)

    def holds(self, slug: str = "the-stack") -> bool:
        """Whether the learner holds a badge or the microcredential."""
        return self._count(slug, AwardRow.revoked_at.is_(None)) == 1

    def count_awards(self, slug: str = "the-stack") -> int:
        """How many awards of a badge or of the microcredential the learner has or had."""
        return self._count(slug)

    def _count(self, slug: str, *conditions: ColumnElement[bool]) -> int:
        query = (
            select(func.count())
            .select_from(AwardRow)
            .join(AchievementRow, AchievementRow.id == AwardRow.achievement_id)
            .where(
                AchievementRow.slug == slug,
                AwardRow.earner_id == self.learner.earner_id,
                *conditions,
            )
        )
        with self.runtime.reading() as session:
            return session.scalar(query) or 0

    def standings(self) -> Standings:
        """How the learner stands with the one pathway that is open."""
        with self.runtime.reading() as session:
            (stack,) = stacks.list_stacks(session, self.program_id)
            return stacks.stand(session, stack, self.learner.earner_id)

    def for_another(self, name: str = "Ben Learner") -> "Ladder":
        """The same for another learner of the course."""
        with self.runtime.writing() as session:
            learner = rows.a_user(session, self.course, name=name)
            attempts = _attempts(session, self.course, learner, self.launch, self.versions)
        return replace(self, learner=learner, attempts=attempts)


def a_ladder(
    runtime: Runtime,
    *,
    slugs: Sequence[str] = BADGES,
    placeholders: Sequence[str] = (),
    organisation: str = "harbour",
) -> Ladder:
    """Store a program with these badges, and a learner with a passing attempt at each."""
    with runtime.writing() as session:
        first = publish(a_definition(id="one", title="One"))
        course = rows.a_course(session, slug=organisation, definition=first)
        keyring.ensure_issuer_keys(
            session,
            course.issuer.id,
            master_key=runtime.settings.master_key,
            clock=runtime.clock,
            random_bytes=runtime.random_bytes,
        )
        versions = {"one": course.version.id}
        for position, slug in enumerate(slugs[1:], start=2):
            made = publish(a_definition(id=slug, title=slug.title(), position=position))
            achievement = rows.an_achievement(session, course.program, slug=slug, position=position)
            versions[slug] = rows.a_version(session, achievement, made).id
        for position, slug in enumerate(placeholders, start=len(slugs) + 1):
            achievement = rows.an_achievement(session, course.program, slug=slug, position=position)
            rows.a_version(session, achievement, replace(a_placeholder(), id=slug))
        rater = rows.a_user(session, course, Role.INSTRUCTOR, name="Ines Instructor")
        launch = rows.a_launch(session, course, rater, Role.INSTRUCTOR)
        learner = rows.a_user(session, course)
        attempts = _attempts(session, course, learner, launch, versions)
    return Ladder(runtime, course, launch, learner, attempts, versions)


def add_dean(runtime: Runtime) -> None:
    """Add another department, `dean`, that may endorse what the first one awards."""
    with runtime.writing() as session:
        organisation = session.scalars(select(OrganisationRow)).first()
        assert organisation is not None
        issuer = operating.add_issuer(
            session,
            organisation,
            slug="dean",
            name="The Dean",
            url="https://dean.example.edu/",
            base_url=runtime.settings.base_url,
            clock=runtime.clock,
            new_id=runtime.new_id,
        )
        keyring.ensure_issuer_keys(
            session,
            issuer.id,
            master_key=runtime.settings.master_key,
            clock=runtime.clock,
            random_bytes=runtime.random_bytes,
        )


def url_of(ladder: Ladder, slug: str = "one") -> str:
    """The address of a badge's page."""
    return PublicURLs(ladder.runtime.settings.base_url).achievement(ladder.versions[slug])


def endorse(ladder: Ladder, subject: str, comment: str = "Read and found sound.") -> EndorsementRow:
    """Let the other department endorse something."""
    return endorsing.endorse(
        ladder.runtime.issuing, endorser="dean", subject=subject, comment=comment
    )


def at_once(*acts: Callable[[], object]) -> list[Exception]:
    """Do several things at the same time; return what failed."""
    failed: list[Exception] = []

    def run(act: Callable[[], object]) -> None:
        try:
            act()
        except Exception as exc:  # noqa: BLE001 - whoever called looks at every failure
            failed.append(exc)

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return failed


def _attempts(
    session: Session,
    course: rows.Course,
    learner: UserRow,
    launch: Launch,
    versions: Mapping[str, UUID],
) -> dict[str, UUID]:
    rater = session.get_one(UserRow, launch.user_id)
    attempts = {}
    for slug, version_id in versions.items():
        version = session.get_one(AchievementVersionRow, version_id)
        achievement = session.get_one(AchievementRow, version.achievement_id)
        of_badge = replace(course, version=version, achievement=achievement)
        attempt = rows.an_attempt(session, rows.a_submission(session, of_badge, learner))
        rows.an_assessment(session, attempt, rater, PASS)
        attempts[slug] = attempt.id
    return attempts


def _missing(slug: str) -> CredentialRow:
    raise LookupError(f"no credential of {slug}")
