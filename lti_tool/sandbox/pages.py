"""The pages that people see: sign-in, courses, activities, the gradebook."""

import re
from collections.abc import Mapping
from datetime import datetime

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lti_tool.sandbox.courses import (
    get_activity,
    get_course,
    get_person,
    get_role,
    list_activities,
    list_courses,
    list_line_items,
    list_members,
    list_people,
)
from lti_tool.sandbox.errors import NotAllowedError, NotFoundError
from lti_tool.sandbox.gradebook import get_result, map_results
from lti_tool.sandbox.launches import begin_launch, new_launch_id
from lti_tool.sandbox.login import login_request
from lti_tool.sandbox.model import (
    Activity,
    CourseRole,
    Family,
    Launch,
    MessageKind,
    Person,
    Placement,
    Result,
)
from lti_tool.sandbox.platform import Platform, current_platform
from lti_tool.sandbox.sessions import find_person, require_person, sign_in, sign_out

blueprint = Blueprint("pages", __name__)

_LOCAL_PATH = re.compile(r"/(?![/\\])[^\\]*")


@blueprint.get("/")
def home() -> ResponseReturnValue:
    """Show the courses of the person, or everybody one can continue as."""
    platform = current_platform()
    person = find_person()
    with platform.state.transaction() as db:
        people = [(each, list_courses(db, each.id)) for each in list_people(db)]
    if person is None:
        return render_template("practice/welcome.html", people=people, title="Sign in")
    courses = next(courses for each, courses in people if each == person)
    return render_template("practice/home.html", courses=courses, title="My courses")


@blueprint.post("/sign-in")
def enter() -> ResponseReturnValue:
    """Continue as somebody, by a click."""
    with current_platform().state.transaction() as db:
        person = get_person(db, request.form.get("person_id", ""))
    following = request.form.get("next", "")
    target = following if _LOCAL_PATH.fullmatch(following) else url_for("pages.home")
    return sign_in(make_response(redirect(target, code=303)), person)


@blueprint.post("/sign-out")
def leave() -> ResponseReturnValue:
    """End the session."""
    return sign_out(make_response(redirect(url_for("pages.home"), code=303)))


@blueprint.get("/courses/<course_id>")
def course(course_id: str) -> ResponseReturnValue:
    """Show a course: its activities and its people."""
    person = require_person()
    with current_platform().state.transaction() as db:
        found = get_course(db, course_id)
        role = get_role(found, person.id)
        activities = list_activities(db, course_id)
        members = list_members(db, course_id)
        results = map_results(db, course_id)
    return render_template(
        "practice/course.html",
        course=found,
        role=role,
        title=found.title,
        activities=[(activity, result_of(results, person, activity)) for activity in activities],
        members=members,
    )


@blueprint.get("/courses/<course_id>/grades")
def grades(course_id: str) -> ResponseReturnValue:
    """Show the gradebook: everybody's to those who teach, one's own to a learner."""
    person = require_person()
    with current_platform().state.transaction() as db:
        found = get_course(db, course_id)
        role = get_role(found, person.id)
        activities = list_line_items(db, course_id)
        members = list_members(db, course_id)
        results = map_results(db, course_id)
    learners = [member for member, its_role in members if its_role is CourseRole.LEARNER]
    shown = [person] if role is CourseRole.LEARNER else learners
    rows = [
        (learner, [(activity, result_of(results, learner, activity)) for activity in activities])
        for learner in shown
    ]
    template = "my_grades" if role is CourseRole.LEARNER else "grades"
    return render_template(
        f"practice/{template}.html",
        course=found,
        role=role,
        title="Grades",
        activities=activities,
        rows=rows,
    )


@blueprint.get("/courses/<course_id>/return")
def come_back(course_id: str) -> ResponseReturnValue:
    """Show what the tool says to a person whom it sends back."""
    with current_platform().state.transaction() as db:
        found = get_course(db, course_id)
    messages = [request.args[name] for name in ("lti_msg", "lti_errormsg") if name in request.args]
    return render_template(
        "practice/returned.html", course=found, messages=messages, title="Back from the tool"
    )


@blueprint.get("/activities/<activity_id>")
def activity(activity_id: str) -> ResponseReturnValue:
    """Show an activity: the tool in a frame, or the button that opens it in a window."""
    person = require_person()
    platform = current_platform()
    with platform.state.transaction() as db:
        found = get_activity(db, activity_id)
        its_course = get_course(db, found.course_id)
        role = get_role(its_course, person.id)
    return render_template(
        "practice/activity.html",
        course=its_course,
        role=role,
        activity=found,
        title=found.title,
        frame_url=url_for("pages.launch", activity_id=activity_id, placement=Placement.FRAME),
        window_url=url_for("pages.launch", activity_id=activity_id, placement=Placement.WINDOW),
        is_framed=found.placement is Placement.FRAME,
    )


@blueprint.get("/activities/<activity_id>/launch/<placement>")
def launch(activity_id: str, placement: str) -> ResponseReturnValue:
    """Begin a launch of an activity, in its frame or its window."""
    person = require_person()
    platform = current_platform()
    now = platform.now()
    with platform.state.transaction() as db:
        found = get_activity(db, activity_id)
        get_role(get_course(db, found.course_id), person.id)
        begun = begin_launch(
            db,
            Launch(
                id=new_launch_id(),
                person_id=person.id,
                course_id=found.course_id,
                activity_id=found.id,
                placement=Placement.WINDOW if placement == Placement.WINDOW else Placement.FRAME,
                target_link_uri=found.url or platform.settings.tool.launch_url,
                created_at=now,
            ),
        )
    return login_request(platform, begun, platform.switches())


@blueprint.get("/activities/<activity_id>/learners/<learner_id>")
def work(activity_id: str, learner_id: str) -> ResponseReturnValue:
    """Show the work of one learner, as the gradebook opens it."""
    person = require_person()
    with current_platform().state.transaction() as db:
        found = get_activity(db, activity_id)
        its_course = get_course(db, found.course_id)
        role = get_role(its_course, person.id)
        learner = get_person(db, learner_id)
    return render_template(
        "practice/activity.html",
        course=its_course,
        role=role,
        activity=found,
        title=f"{learner.name}: {found.title}",
        learner=learner,
        frame_url=url_for("pages.launch_work", activity_id=activity_id, learner_id=learner_id),
        is_framed=True,
    )


@blueprint.get("/activities/<activity_id>/learners/<learner_id>/launch")
def launch_work(activity_id: str, learner_id: str) -> ResponseReturnValue:
    """Begin the launch that opens one learner's work from the gradebook.

    Canvas launches the URL that came with the score; the others send a
    submission review. Moodle 4.5 does so for any member who asks, so that a
    learner can open a review of another learner's work: the tool must refuse it.
    """
    person = require_person()
    platform = current_platform()
    family, now = platform.settings.family, platform.now()
    with platform.state.transaction() as db:
        found = get_activity(db, activity_id)
        role = get_role(get_course(db, found.course_id), person.id)
        is_foreign = role is CourseRole.LEARNER and person.id != learner_id
        if is_foreign and family is not Family.MOODLE:
            raise NotAllowedError("This is another learner's work.")
        result = get_result(db, found.id, learner_id)
        begun = begin_launch(db, _work_launch(platform, found, result, viewer=person, now=now))
    return login_request(platform, begun, platform.switches())


def _work_launch(
    platform: Platform, found: Activity, result: Result, *, viewer: Person, now: datetime
) -> Launch:
    """Return the launch that opens the work behind `result`."""
    is_canvas = platform.settings.family is Family.CANVAS
    if is_canvas and not result.submission_url:
        raise NotFoundError("No submission came with the score.")
    return Launch(
        id=new_launch_id(),
        person_id=viewer.id,
        course_id=found.course_id,
        activity_id=found.id,
        kind=MessageKind.SUBMISSION if is_canvas else MessageKind.REVIEW,
        target_link_uri=result.submission_url
        if is_canvas
        else found.url or platform.settings.tool.launch_url,
        for_person_id=result.person_id,
        created_at=now,
    )


@blueprint.get("/storage")
def storage() -> ResponseReturnValue:
    """Serve the hidden frame that holds platform storage where a frame is the target."""
    return render_template("practice/storage.html")


def result_of(
    results: Mapping[tuple[str, str], Result], person: Person, activity: Activity
) -> Result:
    """Return one cell of the gradebook."""
    empty = Result(activity_id=activity.id, person_id=person.id)
    return results.get((person.id, activity.id), empty)
