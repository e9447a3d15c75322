"""Credentials of other issuers that stand in for badges, and what was saved of their issuers."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from lti_tool.store.base import Row, one_of

_STANDS = text("state IN ('waiting', 'accepted') AND revoked_at IS NULL")


class ForeignCredentialRow(Row):
    """A credential of another issuer that an earner handed in to stand for a badge.

    One stands for each earner, pathway and component, and each stands once in a pathway.
    What is refused or withdrawn loses its bytes and whom they name; that it was there stays.

    .. pii: who earned what elsewhere, and the credential itself, with whom it names. Ends with
       the earner's erasure, and with the microcredential that rests on it.
    """

    __tablename__ = "foreign_credential"
    __table_args__ = (
        one_of("form", "json", "jwt"),
        one_of("state", "waiting", "accepted", "refused", "withdrawn"),
        one_of("address", "same", "another", "unsaid", "not_compared"),
        CheckConstraint(
            "holder_basis IS NULL OR holder_basis IN ('email', 'confirmed')",
            name="holder_basis_known",
        ),
        CheckConstraint(
            "(state = 'accepted') = (holder_basis IS NOT NULL)", name="accepted_with_a_basis"
        ),
        CheckConstraint("(state = 'waiting') = (decided_at IS NULL)", name="decided_once"),
        Index(
            "uq_foreign_credential_stands",
            "earner_id",
            "pathway_id",
            "component",
            unique=True,
            sqlite_where=_STANDS,
            postgresql_where=_STANDS,
        ),
        Index(
            "uq_foreign_credential_once",
            "pathway_id",
            "issuer_uri",
            "credential_uri",
            unique=True,
            sqlite_where=_STANDS,
            postgresql_where=_STANDS,
        ),
        Index("ix_foreign_credential_earner", "earner_id", "pathway_id"),
        Index(
            "ix_foreign_credential_due",
            "check_due_at",
            sqlite_where=text("state = 'accepted' AND revoked_at IS NULL"),
            postgresql_where=text("state = 'accepted' AND revoked_at IS NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    """The last part of the address at which microcredentials name it."""
    earner_id: Mapped[UUID] = mapped_column(ForeignKey("earner.id"))
    pathway_id: Mapped[UUID] = mapped_column(ForeignKey("achievement.id"))
    """The microcredential's achievement."""
    component: Mapped[str]
    """The slug of the badge for which it stands."""
    document: Mapped[bytes]
    """As handed in, without white space around it; empty once it was refused or withdrawn."""
    document_sha256: Mapped[str]
    form: Mapped[str]
    credential_uri: Mapped[str]
    achievement_uri: Mapped[str]
    issuer_uri: Mapped[str]
    """What the credential, its achievement and its issuer are called in it."""
    title: Mapped[str]
    issuer_name: Mapped[str]
    subject_name: Mapped[str]
    earned_at: Mapped[datetime]
    valid_until: Mapped[datetime | None]
    address: Mapped[str]
    """What it says of the address of whoever handed it in, as it was then."""
    handed_in_at: Mapped[datetime]
    state: Mapped[str]
    holder_basis: Mapped[str | None]
    decided_at: Mapped[datetime | None]
    """When it was accepted, refused or withdrawn."""
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey("lti_user.id"))
    """The coordinator; empty where nobody had to decide, and for its earner."""
    reason: Mapped[str]
    """In the coordinator's words; earners read those of a refusal."""
    checked_at: Mapped[datetime]
    """When it was last verified."""
    check_outcome: Mapped[str]
    """What came of that: valid, revoked, expired, not_yet, unreachable or broken."""
    failing_since: Mapped[datetime | None]
    """Since when it could not be verified, or no longer holds without being revoked."""
    check_due_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    """When it was found that its issuer has revoked it."""


class ForeignComponentRow(Row):
    """One credential of another issuer that a microcredential's award rests on, by its hash.

    .. pii: who earned what.
    """

    __tablename__ = "foreign_component"

    award_id: Mapped[UUID] = mapped_column(ForeignKey("award.id"), primary_key=True)
    foreign_id: Mapped[UUID] = mapped_column(
        ForeignKey("foreign_credential.id"), primary_key=True, index=True
    )


class ForeignDocumentRow(Row):
    """What another issuer served when one of its credentials was last found to hold, or revoked.

    Its document, its key and its status list, for offline kits.

    .. no_pii: what issuers publish about themselves.
    """

    __tablename__ = "foreign_document"
    __table_args__ = (one_of("kind", "issuer", "key", "list"),)

    kind: Mapped[str] = mapped_column(primary_key=True)
    uri: Mapped[str] = mapped_column(primary_key=True)
    """Under which name it was asked for: a DID, or an address."""
    body: Mapped[bytes]
    saved_at: Mapped[datetime]
