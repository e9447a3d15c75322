"""What can be earned: achievements, their immutable versions, and the links that open them."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lti_tool.store.base import Row, one_of


class AchievementRow(Row):
    """The family of one badge's versions, or of one microcredential's.

    .. no_pii: a badge of a program.
    """

    __tablename__ = "achievement"
    __table_args__ = (
        UniqueConstraint("program_id", "slug"),
        one_of("kind", "badge", "microcredential"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    program_id: Mapped[UUID] = mapped_column(ForeignKey("program.id"))
    kind: Mapped[str]
    slug: Mapped[str]
    position: Mapped[int]
    """Place in the program, from 1, among those of its kind."""
    created_at: Mapped[datetime]


class AchievementVersionRow(Row):
    """One version of a definition. Once published its document never changes.

    .. pii: who published it, by id; kept as long as what it is about.
    """

    __tablename__ = "achievement_version"
    __table_args__ = (
        UniqueConstraint("achievement_id", "number"),
        # What refers to a version and to its achievement refers to both at once.
        Index("uq_achievement_version_whole", "id", "achievement_id", unique=True),
        one_of("state", "placeholder", "draft", "published", "retired"),
        one_of("image_type", "image/svg+xml", "image/png"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    achievement_id: Mapped[UUID] = mapped_column(ForeignKey("achievement.id"))
    number: Mapped[int]
    state: Mapped[str]
    title: Mapped[str]
    """Copied from the document, for lists."""
    program_title: Mapped[str]
    """The program's title when this version was made, for the heads of pages."""
    document: Mapped[bytes]
    """The definition, canonical bytes: of `badges.definition`, or `badges.pathway_definition`."""
    document_sha256: Mapped[str]
    image: Mapped[bytes | None]
    """The badge image: the program's own, or one drawn when the version was published."""
    image_type: Mapped[str]
    """Its media type."""
    created_at: Mapped[datetime]
    published_at: Mapped[datetime | None]
    published_by: Mapped[UUID | None] = mapped_column(ForeignKey("lti_user.id"))
    """Empty for an operator at the command line."""
    publish_note: Mapped[str]
    """What whoever published it says of this version."""


class LinkBindingRow(Row):
    """What a resource link opens, and with which settings.

    .. no_pii: settings of an activity; who bound it stands in the audit log.
    """

    __tablename__ = "link_binding"

    resource_link_id: Mapped[UUID] = mapped_column(ForeignKey("resource_link.id"), primary_key=True)
    achievement_id: Mapped[UUID] = mapped_column(ForeignKey("achievement.id"))
    achievement_version_id: Mapped[UUID] = mapped_column(ForeignKey("achievement_version.id"))
    """The version that new submissions of this link are pinned to."""
    task_id: Mapped[str | None]
    """The scored task that this link opens; empty: the whole."""
    returns_grade: Mapped[bool]
    due_at: Mapped[datetime | None]
    bound_at: Mapped[datetime]
