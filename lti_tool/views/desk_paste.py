"""Pasting a table into a badge: first what was read, then, if it is right, into the draft."""

from uuid import UUID

from flask import Blueprint, redirect, render_template, request
from flask.typing import ResponseReturnValue

from badges.pasting import PastedDefinition
from lti_tool.errors import InvalidFieldsError, http_status
from lti_tool.runtime import runtime
from lti_tool.services.desk import pasting
from lti_tool.services.models import FieldError
from lti_tool.services.urls import DeskURLs
from lti_tool.views.desk import badge_scope
from lti_tool.views.errors import field_errors
from lti_tool.views.session import PREFIX, current, guard
from lti_tool.views.surroundings import public_urls

bp = Blueprint("desk_paste", __name__, url_prefix=f"{PREFIX}/desk/badges/<uuid:achievement_id>")
guard(bp)

SHOWN_CHARACTERS = 400_000
"""Of a paste that is refused as too long, the page gives back no more than this."""


@bp.get("/paste")
def show(achievement_id: UUID) -> str:
    """Show where a table is pasted."""
    return _page(achievement_id)


@bp.post("/paste")
def read(achievement_id: UUID) -> ResponseReturnValue:
    """Read what was pasted and show it; take it, when the button says so."""
    text, html = request.form.get("text", ""), request.form.get("html", "")
    here = runtime()
    with here.reading() as session:
        badge_scope(session, achievement_id)
    try:
        pasted = pasting.read(text, html)
    except InvalidFieldsError as error:
        page = _page(achievement_id, text[:SHOWN_CHARACTERS], errors=field_errors(error))
        return page, http_status(error)
    if request.form.get("action") != "use":
        return _page(achievement_id, text, html, pasted)
    with here.writing() as session:
        pasting.take(
            session,
            badge_scope(session, achievement_id),
            achievement_id,
            pasted,
            clock=here.clock,
            new_id=here.new_id,
        )
    url = DeskURLs(current().launch.ref).badge(achievement_id, "edit")
    return redirect(f"{url}?notice=pasted", code=303)


def _page(
    achievement_id: UUID,
    text: str = "",
    html: str = "",
    pasted: PastedDefinition | None = None,
    errors: tuple[FieldError, ...] = (),
) -> str:
    with runtime().reading() as session:
        page = pasting.paste_page(
            session,
            current().launch,
            badge_scope(session, achievement_id),
            achievement_id,
            public_urls=public_urls(),
            text=text,
            html=html,
            pasted=pasted,
        )
    return render_template("desk/paste.html", page=page, errors=errors)
