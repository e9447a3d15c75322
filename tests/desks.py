"""Desks: a learner at work on a badge, with the acts of their pages as methods."""

import io
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TypeVar
from uuid import UUID, uuid4

from sqlalchemy import select

from badges.definition import AchievementDefinition, publish
from lti_tool.files.parts import PartFiles
from lti_tool.files.store import FileStore
from lti_tool.services import draft_parts, drafts, learner_pages, submitting, uploads
from lti_tool.services.file_access import FileLinks
from lti_tool.services.pages.learner import LearnerPage, WorkPage
from lti_tool.services.uploads import Announcement, Upload
from lti_tool.services.urls import PublicURLs
from lti_tool.services.work_page import Surroundings
from lti_tool.store.database import Database
from lti_tool.store.rows import (
    AttemptRow,
    MembershipRow,
    ResourceLinkRow,
    Row,
    SubmissionRow,
    UserRow,
)
from lti_tool.values import Clock, Launch, Role
from rubrics.criterion import EvidenceRule
from tests.factories import a_definition, a_prompt
from tests.rows import (
    NOW,
    Course,
    a_binding,
    a_context,
    a_course,
    a_launch,
    a_link,
    a_user,
    stored,
)

SECRET = "the secret key of a test, long enough"
MEBIBYTE = 1024 * 1024
AnyRow = TypeVar("AnyRow", bound=Row)
FULL_RULE = EvidenceRule(minimum_per_criterion=1, needs_locator=True, needs_explanation=True)


def a_work_definition(**changes: object) -> AchievementDefinition:
    """A published badge that asks for a story, one artefact, and evidence for everything."""
    asked: dict[str, object] = {
        "prompts": (a_prompt("story"), a_prompt("more", required=False)),
        "evidence_rule": FULL_RULE,
    }
    return publish(a_definition(**asked | changes))


@dataclass(frozen=True)
class Desk:
    """A learner's launch into a course, and what they do there."""

    database: Database
    clock: Clock
    course: Course
    launch: Launch
    folder: Path

    @property
    def parts(self) -> PartFiles:
        """The uploads in progress."""
        return PartFiles(self.folder / "uploads")

    @property
    def files(self) -> FileStore:
        """The stored files."""
        return FileStore(f"file://{self.folder / 'files'}")

    @property
    def around(self) -> Surroundings:
        """What pages need of the installation."""
        return Surroundings(
            links=FileLinks(secret_key=SECRET, base_url="https://tool.example", clock=self.clock),
            public_urls=PublicURLs("https://tool.example"),
            maximum_bytes=MEBIBYTE,
            received=self.parts.size,
        )

    def start(self) -> None:
        """Open the draft."""
        with self.database.writing() as session:
            drafts.start_draft(session, self.launch, clock=self.clock, new_id=uuid4)

    def save(self, revision: int | None = None, /, **sent: object) -> int:
        """Save fields, `__` standing for a dot; on the stored revision unless told."""
        return self.save_fields(
            {name.replace("__", "."): text for name, text in sent.items()}, revision
        )

    def save_fields(self, sent: dict[str, object], revision: int | None = None) -> int:
        """Save fields by their names."""
        with self.database.writing() as session:
            return drafts.save_draft(
                session,
                self.launch,
                revision=self.attempt().revision if revision is None else revision,
                sent=sent,
                clock=self.clock,
                new_id=uuid4,
            )

    def home(self) -> LearnerPage:
        """Return the page of the activity."""
        with self.database.reading() as session:
            return learner_pages.load_home(session, self.launch, around=self.around)

    def page(self) -> WorkPage:
        """Return the draft's page."""
        with self.database.reading() as session:
            return learner_pages.load_work(session, self.launch, around=self.around)

    def add_link(self, url: str = "https://video.example/1", title: str = "Recording") -> UUID:
        """Add a link."""
        with self.database.writing() as session:
            return draft_parts.add_link(
                session, self.launch, url=url, title=title, clock=self.clock, new_id=uuid4
            )

    def add_reference(self, criterion_id: str) -> UUID:
        """Add an empty evidence reference."""
        with self.database.writing() as session:
            return draft_parts.add_reference(session, self.launch, criterion_id, new_id=uuid4)

    def remove(self, artefact_id: UUID) -> None:
        """Take an artefact out."""
        with self.database.writing() as session:
            draft_parts.remove_artefact(session, self.launch, artefact_id, clock=self.clock)

    def announce(
        self, name: str = "plan.pdf", size: int = 8, modified: int = 1, *, requirement_id: str = ""
    ) -> Upload:
        """Announce a file."""
        with self.database.writing() as session:
            return uploads.announce_upload(
                session,
                self.launch,
                Announcement(
                    name=name,
                    size=size,
                    modified=modified,
                    is_playable=None,
                    requirement_id=requirement_id,
                ),
                maximum_bytes=MEBIBYTE,
                clock=self.clock,
                new_id=uuid4,
            )[0]

    def send(self, upload: Upload, data: bytes, offset: int = 0) -> int:
        """Send one piece of a file."""
        return uploads.receive_piece(
            self.parts, upload, io.BytesIO(data), offset=offset, length=len(data)
        )

    def finish(self, upload: Upload) -> bool:
        """Make a file that has arrived part of the draft."""
        stored = uploads.store_upload(self.parts, self.files, upload)
        with self.database.writing() as session:
            return uploads.complete_upload(session, self.launch, upload, stored, clock=self.clock)

    def add_file(self, data: bytes = b"%PDF-1.7", name: str = "plan.pdf") -> UUID:
        """Upload a whole file."""
        upload = self.announce(name, len(data))
        self.send(upload, data)
        assert self.finish(upload)
        return upload.id

    def fill(self) -> None:
        """Do everything that the checklist asks for."""
        artefact = self.add_link()
        fields: dict[str, object] = {
            "answer.story": "What I did and why.",
            f"artefact.{artefact}.people": "nobody",
            "name_on_badge": "Ada Learner",
            "name_confirmed": "yes",
        }
        for criterion in "abcd":
            reference = self.add_reference(criterion)
            fields |= {
                f"reference.{reference}.source": str(artefact),
                f"reference.{reference}.locator": "3:12",
                f"reference.{reference}.explanation": f"Shows {criterion}.",
            }
        self.save_fields(fields)

    def submit(self, revision: int | None = None) -> None:
        """Hand the draft in."""
        with self.database.writing() as session:
            submitting.submit_draft(
                session,
                self.launch,
                revision=self.attempt().revision if revision is None else revision,
                clock=self.clock,
                new_id=uuid4,
            )

    def take_back(self) -> None:
        """Take back what was handed in."""
        with self.database.writing() as session:
            submitting.take_back(session, self.launch)

    def resubmit(self) -> None:
        """Open the next attempt."""
        with self.database.writing() as session:
            submitting.resubmit(session, self.launch, clock=self.clock, new_id=uuid4)

    def attempt(self) -> AttemptRow:
        """Return the newest attempt."""
        with self.database.reading() as session:
            return session.scalars(
                select(AttemptRow)
                .join(SubmissionRow, SubmissionRow.id == AttemptRow.submission_id)
                .where(
                    SubmissionRow.user_id == self.launch.user_id,
                    SubmissionRow.context_id == self.launch.scope.context_id,
                )
                .order_by(AttemptRow.number.desc())
                .limit(1)
            ).one()

    def rows(self, row: type[AnyRow]) -> list[AnyRow]:
        """Return all rows of a table."""
        with self.database.reading() as session:
            return list(session.scalars(select(row)).all())

    def behind(self, link: ResourceLinkRow) -> "Desk":
        """Return the same learner's desk behind another link of the course."""
        with self.database.writing() as session:
            user = session.get_one(UserRow, self.launch.user_id)
            launch = a_launch(session, self.course, user, link=link)
        return Desk(self.database, self.clock, self.course, launch, self.folder)

    def in_another_course(self) -> "Desk":
        """Return the same learner's desk in another course, where the same badge is earned."""
        with self.database.writing() as session:
            context = a_context(session, self.course.deployment, lti_context_id="course-2")
            link = a_link(session, context)
            a_binding(session, link, self.course.version)
            course = replace(self.course, context=context, link=link)
            user = session.get_one(UserRow, self.launch.user_id)
            member = {"context_id": context.id, "user_id": user.id, "seen_at": NOW}
            stored(session, MembershipRow(**member, roles=Role.LEARNER))
            launch = a_launch(session, course, user)
        return replace(self, course=course, launch=launch)

    def open_by_assessor(self, at: datetime) -> None:
        """Let an assessor open what was handed in."""
        with self.database.writing() as session:
            attempt = session.get_one(AttemptRow, self.attempt().id)
            attempt.state, attempt.opened_at = "in_review", at


def a_desk(
    database: Database,
    clock: Clock,
    folder: Path,
    *,
    definition: AchievementDefinition | None = None,
    slug: str = "harbour",
) -> Desk:
    """Store a course with a learner who has launched its activity."""
    with database.writing() as session:
        course = a_course(session, slug=slug, definition=definition or a_work_definition())
        launch = a_launch(session, course, a_user(session, course))
    return Desk(database, clock, course, launch, folder)


def another_desk(desk: Desk, *, name: str = "Ben Learner") -> Desk:
    """Store another learner of the same course."""
    with desk.database.writing() as session:
        launch = a_launch(session, desk.course, a_user(session, desk.course, name=name))
    return Desk(desk.database, desk.clock, desk.course, launch, desk.folder)
