"""What was earned: awards, credentials, status lists, share links."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from lti_tool.store.base import Row, one_of


class AwardRow(Row):
    """What somebody earned. One is live for each earner and achievement.

    It came of a decision that met all conditions, of a coordinator's word about an
    earlier award, or of a pathway whose badges are held.

    .. pii: who earned what.
    """

    __tablename__ = "award"
    __table_args__ = (
        one_of("origin", "decision", "attested", "pathway"),
        CheckConstraint(
            "(origin = 'decision') = (decision_id IS NOT NULL)", name="decision_goes_with_origin"
        ),
        Index(
            "uq_award_live",
            "earner_id",
            "achievement_id",
            unique=True,
            sqlite_where=text("revoked_at IS NULL"),
            postgresql_where=text("revoked_at IS NULL"),
        ),
        ForeignKeyConstraint(
            ["achievement_version_id", "achievement_id"],
            ["achievement_version.id", "achievement_version.achievement_id"],
        ),
        Index("ix_award_earner", "earner_id", "achievement_id"),
        Index("ix_award_achievement", "achievement_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    origin: Mapped[str]
    decision_id: Mapped[UUID | None] = mapped_column(ForeignKey("decision.id"), unique=True)
    earner_id: Mapped[UUID] = mapped_column(ForeignKey("earner.id"))
    achievement_id: Mapped[UUID]
    achievement_version_id: Mapped[UUID]
    evidence_page_id: Mapped[UUID] = mapped_column(unique=True)
    """The opaque id of the evidence page that stands in the credential."""
    awarded_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    revocation_reason: Mapped[str]


class AttestationRow(Row):
    """A coordinator's word that a learner earned a badge before. Never changed.

    .. pii: who earned what, and where that is known from.
    """

    __tablename__ = "attestation"

    award_id: Mapped[UUID] = mapped_column(ForeignKey("award.id"), primary_key=True)
    held_since: Mapped[datetime]
    """The day on which it was earned, as the coordinator says."""
    source: Mapped[str]
    """Where the coordinator knows it from; for the program alone."""
    attested_by: Mapped[UUID] = mapped_column(ForeignKey("lti_user.id"))
    attested_at: Mapped[datetime]


class AwardComponentRow(Row):
    """One award that a microcredential's award rests on. Its credential names it by hash.

    .. pii: who earned what.
    """

    __tablename__ = "award_component"

    award_id: Mapped[UUID] = mapped_column(ForeignKey("award.id"), primary_key=True)
    component_id: Mapped[UUID] = mapped_column(ForeignKey("award.id"), primary_key=True, index=True)


class StatusListRow(Row):
    """A Bitstring Status List of an issuer, signed.

    .. no_pii: bits.
    """

    __tablename__ = "status_list"
    __table_args__ = (UniqueConstraint("issuer_id", "number"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    issuer_id: Mapped[UUID] = mapped_column(ForeignKey("issuer.id"))
    number: Mapped[int]
    size: Mapped[int]
    """Number of entries."""
    document: Mapped[bytes]
    """The signed list with its Data Integrity proof, as served."""
    token: Mapped[bytes]
    """The same as VC-JWT, as served."""
    signed_at: Mapped[datetime]
    valid_until: Mapped[datetime]


class StatusEntryRow(Row):
    """One position of a status list, given to one credential for ever.

    .. no_pii: a position and the credential's random id; stays after erasure.
    """

    __tablename__ = "status_entry"
    __table_args__ = (
        Index(
            "ix_status_entry_revoked",
            "status_list_id",
            "revoked_at",
            sqlite_where=text("revoked_at IS NOT NULL"),
            postgresql_where=text("revoked_at IS NOT NULL"),
        ),
    )

    status_list_id: Mapped[UUID] = mapped_column(ForeignKey("status_list.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    credential_id: Mapped[UUID] = mapped_column(unique=True)
    """Reserved before signing; a reservation that is never used is harmless."""
    reserved_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class CredentialRow(Row):
    """The signed document of one award, byte for byte as issued, in one form or both.

    .. pii: the name that the earner confirmed stands in the document.
    """

    __tablename__ = "credential"
    __table_args__ = (
        ForeignKeyConstraint(
            ["status_list_id", "status_position"],
            ["status_entry.status_list_id", "status_entry.position"],
        ),
        ForeignKeyConstraint(
            ["document_key_id", "issuer_id"], ["signing_key.id", "signing_key.issuer_id"]
        ),
        ForeignKeyConstraint(
            ["token_key_id", "issuer_id"], ["signing_key.id", "signing_key.issuer_id"]
        ),
        UniqueConstraint("status_list_id", "status_position"),
        CheckConstraint(
            "(token IS NULL) = (token_sha256 IS NULL) AND (token IS NULL) = (token_key_id IS NULL)",
            name="token_is_whole",
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    award_id: Mapped[UUID] = mapped_column(ForeignKey("award.id"), unique=True)
    issuer_id: Mapped[UUID]
    status_list_id: Mapped[UUID]
    status_position: Mapped[int]
    document: Mapped[bytes]
    document_sha256: Mapped[str]
    token: Mapped[bytes | None]
    """The VC-JWT; of an award from a file there is none until `services.jwt_forms` signs it."""
    token_sha256: Mapped[str | None]
    document_key_id: Mapped[str] = mapped_column(index=True)
    token_key_id: Mapped[str | None] = mapped_column(index=True)
    issued_at: Mapped[datetime]
    reissued_at: Mapped[datetime | None]
    """When these bytes took the place of former ones, which `FormerCredentialRow` keeps."""


class CredentialFormRow(Row):
    """Another signed form of a credential: the same award and status entry, an id of its own.

    `without_levels` discloses that the badge was earned, but no rubric levels;
    `learner_record` is the CLR that embeds a microcredential and its badges.

    .. pii: as the credential itself, and ends with it.
    """

    __tablename__ = "credential_form"
    __table_args__ = (
        one_of("kind", "without_levels", "learner_record"),
        UniqueConstraint("credential_id", "kind"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    """The last part of the form's own credential id."""
    credential_id: Mapped[UUID] = mapped_column(ForeignKey("credential.id"))
    kind: Mapped[str]
    document: Mapped[bytes]
    document_sha256: Mapped[str]
    token: Mapped[bytes | None]
    """The VC-JWT; a learner record has none."""
    token_sha256: Mapped[str | None]
    document_key_id: Mapped[str] = mapped_column(ForeignKey("signing_key.id"), index=True)
    token_key_id: Mapped[str | None] = mapped_column(ForeignKey("signing_key.id"), index=True)
    issued_at: Mapped[datetime]
    reissued_at: Mapped[datetime | None]


class FormerCredentialRow(Row):
    """What a credential, or a form of it, was before it was issued anew under its id.

    Never changed.

    .. pii: as the credential itself, and ends with it.
    """

    __tablename__ = "former_credential"
    __table_args__ = (one_of("reason", "key_compromised", "component_reissued", "earner_asked"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    credential_id: Mapped[UUID] = mapped_column(ForeignKey("credential.id"), index=True)
    document: Mapped[bytes]
    document_sha256: Mapped[str] = mapped_column(index=True)
    token: Mapped[bytes | None]
    token_sha256: Mapped[str | None] = mapped_column(index=True)
    document_key_id: Mapped[str] = mapped_column(ForeignKey("signing_key.id"))
    token_key_id: Mapped[str | None] = mapped_column(ForeignKey("signing_key.id"))
    superseded_at: Mapped[datetime]
    reason: Mapped[str]


class ShareRow(Row):
    """A link by which the earner shows a credential; they can end it.

    .. pii: makes a credential public while it lives.
    """

    __tablename__ = "share"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    credential_id: Mapped[UUID] = mapped_column(ForeignKey("credential.id"), index=True)
    form_id: Mapped[UUID | None] = mapped_column(ForeignKey("credential_form.id"), index=True)
    """The form that it shows, for as long as it lives; empty: the credential itself."""
    token: Mapped[str] = mapped_column(unique=True)
    """Stands in the link; what it opens is public by the earner's choice."""
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class EvidenceChoiceRow(Row):
    """One piece of the work behind an award that its earner lets others see.

    .. pii: what somebody shows of their work; ends with the award's evidence.
    """

    __tablename__ = "evidence_choice"

    award_id: Mapped[UUID] = mapped_column(ForeignKey("award.id"), primary_key=True)
    source: Mapped[str] = mapped_column(primary_key=True)
    """As in `EvidenceReferenceRow`: an artefact's id, or `answer:<prompt id>`."""
    chosen_at: Mapped[datetime]
