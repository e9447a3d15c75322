"""Awards from a file, at the desk: a file is sent, looked through, then awarded step by step."""

from uuid import UUID

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue

from lti_tool.errors import InvalidFieldsError, http_status
from lti_tool.runtime import runtime
from lti_tool.services.bulk.planning import Outcome
from lti_tool.services.bulk.words import report
from lti_tool.services.desk import entering
from lti_tool.services.desk.entering import Sent, Step
from lti_tool.services.models import FieldError
from lti_tool.views.desk import desk_scope
from lti_tool.views.errors import field_errors
from lti_tool.views.session import PREFIX, current, guard

bp = Blueprint("desk_bulk", __name__, url_prefix=f"{PREFIX}/desk/<uuid:program_id>")
guard(bp)

MOST_CHARACTERS = 2_000
CHOOSE = Step(name="choose")


@bp.get("/bulk")
def show(program_id: UUID) -> str:
    """Show where a file is chosen."""
    return _page(program_id, Sent(), CHOOSE)


@bp.get("/bulk.csv")
def columns(program_id: UUID) -> Response:
    """Return a file to fill in."""
    with runtime().reading() as session:
        scope = desk_scope(session, program_id)
        data = entering.columns_csv(session, scope, request.args.get("badge", ""))
    return _csv(data, "awards.csv")


@bp.post("/bulk")
def enter(program_id: UUID) -> ResponseReturnValue:
    """Look a file through; award it, or a part of it, or write what was refused."""
    here, sent = runtime(), _sent()
    with here.reading() as session:
        scope = desk_scope(session, program_id)
    try:
        wish = entering.read_wish(scope, sent)
        match request.form.get("action"):
            case "report":
                step = entering.check(here.issuing, wish)
                return _csv(report(wish.file, step.results), "problems.csv")
            case "award":
                step = entering.award_some(here.issuing, wish, sent)
                here.wake()
            case _:
                step = entering.check(here.issuing, wish)
    except InvalidFieldsError as error:
        return _page(program_id, sent, CHOOSE, field_errors(error)), http_status(error)
    return _page(program_id, sent, step)


def _sent() -> Sent:
    form, chosen = request.form, request.files.get("file")
    data = chosen.read(entering.DESK_BYTES + 1) if chosen else b""
    start = form.get("start", "0")
    return Sent(
        badge=form.get("badge", "")[:MOST_CHARACTERS],
        course=form.get("course", "")[:MOST_CHARACTERS],
        source=form.get("source", "")[:MOST_CHARACTERS],
        is_again=bool(form.get("again")),
        data=data or form.get("text", "").encode("utf-8", "replace"),
        start=int(start) if start.isascii() and start.isdigit() and len(start) < 7 else 0,  # noqa: PLR2004 - more rows are never taken
        counts={
            one.value: int(text)
            for one in Outcome
            if (text := form.get(f"count.{one.value}", "")[:6]).isascii() and text.isdigit()
        },
    )


def _page(program_id: UUID, sent: Sent, step: Step, errors: tuple[FieldError, ...] = ()) -> str:
    with runtime().reading() as session:
        page = entering.bulk_page(
            session, current().launch, desk_scope(session, program_id), sent, step
        )
    return render_template("desk/bulk.html", page=page, errors=errors)


def _csv(data: bytes, name: str) -> Response:
    return Response(
        data,
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f"attachment; filename={name}"},
    )
