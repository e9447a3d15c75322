"""The picture of a badge that is being written: the program's own, or the one drawn for it."""

from uuid import UUID

from sqlalchemy.orm import Session

from badges.errors import InvalidPictureError
from badges.image import draw_badge_image
from badges.picture import clean_picture
from lti_tool.errors import InvalidFieldsError
from lti_tool.services.desk.editing import get_work
from lti_tool.services.desk.revisions import Page, lock_draft
from lti_tool.services.publishing import PNG, SVG
from lti_tool.values import ProgramScope


def picture_of(session: Session, scope: ProgramScope, achievement_id: UUID) -> tuple[bytes, str]:
    """Return the picture as it would be published, and its media type."""
    work = get_work(session, scope, achievement_id)
    if work.image:
        return work.image, PNG
    document = work.draft.document
    drawn = draw_badge_image(
        title=str(document.get("title", "")),
        position=int(document.get("position", 1)),
        total=document.get("total_in_stack"),
        alt=str(document.get("image_alt", "")),
    )
    return drawn, SVG


def set_picture(
    session: Session, scope: ProgramScope, achievement_id: UUID, *, page: Page, data: bytes | None
) -> None:
    """Take a picture for the draft, or with None the one that is drawn for it.

    Raises:
        ClosedError: the draft was published or thrown away.
        InvalidFieldsError: it is no picture for a badge; `image_…` says why.
    """
    row = lock_draft(session, scope, achievement_id, page.draft_id)
    try:
        row.image = None if data is None else clean_picture(data)
    except InvalidPictureError as error:
        raise InvalidFieldsError({"file": (f"image_{error.reason}", None)}) from error
    session.flush()
