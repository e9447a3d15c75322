"""Queries about many people at once, for awards from a file. No query for each of them."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any, NamedTuple, TypeAlias
from uuid import UUID

from sqlalchemy import Row as ResultRow
from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from lti_tool.store.many_rows import is_among
from lti_tool.store.rows import (
    AchievementRow,
    AchievementVersionRow,
    AttemptRow,
    AwardRow,
    ContextRow,
    DecisionRow,
    DeploymentRow,
    EarnerRow,
    LinkBindingRow,
    MembershipRow,
    ResourceLinkRow,
    ScoreDeliveryRow,
    SubmissionRow,
    UserRow,
)

WorkParts: TypeAlias = ResultRow[SubmissionRow, AttemptRow, DecisionRow | None]


class Member(NamedTuple):
    """An account in a course, with the earner whose account it is."""

    user_id: UUID
    sub: str
    name: str
    is_test: bool
    earner_id: UUID
    subject_urn: str
    chosen_name: str | None
    name_chosen_at: datetime | None
    context_id: UUID
    roles: str


def list_courses(session: Session, organisation_id: UUID) -> Sequence[ContextRow]:
    """Return the courses of an organisation."""
    return session.scalars(
        select(ContextRow)
        .join(DeploymentRow, DeploymentRow.id == ContextRow.deployment_id)
        .where(DeploymentRow.organisation_id == organisation_id)
        .order_by(ContextRow.created_at, ContextRow.id)
    ).all()


def list_opening_courses(session: Session, program_id: UUID) -> Sequence[ResultRow[UUID, UUID]]:
    """Return which courses have an activity that opens which badge of a program."""
    return session.execute(
        select(ResourceLinkRow.context_id, LinkBindingRow.achievement_id)
        .join(LinkBindingRow, LinkBindingRow.resource_link_id == ResourceLinkRow.id)
        .join(AchievementRow, AchievementRow.id == LinkBindingRow.achievement_id)
        .where(AchievementRow.program_id == program_id)
        .distinct()
    ).all()


def list_bindings(
    session: Session, context_ids: Collection[UUID]
) -> Sequence[ResultRow[LinkBindingRow, ResourceLinkRow]]:
    """Return what the links of some courses open as a whole, the oldest first."""
    return session.execute(
        select(LinkBindingRow, ResourceLinkRow)
        .join(ResourceLinkRow, ResourceLinkRow.id == LinkBindingRow.resource_link_id)
        .where(ResourceLinkRow.context_id.in_(context_ids), LinkBindingRow.task_id.is_(None))
        .order_by(LinkBindingRow.bound_at, LinkBindingRow.resource_link_id)
    ).all()


def list_documents(session: Session, version_ids: Collection[UUID]) -> Mapping[UUID, bytes]:
    """Return the definitions of some versions."""
    found = session.execute(
        select(AchievementVersionRow.id, AchievementVersionRow.document).where(
            AchievementVersionRow.id.in_(version_ids)
        )
    )
    return {one.id: one.document for one in found}


def list_members(
    session: Session,
    organisation_id: UUID,
    *,
    context_ids: Collection[UUID],
    subs: Collection[str],
    names: Collection[str],
) -> Iterator[Member]:
    """Yield accounts by `sub` or name, once for each of some courses of an organisation."""
    # Accounts are known by platform and `sub`.
    platforms = session.scalars(
        select(DeploymentRow.registration_id)
        .where(DeploymentRow.organisation_id == organisation_id)
        .distinct()
    ).all()
    # No objects: thousands of them would take longer than all their queries. And no courses:
    # a database that asks for these first reads all of their members, for each batch.
    query = (
        select(
            UserRow.id,
            UserRow.sub,
            UserRow.name,
            UserRow.is_test,
            EarnerRow.id,
            EarnerRow.subject_urn,
            EarnerRow.chosen_name,
            EarnerRow.name_chosen_at,
            MembershipRow.context_id,
            MembershipRow.roles,
        )
        .join(MembershipRow, MembershipRow.user_id == UserRow.id)
        .join(EarnerRow, EarnerRow.id == UserRow.earner_id)
        .where(UserRow.registration_id.in_(platforms))
    )
    for column, named in ((UserRow.sub, subs), (UserRow.name, names)):
        if named:
            found = session.execute(query.where(is_among(session, column, named)))
            yield from (one for one in map(Member._make, found) if one.context_id in context_ids)


def has_any(session: Session, earner_ids: Collection[UUID]) -> bool:
    """Whether some earners have begun or hold anything at all: most, in a file, are new."""
    work = (
        select(SubmissionRow.id)
        .join(UserRow, UserRow.id == SubmissionRow.user_id)
        .where(is_among(session, UserRow.earner_id, earner_ids))
    )
    held = select(AwardRow.id).where(is_among(session, AwardRow.earner_id, earner_ids))
    return bool(session.scalar(select(or_(held.exists(), work.exists()))))


def list_awards(
    session: Session, earner_ids: Collection[UUID], achievement_ids: Collection[UUID]
) -> Iterator[AwardRow]:
    """Yield all awards of some earners and achievements, oldest first for each earner."""
    yield from session.scalars(
        select(AwardRow)
        .where(
            is_among(session, AwardRow.earner_id, earner_ids),
            AwardRow.achievement_id.in_(achievement_ids),
        )
        .order_by(AwardRow.awarded_at, AwardRow.id)
    )


def list_held(
    session: Session, earner_ids: Collection[UUID], slugs: Collection[str]
) -> Iterator[ResultRow[UUID, str]]:
    """Yield which of some achievements, by slug, each of some earners holds."""
    yield from session.execute(
        select(AwardRow.earner_id, AchievementRow.slug)
        .join(AchievementRow, AchievementRow.id == AwardRow.achievement_id)
        .where(
            is_among(session, AwardRow.earner_id, earner_ids),
            AwardRow.revoked_at.is_(None),
            AchievementRow.slug.in_(slugs),
        )
    )


def list_work(
    session: Session, user_ids: Collection[UUID], achievement_ids: Collection[UUID]
) -> Iterator[WorkParts]:
    """Yield the submissions of some people, with all attempts and their standing decisions."""
    yield from session.execute(
        select(SubmissionRow, AttemptRow, DecisionRow)
        .join(AttemptRow, AttemptRow.submission_id == SubmissionRow.id)
        .outerjoin(
            DecisionRow,
            (DecisionRow.attempt_id == AttemptRow.id) & DecisionRow.superseded_at.is_(None),
        )
        .where(
            is_among(session, SubmissionRow.user_id, user_ids),
            SubmissionRow.achievement_id.in_(achievement_ids),
        )
        .order_by(AttemptRow.number)
    )


def list_confirmed_names(
    session: Session, earner_ids: Collection[UUID]
) -> Mapping[UUID, tuple[str, datetime | None]]:
    """Return the names that some earners last confirmed for a badge, and when."""
    rows = session.execute(
        select(UserRow.earner_id, AttemptRow.name_on_badge, AttemptRow.submitted_at)
        .join(SubmissionRow, SubmissionRow.user_id == UserRow.id)
        .join(AttemptRow, AttemptRow.submission_id == SubmissionRow.id)
        .where(
            is_among(session, UserRow.earner_id, earner_ids),
            AttemptRow.name_confirmed,
            AttemptRow.submitted_at.is_not(None),
        )
        .order_by(AttemptRow.submitted_at, AttemptRow.id.desc())
    )
    return {earner_id: (name, at) for earner_id, name, at in rows}


def lock_earners(session: Session, ids: Collection[UUID]) -> None:
    """Let nobody else award to some earners until the transaction ends; always in one order."""
    if session.get_bind().dialect.name == "sqlite":
        return  # there only one writes at a time
    locked = (
        select(EarnerRow.id)
        .where(is_among(session, EarnerRow.id, ids))
        .order_by(EarnerRow.id)
        .with_for_update()
        .subquery()
    )
    # Their ids are known: nothing but their number comes back.
    session.execute(select(func.count()).select_from(locked))


def list_last_timestamps(
    session: Session, link_ids: Collection[UUID], user_ids: Collection[UUID]
) -> Mapping[tuple[UUID, UUID], Any]:
    """Return the latest AGS timestamp of some cells, by link and user, where there is one."""
    rows = session.execute(
        select(
            ScoreDeliveryRow.resource_link_id,
            ScoreDeliveryRow.user_id,
            func.max(ScoreDeliveryRow.timestamp),
        )
        .where(
            ScoreDeliveryRow.resource_link_id.in_(link_ids),
            is_among(session, ScoreDeliveryRow.user_id, user_ids),
        )
        .group_by(ScoreDeliveryRow.resource_link_id, ScoreDeliveryRow.user_id)
    )
    return {(link_id, user_id): last for link_id, user_id, last in rows}


def find_account(session: Session, organisation_id: UUID, text: str) -> Sequence[UserRow]:
    """Return the accounts of an organisation's platforms that `text` may mean: id or `sub`."""
    named = [UserRow.sub == text]
    with suppress(ValueError):
        named.append(UserRow.id == UUID(text))
    return session.scalars(
        select(UserRow)
        .join(MembershipRow, MembershipRow.user_id == UserRow.id)
        .join(ContextRow, ContextRow.id == MembershipRow.context_id)
        .join(DeploymentRow, DeploymentRow.id == ContextRow.deployment_id)
        .where(DeploymentRow.organisation_id == organisation_id, or_(*named))
        .distinct()
    ).all()
