"""Tenants: organisations with their issuers, programs, keys and audit log."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from lti_tool.store.base import Row, one_of

_IS_CURRENT = "retired_at IS NULL AND compromised_at IS NULL"


class OrganisationRow(Row):
    """A tenant: owns issuers, programs and platforms.

    .. no_pii: names an institution.
    """

    __tablename__ = "organisation"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    created_at: Mapped[datetime]


class IssuerRow(Row):
    """Who signs credentials.

    .. no_pii: names an institution or department.
    """

    __tablename__ = "issuer"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    slug: Mapped[str] = mapped_column(unique=True)
    did: Mapped[str] = mapped_column(unique=True)
    """Stored when the issuer is made, never derived again: it outlives the base URL."""
    name: Mapped[str]
    url: Mapped[str]
    created_at: Mapped[datetime]


class ProgramRow(Row):
    """The owner of achievements and pathways, and of the rules about who releases.

    .. no_pii: names a program.
    """

    __tablename__ = "program"
    __table_args__ = (
        UniqueConstraint("organisation_id", "slug"),
        one_of("release_by", "assessor", "instructor", "named"),
        one_of("courses", "any", "named"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    issuer_id: Mapped[UUID] = mapped_column(ForeignKey("issuer.id"))
    slug: Mapped[str]
    title: Mapped[str]
    description: Mapped[str]
    open_questions: Mapped[bytes]
    """What its source leaves open: a JSON list of texts."""
    courses: Mapped[str]
    """Which courses may award its badges: any of the organisation, or those named."""
    release_by: Mapped[str]
    """Who may release: whoever rates, only full instructors, or only those named."""
    allows_another_try: Mapped[bool]
    """Whether a decision without an award opens the next attempt."""
    evidence_kept_days: Mapped[int | None]
    """How long after an award its earner cannot remove the evidence; empty: not decided yet."""
    created_at: Mapped[datetime]


class ProgramAssessorRow(Row):
    """One person named by a program as its assessor.

    .. pii: who assesses for which program. Ends with the person's erasure.
    """

    __tablename__ = "program_assessor"

    program_id: Mapped[UUID] = mapped_column(ForeignKey("program.id"), primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("lti_user.id"), primary_key=True)
    may_release: Mapped[bool]
    added_at: Mapped[datetime]


class SigningKeyRow(Row):
    """One key pair: the tool's (no issuer) or an issuer's. The private half is sealed.

    .. no_pii: key material, sealed with the master key.
    """

    __tablename__ = "signing_key"
    __table_args__ = (
        one_of("purpose", "tool", "data_integrity", "jwt"),
        Index(
            "uq_signing_key_current",
            "issuer_id",
            "purpose",
            unique=True,
            sqlite_where=text(_IS_CURRENT),
            postgresql_where=text(_IS_CURRENT),
        ),
        # To the index above two keys without an issuer are not the same.
        Index(
            "uq_signing_key_current_tool",
            "purpose",
            unique=True,
            sqlite_where=text(f"issuer_id IS NULL AND {_IS_CURRENT}"),
            postgresql_where=text(f"issuer_id IS NULL AND {_IS_CURRENT}"),
        ),
        # What refers to a key and to its issuer refers to both at once.
        Index("uq_signing_key_whole", "id", "issuer_id", unique=True),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    """The key id: an RFC 7638 thumbprint, or the multibase public key."""
    issuer_id: Mapped[UUID | None] = mapped_column(ForeignKey("issuer.id"))
    purpose: Mapped[str]
    sealed: Mapped[bytes]
    """Empty once it signs no more and the private half was deleted."""
    public_jwk: Mapped[bytes]
    """The public half as JSON Web Key, UTF-8 JSON."""
    created_at: Mapped[datetime]
    retired_at: Mapped[datetime | None]
    """When it signs no more, which may lie ahead: then its successor waits until then."""
    compromised_at: Mapped[datetime | None]
    """Since when somebody else may hold it, as its operator says."""
    compromise_noted_at: Mapped[datetime | None]
    """When that was said: lists that were signed before have to be signed anew."""


class AuditEventRow(Row):
    """Who did what that others must be able to trace. Never changed.

    .. pii: names an actor by id; kept as long as what it is about.
    """

    __tablename__ = "audit_event"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    actor_id: Mapped[UUID | None] = mapped_column(ForeignKey("lti_user.id"))
    """Empty for an operator at the command line."""
    program_id: Mapped[UUID | None] = mapped_column(ForeignKey("program.id"), index=True)
    """Whose coordinators may read it."""
    action: Mapped[str]
    subject_id: Mapped[UUID | None]
    note: Mapped[str]
