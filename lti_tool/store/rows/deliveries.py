"""What has to reach a platform: the outbox of scores, and the tokens for it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from lti_tool.store.base import Row, one_of


class ScoreDeliveryRow(Row):
    """One score message for one learner and one line item, until it is delivered.

    .. pii: a learner's result.
    """

    __tablename__ = "score_delivery"
    __table_args__ = (
        ForeignKeyConstraint(["user_id", "submission_id"], ["submission.user_id", "submission.id"]),
        one_of("kind", "submitted", "earned", "cleared"),
        one_of("state", "waiting", "delivered", "failed", "superseded", "unneeded"),
        Index("ix_score_delivery_due", "state", "next_try_at"),
        Index("ix_score_delivery_cell", "resource_link_id", "user_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    resource_link_id: Mapped[UUID] = mapped_column(ForeignKey("resource_link.id"))
    submission_id: Mapped[UUID] = mapped_column(index=True)
    attempt_id: Mapped[UUID] = mapped_column(ForeignKey("attempt.id"))
    user_id: Mapped[UUID]
    kind: Mapped[str]
    comment: Mapped[str]
    """Plain text for the gradebook: the verdict and a stable link."""
    occurred_at: Mapped[datetime]
    """When the learner submitted or the decision was released."""
    timestamp: Mapped[datetime]
    """AGS timestamp: strictly increasing for one line item and user."""
    state: Mapped[str]
    tries: Mapped[int]
    next_try_at: Mapped[datetime]
    leased_until: Mapped[datetime | None]
    """Set while a worker sends it; a worker that died gives it back when this has passed."""
    is_outcome_unknown: Mapped[bool]
    """A try may have arrived: the result is read before it is sent again."""
    last_code: Mapped[str]
    """Why the last try did not arrive; empty when it did."""
    delivered_at: Mapped[datetime | None]
    created_at: Mapped[datetime]


class ServiceTokenRow(Row):
    """A platform's access token for its services, sealed.

    .. no_pii: a token of the tool.
    """

    __tablename__ = "service_token"

    registration_id: Mapped[UUID] = mapped_column(ForeignKey("registration.id"), primary_key=True)
    scopes: Mapped[str] = mapped_column(primary_key=True)
    """Sorted, separated by spaces."""
    sealed: Mapped[bytes]
    expires_at: Mapped[datetime]
