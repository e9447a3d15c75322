"""A table that is pasted into a badge: read, shown with what is unclear, then taken."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, cast
from uuid import UUID

from sqlalchemy.orm import Session

from badges.pasting import PastedDefinition, paste_mark_text, read_pasted
from lti_tool.errors import InvalidFieldsError
from lti_tool.services.desk.editor_pages import badge_head
from lti_tool.services.desk.structure import take_pasted
from lti_tool.services.pages.editor import (
    PastedCriterion,
    PastedLevel,
    PastedMark,
    PastedView,
    PastePage,
)
from lti_tool.services.urls import DeskURLs, PublicURLs
from lti_tool.values import Clock, Launch, NewId, ProgramScope
from rubrics.errors import UnreadablePasteError
from rubrics.pasting.marks import PasteMark

_CRITERIA = "rubric/criteria/"


def read(text: str, html: str) -> PastedDefinition:
    """Return what a clipboard holds.

    Raises:
        InvalidFieldsError: `paste_…` on the field `text`: there is no table, or far too much.
    """
    try:
        return read_pasted(text, html)
    except UnreadablePasteError as error:
        limit = str(error.limit) if error.limit else None
        raise InvalidFieldsError({"text": (f"paste_{error.fault}", limit)}) from error


def take(
    session: Session,
    scope: ProgramScope,
    achievement_id: UUID,
    pasted: PastedDefinition,
    *,
    clock: Clock,
    new_id: NewId,
) -> None:
    """Put what was read into the badge's draft: one step, which can be undone.

    Raises: as `take_pasted`.
    """
    take_pasted(
        session,
        scope,
        achievement_id,
        document=pasted.document,
        marks=[(one.place, paste_mark_text(one)) for one in pasted.marks if not one.is_notice],
        clock=clock,
        new_id=new_id,
    )


def paste_page(
    session: Session,
    launch: Launch,
    scope: ProgramScope,
    achievement_id: UUID,
    *,
    public_urls: PublicURLs,
    text: str = "",
    html: str = "",
    pasted: PastedDefinition | None = None,
) -> PastePage:
    """Return the page that takes a table; with `pasted`, what was read from it."""
    urls = DeskURLs(launch.ref)
    return PastePage(
        badge=badge_head(session, launch, scope, achievement_id, public_urls=public_urls),
        url=urls.badge(achievement_id, "paste"),
        back_url=urls.badge(achievement_id, "edit"),
        text=text,
        html=html,
        view=_view(pasted) if pasted else None,
    )


def _view(pasted: PastedDefinition) -> PastedView:
    document = cast("Mapping[str, Any]", pasted.document)
    criteria = document.get("rubric", {}).get("criteria", ())
    inside = [one for one in pasted.marks if one.place.startswith(_CRITERIA)]
    around = [one for one in pasted.marks if not one.place.startswith(_CRITERIA)]
    return PastedView(
        title=str(document.get("title", "")),
        description=str(document.get("description", "")),
        rule=str(document.get("criteria_narrative", "")),
        licence=str(document.get("licence", {}).get("title", "")),
        criteria=tuple(_criterion(one, _CRITERIA, inside) for one in criteria),
        marks=_marks(around),
        count_unclear=sum(not one.is_notice for one in pasted.marks),
    )


def _criterion(
    document: Mapping[str, Any], above: str, marks: Sequence[PasteMark]
) -> PastedCriterion:
    place = f"{above}{document['id']}"
    own = [one for one in marks if one.place == place or one.place.startswith(f"{place}/")]
    levels = f"{place}/levels/"
    below = f"{place}/criteria/"
    return PastedCriterion(
        title=str(document.get("title", "")),
        definition=str(document.get("definition", "")),
        levels=tuple(_level(one, levels, own) for one in document.get("levels", ())),
        indicators=tuple(_criterion(one, below, own) for one in document.get("criteria", ())),
        marks=_marks(one for one in own if not one.place.startswith((levels, below))),
    )


def _level(document: Mapping[str, Any], above: str, marks: Sequence[PasteMark]) -> PastedLevel:
    place = f"{above}{document['id']}"
    band = document.get("band", {})
    return PastedLevel(
        title=str(document.get("title", "")),
        points=str(document.get("points", "")),
        minimum=str(band.get("minimum", "")),
        maximum=str(band.get("maximum", "")),
        descriptor=str(document.get("descriptor", "")),
        marks=_marks(
            one for one in marks if one.place == place or one.place.startswith(f"{place}/")
        ),
    )


def _marks(marks: Iterable[PasteMark]) -> tuple[PastedMark, ...]:
    return tuple(
        PastedMark(
            text=paste_mark_text(one),
            cell=one.cell,
            row=one.row,
            column=one.column,
            is_notice=one.is_notice,
        )
        for one in marks
    )
