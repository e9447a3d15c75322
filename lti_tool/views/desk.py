"""The program desk: programs, people, courses, log."""

from typing import TypedDict
from uuid import UUID

from flask import Blueprint, Response, redirect, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from lti_tool.errors import (
    ConflictError,
    InvalidFieldsError,
    InvalidInputError,
    NotFoundError,
    http_status,
)
from lti_tool.runtime import runtime
from lti_tool.services.desk import coordinating, grid, pages, slots, staffing
from lti_tool.services.models import FieldError, Notice
from lti_tool.services.urls import CourseURLs, DeskURLs
from lti_tool.values import Clock, Launch, NewId, ProgramScope
from lti_tool.views.errors import field_errors
from lti_tool.views.session import PREFIX, current, guard
from lti_tool.views.surroundings import public_urls

bp = Blueprint("desk", __name__, url_prefix=f"{PREFIX}/desk")
guard(bp)


class _Made(TypedDict):
    """What makes instants and ids."""

    clock: Clock
    new_id: NewId


NOTICES = {
    **dict.fromkeys(("joined", "pasted", "saved", "removed", "withdrawn", "slot_added"), "success"),
    **dict.fromkeys(("discarded", "published", "retired"), "success"),
    **dict.fromkeys(("list_full", "place_unknown"), "warning"),
}


def desk_scope(session: Session, program_id: UUID) -> ProgramScope:
    """Return the authority of this request over a program, or raise `NotFoundError`."""
    return coordinating.program_scope(session, current().launch, program_id)


def badge_scope(session: Session, achievement_id: UUID) -> ProgramScope:
    """Return the authority of this request over a badge's program, or raise `NotFoundError`."""
    return coordinating.badge_scope(session, current().launch, achievement_id)


def desk_notices() -> tuple[Notice, ...]:
    """Return the notice that a page of the desk was redirected to with."""
    code = request.args.get("notice", "")
    return (Notice(kind=NOTICES[code], code=f"desk_{code}"),) if code in NOTICES else ()


@bp.get("/")
def home() -> ResponseReturnValue:
    """Show the programs of whoever came; with one alone, that one."""
    launch = current().launch
    with runtime().reading() as session:
        page = pages.desk_home(session, launch)
    if len(page.programs) == 1 and "all" not in request.args:
        return redirect(page.programs[0][1], code=303)
    return render_template("desk/home.html", page=page)


@bp.post("/invite")
def open_invite() -> ResponseReturnValue:
    """Make whoever came a coordinator, by a code."""
    launch, here = current().launch, runtime()
    code = request.form.get("code", "")[:200]
    try:
        with here.writing() as session:
            program_id = coordinating.accept_invite(
                session, launch, code, clock=here.clock, new_id=here.new_id
            )
    except InvalidFieldsError as error:
        with here.reading() as session:
            page = pages.desk_home(session, launch, code=code)
        errors = field_errors(error)
        return render_template("desk/home.html", page=page, errors=errors), http_status(error)
    return redirect(DeskURLs(launch.ref).program(program_id, "joined"), code=303)


@bp.get("/<uuid:program_id>/")
def show_program(program_id: UUID) -> ResponseReturnValue:
    """Show a program with its badges."""
    launch = current().launch
    with runtime().reading() as session:
        scope = desk_scope(session, program_id)
        page = pages.program_page(session, launch, scope, public_urls=public_urls())
    return render_template("desk/program.html", page=page, notices=desk_notices())


@bp.post("/<uuid:program_id>/badges")
def add_badge(program_id: UUID) -> ResponseReturnValue:
    """Add an empty slot at the end of the program."""
    launch, here = current().launch, runtime()
    with here.writing() as session:
        slots.add_slot(
            session, desk_scope(session, program_id), clock=here.clock, new_id=here.new_id
        )
    return redirect(DeskURLs(launch.ref).program(program_id, "slot_added"), code=303)


@bp.get("/<uuid:program_id>/people")
def show_people(program_id: UUID) -> ResponseReturnValue:
    """Show coordinators and assessors."""
    return _people_page(program_id)


@bp.post("/<uuid:program_id>/people")
def change_people(program_id: UUID) -> ResponseReturnValue:
    """Invite, let go, name: what the button says."""
    launch, here = current().launch, runtime()
    verb, _, subject = request.form.get("action", "").partition(":")
    code, notice = "", "saved"
    try:
        with here.writing() as session:
            scope = desk_scope(session, program_id)
            if verb == "invite":
                code = coordinating.invite(
                    session,
                    scope.program_id,
                    label=request.form.get("label", ""),
                    invited_by=scope.user_id,
                    clock=here.clock,
                    new_id=here.new_id,
                    random_bytes=here.random_bytes,
                )
            else:
                notice = _change_person(session, scope, verb, subject)
    except InvalidFieldsError as error:
        return _people_page(program_id, field_errors(error)), http_status(error)
    except ConflictError as error:
        errors = (FieldError(name="coordinators", code=error.code),)
        return _people_page(program_id, errors), http_status(error)
    if code:
        # Shown once, so not behind a redirect whose address would have to hold it.
        return _people_page(program_id, code=code)
    if verb == "leave":
        return redirect(DeskURLs(launch.ref).home, code=303)
    return redirect(DeskURLs(launch.ref).people(program_id, notice), code=303)


@bp.get("/<uuid:program_id>/courses")
def show_courses(program_id: UUID) -> ResponseReturnValue:
    """Show which courses may award."""
    return _courses_page(program_id)


@bp.post("/<uuid:program_id>/courses")
def change_courses(program_id: UUID) -> ResponseReturnValue:
    """Say which courses may award."""
    launch, here = current().launch, runtime()
    named = [_uuid(one) for one in request.form.getlist("named")]
    until = {
        _uuid(name.removeprefix("until.")): text.strip()
        for name, text in request.form.items()
        if name.startswith("until.")
    }
    try:
        with here.writing() as session:
            staffing.set_courses(
                session,
                desk_scope(session, program_id),
                rule=request.form.get("courses", ""),
                named=named,
                until=until,
                clock=here.clock,
                new_id=here.new_id,
            )
    except InvalidFieldsError as error:
        return _courses_page(program_id, field_errors(error)), http_status(error)
    return redirect(DeskURLs(launch.ref).courses(program_id, "saved"), code=303)


@bp.get("/<uuid:program_id>/learners")
def show_learners(program_id: UUID) -> ResponseReturnValue:
    """Show who stands how with which badge."""
    launch = current().launch
    with runtime().reading() as session:
        scope, wanted = desk_scope(session, program_id), grid.parse_filter(request.args)
        number = request.args.get("page", 1, type=int)
        page = grid.grid_page(session, launch, scope, wanted, page=number)
    return render_template("desk/learners.html", page=page)


@bp.get("/<uuid:program_id>/learners.csv")
def download_learners(program_id: UUID) -> Response:
    """Return the same as CSV, without pages."""
    with runtime().reading() as session:
        scope = desk_scope(session, program_id)
        data = grid.grid_csv(session, scope, grid.parse_filter(request.args))
    return Response(
        data,
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": "attachment; filename=learners.csv"},
    )


@bp.get("/<uuid:program_id>/log")
def show_log(program_id: UUID) -> ResponseReturnValue:
    """Show who did what."""
    launch = current().launch
    with runtime().reading() as session:
        scope = desk_scope(session, program_id)
        page = pages.log_page(session, launch, scope, page=request.args.get("page", 1, type=int))
    return render_template("desk/log.html", page=page)


@bp.get("/badges/<uuid:achievement_id>/")
def show_badge(achievement_id: UUID) -> ResponseReturnValue:
    """Show a badge's settings to a coordinator, and whom to ask to everybody else."""
    launch = current().launch
    with runtime().reading() as session:
        program = coordinating.find_owner(session, launch, achievement_id)
        try:
            badge_scope(session, achievement_id)
        except NotFoundError:
            page = pages.asked(session, program)
            return render_template("desk/ask.html", o=page, course_url=CourseURLs(launch.ref).home)
    return redirect(DeskURLs(launch.ref).badge(achievement_id, "edit"), code=303)


def _change_person(session: Session, scope: ProgramScope, verb: str, subject: str) -> str:
    """Do what a button of the people page says, and return the notice for it."""
    here = runtime()
    made = _Made(clock=here.clock, new_id=here.new_id)
    match verb:
        case "withdraw":
            coordinating.withdraw_invite(session, scope, _uuid(subject), **made)
            return "withdrawn"
        case "leave":
            coordinating.end_coordination(session, scope, scope.user_id, **made)
        case "end":
            coordinating.end_coordination(session, scope, _uuid(subject), **made)
        case "release_by":
            staffing.set_release_by(session, scope, request.form.get("release_by", ""), **made)
            return "saved"
        case "name" | "may_release" | "may_rate":
            person = _uuid(subject or request.form.get("assessor", ""))
            may_release = verb == "may_release" or "releases" in request.form
            staffing.name_assessor(session, scope, person, may_release=may_release, **made)
            return "saved"
        case "unname":
            staffing.unname_assessor(session, scope, _uuid(subject), **made)
        case _:
            raise InvalidInputError("no such button", code="unknown_action")
    return "removed"


def _people_page(program_id: UUID, errors: tuple[FieldError, ...] = (), *, code: str = "") -> str:
    launch, here = current().launch, runtime()
    with here.reading() as session:
        scope = desk_scope(session, program_id)
        page = pages.people_page(session, launch, scope, clock=here.clock, code=code)
    return render_template("desk/people.html", page=page, errors=errors, notices=desk_notices())


def _courses_page(program_id: UUID, errors: tuple[FieldError, ...] = ()) -> str:
    launch: Launch = current().launch
    with runtime().reading() as session:
        page = pages.courses_page(session, launch, desk_scope(session, program_id))
    sent = request.form if errors else None
    return render_template(
        "desk/courses.html", page=page, errors=errors, sent=sent, notices=desk_notices()
    )


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise InvalidInputError("no id", code="unknown_id") from error
