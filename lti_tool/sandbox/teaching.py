"""What an instructor does on a course page: add, copy and choose activities."""

import sqlite3
from decimal import Decimal, InvalidOperation

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lti_tool.sandbox.courses import (
    add_activity,
    copy_activity,
    copy_course,
    get_activity,
    get_course,
    get_role,
)
from lti_tool.sandbox.errors import NotAllowedError, RequestError
from lti_tool.sandbox.launches import begin_launch, new_launch_id
from lti_tool.sandbox.login import login_request
from lti_tool.sandbox.model import Activity, Course, CourseRole, Launch, MessageKind, Placement
from lti_tool.sandbox.platform import current_platform
from lti_tool.sandbox.sessions import require_person

blueprint = Blueprint("teaching", __name__)

MAXIMUM_POINTS = 10_000


@blueprint.post("/courses/<course_id>/activities")
def add(course_id: str) -> ResponseReturnValue:
    """Add an activity with a title, points and a placement."""
    with current_platform().state.transaction() as db:
        taught_course(db, course_id)
        title = request.form.get("title", "").strip()
        if not title:
            raise RequestError("An activity needs a title.")
        added = add_activity(
            db,
            Activity(
                id="",
                course_id=course_id,
                title=title,
                points=parse_points(request.form.get("points", "")),
                placement=Placement.WINDOW if "in_window" in request.form else Placement.FRAME,
            ),
        )
    return redirect(url_for("pages.activity", activity_id=added.id), code=303)


@blueprint.post("/activities/<activity_id>/copy")
def copy(activity_id: str) -> ResponseReturnValue:
    """Copy an activity: another link with the same custom parameters."""
    with current_platform().state.transaction() as db:
        activity = get_activity(db, activity_id)
        taught_course(db, activity.course_id)
        copy_activity(db, activity)
    return redirect(url_for("pages.course", course_id=activity.course_id), code=303)


@blueprint.post("/courses/<course_id>/copy")
def copy_whole(course_id: str) -> ResponseReturnValue:
    """Copy a course with its people and activities."""
    with current_platform().state.transaction() as db:
        made = copy_course(db, taught_course(db, course_id))
    return redirect(url_for("pages.course", course_id=made.id), code=303)


@blueprint.get("/courses/<course_id>/choose")
def choose(course_id: str) -> ResponseReturnValue:
    """Show the tool in a frame, to choose content from it."""
    with current_platform().state.transaction() as db:
        course = taught_course(db, course_id)
    return render_template(
        "practice/choose.html",
        course=course,
        role=CourseRole.INSTRUCTOR,
        title="Choose content",
        frame_url=url_for("teaching.launch_choice", course_id=course_id),
    )


@blueprint.get("/courses/<course_id>/choose/launch")
def launch_choice(course_id: str) -> ResponseReturnValue:
    """Begin a deep linking launch."""
    platform = current_platform()
    person, now = require_person(), platform.now()
    with platform.state.transaction() as db:
        taught_course(db, course_id)
        launch = begin_launch(
            db,
            Launch(
                id=new_launch_id(),
                person_id=person.id,
                course_id=course_id,
                kind=MessageKind.DEEP_LINKING,
                target_link_uri=platform.settings.tool.launch_url,
                created_at=now,
            ),
        )
    return login_request(platform, launch, platform.switches())


def taught_course(db: sqlite3.Connection, course_id: str) -> Course:
    """Return a course that the signed-in person teaches, or raise `NotAllowedError`."""
    course = get_course(db, course_id)
    if get_role(course, require_person().id) is not CourseRole.INSTRUCTOR:
        raise NotAllowedError("Only an instructor of the course may do this.")
    return course


def parse_points(text: str) -> Decimal | None:
    """Return the points of a form field; an empty one means no gradebook column."""
    if not text.strip():
        return None
    try:
        points = Decimal(text.strip())
    except InvalidOperation as error:
        raise RequestError("Points are a number.") from error
    if not points.is_finite() or not 0 < points <= MAXIMUM_POINTS:
        raise RequestError("Points go from more than 0 to 10,000.")
    return points
