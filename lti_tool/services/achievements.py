"""Published versions as the achievements that their credentials carry, and the world looks up."""

from uuid import UUID

from sqlalchemy.orm import Session

from badges.achievement import Achievement
from lti_tool.services.credential_facts import badge_achievement, stack_achievement
from lti_tool.services.endorsed import standing_of
from lti_tool.services.public_pages import published_version
from lti_tool.services.stack_pages import is_microcredential, published_stack
from lti_tool.services.stacking import stacked_badges
from lti_tool.services.urls import PublicURLs
from lti_tool.store import awards


def published_achievement(session: Session, version_id: UUID, *, urls: PublicURLs) -> Achievement:
    """Return the achievement of a version that was published at some time.

    Raises:
        NotFoundError: there is none, it is still somebody's draft, or it is a pathway of
            which a badge is not open yet: until then nobody can hold it.
    """
    issuer = awards.get_issuer_of_version(session, version_id)
    if is_microcredential(session, version_id):
        stack = published_stack(session, version_id)
        return stack_achievement(
            stack.definition,
            stacked_badges(stack, urls),
            version_id=version_id,
            version_number=stack.version.number,
            issuer=issuer,
            urls=urls,
            endorsements=standing_of(session, version_id=version_id),
        )
    row, definition = published_version(session, version_id)
    return badge_achievement(
        definition,
        version_id=row.id,
        version_number=row.number,
        image_type=row.image_type,
        issuer=issuer,
        urls=urls,
        endorsements=standing_of(session, version_id=version_id),
    )
