"""Queries about what earners share: links, and the forms of a credential that they show."""

from typing import TypeAlias
from uuid import UUID

from sqlalchemy import ColumnElement, exists, or_, select
from sqlalchemy import Row as ResultRow
from sqlalchemy.orm import Session, aliased

from lti_tool.store.awards import CredentialParts, credential_query, find_credential
from lti_tool.store.rows import (
    AchievementVersionRow,
    AwardComponentRow,
    AwardRow,
    CredentialFormRow,
    CredentialRow,
    IssuerRow,
    ShareRow,
)

SharedParts: TypeAlias = ResultRow[
    CredentialRow, AwardRow, AchievementVersionRow, IssuerRow, CredentialFormRow | None, ShareRow
]
"""A credential with what belongs to it, the form of it that is shown, and the link."""


LEARNER_RECORD = "learner_record"
"""The kind of form that is a learner record (CLR)."""
RecordParts: TypeAlias = ResultRow[CredentialFormRow, CredentialRow]
"""A learner record, and the microcredential that it is the record of."""


def find_share(session: Session, credential_id: UUID) -> ShareRow | None:
    """Return the live share link of a credential, whatever form it shows."""
    return session.scalars(
        select(ShareRow).where(ShareRow.credential_id == credential_id, ShareRow.ended_at.is_(None))
    ).first()


def find_shared(session: Session, token: str) -> SharedParts | None:
    """Return what a share link opens while it lives."""
    return _find_shared(session, ShareRow.token == token)


def find_shared_by_id(session: Session, id_: UUID) -> SharedParts | None:
    """Return what is shared under a credential's own id: never another form of it."""
    return _find_shared(
        session,
        or_(
            (CredentialRow.id == id_) & ShareRow.form_id.is_(None),
            ShareRow.form_id == id_,
        ),
    )


def find_form(session: Session, credential_id: UUID, kind: str) -> CredentialFormRow | None:
    """Return a further form of a credential, if it was ever made."""
    return session.scalars(
        select(CredentialFormRow).where(
            CredentialFormRow.credential_id == credential_id, CredentialFormRow.kind == kind
        )
    ).one_or_none()


def find_shared_record(session: Session, condition: ColumnElement[bool]) -> RecordParts | None:
    """Return a learner record, if everything in it is shared with all that it says.

    A record holds its badges whole, so one that its earner hides, or shows without its
    levels, keeps the record private.
    """
    badge, badge_share, share = aliased(CredentialRow), aliased(ShareRow), aliased(ShareRow)
    is_hidden = (
        exists()
        .where(
            AwardComponentRow.award_id == CredentialRow.award_id,
            badge.award_id == AwardComponentRow.component_id,
        )
        .where(
            ~exists().where(
                badge_share.credential_id == badge.id,
                badge_share.ended_at.is_(None),
                badge_share.form_id.is_(None),
            )
        )
    )
    return session.execute(
        select(CredentialFormRow, CredentialRow)
        .join(CredentialRow, CredentialRow.id == CredentialFormRow.credential_id)
        .join(share, share.credential_id == CredentialRow.id)
        .where(
            CredentialFormRow.kind == LEARNER_RECORD,
            condition,
            share.ended_at.is_(None),
            share.form_id.is_(None),
            ~is_hidden,
        )
        .limit(1)
    ).one_or_none()


def is_record(id_: UUID) -> ColumnElement[bool]:
    """Whether a record has this id."""
    return CredentialFormRow.id == id_


def is_record_of(credential_id: UUID) -> ColumnElement[bool]:
    """Whether it is the record of this microcredential."""
    return CredentialFormRow.credential_id == credential_id


def find_whole(session: Session, id_: UUID) -> CredentialParts | None:
    """Return a credential by its own id or by that of one of its forms.

    For operators alone: whoever has a form must not find the whole by it.
    """
    form = session.get(CredentialFormRow, id_)
    return find_credential(session, form.credential_id if form else id_)


def _find_shared(session: Session, condition: ColumnElement[bool]) -> SharedParts | None:
    query = (
        credential_query()
        .join(ShareRow, ShareRow.credential_id == CredentialRow.id)
        .outerjoin(CredentialFormRow, CredentialFormRow.id == ShareRow.form_id)
        .add_columns(CredentialFormRow, ShareRow)
        .where(ShareRow.ended_at.is_(None), condition)
        .limit(1)
    )
    return session.execute(query).one_or_none()
