"""The desk's pages about microcredentials: the form, publishing, sign-offs, attested awards."""

from uuid import UUID

from flask import Blueprint, redirect, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from badges.errors import PathwayNotPublishableError
from lti_tool.errors import (
    ConflictError,
    InvalidFieldsError,
    InvalidInputError,
    http_status,
)
from lti_tool.runtime import runtime
from lti_tool.services import publishing_pathways
from lti_tool.services.desk import attesting, pathway_pages, pathways, signing_off
from lti_tool.services.desk.attesting import Attestation
from lti_tool.services.models import FieldError, Notice
from lti_tool.services.pages.pathways import PathwayForm
from lti_tool.services.texts import plain_line
from lti_tool.services.urls import DeskURLs
from lti_tool.values import ProgramScope
from lti_tool.views.desk import desk_scope
from lti_tool.views.errors import field_errors
from lti_tool.views.pathway_form import acted_form, sent_form
from lti_tool.views.session import PREFIX, current, guard
from lti_tool.views.surroundings import public_urls

bp = Blueprint("desk_stack", __name__, url_prefix=f"{PREFIX}/desk/<uuid:program_id>/stack")
guard(bp)

NOTICES = frozenset(
    {"saved", "pathway_published", "signed_off", "attested", "overdue_awarded", "accepted"}
    | {"foreign_confirmed", "foreign_refused", "foreign_issued", "foreign_later"}
)
NOTE_CHARACTERS = 500


@bp.get("/")
def show_pathways(program_id: UUID) -> str:
    """Show the microcredentials of a program, and what waits for a coordinator."""
    with runtime().reading() as session:
        page = pathway_pages.pathways_page(
            session,
            current().launch,
            desk_scope(session, program_id),
            public_urls=public_urls(),
        )
    return render_template("desk/stack.html", page=page, notices=_notices())


@bp.post("/add")
def add_pathway(program_id: UUID) -> ResponseReturnValue:
    """Begin a microcredential."""
    here, launch = runtime(), current().launch
    with here.writing() as session:
        version = pathways.start_pathway(
            session, desk_scope(session, program_id), clock=here.clock, new_id=here.new_id
        )
    url = DeskURLs(launch.ref).pathway(program_id, version.achievement_id)
    return redirect(url, code=303)


@bp.get("/<uuid:achievement_id>")
def show_pathway(program_id: UUID, achievement_id: UUID) -> ResponseReturnValue:
    """Show the form of a microcredential; with `check`, also what keeps it from publishing."""
    errors: tuple[FieldError, ...] = ()
    if "check" in request.args:
        with runtime().reading() as session:
            scope = desk_scope(session, program_id)
            errors = pathway_pages.find_errors(session, scope, achievement_id)
    return _editor(program_id, achievement_id, errors=errors, notices=_notices())


@bp.post("/<uuid:achievement_id>")
def save_pathway(program_id: UUID, achievement_id: UUID) -> ResponseReturnValue:
    """Save the form, then do what the button says."""
    here, launch = runtime(), current().launch
    verb, _, subject = request.form.get("action", "save").partition(":")
    form = acted_form(sent_form(), verb, subject)
    try:
        with here.writing() as session:
            pathways.save_pathway(
                session,
                desk_scope(session, program_id),
                achievement_id,
                form,
                base=request.form.get("base", ""),
                clock=here.clock,
                new_id=here.new_id,
            )
    except InvalidFieldsError as error:
        shown = _editor(program_id, achievement_id, errors=field_errors(error), typed=form)
        return shown, http_status(error)
    except ConflictError as error:
        notices = (Notice(kind="warning", code="desk_pathway_changed"),)
        return _editor(program_id, achievement_id, notices=notices, typed=form), http_status(error)
    urls = DeskURLs(launch.ref)
    if verb == "publish":
        return redirect(urls.publish_pathway(program_id, achievement_id), code=303)
    if verb == "accept":
        return redirect(urls.accept(program_id, achievement_id), code=303)
    notice = "saved" if verb == "save" else ""
    place = {"save": "", "unaccept": "#accepted"}.get(verb, "#components")
    return redirect(f"{urls.pathway(program_id, achievement_id, notice)}{place}", code=303)


@bp.get("/<uuid:achievement_id>/publish")
def show_publishing(program_id: UUID, achievement_id: UUID) -> ResponseReturnValue:
    """Show who would earn it now, or what has to change first."""
    return _publishing(program_id, achievement_id)


@bp.post("/<uuid:achievement_id>/publish")
def publish_pathway(program_id: UUID, achievement_id: UUID) -> ResponseReturnValue:
    """Publish, and award it to exactly those whom the preview named."""
    here, launch = runtime(), current().launch
    with here.reading() as session:
        scope = desk_scope(session, program_id)
    try:
        note = plain_line(request.form.get("note", ""), field="note", most=NOTE_CHARACTERS)
        publishing_pathways.publish(
            here.issuing,
            program_id,
            achievement_id,
            preview_hash=request.form.get("hash", ""),
            note=note,
            actor_id=scope.user_id,
        )
    except InvalidInputError:
        typed = request.form.get("note", "")
        errors = (FieldError(name="note", code="too_many_characters", detail=str(NOTE_CHARACTERS)),)
        return _publishing(program_id, achievement_id, note=typed, errors=errors), 422
    except PathwayNotPublishableError:
        return _back_to_form(program_id, achievement_id, "not_publishable")
    except ConflictError as error:
        if error.code != "preview_changed":
            return _back_to_form(program_id, achievement_id, error.code)
        notices = (Notice(kind="warning", code="changed_meanwhile"),)
        return _publishing(program_id, achievement_id, note=note, notices=notices), 409
    return redirect(DeskURLs(launch.ref).stack(program_id, "pathway_published"), code=303)


@bp.post("/sign-off")
def sign_off(program_id: UUID) -> ResponseReturnValue:
    """Sign a microcredential off for one learner."""
    here, launch = runtime(), current().launch
    with here.reading() as session:
        scope = desk_scope(session, program_id)
    pathway, earner = _uuid(request.form.get("pathway")), _uuid(request.form.get("earner"))
    try:
        signing_off.sign_off(here.foreign, scope, pathway, earner)
    except ConflictError as error:
        return _changed(scope, error.code), http_status(error)
    return redirect(DeskURLs(launch.ref).stack(program_id, "signed_off"), code=303)


@bp.post("/award")
def award_overdue(program_id: UUID) -> ResponseReturnValue:
    """Award what people have earned and no award has brought them."""
    here, launch = runtime(), current().launch
    with here.reading() as session:
        scope = desk_scope(session, program_id)
    try:
        publishing_pathways.award_overdue(
            here.issuing,
            program_id,
            shown=request.form.get("hash", ""),
            actor_id=scope.user_id,
        )
    except ConflictError as error:
        return _changed(scope), http_status(error)
    return redirect(DeskURLs(launch.ref).stack(program_id, "overdue_awarded"), code=303)


@bp.get("/attest")
def show_attesting(program_id: UUID) -> str:
    """Show the form that attests an earlier award."""
    return _attesting(program_id)


@bp.post("/attest")
def attest(program_id: UUID) -> ResponseReturnValue:
    """Attest that a learner earned a badge before."""
    here, launch = runtime(), current().launch
    sent = {
        name: request.form.get(name, "")[:2000]
        for name in ("learner", "badge", "held_since", "source")
    }
    typed = Attestation(**sent)
    with here.reading() as session:
        scope = desk_scope(session, program_id)
    try:
        attesting.attest(here.issuing, scope, typed)
    except InvalidFieldsError as error:
        return _attesting(program_id, typed, field_errors(error)), http_status(error)
    except InvalidInputError as error:
        most = str(attesting.SOURCE_CHARACTERS)
        errors = (FieldError(name=error.field, code="too_many_characters", detail=most),)
        return _attesting(program_id, typed, errors), http_status(error)
    return redirect(DeskURLs(launch.ref).stack(program_id, "attested"), code=303)


def _changed(scope: ProgramScope, code: str = "") -> str:
    """Return the list as it stands now, where it was not what the button was shown with."""
    code = code if code == "foreign_not_valid" else "changed_meanwhile"
    with runtime().reading() as session:
        page = pathway_pages.pathways_page(
            session, current().launch, scope, public_urls=public_urls()
        )
    notices = (Notice(kind="warning", code=code),)
    return render_template("desk/stack.html", page=page, notices=notices)


def _editor(
    program_id: UUID,
    achievement_id: UUID,
    *,
    errors: tuple[FieldError, ...] = (),
    notices: tuple[Notice, ...] = (),
    typed: PathwayForm | None = None,
) -> str:
    launch = current().launch
    with runtime().reading() as session:
        page = pathway_pages.editor_page(
            session,
            launch,
            desk_scope(session, program_id),
            achievement_id,
            public_urls=public_urls(),
            typed=typed,
        )
    return render_template("desk/pathway.html", page=page, errors=errors, notices=notices)


def _publishing(
    program_id: UUID,
    achievement_id: UUID,
    *,
    note: str = "",
    errors: tuple[FieldError, ...] = (),
    notices: tuple[Notice, ...] = (),
) -> str | Response:
    here, launch = runtime(), current().launch
    try:
        with here.reading() as session:
            scope = desk_scope(session, program_id)
            page = pathway_pages.publish_page(
                session, launch, scope, achievement_id, clock=here.clock, note=note
            )
    except ConflictError as error:
        return _back_to_form(program_id, achievement_id, error.code)
    return render_template("desk/publish_pathway.html", page=page, errors=errors, notices=notices)


def _back_to_form(program_id: UUID, achievement_id: UUID, code: str) -> Response:
    """Go to the form, which says what has to change; where nothing has, only go there."""
    url = DeskURLs(current().launch.ref).pathway(program_id, achievement_id)
    return redirect(f"{url}?check=1" if code == "not_publishable" else url, code=303)


def _attesting(
    program_id: UUID, typed: Attestation | None = None, errors: tuple[FieldError, ...] = ()
) -> str:
    launch = current().launch
    with runtime().reading() as session:
        page = pathway_pages.attest_page(
            session,
            launch,
            desk_scope(session, program_id),
            name=request.values.get("name", ""),
            typed=typed,
        )
    return render_template("desk/attest.html", page=page, errors=errors)


def _notices() -> tuple[Notice, ...]:
    code = request.args.get("notice", "")
    return (Notice(kind="success", code=f"desk_{code}"),) if code in NOTICES else ()


def _uuid(text: str | None) -> UUID:
    try:
        return UUID(text or "")
    except ValueError as error:
        raise InvalidInputError("no id", code="unknown_id") from error
