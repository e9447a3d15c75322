"""Credentials of other issuers as pages show them: to their earners, and to coordinators."""

from collections.abc import Collection, Mapping, Sequence
from typing import TypeAlias
from uuid import UUID

from sqlalchemy.orm import Session

from lti_tool.errors import NotFoundError
from lti_tool.services.pages.foreign import ForeignRequest, ForeignView
from lti_tool.services.stacks import list_program_badges
from lti_tool.services.urls import PublicURLs
from lti_tool.store import foreign, organisations, pathways
from lti_tool.store.foreign import STANDING
from lti_tool.store.rows import AchievementRow, ForeignCredentialRow, UserRow
from lti_tool.values import ProgramScope

SHOWN_AT_MOST = 200
_Found: TypeAlias = tuple[ForeignCredentialRow, AchievementRow]
"""A credential of another issuer, and the microcredential's achievement for which it counts."""


def list_own(
    session: Session, earner_id: UUID, *, urls: PublicURLs, program_id: UUID | None = None
) -> tuple[ForeignView, ...]:
    """Return what an earner handed in, newest first: for one program, or for all."""
    found = foreign.list_of_earner(session, earner_id, program_id)
    return _views(session, [(row, pathway) for row, pathway in found], urls)


def list_all(session: Session, *, urls: PublicURLs) -> tuple[ForeignView, ...]:
    """Return everything of all programs, newest first, for operators."""
    return _views(session, foreign.list_all(session), urls)


def list_requests(
    session: Session,
    scope: ProgramScope,
    *,
    urls: PublicURLs,
    states: Collection[str] = STANDING,
) -> tuple[ForeignRequest, ...]:
    """Return what was handed in for a program, newest first, by default what stands."""
    found = foreign.list_of_program(session, scope.program_id, states=states, limit=SHOWN_AT_MOST)
    return _requests(session, scope, [(row, pathway) for row, pathway in found], urls)


def _requests(
    session: Session, scope: ProgramScope, found: Sequence[_Found], urls: PublicURLs
) -> tuple[ForeignRequest, ...]:
    people = pathways.list_names(session, {row.earner_id for row, _ in found})
    own = session.get_one(UserRow, scope.user_id).earner_id
    return tuple(
        ForeignRequest(
            view=view,
            learner_id=people[row.earner_id].id if row.earner_id in people else None,
            learner_name=people[row.earner_id].name if row.earner_id in people else "",
            decided_by=_name(session, row.decided_by),
            is_own=row.earner_id == own,
        )
        for (row, _), view in zip(found, _views(session, found, urls), strict=True)
    )


def get_request(
    session: Session, scope: ProgramScope, foreign_id: UUID, *, urls: PublicURLs
) -> tuple[ForeignRequest, bytes]:
    """Return one that was handed in for a program, and its bytes.

    Raises:
        NotFoundError: the program has no such credential.
    """
    row = foreign.get(session, foreign_id)
    pathway = session.get_one(AchievementRow, row.pathway_id)
    if pathway.program_id != scope.program_id:
        raise NotFoundError(f"no credential {foreign_id} in this program")
    return _requests(session, scope, [(row, pathway)], urls)[0], row.document


def foreign_view(
    row: ForeignCredentialRow,
    *,
    urls: PublicURLs,
    pathway_title: str,
    component_title: str,
    can_withdraw: bool,
) -> ForeignView:
    """Return one as pages show it."""
    return ForeignView(
        id=row.id,
        pathway_id=row.pathway_id,
        pathway_title=pathway_title,
        component=row.component,
        component_title=component_title,
        title=row.title,
        issuer_name=row.issuer_name,
        issuer_id=row.issuer_uri,
        subject_name=row.subject_name,
        earned_at=row.earned_at,
        valid_until=row.valid_until,
        handed_in_at=row.handed_in_at,
        state=row.state,
        address=row.address,
        holder_basis=row.holder_basis,
        reason=row.reason,
        decided_at=row.decided_at,
        checked_at=row.checked_at,
        check_outcome=row.check_outcome,
        failing_since=row.failing_since,
        revoked_at=row.revoked_at,
        url=urls.component(row.id),
        can_withdraw=can_withdraw and row.state in STANDING,
    )


def _views(session: Session, found: Sequence[_Found], urls: PublicURLs) -> tuple[ForeignView, ...]:
    resting = foreign.list_resting(session, [row.id for row, _ in found])
    titles = {
        pathway.id: organisations.get_latest_version(session, pathway.id).title
        for pathway in {one.id: one for _, one in found}.values()
    }
    badges: Mapping[UUID, Mapping[str, str]] = {
        program_id: {
            one.achievement.slug: one.title for one in list_program_badges(session, program_id)
        }
        for program_id in {pathway.program_id for _, pathway in found}
    }
    return tuple(
        foreign_view(
            row,
            urls=urls,
            pathway_title=titles[pathway.id],
            component_title=badges[pathway.program_id].get(row.component, row.component),
            can_withdraw=row.id not in resting,
        )
        for row, pathway in found
    )


def _name(session: Session, user_id: UUID | None) -> str:
    user = session.get(UserRow, user_id) if user_id else None
    return user.name if user else ""
