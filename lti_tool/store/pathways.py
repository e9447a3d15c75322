"""Queries about pathways: which badges make a microcredential, and what an earner holds of them."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import TypeAlias
from uuid import UUID

from sqlalchemy import Row as ResultRow
from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session, defer

from lti_tool.store.people import name_that_counts
from lti_tool.store.rows import (
    AchievementRow,
    AchievementVersionRow,
    AttemptRow,
    AttestationRow,
    AwardComponentRow,
    AwardRow,
    CredentialRow,
    EarnerRow,
    LinkBindingRow,
    MembershipRow,
    ProgramRow,
    ResourceLinkRow,
    SubmissionRow,
    UserRow,
)
from lti_tool.values import ProgramScope

VersionParts: TypeAlias = ResultRow[AchievementRow, AchievementVersionRow]
GivenParts: TypeAlias = ResultRow[AwardRow, CredentialRow]
LostParts: TypeAlias = ResultRow[AwardRow, AchievementVersionRow, UUID]
AwardParts: TypeAlias = ResultRow[AwardRow, CredentialRow, AttestationRow | None]


def share_program(session: Session, program_id: UUID) -> None:
    """Let nobody publish in the program until the transaction ends; others may award beside.

    Whoever awards locks in this order: the program, the earner, the attempt.
    """
    session.execute(
        select(ProgramRow.id).where(ProgramRow.id == program_id).with_for_update(read=True)
    )


def list_badge_versions(session: Session, program_id: UUID) -> Sequence[VersionParts]:
    """Return every version of a program's badges: in their order, oldest version first."""
    return _list_versions(session, program_id, "badge")


def list_pathway_versions(session: Session, program_id: UUID) -> Sequence[VersionParts]:
    """Return every version of a program's microcredentials, oldest version first."""
    return _list_versions(session, program_id, "microcredential")


def find_pathway(session: Session, program_id: UUID, achievement_id: UUID) -> AchievementRow | None:
    """Return a program's microcredential."""
    return session.scalars(
        select(AchievementRow).where(
            AchievementRow.id == achievement_id,
            AchievementRow.program_id == program_id,
            AchievementRow.kind == "microcredential",
        )
    ).one_or_none()


def list_awards(
    session: Session, earner_ids: Collection[UUID], achievement_ids: Collection[UUID]
) -> Sequence[AwardParts]:
    """Return all awards of some earners and achievements, revoked ones too, oldest first.

    The documents, which are large, are loaded where they are looked at.
    """
    return session.execute(
        select(AwardRow, CredentialRow, AttestationRow)
        .options(defer(CredentialRow.document), defer(CredentialRow.token))
        .join(CredentialRow, CredentialRow.award_id == AwardRow.id)
        .outerjoin(AttestationRow, AttestationRow.award_id == AwardRow.id)
        .where(AwardRow.earner_id.in_(earner_ids), AwardRow.achievement_id.in_(achievement_ids))
        .order_by(AwardRow.awarded_at, AwardRow.id)
    ).all()


def list_holders(session: Session, achievement_ids: Collection[UUID]) -> Sequence[UUID]:
    """Return the earners who hold at least one of some achievements, in the order of locking."""
    return session.scalars(
        select(AwardRow.earner_id)
        .where(AwardRow.achievement_id.in_(achievement_ids), AwardRow.revoked_at.is_(None))
        .distinct()
        .order_by(AwardRow.earner_id)
    ).all()


def list_live_microcredentials(
    session: Session, program_id: UUID, earner_id: UUID
) -> Sequence[AwardRow]:
    """Return the microcredentials of a program that an earner holds."""
    return session.scalars(
        select(AwardRow)
        .join(AchievementRow, AchievementRow.id == AwardRow.achievement_id)
        .where(
            AchievementRow.program_id == program_id,
            AchievementRow.kind == "microcredential",
            AwardRow.earner_id == earner_id,
            AwardRow.revoked_at.is_(None),
        )
        .order_by(AwardRow.id)
    ).all()


def list_lost_with(
    session: Session, credential_ids: Collection[UUID], *, since: datetime
) -> Sequence[LostParts]:
    """Return the microcredentials of the earners of some credentials that were lost since then.

    Each with its version and the id of its credential.
    """
    earners = (
        select(AwardRow.earner_id)
        .join(CredentialRow, CredentialRow.award_id == AwardRow.id)
        .where(CredentialRow.id.in_(credential_ids))
    )
    return session.execute(
        select(AwardRow, AchievementVersionRow, CredentialRow.id)
        .join(AchievementVersionRow, AchievementVersionRow.id == AwardRow.achievement_version_id)
        .join(CredentialRow, CredentialRow.award_id == AwardRow.id)
        .where(
            AwardRow.earner_id.in_(earners),
            AwardRow.origin == "pathway",
            AwardRow.revoked_at >= since,
        )
        .order_by(AwardRow.awarded_at, AwardRow.id)
    ).all()


def list_given(
    session: Session,
    program_id: UUID,
    achievement_id: UUID,
    *,
    since: datetime | None,
    until: datetime | None,
    limit: int,
) -> Sequence[GivenParts]:
    """Return the live awards of a badge of a program, given from one instant to another."""
    query = (
        select(AwardRow, CredentialRow)
        .options(defer(CredentialRow.document), defer(CredentialRow.token))
        .join(CredentialRow, CredentialRow.award_id == AwardRow.id)
        .join(AchievementRow, AchievementRow.id == AwardRow.achievement_id)
        .where(
            AchievementRow.program_id == program_id,
            AwardRow.achievement_id == achievement_id,
            AwardRow.revoked_at.is_(None),
        )
        .order_by(AwardRow.awarded_at.desc(), AwardRow.id)
        .limit(limit)
    )
    if since is not None:
        query = query.where(AwardRow.awarded_at >= since)
    if until is not None:
        query = query.where(AwardRow.awarded_at < until)
    return session.execute(query).all()


def list_components(session: Session, award_id: UUID) -> Sequence[AwardParts]:
    """Return the awards that a microcredential's award rests on."""
    return session.execute(
        select(AwardRow, CredentialRow, AttestationRow)
        .join(AwardComponentRow, AwardComponentRow.component_id == AwardRow.id)
        .join(CredentialRow, CredentialRow.award_id == AwardRow.id)
        .outerjoin(AttestationRow, AttestationRow.award_id == AwardRow.id)
        .where(AwardComponentRow.award_id == award_id)
    ).all()


def list_learners(
    session: Session, scope: ProgramScope, *, name: str, limit: int
) -> Sequence[UserRow]:
    """Return learners of courses whose activities open the program's badges, by name."""
    query = (
        select(UserRow)
        .join(MembershipRow, MembershipRow.user_id == UserRow.id)
        .join(ResourceLinkRow, ResourceLinkRow.context_id == MembershipRow.context_id)
        .join(LinkBindingRow, LinkBindingRow.resource_link_id == ResourceLinkRow.id)
        .join(AchievementRow, AchievementRow.id == LinkBindingRow.achievement_id)
        .where(
            AchievementRow.program_id == scope.program_id,
            MembershipRow.roles.contains("learner"),
            UserRow.is_test.is_(False),
        )
        .distinct()
        .order_by(UserRow.name, UserRow.id)
        .limit(limit)
    )
    if name:
        query = query.where(func.lower(UserRow.name).contains(name.lower(), autoescape=True))
    return session.scalars(query).all()


def find_learner(session: Session, scope: ProgramScope, user_id: UUID) -> UserRow | None:
    """Return one of `list_learners`."""
    return session.scalars(
        select(UserRow).where(
            UserRow.id == user_id,
            UserRow.is_test.is_(False),
            exists(
                select(MembershipRow.user_id)
                .join(ResourceLinkRow, ResourceLinkRow.context_id == MembershipRow.context_id)
                .join(LinkBindingRow, LinkBindingRow.resource_link_id == ResourceLinkRow.id)
                .join(AchievementRow, AchievementRow.id == LinkBindingRow.achievement_id)
                .where(
                    MembershipRow.user_id == UserRow.id,
                    MembershipRow.roles.contains("learner"),
                    AchievementRow.program_id == scope.program_id,
                )
            ),
        )
    ).one_or_none()


def list_names(session: Session, earner_ids: Collection[UUID]) -> Mapping[UUID, UserRow]:
    """Return one account of each of some earners, the one with the first name in the alphabet."""
    found = session.scalars(
        select(UserRow)
        .where(UserRow.earner_id.in_(earner_ids))
        .order_by(UserRow.name.desc(), UserRow.id)
    )
    return {user.earner_id: user for user in found}


def list_attestations(
    session: Session, scope: ProgramScope, *, limit: int
) -> Sequence[ResultRow[AttestationRow, AwardRow, UserRow]]:
    """Return the attested awards of a program with who attested them, newest first."""
    return session.execute(
        select(AttestationRow, AwardRow, UserRow)
        .join(AwardRow, AwardRow.id == AttestationRow.award_id)
        .join(AchievementRow, AchievementRow.id == AwardRow.achievement_id)
        .join(UserRow, UserRow.id == AttestationRow.attested_by)
        .where(AchievementRow.program_id == scope.program_id)
        .order_by(AttestationRow.attested_at.desc(), AttestationRow.award_id)
        .limit(limit)
    ).all()


def count_live(session: Session, achievement_id: UUID) -> int:
    """Return how many people hold an achievement."""
    counted = session.scalar(
        select(func.count())
        .select_from(AwardRow)
        .where(AwardRow.achievement_id == achievement_id, AwardRow.revoked_at.is_(None))
    )
    return counted or 0


def find_confirmed_name(session: Session, earner_id: UUID) -> str:
    """Return the name that an earner last confirmed for a badge, or chose for all since.

    Empty if they never did, or want none.
    """
    found = session.execute(
        select(AttemptRow.name_on_badge, AttemptRow.submitted_at)
        .join(SubmissionRow, SubmissionRow.id == AttemptRow.submission_id)
        .join(UserRow, UserRow.id == SubmissionRow.user_id)
        .where(
            UserRow.earner_id == earner_id,
            AttemptRow.name_confirmed,
            AttemptRow.submitted_at.is_not(None),
        )
        .order_by(AttemptRow.submitted_at.desc(), AttemptRow.id)
        .limit(1)
    ).one_or_none()
    name, at = found or ("", None)
    return name_that_counts(session.get_one(EarnerRow, earner_id), name, at)


def _list_versions(session: Session, program_id: UUID, kind: str) -> Sequence[VersionParts]:
    # What is large and seldom read is left where it is.
    large = [defer(AchievementVersionRow.image)]
    if kind == "badge":
        large.append(defer(AchievementVersionRow.document))
    return session.execute(
        select(AchievementRow, AchievementVersionRow)
        .options(*large)
        .join(AchievementVersionRow, AchievementVersionRow.achievement_id == AchievementRow.id)
        .where(AchievementRow.program_id == program_id, AchievementRow.kind == kind)
        .order_by(AchievementRow.position, AchievementRow.slug, AchievementVersionRow.number)
    ).all()
