"""Trying a badge's rule, and looking at a badge as others would see it."""

from uuid import UUID

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from lti_tool.headers import make_inert
from lti_tool.runtime import runtime
from lti_tool.services.desk import previewing, trying
from lti_tool.services.models import Notice
from lti_tool.views.desk import badge_scope
from lti_tool.views.session import PREFIX, current, guard
from lti_tool.views.surroundings import public_urls, surroundings

bp = Blueprint("desk_trial", __name__, url_prefix=f"{PREFIX}/desk/badges/<uuid:achievement_id>")
guard(bp)

PREVIEW = (Notice(kind="info", code="desk_preview"),)


@bp.get("/try")
def show_try(achievement_id: UUID) -> ResponseReturnValue:
    """Show what the rule makes of levels and scores that are typed in."""
    with runtime().reading() as session:
        page = trying.try_page(
            session,
            current().launch,
            badge_scope(session, achievement_id),
            achievement_id,
            given=request.args,
            public_urls=public_urls(),
        )
    return render_template("desk/try.html", page=page)


@bp.get("/preview")
def show_preview(achievement_id: UUID) -> ResponseReturnValue:
    """Show the badge as others would see it, in frames."""
    with runtime().reading() as session:
        page = previewing.preview_page(
            session,
            current().launch,
            badge_scope(session, achievement_id),
            achievement_id,
            kind=request.args.get("of", ""),
            public_urls=public_urls(),
        )
    return render_template("desk/preview.html", page=page)


@bp.get("/preview/learner")
def show_as_learner(achievement_id: UUID) -> ResponseReturnValue:
    """Show the activity as a learner meets it; nothing in it does anything."""
    make_inert()
    with runtime().reading() as session:
        scope = badge_scope(session, achievement_id)
        page = previewing.as_learner(session, current().launch, scope, achievement_id)
    return render_template("learner/activity.html", page=page, notices=PREVIEW)


@bp.get("/preview/work")
def show_as_work(achievement_id: UUID) -> ResponseReturnValue:
    """Show the form that a learner fills in."""
    make_inert()
    with runtime().reading() as session:
        scope = badge_scope(session, achievement_id)
        page = previewing.as_work(
            session, current().launch, scope, achievement_id, around=surroundings()
        )
    return render_template("learner/work.html", page=page, notices=PREVIEW)


@bp.get("/preview/assessor")
def show_as_assessor(achievement_id: UUID) -> ResponseReturnValue:
    """Show the scoring page."""
    make_inert()
    here = runtime()
    with here.reading() as session:
        scope = badge_scope(session, achievement_id)
        page = previewing.as_assessor(
            session, current().launch, scope, achievement_id, clock=here.clock
        )
    return render_template("assessor/score.html", page=page, notices=PREVIEW)


@bp.get("/preview/credential")
def show_as_credential(achievement_id: UUID) -> ResponseReturnValue:
    """Show the credential, unsigned and of nobody."""
    make_inert()
    here = runtime()
    with here.reading() as session:
        page = previewing.as_credential(
            session,
            current().launch,
            badge_scope(session, achievement_id),
            achievement_id,
            public_urls=public_urls(),
            clock=here.clock,
        )
    return render_template("desk/preview_credential.html", page=page, notices=PREVIEW)
