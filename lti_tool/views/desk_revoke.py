"""Taking badges back at the desk: choose, read what follows, confirm."""

from uuid import UUID

from flask import Blueprint, redirect, render_template, request
from flask.typing import ResponseReturnValue

from lti_tool.errors import InvalidFieldsError, http_status
from lti_tool.runtime import runtime
from lti_tool.services.desk import taking_back
from lti_tool.services.desk.taking_back import Chosen
from lti_tool.services.models import FieldError, Notice
from lti_tool.services.revoking import RevocationWish
from lti_tool.services.urls import DeskURLs
from lti_tool.values import ProgramScope
from lti_tool.views.desk import desk_scope
from lti_tool.views.errors import field_errors
from lti_tool.views.session import PREFIX, current, guard

bp = Blueprint("desk_revoke", __name__, url_prefix=f"{PREFIX}/desk/<uuid:program_id>/revoke")
guard(bp)

MOST_CHARACTERS = 5_000


@bp.get("")
def show(program_id: UUID) -> ResponseReturnValue:
    """Show who holds a badge."""
    with runtime().reading() as session:
        scope = desk_scope(session, program_id)
    chosen = _chosen()
    try:
        taking_back.check_days(chosen)
    except InvalidFieldsError as error:
        return _page(scope, chosen, errors=field_errors(error)), http_status(error)
    notices = (
        (Notice(kind="success", code="desk_revoked"),)
        if request.args.get("notice") == "revoked"
        else ()
    )
    return _page(scope, chosen, notices=notices)


@bp.post("")
def revoke(program_id: UUID) -> ResponseReturnValue:
    """Show what follows; with the button of that page, take back."""
    here, chosen = runtime(), _chosen()
    with here.reading() as session:
        scope = desk_scope(session, program_id)
        try:
            wishes = taking_back.check(session, scope, chosen)
        except InvalidFieldsError as error:
            return _page(scope, chosen, errors=field_errors(error)), http_status(error)
    if request.form.get("action") != "revoke":
        return _page(scope, chosen, wishes=wishes)
    taking_back.take_back(here.issuing, scope, wishes)
    return redirect(DeskURLs(current().launch.ref).revoke(program_id, "revoked"), code=303)


def _chosen() -> Chosen:
    sent = request.values
    names = ("badge", "since", "until", "reason")
    return Chosen(
        credentials=frozenset(sent.getlist("credential")),
        is_all=sent.get("action") == "all",
        **{name: sent.get(name, "")[:MOST_CHARACTERS] for name in names},
    )


def _page(
    scope: ProgramScope,
    chosen: Chosen,
    *,
    wishes: tuple[RevocationWish, ...] = (),
    errors: tuple[FieldError, ...] = (),
    notices: tuple[Notice, ...] = (),
) -> str:
    page = taking_back.revoke_page(
        runtime().issuing, current().launch, scope, chosen, wishes=wishes
    )
    return render_template("desk/revoke.html", page=page, errors=errors, notices=notices)
