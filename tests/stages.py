"""Stages: a course with one learner's attempt, handed in and rated, ready to be released."""

from dataclasses import dataclass, replace
from uuid import UUID

from sqlalchemy import func, select

from lti_tool.runtime import Runtime
from lti_tool.services import keyring, releasing
from lti_tool.store.rows import Row, UserRow
from lti_tool.values import Launch, Role
from tests import rows

PASS = dict.fromkeys("abcd", "p3")
FAIL = {**dict.fromkeys("abc", "p5"), "d": "p1"}


@dataclass(frozen=True)
class Stage:
    """A course with one learner's attempt, handed in and rated, and who may release it."""

    runtime: Runtime
    course: rows.Course
    attempt_id: UUID
    launch: Launch
    learner_id: UUID

    def release(self, inputs_hash: str | None = None) -> releasing.Released:
        """Release what is rated now."""
        return releasing.release_decision(
            self.runtime.issuing,
            self.launch,
            self.attempt_id,
            inputs_hash=inputs_hash or self.hash(),
        )

    def hash(self) -> str:
        """What a confirmation page would show now."""
        with self.runtime.reading() as session:
            return releasing.prepare(
                session,
                self.launch,
                self.attempt_id,
            ).inputs_hash

    def count(self, row: type[Row]) -> int:
        """How many rows of a table there are."""
        with self.runtime.reading() as session:
            return session.scalar(select(func.count()).select_from(row)) or 0

    def in_another_course(self) -> "Stage":
        """The same learner's attempt in another course of the platform, rated as good."""
        course = self.course
        with self.runtime.writing() as session:
            context = rows.a_context(session, course.deployment, lti_context_id="course-2")
            link = rows.a_link(session, context, lti_resource_link_id="link-2")
            binding = rows.a_binding(session, link, course.version)
            second = replace(course, context=context, link=link, binding=binding)
            learner = session.get_one(UserRow, self.learner_id)
            attempt = rows.an_attempt(session, rows.a_submission(session, second, learner))
            rater = rows.a_user(session, second, Role.INSTRUCTOR)
            rows.an_assessment(session, attempt, rater, PASS)
            launch = rows.a_launch(session, second, rater, Role.INSTRUCTOR)
        return Stage(self.runtime, second, attempt.id, launch, self.learner_id)


def a_stage(runtime: Runtime, levels: dict[str, str], *, release_by: str = "assessor") -> Stage:
    """Store everything that a release needs."""
    with runtime.writing() as session:
        course = rows.a_course(session, release_by=release_by)
        keyring.ensure_issuer_keys(
            session,
            course.issuer.id,
            master_key=runtime.settings.master_key,
            clock=runtime.clock,
            random_bytes=runtime.random_bytes,
        )
        learner = rows.a_user(session, course)
        rater = rows.a_user(session, course, Role.INSTRUCTOR, name="Ines Instructor")
        attempt = rows.an_attempt(session, rows.a_submission(session, course, learner))
        rows.an_assessment(session, attempt, rater, levels)
        launch = rows.a_launch(session, course, rater, Role.INSTRUCTOR)
        return Stage(runtime, course, attempt.id, launch, learner.id)
