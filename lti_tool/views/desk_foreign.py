"""The desk's page of a badge of another issuer: what verifying it finds, and whose it is."""

from dataclasses import replace
from uuid import UUID

from flask import Blueprint, redirect, render_template, request
from flask.typing import ResponseReturnValue

from lti_tool.errors import ConflictError, InvalidFieldsError, http_status
from lti_tool.runtime import runtime
from lti_tool.services.desk import foreign_pages
from lti_tool.services.foreign import checking, deciding, listing
from lti_tool.services.foreign.following import Sequel
from lti_tool.services.models import FieldError, Notice
from lti_tool.services.urls import DeskURLs
from lti_tool.views.desk import desk_scope
from lti_tool.views.errors import field_errors
from lti_tool.views.session import PREFIX, current, guard
from lti_tool.views.surroundings import public_urls

bp = Blueprint(
    "desk_foreign",
    __name__,
    url_prefix=f"{PREFIX}/desk/<uuid:program_id>/stack/from-elsewhere/<uuid:foreign_id>",
)
guard(bp)


@bp.get("")
def show(program_id: UUID, foreign_id: UUID) -> str:
    """Show who handed in what, and what verifying it finds now."""
    return _page(program_id, foreign_id)


@bp.post("/confirm")
def confirm(program_id: UUID, foreign_id: UUID) -> ResponseReturnValue:
    """Accept it as that of whoever handed it in."""
    here, reason = runtime(), request.form.get("confirm_reason", "")
    with here.reading() as session:
        scope = desk_scope(session, program_id)
    try:
        sequel = deciding.confirm(here.foreign, scope, foreign_id, reason=reason)
    except InvalidFieldsError as error:
        shown = _page(program_id, foreign_id, confirm_reason=reason, errors=_at(error, "confirm"))
        return shown, http_status(error)
    except ConflictError as error:
        return _page(program_id, foreign_id, notice=error.code), http_status(error)
    if sequel is Sequel.LATER:
        here.wake()
    code = "confirmed" if sequel is Sequel.NOTHING else sequel.value
    return _back(program_id, f"foreign_{code}")


@bp.post("/refuse")
def refuse(program_id: UUID, foreign_id: UUID) -> ResponseReturnValue:
    """Let it not count, for a reason that its earner reads."""
    here, reason = runtime(), request.form.get("refuse_reason", "")
    with here.reading() as session:
        scope = desk_scope(session, program_id)
    try:
        deciding.refuse(here.issuing, scope, foreign_id, reason=reason)
    except InvalidFieldsError as error:
        shown = _page(program_id, foreign_id, refuse_reason=reason, errors=_at(error, "refuse"))
        return shown, http_status(error)
    except ConflictError as error:
        return _page(program_id, foreign_id, notice=error.code), http_status(error)
    return _back(program_id, "foreign_refused")


def _at(error: InvalidFieldsError, act: str) -> tuple[FieldError, ...]:
    """Return the errors at the fields of one of the page's two forms."""
    return tuple(
        replace(
            one,
            name=f"{act}_reason" if one.name == "reason" else "",
            code="reason_required" if one.code == "required" else one.code,
        )
        for one in field_errors(error)
    )


def _page(
    program_id: UUID,
    foreign_id: UUID,
    *,
    confirm_reason: str = "",
    refuse_reason: str = "",
    notice: str = "",
    errors: tuple[FieldError, ...] = (),
) -> str:
    here = runtime()
    with here.reading() as session:
        scope = desk_scope(session, program_id)
        _, data = listing.get_request(session, scope, foreign_id, urls=public_urls())
    # It asks its issuer: no transaction is open meanwhile.
    checked = checking.check(here.foreign, data) if data else None
    with here.reading() as session:
        page = foreign_pages.request_page(
            session,
            current().launch,
            scope,
            foreign_id,
            urls=public_urls(),
            checked=checked,
            confirm_reason=confirm_reason,
            refuse_reason=refuse_reason,
        )
    notices = (Notice(kind="warning", code=f"foreign_{notice}"),) if notice else ()
    return render_template("desk/foreign.html", page=page, errors=errors, notices=notices)


def _back(program_id: UUID, notice: str) -> ResponseReturnValue:
    url = DeskURLs(current().launch.ref).stack(program_id, notice)
    return redirect(url, code=303)
