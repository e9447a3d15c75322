"""Files of awards, and courses whose learners they are about."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from badges.definition import AchievementDefinition
from lti_tool.runtime import Runtime
from lti_tool.services import keyring
from lti_tool.services.bulk import awarding
from lti_tool.services.bulk.ground import Wish
from lti_tool.services.bulk.planning import RowResult
from lti_tool.services.bulk.reading import read_awards
from lti_tool.store.rows import ProgramCoordinatorRow, Row, UserRow
from lti_tool.values import Role
from tests import rows

RATED = ("user", "source", "A", "B", "C", "D")
ATTESTED = ("user", "held_since", "source")
PASS = ("p3", "3 points", "5", "P5")
FAIL = ("5", "5", "5", "1")


def a_csv(*lines: Sequence[str]) -> bytes:
    """The bytes of a CSV file."""
    out = io.StringIO(newline="")
    csv.writer(out).writerows(lines)
    return out.getvalue().encode()


@dataclass(frozen=True)
class Office:
    """A course with learners, and a coordinator who awards from files."""

    runtime: Runtime
    course: rows.Course
    coordinator: UserRow
    learners: tuple[UserRow, ...]

    def wish(self, data: bytes, **changes: object) -> Wish:
        """What the coordinator wants with a file."""
        values: dict[str, object] = {
            "program_id": self.course.program.id,
            "actor_id": self.coordinator.id,
            "file": read_awards(data),
            "file_sha256": sha256(data).hexdigest(),
            "badge": self.course.achievement.slug,
            "source": "The department's list of 2025",
        } | changes
        return Wish(**values)  # type: ignore[arg-type]  # a test's own keywords

    def check(self, data: bytes, **changes: object) -> dict[int, str]:
        """What would become of each row, by its number; of a refused one the codes of why."""
        found = awarding.check(self.runtime.issuing, self.wish(data, **changes))
        return dict(sorted(_outcomes(found).items()))

    def award(self, data: bytes, **changes: object) -> dict[int, str]:
        """Award, and return what became of each row, by its number."""
        done = list(awarding.award(self.runtime.issuing, self.wish(data, **changes)))
        return dict(sorted(_outcomes([r for one in done for r in one.results]).items()))

    def rated(self, *points: Sequence[str], learners: Sequence[UserRow] = ()) -> bytes:
        """A file of ratings, for the first learners."""
        people = learners or self.learners
        lines = [(p.sub, "", *given) for p, given in zip(people, points, strict=False)]
        return a_csv(RATED, *lines)

    def attested(self, *days: str) -> bytes:
        """A file of earlier awards, for the first learners."""
        lines = [(p.sub, day, "A paper") for p, day in zip(self.learners, days, strict=False)]
        return a_csv(ATTESTED, *lines)

    def count(self, row: type[Row]) -> int:
        """How many rows of a table there are."""
        with self.runtime.reading() as session:
            return session.scalar(select(func.count()).select_from(row)) or 0


def an_office(
    runtime: Runtime,
    *,
    learners: int = 3,
    definition: AchievementDefinition | None = None,
    release_by: str = "instructor",
    slug: str = "harbour",
) -> Office:
    """Store a course with learners and a coordinator."""
    with runtime.writing() as session:
        course = rows.a_course(session, slug=slug, definition=definition, release_by=release_by)
        keyring.ensure_issuer_keys(
            session,
            course.issuer.id,
            master_key=runtime.settings.master_key,
            clock=runtime.clock,
            random_bytes=runtime.random_bytes,
        )
        people = tuple(
            rows.a_user(session, course, name=f"Learner {number}") for number in range(learners)
        )
        coordinator = rows.a_user(session, course, Role.OTHER, name="Cleo Coordinator")
        _coordinates(session, course, coordinator)
    return Office(runtime, course, coordinator, people)


def _coordinates(session: Session, course: rows.Course, user: UserRow) -> None:
    rows.stored(
        session,
        ProgramCoordinatorRow(
            program_id=course.program.id, user_id=user.id, added_at=rows.NOW, ended_at=None
        ),
    )


def _outcomes(results: Sequence[RowResult]) -> dict[int, str]:
    return {
        one.number: " ".join(fault.code for fault in one.faults) or one.outcome.value
        for one in results
    }
