"""Pages for instructors and assessors: binding, queue, what a release or correction will do."""

from dataclasses import replace
from uuid import UUID

from flask import Blueprint, redirect, render_template, request
from flask.typing import ResponseReturnValue

from lti_tool.errors import (
    ConflictError,
    InvalidFieldsError,
    NotAllowedError,
    http_status,
)
from lti_tool.runtime import runtime
from lti_tool.services import binding, queue
from lti_tool.services.correct_pages import edit_correction
from lti_tool.services.models import FieldError
from lti_tool.services.pages.learner import NotSetUpPage
from lti_tool.services.release_pages import release_page
from lti_tool.services.seat_pages import agreement_page
from lti_tool.services.urls import CourseURLs
from lti_tool.values import Role
from lti_tool.views.errors import field_errors
from lti_tool.views.notices import notices
from lti_tool.views.releasing import reopened_url
from lti_tool.views.session import PREFIX, RATERS, current, guard, require_rater
from lti_tool.views.surroundings import public_urls

bp = Blueprint("assessor", __name__, url_prefix=PREFIX)
guard(bp)


def home() -> ResponseReturnValue:
    """Show the choice of a badge while the link opens nothing, else the queue."""
    launch = current().launch
    with runtime().reading() as session:
        is_bound = binding.find_opened(session, launch) is not None
    if is_bound:
        return show_queue()
    if binding.may_bind(launch):
        return show_choice()
    return render_template("learner/not_set_up.html", page=NotSetUpPage(course_title=None))


@bp.get("/bind")
def show_choice() -> ResponseReturnValue:
    """Show what the link may open."""
    return _choice_page()


@bp.post("/bind")
def bind() -> ResponseReturnValue:
    """Let the link open what was chosen."""
    launch, here = current().launch, runtime()
    choice = request.form.get("achievement", "")
    part = request.form.get(f"part.{choice}") or request.form.get("part", binding.WHOLE)
    try:
        with here.writing() as session:
            binding.bind_link(
                session, launch, choice=choice, part=part, clock=here.clock, new_id=here.new_id
            )
    except InvalidFieldsError as error:
        return _choice_page(field_errors(error), selected=choice), http_status(error)
    except ConflictError as error:
        if error.code != "work_exists":
            raise
        errors = (FieldError(name="achievement", code=error.code),)
        return _choice_page(errors), http_status(error)
    return redirect(CourseURLs(launch.ref).home_with("bound"), code=303)


@bp.get("/queue")
def show_queue() -> ResponseReturnValue:
    """Show who waits to be scored."""
    launch, here = current().launch, runtime()
    if not launch.roles & (RATERS | {Role.ADMINISTRATOR}):
        raise NotAllowedError("this page is for assessors", code="not_an_assessor")
    with here.reading() as session:
        page = queue.queue_page(
            session,
            launch,
            state=request.args.get("state", "open"),
            page=request.args.get("page", 1, type=int),
            public_urls=public_urls(),
            clock=here.clock,
        )
        told = notices(session, launch)
    return render_template("assessor/queue.html", page=page, notices=told)


@bp.get("/agreement")
def show_agreement() -> ResponseReturnValue:
    """Show how often assessors who rated independently agreed."""
    launch = current().launch
    if not launch.roles & (RATERS | {Role.ADMINISTRATOR}):
        raise NotAllowedError("this page is for assessors", code="not_an_assessor")
    with runtime().reading() as session:
        page = agreement_page(session, launch, public_urls=public_urls())
    return render_template("assessor/agreement.html", page=page)


@bp.get("/attempts/<uuid:attempt_id>/release")
def show_release(attempt_id: UUID) -> ResponseReturnValue:
    """Say what releasing will do."""
    return _release_page(attempt_id, is_return=False)


@bp.get("/attempts/<uuid:attempt_id>/return")
def show_return(attempt_id: UUID) -> ResponseReturnValue:
    """Say what returning will do."""
    return _release_page(attempt_id, is_return=True)


@bp.get("/attempts/<uuid:attempt_id>/correct")
def show_correction(attempt_id: UUID) -> ResponseReturnValue:
    """Show the rubric again, to correct what was decided."""
    launch = require_rater()
    with runtime().reading() as session:
        page = edit_correction(session, launch, attempt_id, public_urls=public_urls())
        told = notices(session, launch)
    return render_template("assessor/correct.html", page=page, notices=told)


def _choice_page(errors: tuple[FieldError, ...] = (), selected: str = "") -> str:
    here = runtime()
    with here.reading() as session:
        page = binding.bind_page(
            session, current().launch, public_urls=public_urls(), clock=here.clock
        )
    if selected:
        page = replace(page, selected=selected)
    return render_template("assessor/bind.html", page=page, errors=errors)


def _release_page(attempt_id: UUID, *, is_return: bool) -> ResponseReturnValue:
    launch, here = require_rater(), runtime()
    with here.reading() as session:
        try:
            page = release_page(
                session,
                launch,
                attempt_id,
                is_return=is_return,
                public_urls=public_urls(),
                clock=here.clock,
            )
        except ConflictError as error:
            if error.code != "not_all_rated":
                raise
            return redirect(reopened_url(launch, attempt_id), code=303)
        told = notices(session, launch)
    return render_template("assessor/release.html", page=page, notices=told)
