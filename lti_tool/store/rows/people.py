"""People: earners, LTI users, their browsers and launches."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from lti_tool.store.base import Row


class EarnerRow(Row):
    """A person as the owner of credentials, beyond any one course or LMS.

    .. pii: the pseudonym that stands in their credentials, which stays after erasure and
       names nobody; and the name that they chose for their badges, which ends with it.
    """

    __tablename__ = "earner"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    subject_urn: Mapped[str] = mapped_column(unique=True)
    """`urn:uuid:…`, the credential subject's id."""
    chosen_name: Mapped[str | None]
    """The name that they last chose for their badges, maybe none; empty: they never did."""
    name_chosen_at: Mapped[datetime | None]
    created_at: Mapped[datetime]


class KeepLinkRow(Row):
    """A link that opens an earner's own page, without any account. One lives at a time.

    .. pii: opens all credentials of one person; ends when they make another one.
    """

    __tablename__ = "keep_link"
    __table_args__ = (
        Index(
            "uq_keep_link_live",
            "earner_id",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    earner_id: Mapped[UUID] = mapped_column(ForeignKey("earner.id"))
    token_hash: Mapped[str] = mapped_column(unique=True)
    """sha256 of the token in the link, which nobody can read again."""
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class UserRow(Row):
    """One account of one platform, known by the `sub` of its launches.

    .. pii: platform user id and, if the platform shares it, a name. Ends with erasure.
    """

    __tablename__ = "lti_user"
    __table_args__ = (
        UniqueConstraint("registration_id", "sub"),
        Index("ix_lti_user_name", "registration_id", "name"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    registration_id: Mapped[UUID] = mapped_column(ForeignKey("registration.id"))
    sub: Mapped[str]
    """Opaque and case-sensitive; unique within the registration."""
    earner_id: Mapped[UUID] = mapped_column(ForeignKey("earner.id"), index=True)
    name: Mapped[str]
    """As the platform last sent it; empty if it sends none."""
    is_test: Mapped[bool]
    """The platform says that this is no real learner: nothing is issued or sent for them."""
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]


class MembershipRow(Row):
    """What a user was in a context when they last launched.

    .. pii: who takes part in which course.
    """

    __tablename__ = "membership"

    context_id: Mapped[UUID] = mapped_column(ForeignKey("context.id"), primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("lti_user.id"), primary_key=True, index=True)
    roles: Mapped[str]
    """Values of `Role`, separated by spaces, sorted."""
    seen_at: Mapped[datetime]


class BrowserRow(Row):
    """One browser, known by the secret in its cookie.

    .. pii: links the launches of one browser; deleted when unused for 30 days.
    """

    __tablename__ = "browser"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    secret_hash: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]


class LaunchRow(Row):
    """One accepted launch: the only source of scope and role for in-LMS pages.

    .. pii: who opened which activity when, and their address, which stands nowhere else;
       deleted after it ended.
    """

    __tablename__ = "launch"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    browser_id: Mapped[UUID | None] = mapped_column(ForeignKey("browser.id"))
    token_hash: Mapped[str | None]
    """Where no cookie comes back: sha256 of the token that stands in the URL."""
    user_id: Mapped[UUID] = mapped_column(ForeignKey("lti_user.id"))
    context_id: Mapped[UUID] = mapped_column(ForeignKey("context.id"))
    resource_link_id: Mapped[UUID | None] = mapped_column(ForeignKey("resource_link.id"))
    roles: Mapped[str]
    locale: Mapped[str]
    email: Mapped[str | None]
    """As the platform says, if it does: some credentials of other issuers name one."""
    is_test_user: Mapped[bool]
    """The platform says that this is no real learner: nothing is issued or sent."""
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
