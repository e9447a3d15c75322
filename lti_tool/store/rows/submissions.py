"""Learners' work: submissions, attempts, answers, artefacts, evidence references."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    UniqueConstraint,
    false,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from lti_tool.store.base import Row, one_of

OPEN_ATTEMPT = text("state IN ('draft', 'submitted', 'in_review')")


class SubmissionRow(Row):
    """A learner's work toward one achievement in one course, whatever link opened it.

    .. pii: who works toward what.
    """

    __tablename__ = "submission"
    __table_args__ = (
        UniqueConstraint("context_id", "achievement_id", "user_id"),
        Index("uq_submission_whose", "user_id", "id", unique=True),
        ForeignKeyConstraint(
            ["context_id", "user_id"], ["membership.context_id", "membership.user_id"]
        ),
        ForeignKeyConstraint(
            ["achievement_version_id", "achievement_id"],
            ["achievement_version.id", "achievement_version.achievement_id"],
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    context_id: Mapped[UUID]
    achievement_id: Mapped[UUID]
    achievement_version_id: Mapped[UUID]
    """Pinned to the version it was opened with."""
    user_id: Mapped[UUID]
    created_at: Mapped[datetime]


class AttemptRow(Row):
    """The n-th try of a submission.

    .. pii: the name that the learner confirmed for the badge.
    """

    __tablename__ = "attempt"
    __table_args__ = (
        UniqueConstraint("submission_id", "number"),
        one_of("state", "draft", "submitted", "in_review", "returned", "decided"),
        Index(
            "uq_attempt_open",
            "submission_id",
            unique=True,
            sqlite_where=OPEN_ATTEMPT,
            postgresql_where=OPEN_ATTEMPT,
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    submission_id: Mapped[UUID] = mapped_column(ForeignKey("submission.id"))
    number: Mapped[int]
    state: Mapped[str]
    name_on_badge: Mapped[str]
    name_confirmed: Mapped[bool]
    revision: Mapped[int]
    """Counts the saves of the draft: whoever saves on an older one is told."""
    created_at: Mapped[datetime]
    saved_at: Mapped[datetime | None]
    submitted_at: Mapped[datetime | None] = mapped_column(index=True)
    opened_at: Mapped[datetime | None]
    """When an assessor first opened it: from then on it cannot be taken back."""
    closed_at: Mapped[datetime | None]
    is_entered: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Nothing was handed in here: the program entered the ratings from its own records."""


class AnswerRow(Row):
    """A text answer to one prompt of an attempt.

    .. pii: what the learner wrote.
    """

    __tablename__ = "answer"

    attempt_id: Mapped[UUID] = mapped_column(ForeignKey("attempt.id"), primary_key=True)
    prompt_id: Mapped[str] = mapped_column(primary_key=True)
    text: Mapped[str]


class KeptTextRow(Row):
    """A text that came too late to be stored in its place; kept so that nothing is lost.

    .. pii: what a learner or an assessor wrote.
    """

    __tablename__ = "kept_text"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    attempt_id: Mapped[UUID] = mapped_column(ForeignKey("attempt.id"), index=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("lti_user.id"))
    place: Mapped[str]
    """The name of the field it was meant for, e.g. `answer.agreements`."""
    text: Mapped[str]
    kept_at: Mapped[datetime]


class ArtefactRow(Row):
    """A file or link that a learner hands in.

    .. pii: its title, address and content; others may appear in it.
    """

    __tablename__ = "artefact"
    __table_args__ = (
        one_of("kind", "file", "link"),
        one_of("state", "uploading", "ready", "removed"),
        one_of("people", "unknown", "nobody", "consented", "not_consented"),
        one_of("visibility", "assessors", "public"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    attempt_id: Mapped[UUID] = mapped_column(ForeignKey("attempt.id"), index=True)
    kind: Mapped[str]
    state: Mapped[str]
    title: Mapped[str]
    url: Mapped[str | None]
    media_type: Mapped[str]
    size: Mapped[int] = mapped_column(BigInteger)
    """Bytes announced and, once ready, counted; 0 for a link."""
    modified: Mapped[int] = mapped_column(BigInteger)
    """The file's own time of change in the browser, milliseconds: with name and size it
    tells the same file when an upload is taken up again."""
    is_playable: Mapped[bool | None]
    """Whether the browser that sent a video could play it; empty: not tried."""
    sha256: Mapped[str | None]
    storage_key: Mapped[str | None] = mapped_column(index=True)
    """Where its bytes are; attempts that carry a file on share it."""
    requirement_id: Mapped[str | None]
    """The artefact requirement that it is for; empty where only one can take it."""
    milliseconds: Mapped[int | None]
    """How long it plays: read from the file, or stated by the learner."""
    is_length_stated: Mapped[bool] = mapped_column(default=False)
    attested: Mapped[str] = mapped_column(default="")
    """Ids of the attestations that its learner ticked, with spaces between them."""
    people: Mapped[str]
    """Whether anybody else appears in it, and whether they consented."""
    visibility: Mapped[str]
    created_at: Mapped[datetime]
    removed_at: Mapped[datetime | None]


class EvidenceReferenceRow(Row):
    """Criterion -> artefact or answer + locator + explanation.

    .. pii: what the learner wrote.
    """

    __tablename__ = "evidence_reference"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    attempt_id: Mapped[UUID] = mapped_column(ForeignKey("attempt.id"), index=True)
    criterion_id: Mapped[str]
    source: Mapped[str]
    """An artefact's id, `answer:<prompt id>`, or empty while nothing is chosen."""
    locator: Mapped[str]
    """As the learner wrote it: a page, a time, a section; empty for the whole."""
    explanation: Mapped[str]
    position: Mapped[int]
    """Order within the criterion."""


class LogEntryRow(Row):
    """One entry of a log, as the learner wrote it; half-filled ones too.

    .. pii: what the learner wrote, and a code for somebody else.
    """

    __tablename__ = "log_entry"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    attempt_id: Mapped[UUID] = mapped_column(ForeignKey("attempt.id"), index=True)
    log_id: Mapped[str]
    day: Mapped[str]
    """A date as ISO 8601 writes it, or nothing yet."""
    minutes: Mapped[str]
    person: Mapped[str]
    note: Mapped[str]
    position: Mapped[int]
    """Order within the log."""


class FileDeletionRow(Row):
    """A stored file that has to go: the tombstone comes first, a job deletes.

    .. no_pii: a random key.
    """

    __tablename__ = "file_deletion"

    storage_key: Mapped[str] = mapped_column(primary_key=True)
    requested_at: Mapped[datetime]
    """When it was asked for, or last tried in vain: those that fail let the others go first."""
