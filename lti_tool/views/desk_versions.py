"""Publishing a badge, its versions, its picture."""

from uuid import UUID

from flask import Blueprint, Response, redirect, render_template, request
from flask.typing import ResponseReturnValue

from badges.errors import NotPublishableError
from badges.picture import MAXIMUM_BYTES
from lti_tool.errors import (
    ClosedError,
    ConflictError,
    InvalidFieldsError,
    NotAllowedError,
    TooLargeError,
    http_status,
)
from lti_tool.runtime import runtime
from lti_tool.services.desk import editing, editor_pages, picturing, publishing, version_pages
from lti_tool.services.desk.revisions import Page
from lti_tool.services.models import FieldError, Notice
from lti_tool.services.urls import DeskURLs
from lti_tool.views.bodies import id_of, revision_of
from lti_tool.views.desk import badge_scope, desk_notices
from lti_tool.views.errors import field_errors
from lti_tool.views.session import PREFIX, current, guard
from lti_tool.views.surroundings import public_urls

bp = Blueprint("desk_versions", __name__, url_prefix=f"{PREFIX}/desk/badges/<uuid:achievement_id>")
guard(bp)


@bp.get("/publish")
def show_publish(achievement_id: UUID) -> ResponseReturnValue:
    """Say what publishing will do, and what stops it."""
    with runtime().reading() as session:
        scope = badge_scope(session, achievement_id)
        if editing.find_work(session, scope, achievement_id) is None:
            url = DeskURLs(current().launch.ref).badge(achievement_id, "versions")
            return redirect(url, code=303)
    return _publish_page(achievement_id)


@bp.post("/publish")
def publish(achievement_id: UUID) -> ResponseReturnValue:
    """Publish the draft as it was looked at."""
    launch, here = current().launch, runtime()
    try:
        with here.writing() as session:
            publishing.publish_draft(
                session,
                badge_scope(session, achievement_id),
                achievement_id,
                page=_page(),
                reasons=request.form,
                note=request.form.get("note", ""),
                clock=here.clock,
                new_id=here.new_id,
            )
    except ClosedError as error:
        return _published_by(achievement_id), http_status(error)
    except NotPublishableError as error:
        names = {publishing.reason_field(one) for one in error.findings}
        errors = tuple(FieldError(name=name, code="reason_required") for name in sorted(names))
        return _publish_page(achievement_id, errors), 422
    except TooLargeError as error:
        errors = (FieldError(name=error.field, code="too_many_characters", detail="2000"),)
        return _publish_page(achievement_id, errors), 422
    except (ConflictError, NotAllowedError) as error:
        return _publish_page(achievement_id, told=error.code), http_status(error)
    url = DeskURLs(launch.ref).badge(achievement_id, "versions", "published")
    return redirect(url, code=303)


@bp.get("/versions")
def show_versions(achievement_id: UUID) -> ResponseReturnValue:
    """Show the versions of the badge, with what each changed."""
    with runtime().reading() as session:
        page = version_pages.versions_page(
            session,
            current().launch,
            badge_scope(session, achievement_id),
            achievement_id,
            public_urls=public_urls(),
        )
    return render_template("desk/versions.html", page=page, notices=desk_notices())


@bp.post("/retire")
def retire(achievement_id: UUID) -> ResponseReturnValue:
    """Let nobody begin the badge any more."""
    here = runtime()
    with here.writing() as session:
        scope = badge_scope(session, achievement_id)
        publishing.retire(session, scope, achievement_id, clock=here.clock, new_id=here.new_id)
    url = DeskURLs(current().launch.ref).badge(achievement_id, "versions", "retired")
    return redirect(url, code=303)


@bp.get("/picture")
def show_picture(achievement_id: UUID) -> ResponseReturnValue:
    """Show the choice of a picture; with `shown`, the picture itself."""
    if "shown" not in request.args:
        return _picture_page(achievement_id)
    with runtime().reading() as session:
        scope = badge_scope(session, achievement_id)
        data, media_type = picturing.picture_of(session, scope, achievement_id)
    response = Response(data, mimetype=media_type)
    response.headers["Content-Security-Policy"] = (
        "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    )
    return response


@bp.post("/picture")
def set_picture(achievement_id: UUID) -> ResponseReturnValue:
    """Take the picture that was sent, or the one that is drawn."""
    launch, here = current().launch, runtime()
    sent = request.files.get("file")
    data = None
    if request.form.get("action") != "drawn":
        data = sent.stream.read(MAXIMUM_BYTES + 1) if sent else b""
    try:
        with here.writing() as session:
            scope = badge_scope(session, achievement_id)
            picturing.set_picture(session, scope, achievement_id, page=_page(), data=data)
    except InvalidFieldsError as error:
        return _picture_page(achievement_id, field_errors(error)), http_status(error)
    return redirect(f"{DeskURLs(launch.ref).badge(achievement_id, 'edit')}#image_alt", code=303)


def _page() -> Page:
    return Page(
        draft_id=id_of(request.form.get("draft", "")),
        revision=revision_of(request.form.get("revision")),
        outline="",
    )


def _publish_page(
    achievement_id: UUID, errors: tuple[FieldError, ...] = (), *, told: str = ""
) -> str:
    with runtime().reading() as session:
        page = version_pages.publish_page(
            session,
            current().launch,
            badge_scope(session, achievement_id),
            achievement_id,
            public_urls=public_urls(),
            sent=request.form,
        )
    notices = (Notice(kind="warning", code=f"desk_{told}"),) if told else desk_notices()
    return render_template("desk/publish.html", page=page, errors=errors, notices=notices)


def _published_by(achievement_id: UUID) -> str:
    with runtime().reading() as session:
        page = version_pages.published_by_page(
            session,
            current().launch,
            badge_scope(session, achievement_id),
            achievement_id,
            public_urls=public_urls(),
        )
    if page is None:
        return render_template("desk/lost.html", fields={}, code="closed")
    return render_template("desk/published_by.html", page=page)


def _picture_page(achievement_id: UUID, errors: tuple[FieldError, ...] = ()) -> str:
    launch, here = current().launch, runtime()
    with here.reading() as session:
        scope = badge_scope(session, achievement_id)
        page = editor_pages.picture_page(
            session, launch, scope, achievement_id, public_urls=public_urls()
        )
    return render_template("desk/picture.html", page=page, errors=errors)
