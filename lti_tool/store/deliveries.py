"""Queries about scores on their way to a platform.

A cell is one learner's place in one column of a gradebook: a resource link
and a user. What is said about a cell is said in the order of its timestamps.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select, true, update
from sqlalchemy.orm import Session, aliased

from lti_tool.store.rows import (
    ContextRow,
    DeploymentRow,
    LinkBindingRow,
    RegistrationRow,
    ResourceLinkRow,
    ScoreDeliveryRow,
    SubmissionRow,
)
from lti_tool.store.upsert import affected

AnySelect = TypeVar("AnySelect", bound=Select)  # type: ignore[type-arg]  # of whatever rows

UNFINISHED = ("waiting", "failed")


def list_graded_links(session: Session, submission: SubmissionRow) -> Sequence[ResourceLinkRow]:
    """Return the links of the submission's course that keep a grade for the whole of it."""
    return session.scalars(
        select(ResourceLinkRow)
        .join(LinkBindingRow, LinkBindingRow.resource_link_id == ResourceLinkRow.id)
        .where(
            ResourceLinkRow.context_id == submission.context_id,
            ResourceLinkRow.line_item_url.is_not(None),
            LinkBindingRow.achievement_id == submission.achievement_id,
            LinkBindingRow.task_id.is_(None),
            LinkBindingRow.returns_grade,
        )
    ).all()


def find_last_timestamp(
    session: Session, *, resource_link_id: UUID, user_id: UUID
) -> datetime | None:
    """Return the latest AGS timestamp that was given for a cell."""
    return session.scalar(
        select(func.max(ScoreDeliveryRow.timestamp)).where(_cell(resource_link_id, user_id))
    )


def has_score(session: Session, *, resource_link_id: UUID, user_id: UUID) -> bool:
    """Whether a score of ours has, or may have, arrived in a cell."""
    arrived = or_(ScoreDeliveryRow.state == "delivered", ScoreDeliveryRow.is_outcome_unknown)
    return _exists(
        session, _cell(resource_link_id, user_id), ScoreDeliveryRow.kind == "earned", arrived
    )


def has_delivered(session: Session, *, resource_link_id: UUID, user_id: UUID, comment: str) -> bool:
    """Whether exactly this comment has arrived in a cell."""
    return _exists(
        session,
        _cell(resource_link_id, user_id),
        ScoreDeliveryRow.state == "delivered",
        ScoreDeliveryRow.comment == comment,
    )


def supersede(
    session: Session, *, resource_link_id: UUID, user_id: UUID, kinds: Collection[str]
) -> None:
    """Call off what waits for a cell, or failed there: something newer follows."""
    _supersede(session, _cell(resource_link_id, user_id), ScoreDeliveryRow.kind.in_(kinds))


def supersede_of_submission(session: Session, submission_id: UUID, *, kind: str) -> None:
    """Call off what waits, or failed, of one kind of a submission."""
    _supersede(
        session, ScoreDeliveryRow.submission_id == submission_id, ScoreDeliveryRow.kind == kind
    )


def list_latest(session: Session, submission_id: UUID) -> Sequence[ScoreDeliveryRow]:
    """Return a submission's deliveries, newest first."""
    return session.scalars(
        select(ScoreDeliveryRow)
        .where(ScoreDeliveryRow.submission_id == submission_id)
        .order_by(ScoreDeliveryRow.timestamp.desc())
    ).all()


def count_unfinished(session: Session) -> Mapping[str, int]:
    """Return how many deliveries wait and how many failed, by state."""
    counted = session.execute(
        select(ScoreDeliveryRow.state, func.count())
        .where(ScoreDeliveryRow.state.in_(UNFINISHED))
        .group_by(ScoreDeliveryRow.state)
    )
    return dict(counted.all())


def find_oldest_waiting(session: Session) -> datetime | None:
    """Return since when the oldest delivery waits."""
    return session.scalar(
        select(func.min(ScoreDeliveryRow.created_at)).where(ScoreDeliveryRow.state == "waiting")
    )


def list_due_registrations(session: Session, *, now: datetime) -> Sequence[UUID]:
    """Return the platforms that something is due for, the longest waiting first."""
    return session.scalars(
        _due(select(DeploymentRow.registration_id), now)
        .group_by(DeploymentRow.registration_id)
        .order_by(func.min(ScoreDeliveryRow.next_try_at))
    ).all()


def find_due(session: Session, registration_id: UUID, *, now: datetime) -> UUID | None:
    """Return the delivery of one platform that has been due the longest."""
    return session.scalars(
        _due(select(ScoreDeliveryRow.id), now)
        .where(DeploymentRow.registration_id == registration_id)
        .order_by(ScoreDeliveryRow.next_try_at, ScoreDeliveryRow.timestamp)
        .limit(1)
    ).one_or_none()


def lease(session: Session, delivery_id: UUID, *, now: datetime, until: datetime) -> bool:
    """Take a due delivery; False when another worker was first. One statement, one winner.

    A lease that ran out was a worker's that died: what it sent may have arrived.
    """
    is_left_over = ScoreDeliveryRow.leased_until.is_not(None)
    take = (
        update(ScoreDeliveryRow)
        .where(ScoreDeliveryRow.id == delivery_id, *_is_ready(now))
        .values(
            leased_until=until,
            is_outcome_unknown=case(
                (is_left_over, true()), else_=ScoreDeliveryRow.is_outcome_unknown
            ),
        )
        .execution_options(synchronize_session=False)
    )
    return affected(session, take) == 1


def find_leased(
    session: Session, delivery_id: UUID, *, leased_until: datetime
) -> ScoreDeliveryRow | None:
    """Return a delivery, locked, if the lease that ends then is still the one that counts."""
    return session.scalars(
        select(ScoreDeliveryRow)
        .where(ScoreDeliveryRow.id == delivery_id, ScoreDeliveryRow.leased_until == leased_until)
        .with_for_update()
    ).one_or_none()


def pause_registration(session: Session, registration_id: UUID, *, until: datetime) -> None:
    """Send nothing to a platform before then."""
    session.execute(
        update(RegistrationRow)
        .where(RegistrationRow.id == registration_id)
        .values(paused_until=until)
    )


def _cell(resource_link_id: UUID, user_id: UUID) -> ColumnElement[bool]:
    return and_(
        ScoreDeliveryRow.resource_link_id == resource_link_id, ScoreDeliveryRow.user_id == user_id
    )


def _exists(session: Session, *conditions: ColumnElement[bool]) -> bool:
    return session.scalar(select(ScoreDeliveryRow.id).where(*conditions).limit(1)) is not None


def _supersede(session: Session, *conditions: ColumnElement[bool]) -> None:
    # A lease stays: whoever is sending it right now still comes back with the outcome.
    session.execute(
        update(ScoreDeliveryRow)
        .where(*conditions, ScoreDeliveryRow.state.in_(UNFINISHED))
        .values(state="superseded")
    )


def _is_ready(now: datetime) -> tuple[ColumnElement[bool], ...]:
    leased_until = ScoreDeliveryRow.leased_until
    return (
        ScoreDeliveryRow.state == "waiting",
        ScoreDeliveryRow.next_try_at <= now,
        or_(leased_until.is_(None), leased_until < now),
    )


def _due(query: AnySelect, now: datetime) -> AnySelect:
    """Restrict to what may be sent now: ready, its turn in its cell, its platform reachable."""
    older = aliased(ScoreDeliveryRow)
    another_is_first = (
        select(older.id)
        .where(
            older.resource_link_id == ScoreDeliveryRow.resource_link_id,
            older.user_id == ScoreDeliveryRow.user_id,
            older.timestamp < ScoreDeliveryRow.timestamp,
            or_(older.state == "waiting", older.leased_until > now),
        )
        .exists()
    )
    paused_until = RegistrationRow.paused_until
    return (
        query.select_from(ScoreDeliveryRow)
        .join(ResourceLinkRow, ResourceLinkRow.id == ScoreDeliveryRow.resource_link_id)
        .join(ContextRow, ContextRow.id == ResourceLinkRow.context_id)
        .join(DeploymentRow, DeploymentRow.id == ContextRow.deployment_id)
        .join(RegistrationRow, RegistrationRow.id == DeploymentRow.registration_id)
        .where(
            *_is_ready(now),
            ~another_is_first,
            DeploymentRow.status == "approved",
            RegistrationRow.status == "active",
            or_(paused_until.is_(None), paused_until <= now),
        )
    )
