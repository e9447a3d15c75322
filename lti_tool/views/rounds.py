"""What others than the assessor said of the work: the form to type it in."""

from uuid import UUID

from flask import Blueprint, redirect, render_template, request
from flask.typing import ResponseReturnValue

from lti_tool.errors import ConflictError, InvalidFieldsError, http_status
from lti_tool.runtime import runtime
from lti_tool.services.rounds import round_page, save_round
from lti_tool.services.urls import CourseURLs
from lti_tool.views.bodies import revision_of
from lti_tool.views.errors import field_errors
from lti_tool.views.session import PREFIX, guard, require_rater

bp = Blueprint("rounds", __name__, url_prefix=PREFIX)
guard(bp)

NO_FIELDS = frozenset({"csrf_token", "revision"})


@bp.get("/attempts/<uuid:attempt_id>/rounds/<key>")
def show_round(attempt_id: UUID, key: str) -> ResponseReturnValue:
    """Show what was typed in so far."""
    launch, here = require_rater(), runtime()
    with here.reading() as session:
        page = round_page(session, launch, attempt_id, key)
    return render_template("assessor/round.html", page=page, errors=(), is_stale=False)


@bp.post("/attempts/<uuid:attempt_id>/rounds/<key>")
def save(attempt_id: UUID, key: str) -> ResponseReturnValue:
    """Store it, or show again what was refused, with every word."""
    launch, here = require_rater(), runtime()
    sent = {name: text for name, text in request.form.items() if name not in NO_FIELDS}
    try:
        with here.writing() as session:
            save_round(
                session,
                launch,
                attempt_id,
                key,
                revision=revision_of(request.form.get("revision")),
                fields=sent,
                clock=here.clock,
                new_id=here.new_id,
            )
    except (ConflictError, InvalidFieldsError) as error:
        with here.reading() as session:
            page = round_page(session, launch, attempt_id, key, sent=sent)
        errors = field_errors(error) if isinstance(error, InvalidFieldsError) else ()
        is_stale = isinstance(error, ConflictError)
        shown = render_template("assessor/round.html", page=page, errors=errors, is_stale=is_stale)
        return shown, http_status(error)
    return redirect(CourseURLs(launch.ref).attempt(attempt_id) + "#other-ratings", 303)
