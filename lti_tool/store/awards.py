"""Queries about awards, credentials and status lists."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, exists, func, select
from sqlalchemy import Row as ResultRow
from sqlalchemy.orm import Session, aliased

from lti_tool.errors import NotFoundError
from lti_tool.store.many_rows import NewRows, insert_those_free
from lti_tool.store.rows import (
    AchievementRow,
    AchievementVersionRow,
    AttemptRow,
    AwardRow,
    CredentialRow,
    DecisionRow,
    EarnerRow,
    IssuerRow,
    ProgramRow,
    SigningKeyRow,
    StatusEntryRow,
    StatusListRow,
    SubmissionRow,
    UserRow,
)
from lti_tool.values import Scope

AttemptParts = ResultRow[AttemptRow, SubmissionRow, AchievementVersionRow]
AwardParts = ResultRow[AwardRow, CredentialRow]
CredentialParts = ResultRow[CredentialRow, AwardRow, AchievementVersionRow, IssuerRow]


class OpenList(NamedTuple):
    """The status list that new credentials of an issuer go to."""

    id: UUID
    number: int


def get_attempt(
    session: Session, scope: Scope, attempt_id: UUID, *, locks: bool = False
) -> AttemptParts:
    """Return an attempt of the scope's context with its submission and pinned version.

    With `locks`, nobody else decides on the attempt until the transaction ends.

    Raises:
        NotFoundError: there is none, or it belongs to another context.
    """
    query = (
        select(AttemptRow, SubmissionRow, AchievementVersionRow)
        .join(SubmissionRow, SubmissionRow.id == AttemptRow.submission_id)
        .join(
            AchievementVersionRow,
            AchievementVersionRow.id == SubmissionRow.achievement_version_id,
        )
        .where(AttemptRow.id == attempt_id, SubmissionRow.context_id == scope.context_id)
    )
    if locks:
        query = query.with_for_update(of=AttemptRow)
    found = session.execute(query).one_or_none()
    if found is None:
        raise NotFoundError(f"no attempt {attempt_id} in this scope")
    return found


def lock_earner(session: Session, earner_id: UUID) -> EarnerRow:
    """Return the earner; nobody else awards to them until the transaction ends."""
    return session.scalars(
        select(EarnerRow).where(EarnerRow.id == earner_id).with_for_update()
    ).one()


def find_standing_decision(session: Session, attempt_id: UUID) -> DecisionRow | None:
    """Return the decision that stands for an attempt."""
    return session.scalars(
        select(DecisionRow).where(
            DecisionRow.attempt_id == attempt_id, DecisionRow.superseded_at.is_(None)
        )
    ).one_or_none()


def find_live_award(session: Session, earner_id: UUID, achievement_id: UUID) -> AwardRow | None:
    """Return the award of an achievement that an earner holds."""
    return session.scalars(
        select(AwardRow).where(
            AwardRow.earner_id == earner_id,
            AwardRow.achievement_id == achievement_id,
            AwardRow.revoked_at.is_(None),
        )
    ).one_or_none()


def find_renewal(session: Session, award: AwardRow) -> AwardParts | None:
    """Return the award that came after a revoked one, of the same badge to the same person."""
    if award.revoked_at is None:
        return None
    return session.execute(
        _beside(award)
        .where(AwardRow.awarded_at >= award.revoked_at)
        .order_by(AwardRow.awarded_at, AwardRow.id)
        .limit(1)
    ).one_or_none()


def find_former(session: Session, award: AwardRow) -> AwardParts | None:
    """Return the revoked award that came before one, of the same badge to the same person."""
    return session.execute(
        _beside(award)
        .where(AwardRow.revoked_at <= award.awarded_at)
        .order_by(AwardRow.revoked_at.desc(), AwardRow.id)
        .limit(1)
    ).one_or_none()


def _beside(award: AwardRow) -> Select[AwardRow, CredentialRow]:
    return (
        select(AwardRow, CredentialRow)
        .join(CredentialRow, CredentialRow.award_id == AwardRow.id)
        .where(
            AwardRow.earner_id == award.earner_id,
            AwardRow.achievement_id == award.achievement_id,
            AwardRow.id != award.id,
        )
    )


def list_held(session: Session, earner_id: UUID, slugs: Collection[str]) -> frozenset[str]:
    """Return which of some achievements, by slug, an earner holds."""
    found = session.scalars(
        select(AchievementRow.slug)
        .join(AwardRow, AwardRow.achievement_id == AchievementRow.id)
        .where(
            AwardRow.earner_id == earner_id,
            AwardRow.revoked_at.is_(None),
            AchievementRow.slug.in_(slugs),
        )
    )
    return frozenset(found)


def is_behind_decision() -> ColumnElement[bool]:
    """Return how `AwardRow` joins `DecisionRow`: the award that its earner holds by it, or held.

    That is the decision's own, revoked or not; else, as an award may be another
    course's, the live one, or the first that was not revoked when it was made.
    """
    award, attempt, submission, learner = (
        aliased(AwardRow),
        aliased(AttemptRow),
        aliased(SubmissionRow),
        aliased(UserRow),
    )
    of_earner = (
        select(award.id)
        .join(submission, submission.achievement_id == award.achievement_id)
        .join(learner, and_(learner.id == submission.user_id, learner.earner_id == award.earner_id))
        .join(attempt, attempt.submission_id == submission.id)
        .where(attempt.id == DecisionRow.attempt_id, DecisionRow.verdict == "awarded")
        .order_by(award.awarded_at)
        .limit(1)
        .correlate(DecisionRow)
    )
    kinds = (
        award.decision_id == DecisionRow.id,
        award.revoked_at.is_(None),
        award.revoked_at >= DecisionRow.released_at,
    )
    return AwardRow.id == func.coalesce(
        *(of_earner.where(kind).scalar_subquery() for kind in kinds)
    )


def find_award_behind(session: Session, decision_id: UUID) -> AwardRow | None:
    """Return the award that the earner holds by a decision, or held, revoked or not."""
    return session.scalars(
        select(AwardRow)
        .join(DecisionRow, is_behind_decision())
        .where(DecisionRow.id == decision_id)
    ).one_or_none()


def find_award_of_decision(session: Session, decision_id: UUID) -> AwardRow | None:
    """Return the award that a decision made, revoked or not."""
    return session.scalars(
        select(AwardRow).where(AwardRow.decision_id == decision_id)
    ).one_or_none()


def find_credential_of_award(session: Session, award_id: UUID) -> CredentialRow | None:
    """Return the credential of an award."""
    return session.scalars(
        select(CredentialRow).where(CredentialRow.award_id == award_id)
    ).one_or_none()


def find_credential(session: Session, credential_id: UUID) -> CredentialParts | None:
    """Return a credential with its award, achievement version and issuer."""
    return session.execute(
        credential_query().where(CredentialRow.id == credential_id)
    ).one_or_none()


def find_own_credential(
    session: Session, earner_id: UUID, credential_id: UUID
) -> CredentialParts | None:
    """Return a credential of the earner."""
    return session.execute(
        credential_query().where(CredentialRow.id == credential_id, AwardRow.earner_id == earner_id)
    ).one_or_none()


def find_open_list(session: Session, issuer_id: UUID) -> OpenList | None:
    """Return the id and number of the issuer's newest status list."""
    found = session.execute(
        select(StatusListRow.id, StatusListRow.number)
        .where(StatusListRow.issuer_id == issuer_id)
        .order_by(StatusListRow.number.desc())
        .limit(1)
    ).one_or_none()
    return OpenList(*found) if found else None


def take_positions(
    session: Session, status_list_id: UUID, wanted: Mapping[int, UUID], *, at: datetime
) -> Collection[int]:
    """Give positions of a list to credentials, for ever; return those that were free.

    One statement, in the order of the list: two who want the same never wait for each other.
    """
    new = NewRows(
        StatusEntryRow,
        {"status_list_id": status_list_id, "reserved_at": at, "revoked_at": None},
        ("position", "credential_id"),
        sorted(wanted.items()),
    )
    return insert_those_free(session, new, returns=StatusEntryRow.position)


def get_status_list(session: Session, status_list_id: UUID) -> StatusListRow:
    """Return one status list, or raise `NotFoundError`."""
    row = session.get(StatusListRow, status_list_id)
    if row is None:
        raise NotFoundError(f"no status list {status_list_id}")
    return row


def count_entries(session: Session, status_list_id: UUID) -> int:
    """Return how many positions of a list are given away."""
    counted = session.scalar(
        select(func.count())
        .select_from(StatusEntryRow)
        .where(StatusEntryRow.status_list_id == status_list_id)
    )
    return counted or 0


def list_revoked_positions(session: Session, status_list_id: UUID) -> Sequence[int]:
    """Return the positions of a list whose bit is set."""
    return session.scalars(
        select(StatusEntryRow.position).where(
            StatusEntryRow.status_list_id == status_list_id,
            StatusEntryRow.revoked_at.is_not(None),
        )
    ).all()


def list_lists_to_sign(session: Session, *, signed_before: datetime) -> Sequence[UUID]:
    """Return the lists that hold unsigned revocations, or were signed too long ago.

    And those that were signed before a key of their issuer was found to be compromised.
    """
    has_news = exists().where(
        StatusEntryRow.status_list_id == StatusListRow.id,
        StatusEntryRow.revoked_at >= StatusListRow.signed_at,
    )
    was_compromised = exists().where(
        SigningKeyRow.issuer_id == StatusListRow.issuer_id,
        SigningKeyRow.compromise_noted_at >= StatusListRow.signed_at,
    )
    return session.scalars(
        select(StatusListRow.id).where(
            (StatusListRow.signed_at < signed_before) | has_news | was_compromised
        )
    ).all()


def find_oldest_signature(session: Session) -> datetime | None:
    """Return when the list was signed whose signature is the oldest; None where there is none."""
    return session.scalars(
        select(StatusListRow.signed_at).order_by(StatusListRow.signed_at).limit(1)
    ).one_or_none()


def get_issuer_of_version(session: Session, version_id: UUID) -> IssuerRow:
    """Return who signs credentials of an achievement version."""
    return session.scalars(
        select(IssuerRow)
        .join(ProgramRow, ProgramRow.issuer_id == IssuerRow.id)
        .join(AchievementRow, AchievementRow.program_id == ProgramRow.id)
        .join(AchievementVersionRow, AchievementVersionRow.achievement_id == AchievementRow.id)
        .where(AchievementVersionRow.id == version_id)
    ).one()


def credential_query() -> Select[CredentialRow, AwardRow, AchievementVersionRow, IssuerRow]:
    """Return what selects credentials, each with its award, achievement version and issuer."""
    return (
        select(CredentialRow, AwardRow, AchievementVersionRow, IssuerRow)
        .join(AwardRow, AwardRow.id == CredentialRow.award_id)
        .join(AchievementVersionRow, AchievementVersionRow.id == AwardRow.achievement_version_id)
        .join(IssuerRow, IssuerRow.id == CredentialRow.issuer_id)
    )
