"""A learner hands in a badge of another issuer for a microcredential, or takes it back."""

from dataclasses import replace
from uuid import UUID

from flask import Blueprint, redirect, render_template, request
from flask.typing import ResponseReturnValue

from badges.png import MAXIMUM_BYTES as PICTURE_BYTES
from lti_tool.errors import ConflictError, InvalidFieldsError, http_status
from lti_tool.runtime import Runtime, runtime
from lti_tool.services import own_stacks
from lti_tool.services.foreign import deciding, pages, reading
from lti_tool.services.foreign.following import Sequel
from lti_tool.services.foreign.handing_in import ForeignRefusedError, Offer, hand_in
from lti_tool.services.models import FieldError
from lti_tool.services.urls import CourseURLs
from lti_tool.views.errors import field_errors
from lti_tool.views.given import typed
from lti_tool.views.session import PREFIX, guard, require_learner

bp = Blueprint("handing_in", __name__, url_prefix=f"{PREFIX}/stack")
guard(bp)


@bp.get("/<uuid:pathway_id>/hand-in")
def show_handing_in(pathway_id: UUID) -> str:
    """Say what is accepted and what happens, and show the form."""
    return _page(pathway_id, component=request.args.get("component", ""))


@bp.post("/<uuid:pathway_id>/hand-in")
def take(pathway_id: UUID) -> ResponseReturnValue:
    """Verify what was given, and store that it stands for a badge."""
    launch, here = require_learner(), runtime()
    component = request.form.get("component", "")
    with here.reading() as session:
        program_id = own_stacks.program_of(session, launch).id
    try:
        offer = Offer(
            earner_id=launch.earner_id,
            program_id=program_id,
            pathway_id=pathway_id,
            data=_read(here),
            address=launch.email,
            component=component,
            is_test_user=launch.is_test_user,
        )
        taken = hand_in(here.foreign, offer)
    except InvalidFieldsError as error:
        shown = _page(pathway_id, component=component, errors=_errors(error))
        return shown, http_status(error)
    except ForeignRefusedError as error:
        return _page(pathway_id, component=component, refused=error), http_status(error)
    if taken.sequel is Sequel.LATER:
        here.wake()
    code = taken.state if taken.sequel is Sequel.NOTHING else taken.sequel.value
    return redirect(f"{CourseURLs(launch.ref).stack}?notice=foreign_{code}#handed-in", code=303)


@bp.post("/handed-in/<uuid:foreign_id>/withdraw")
def withdraw(foreign_id: UUID) -> ResponseReturnValue:
    """Take back what was handed in."""
    launch, here = require_learner(), runtime()
    code = "withdrawn"
    try:
        deciding.withdraw(here.issuing, launch.earner_id, foreign_id)
    except ConflictError as error:
        code = error.code
    return redirect(f"{CourseURLs(launch.ref).stack}?notice=foreign_{code}#handed-in", code=303)


def _read(here: Runtime) -> bytes:
    """Return what was given: a file before a text, a text before an address."""
    given, upload = typed(), request.files.get("file")
    if upload:
        return reading.read_upload(upload.stream.read(PICTURE_BYTES + 1))
    if given.text.strip():
        return reading.read_text(given.text)
    if given.url:
        return reading.fetch(here.foreign, given.url)
    raise InvalidFieldsError({"": ("nothing_given", None)})


def _errors(error: InvalidFieldsError) -> tuple[FieldError, ...]:
    """Return the errors at their fields; how large something may be as the form says it."""
    return tuple(
        replace(one, code="badge_too_large", detail=str(round(int(one.detail or "0") / 1024)))
        if one.code == "too_large"
        else one
        for one in field_errors(error)
    )


def _page(
    pathway_id: UUID,
    *,
    component: str,
    refused: ForeignRefusedError | None = None,
    errors: tuple[FieldError, ...] = (),
) -> str:
    launch, given = require_learner(), typed()
    with runtime().reading() as session:
        page = pages.hand_in_page(
            session,
            launch,
            own_stacks.program_of(session, launch).id,
            pathway_id,
            component=component,
            text=given.text,
            url=given.url,
            refused=refused,
        )
    had_file = bool(request.files.get("file"))
    return render_template("learner/hand_in.html", page=page, errors=errors, had_file=had_file)
