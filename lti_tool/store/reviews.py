"""Queries behind links that a gradebook keeps."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.store.rows import LinkBindingRow, ResourceLinkRow, SubmissionRow
from lti_tool.values import Scope


def find_submission_id(
    session: Session, scope: Scope, *, resource_link_id: UUID, user_id: UUID
) -> UUID | None:
    """Return the user's submission toward what a resource link of the scope's context opens."""
    return session.scalars(
        select(SubmissionRow.id)
        .join(LinkBindingRow, LinkBindingRow.achievement_id == SubmissionRow.achievement_id)
        .join(ResourceLinkRow, ResourceLinkRow.id == LinkBindingRow.resource_link_id)
        .where(
            LinkBindingRow.resource_link_id == resource_link_id,
            ResourceLinkRow.context_id == scope.context_id,
            SubmissionRow.context_id == scope.context_id,
            SubmissionRow.user_id == user_id,
        )
    ).one_or_none()
