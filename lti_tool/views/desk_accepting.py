"""The desk's page on which a badge from elsewhere is accepted for a microcredential."""

from uuid import UUID

from flask import Blueprint, redirect, render_template, request
from flask.typing import ResponseReturnValue

from lti_tool.errors import InvalidFieldsError, http_status
from lti_tool.runtime import runtime
from lti_tool.services.desk import accepting
from lti_tool.services.models import FieldError
from lti_tool.services.pages.accepting import AcceptForm
from lti_tool.services.urls import DeskURLs
from lti_tool.views.desk import desk_scope
from lti_tool.views.errors import field_errors
from lti_tool.views.given import Typed, examine_given, given_field, is_given, read_given, typed
from lti_tool.views.session import PREFIX, current, guard

bp = Blueprint(
    "desk_accepting",
    __name__,
    url_prefix=f"{PREFIX}/desk/<uuid:program_id>/stack/<uuid:achievement_id>/accept",
)
guard(bp)

FIELDS = ("component", "achievement", "issuer", "title", "issuer_name")
NOTHING = Typed(text="", url="")


@bp.get("")
def show_accepting(program_id: UUID, achievement_id: UUID) -> str:
    """Show the form."""
    return _page(program_id, achievement_id, AcceptForm())


@bp.post("")
def accept(program_id: UUID, achievement_id: UUID) -> ResponseReturnValue:
    """Fill the form from a credential, or let what it says count."""
    here = runtime()
    form = AcceptForm(**{name: request.form.get(name, "") for name in FIELDS})
    with here.reading() as session:
        scope = desk_scope(session, program_id)
    # Enter presses neither button: it reads where there is something to read.
    action = request.form.get("action", "") or ("read" if is_given() else "save")
    try:
        if action == "read":
            report = examine_given(here, read_given(here))
            filled = accepting.filled_from(report, form, field=given_field())
            return _page(program_id, achievement_id, filled, read_status=report.status)
        with here.writing() as session:
            accepting.accept(
                session, scope, achievement_id, form, clock=here.clock, new_id=here.new_id
            )
    except InvalidFieldsError as error:
        errors = field_errors(error)
        shown = _page(program_id, achievement_id, form, given=typed(), errors=errors)
        return shown, http_status(error)
    url = DeskURLs(current().launch.ref).pathway(program_id, achievement_id, "accepted")
    return redirect(f"{url}#accepted", code=303)


def _page(
    program_id: UUID,
    achievement_id: UUID,
    form: AcceptForm,
    *,
    given: Typed = NOTHING,
    read_status: str | None = None,
    errors: tuple[FieldError, ...] = (),
) -> str:
    with runtime().reading() as session:
        page = accepting.accept_page(
            session,
            current().launch,
            desk_scope(session, program_id),
            achievement_id,
            form,
            text=given.text,
            url=given.url,
            read_status=read_status,
        )
    had_file = bool(errors and request.files.get("file"))
    return render_template("desk/accept.html", page=page, errors=errors, had_file=had_file)
