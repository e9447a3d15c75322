"""What makes a decision final: release, return, correction, and sending a result again.

The pages before say what each will do; these views do it.
"""

from uuid import UUID

from flask import Blueprint, redirect, render_template, request
from flask.typing import ResponseReturnValue

from lti_tool.errors import ConflictError, InvalidFieldsError, http_status
from lti_tool.runtime import runtime
from lti_tool.services import releasing
from lti_tool.services.binding import get_opened
from lti_tool.services.correct_pages import confirm_correction, edit_correction, parse_correction
from lti_tool.services.correcting import correct_decision
from lti_tool.services.decisions import Verdict
from lti_tool.services.queue import find_next, place_of
from lti_tool.services.resending import resend
from lti_tool.services.texts import plain_text
from lti_tool.services.urls import CourseURLs
from lti_tool.store import awards
from lti_tool.values import Launch
from lti_tool.views.errors import field_errors
from lti_tool.views.session import PREFIX, guard, require_rater
from lti_tool.views.surroundings import public_urls

bp = Blueprint("releasing", __name__, url_prefix=PREFIX)
guard(bp)

NOTE_CHARACTERS = 20_000
NO_FIELDS = frozenset({"csrf_token", "inputs"})
NOTICES = {
    Verdict.AWARDED: "released_award",
    Verdict.NOT_AWARDED: "released_no_award",
    Verdict.RETURNED: "returned",
    Verdict.REVIEWED: "released_review",
}


@bp.post("/attempts/<uuid:attempt_id>/release")
def release(attempt_id: UUID) -> ResponseReturnValue:
    """Release the decision that was confirmed."""
    launch, here = require_rater(), runtime()
    try:
        released = releasing.release_decision(
            here.issuing, launch, attempt_id, inputs_hash=request.form.get("inputs", "")
        )
    except ConflictError as error:
        return _changed(launch, attempt_id, error, CourseURLs(launch.ref).release(attempt_id))
    here.wake()
    return _go_on(launch, attempt_id, NOTICES[released.verdict])


@bp.post("/attempts/<uuid:attempt_id>/return")
def return_for_revision(attempt_id: UUID) -> ResponseReturnValue:
    """Give the attempt back with what to change."""
    launch, here = require_rater(), runtime()
    note = plain_text(request.form.get("comment", ""), field="comment", most=NOTE_CHARACTERS)
    try:
        released = releasing.return_for_revision(
            here.issuing,
            launch,
            attempt_id,
            inputs_hash=request.form.get("inputs", ""),
            note=note,
        )
    except ConflictError as error:
        url = CourseURLs(launch.ref).release(attempt_id, action="return")
        return _changed(launch, attempt_id, error, url)
    return _go_on(launch, attempt_id, NOTICES[released.verdict])


@bp.post("/attempts/<uuid:attempt_id>/correct/preview")
def preview_correction(attempt_id: UUID) -> ResponseReturnValue:
    """Say what the correction will do; nothing is stored."""
    launch, sent = require_rater(), _fields()
    with runtime().reading() as session:
        try:
            page = confirm_correction(session, launch, attempt_id, sent, public_urls=public_urls())
        except InvalidFieldsError as error:
            page = edit_correction(
                session, launch, attempt_id, public_urls=public_urls(), refused=sent
            )
            errors = field_errors(error)
            shown = render_template("assessor/correct.html", page=page, errors=errors)
            return shown, http_status(error)
    return render_template("assessor/correct.html", page=page)


@bp.post("/attempts/<uuid:attempt_id>/correct/confirm")
def confirm(attempt_id: UUID) -> ResponseReturnValue:
    """Correct the decision as it was previewed."""
    launch, here = require_rater(), runtime()
    with here.reading() as session:
        correction = parse_correction(session, launch, attempt_id, _fields())
    try:
        correct_decision(
            here.issuing,
            launch,
            attempt_id,
            correction,
            preview_hash=request.form.get("inputs", ""),
        )
    except ConflictError as error:
        return _changed(launch, attempt_id, error, CourseURLs(launch.ref).correct(attempt_id))
    here.wake()
    url = CourseURLs(launch.ref).attempt_with(attempt_id, "corrected", about=attempt_id)
    return redirect(url, code=303)


@bp.post("/attempts/<uuid:attempt_id>/resend")
def send_again(attempt_id: UUID) -> ResponseReturnValue:
    """Send an attempt's result to the gradebook again."""
    launch, here = require_rater(), runtime()
    with here.writing() as session:
        resend(
            session,
            launch,
            attempt_id,
            public_urls=public_urls(),
            clock=here.clock,
            new_id=here.new_id,
        )
    here.wake()
    url = CourseURLs(launch.ref).attempt_with(attempt_id, "resent", about=attempt_id)
    return redirect(url, code=303)


def _fields() -> dict[str, str]:
    """Return the posted fields with the line breaks that texts are kept with."""
    form = request.form.items()
    return {name: text.replace("\r\n", "\n") for name, text in form if name not in NO_FIELDS}


def _changed(
    launch: Launch, attempt_id: UUID, error: ConflictError, url: str
) -> ResponseReturnValue:
    """Go back to what would happen now, where something changed since it was shown."""
    if error.code == "not_all_rated":
        return redirect(reopened_url(launch, attempt_id), code=303)
    if error.code != "inputs_changed":
        raise error
    return redirect(f"{url}?notice=changed_meanwhile", code=303)


def reopened_url(launch: Launch, attempt_id: UUID) -> str:
    """Return where to go when an assessor has not handed in, or took it back meanwhile."""
    return CourseURLs(launch.ref).attempt_with(attempt_id, "changed_meanwhile", about=attempt_id)


def _go_on(launch: Launch, attempt_id: UUID, notice: str) -> ResponseReturnValue:
    """Redirect to the next open attempt, or back to the one that was decided."""
    urls, here = CourseURLs(launch.ref), runtime()
    if request.form.get("then") == "next":
        with here.reading() as session:
            attempt, _, _ = awards.get_attempt(session, launch.scope, attempt_id)
            following = find_next(
                session,
                launch,
                get_opened(session, launch),
                after=place_of(attempt),
                clock=here.clock,
            )
        if following is None:
            return redirect(urls.home_with("nothing_left"), code=303)
        return redirect(urls.attempt_with(following, notice, about=attempt_id), code=303)
    return redirect(urls.attempt_with(attempt_id, notice, about=attempt_id), code=303)
