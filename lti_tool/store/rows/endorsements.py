"""Endorsements of what we issue, our issuers' own and those of others."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lti_tool.store.base import Row


class EndorsementRow(Row):
    """Somebody's signed word about an achievement version or an issuer of ours.

    Badges that are issued while it stands carry it. One of an issuer of ours has an entry in
    its status list and both forms; what others signed came as JSON.

    .. no_pii: organisations vouch for organisations and what they award.
    """

    __tablename__ = "endorsement"
    __table_args__ = (
        CheckConstraint(
            "(achievement_version_id IS NULL) <> (issuer_id IS NULL)", name="endorses_one_thing"
        ),
        CheckConstraint("(endorser_id IS NULL) = (token IS NULL)", name="own_one_has_a_token"),
        CheckConstraint(
            "(endorser_id IS NULL) = (status_list_id IS NULL)", name="own_one_has_a_status"
        ),
        ForeignKeyConstraint(
            ["status_list_id", "status_position"],
            ["status_entry.status_list_id", "status_entry.position"],
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    """Of one of an issuer of ours, the last part of its own id."""
    url: Mapped[str] = mapped_column(unique=True)
    """Its own id, as it stands in it."""
    achievement_version_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("achievement_version.id"), index=True
    )
    issuer_id: Mapped[UUID | None] = mapped_column(ForeignKey("issuer.id"), index=True)
    """What it endorses: a version, or an issuer."""
    endorser_id: Mapped[UUID | None] = mapped_column(ForeignKey("issuer.id"))
    """The issuer of ours that endorses; empty where it is somebody else."""
    endorser_did: Mapped[str]
    endorser_name: Mapped[str]
    comment: Mapped[str]
    document: Mapped[bytes]
    document_sha256: Mapped[str] = mapped_column(index=True)
    token: Mapped[bytes | None]
    document_key_id: Mapped[str | None] = mapped_column(ForeignKey("signing_key.id"))
    token_key_id: Mapped[str | None] = mapped_column(ForeignKey("signing_key.id"))
    status_list_id: Mapped[UUID | None]
    status_position: Mapped[int | None]
    added_at: Mapped[datetime]
    """When it was signed here, or came in and was verified."""
    withdrawn_at: Mapped[datetime | None]
    """Since when no badge carries it any more; one of ours is revoked then."""
