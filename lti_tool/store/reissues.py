"""Queries about credentials that have to be issued anew, and what they were before."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias
from uuid import UUID

from sqlalchemy import ColumnElement, exists, func, or_, select
from sqlalchemy import Row as ResultRow
from sqlalchemy.orm import Session, aliased

from lti_tool.store import endorsements
from lti_tool.store.rows import (
    AchievementRow,
    AwardComponentRow,
    AwardRow,
    CredentialFormRow,
    CredentialRow,
    FormerCredentialRow,
    SigningKeyRow,
)

CredentialAward: TypeAlias = ResultRow[CredentialRow, AwardRow, UUID]
"""A credential, its award and the id of its program."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Affected:
    """A credential that was signed with a key, or that rests on one that was.

    An endorsement that was withdrawn is revoked.
    """

    credential_id: UUID
    is_revoked: bool
    is_signed_with_it: bool
    is_endorsement: bool = False


def list_affected(session: Session, key_id: str) -> Sequence[Affected]:
    """Return every credential that a key signed, and the live ones that rest on such.

    Forms and endorsements are credentials, too.
    """
    signed = session.execute(
        select(CredentialRow.id, AwardRow.revoked_at.is_not(None))
        .join(AwardRow, AwardRow.id == CredentialRow.award_id)
        .where(_is_signed_with(key_id))
        .order_by(CredentialRow.id)
    )
    forms = session.execute(
        select(CredentialFormRow.id, AwardRow.revoked_at.is_not(None))
        .join(CredentialRow, CredentialRow.id == CredentialFormRow.credential_id)
        .join(AwardRow, AwardRow.id == CredentialRow.award_id)
        .where(_is_signed_with(key_id, CredentialFormRow))
        .order_by(CredentialFormRow.id)
    )
    component = aliased(CredentialRow)
    above = session.scalars(
        select(CredentialRow.id)
        .join(AwardRow, AwardRow.id == CredentialRow.award_id)
        .join(AwardComponentRow, AwardComponentRow.award_id == AwardRow.id)
        .join(component, component.award_id == AwardComponentRow.component_id)
        .where(
            AwardRow.revoked_at.is_(None),
            _is_signed_with(key_id, component),
            ~_is_signed_with(key_id),
        )
        .distinct()
        .order_by(CredentialRow.id)
    )
    return [
        *(
            Affected(credential_id=id_, is_revoked=is_revoked, is_signed_with_it=True)
            for id_, is_revoked in (*signed, *forms)
        ),
        *(Affected(credential_id=id_, is_revoked=False, is_signed_with_it=False) for id_ in above),
        *(
            Affected(
                credential_id=one.id,
                is_revoked=one.withdrawn_at is not None,
                is_signed_with_it=True,
                is_endorsement=True,
            )
            for one in endorsements.list_signed_with(session, key_id)
        ),
    ]


def list_signed_with(
    session: Session, key_id: str, *, rests_on_others: bool, after: UUID | None, limit: int
) -> Sequence[UUID]:
    """Return live credentials that a key signed, by id: badges, or what rests on badges."""
    rests = AwardRow.origin == "pathway"
    conditions = (_is_signed_with(key_id), rests if rests_on_others else ~rests)
    return _page(session, *conditions, after=after, limit=limit)


def list_outdated(session: Session, *, after: UUID | None, limit: int) -> Sequence[UUID]:
    """Return live credentials, by id, that rest on one that was issued anew after them."""
    component = aliased(CredentialRow)
    is_outdated = exists().where(
        AwardComponentRow.award_id == AwardRow.id,
        component.award_id == AwardComponentRow.component_id,
        component.reissued_at >= func.coalesce(CredentialRow.reissued_at, CredentialRow.issued_at),
    )
    return _page(session, is_outdated, after=after, limit=limit)


def list_outdated_forms(
    session: Session, kind: str, *, after: UUID | None, limit: int
) -> Sequence[tuple[UUID, UUID]]:
    """Return live forms of a kind, by id, each with its credential's id, that may have to follow.

    A compromised key signed them, or their credential was issued anew after them.
    """
    is_compromised = exists().where(
        SigningKeyRow.id.in_((CredentialFormRow.document_key_id, CredentialFormRow.token_key_id)),
        SigningKeyRow.compromised_at.is_not(None),
    )
    query = (
        select(CredentialFormRow.id, CredentialFormRow.credential_id)
        .join(CredentialRow, CredentialRow.id == CredentialFormRow.credential_id)
        .join(AwardRow, AwardRow.id == CredentialRow.award_id)
        .where(
            CredentialFormRow.kind == kind,
            AwardRow.revoked_at.is_(None),
            or_(
                is_compromised,
                CredentialRow.reissued_at
                >= func.coalesce(CredentialFormRow.reissued_at, CredentialFormRow.issued_at),
            ),
        )
        .order_by(CredentialFormRow.id)
        .limit(limit)
    )
    if after is not None:
        query = query.where(CredentialFormRow.id > after)
    return [(form_id, credential_id) for form_id, credential_id in session.execute(query)]


def list_without_record(
    session: Session, kind: str, *, after: UUID | None, limit: int
) -> Sequence[UUID]:
    """Return live microcredentials, by id, whose form of a kind is missing or may be behind.

    A compromised key signed it, or the microcredential or one of its badges was issued anew
    after it.
    """
    form, component = aliased(CredentialFormRow), aliased(CredentialRow)
    made_at = func.coalesce(form.reissued_at, form.issued_at)
    rests_on_newer = exists().where(
        AwardComponentRow.award_id == AwardRow.id,
        component.award_id == AwardComponentRow.component_id,
        component.reissued_at >= made_at,
    )
    is_compromised = exists().where(
        SigningKeyRow.id == form.document_key_id, SigningKeyRow.compromised_at.is_not(None)
    )
    query = (
        select(CredentialRow.id)
        .join(AwardRow, AwardRow.id == CredentialRow.award_id)
        .outerjoin(form, (form.credential_id == CredentialRow.id) & (form.kind == kind))
        .where(
            AwardRow.origin == "pathway",
            AwardRow.revoked_at.is_(None),
            or_(
                form.id.is_(None),
                CredentialRow.reissued_at >= made_at,
                rests_on_newer,
                is_compromised,
            ),
        )
        .order_by(CredentialRow.id)
        .limit(limit)
    )
    return session.scalars(query if after is None else query.where(CredentialRow.id > after)).all()


def get_with_award(session: Session, credential_id: UUID) -> CredentialAward:
    """Return a credential with its award and program."""
    return session.execute(
        select(CredentialRow, AwardRow, AchievementRow.program_id)
        .join(AwardRow, AwardRow.id == CredentialRow.award_id)
        .join(AchievementRow, AchievementRow.id == AwardRow.achievement_id)
        .where(CredentialRow.id == credential_id)
    ).one()


def list_component_credentials(session: Session, award_id: UUID) -> Sequence[CredentialRow]:
    """Return the credentials that a microcredential's award rests on."""
    return session.scalars(
        select(CredentialRow)
        .join(AwardComponentRow, AwardComponentRow.component_id == CredentialRow.award_id)
        .where(AwardComponentRow.award_id == award_id)
    ).all()


def find_former(session: Session, sha256: str) -> FormerCredentialRow | None:
    """Return what a credential was before, by the hash of either form."""
    return session.scalars(
        select(FormerCredentialRow)
        .where(
            or_(
                FormerCredentialRow.document_sha256 == sha256,
                FormerCredentialRow.token_sha256 == sha256,
            )
        )
        .limit(1)
    ).one_or_none()


def _is_signed_with(
    key_id: str, row: type[CredentialRow] | type[CredentialFormRow] = CredentialRow
) -> ColumnElement[bool]:
    # Never NULL, also where there is no token yet: the contrary is asked for, too.
    is_of_token = row.token_key_id.is_not(None) & (row.token_key_id == key_id)
    return or_(row.document_key_id == key_id, is_of_token)


def _page(
    session: Session, *conditions: ColumnElement[bool], after: UUID | None, limit: int
) -> Sequence[UUID]:
    query = (
        select(CredentialRow.id)
        .join(AwardRow, AwardRow.id == CredentialRow.award_id)
        .where(AwardRow.revoked_at.is_(None), *conditions)
        .order_by(CredentialRow.id)
        .limit(limit)
    )
    return session.scalars(query if after is None else query.where(CredentialRow.id > after)).all()
