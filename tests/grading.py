"""What assessors do about a learner's attempt, for tests of what the learner sees."""

from dataclasses import dataclass
from uuid import UUID

from lti_tool.runtime import Runtime
from lti_tool.services import assessing, keyring, releasing
from lti_tool.store.rows import UserRow
from lti_tool.values import Launch, Role
from tests import rows
from tests.desks import Desk

PASS = dict.fromkeys("abcd", "p3")
FAIL = {**PASS, "d": "p1"}


@dataclass(frozen=True)
class Assessor:
    """Somebody who may rate and release in the desk's course."""

    runtime: Runtime
    desk: Desk
    launch: Launch
    user: UserRow

    def open(self) -> UUID:
        """Open what was handed in last; return its id."""
        attempt_id = self.desk.attempt().id
        with self.runtime.writing() as session:
            assessing.open_for_rating(
                session,
                self.launch,
                attempt_id,
                clock=self.runtime.clock,
                new_id=self.runtime.new_id,
            )
        return attempt_id

    def rate(self, levels: dict[str, str], *, comment: str = "Read with care.") -> UUID:
        """Open it and rate it; return its id."""
        attempt_id = self.open()
        fields: dict[str, object] = {f"level.{id_}": level for id_, level in levels.items()}
        fields |= {f"comment.{id_}": f"On {id_}." for id_ in levels}
        with self.runtime.writing() as session:
            assessing.save_assessment(
                session,
                self.launch,
                attempt_id,
                revision=0,
                fields=fields | {"comment": comment},
                clock=self.runtime.clock,
            )
        return attempt_id

    def release(self, levels: dict[str, str]) -> releasing.Released:
        """Rate it and release the decision."""
        attempt_id = self.rate(levels)
        return releasing.release_decision(
            self.runtime.issuing, self.launch, attempt_id, inputs_hash=self._hash(attempt_id)
        )

    def give_back(self, levels: dict[str, str], *, note: str) -> releasing.Released:
        """Rate it and return it for revision."""
        attempt_id = self.rate(levels)
        return releasing.return_for_revision(
            self.runtime.issuing,
            self.launch,
            attempt_id,
            inputs_hash=self._hash(attempt_id),
            note=note,
        )

    def _hash(self, attempt_id: UUID) -> str:
        with self.runtime.reading() as session:
            return releasing.prepare(session, self.launch, attempt_id).inputs_hash


def an_assessor(runtime: Runtime, desk: Desk) -> Assessor:
    """Store an instructor of the desk's course, and keys to issue with."""
    with runtime.writing() as session:
        keyring.ensure_issuer_keys(
            session,
            desk.course.issuer.id,
            master_key=runtime.settings.master_key,
            clock=runtime.clock,
            random_bytes=runtime.random_bytes,
        )
        user = rows.a_user(session, desk.course, Role.INSTRUCTOR, name="Ines Instructor")
        launch = rows.a_launch(session, desk.course, user, Role.INSTRUCTOR)
    return Assessor(runtime, desk, launch, user)
