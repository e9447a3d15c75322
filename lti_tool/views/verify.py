"""`/verify`: any badge, pasted, uploaded or by its URL; `/api/verify`: the same for programs."""

from flask import Blueprint, Response, jsonify, render_template, request
from flask.typing import ResponseReturnValue

from badges.baking import is_picture, unbake
from badges.errors import BakingError
from badges.png import MAXIMUM_BYTES as PICTURE_BYTES
from badges.untrusted import MAXIMUM_BYTES
from lti_tool.errors import InvalidFieldsError
from lti_tool.runtime import Runtime, runtime
from lti_tool.services.examining import Report
from lti_tool.services.models import FieldError
from lti_tool.services.pages.public import VerifyPage
from lti_tool.services.report_document import report_document
from lti_tool.services.urls import PublicURLs
from lti_tool.services.verifying import Superseded, find_superseded, report_page
from lti_tool.store import keys as key_rows
from lti_tool.views.errors import field_errors
from lti_tool.views.given import examine_given, read_given, typed
from lti_tool.views.limits import allow_body

bp = Blueprint("verify", __name__)

BODY_BYTES = PICTURE_BYTES + MAXIMUM_BYTES
"""So that a credential somewhat too large gets a report instead of a refused request."""


@bp.get("/verify")
def form() -> str:
    """Show the form."""
    return _form("", "", ())


@bp.post("/verify")
def report() -> ResponseReturnValue:
    """Verify what was given, and say check by check what holds."""
    allow_body(BODY_BYTES)
    here = runtime()
    try:
        return _report(here, read_given(here))
    except InvalidFieldsError as error:
        given = typed()
        return _form(given.text, given.url, field_errors(error)), 422


@bp.post("/api/verify", provide_automatic_options=False)
def report_json() -> Response:
    """Verify the body, a credential as JSON, JWT or picture, and report to a program.

    Whatever it is gets a report: also of what is not valid the answer is 200.
    """
    allow_body(BODY_BYTES)
    here, data = runtime(), request.get_data(cache=False)
    try:
        found = unbake(data) if is_picture(data) else data
    except BakingError as error:
        return _for_programs({"error": f"picture_{error.reason}"}, 422)
    if not found:
        return _for_programs({"error": "nothing_given"}, 422)
    report, superseded = _examine(here, found)
    document = report_document(
        report,
        now=here.clock(),
        superseded_by=superseded.url if superseded else None,
        superseded_at=superseded.at if superseded else None,
    )
    return _for_programs(document, 200)


@bp.route("/api/verify", methods=["OPTIONS"])
def report_preflight() -> Response:
    """Tell browsers that pages of any origin may ask."""
    response = _for_programs({}, 200)
    response.headers["Access-Control-Allow-Methods"] = "POST"
    response.headers["Access-Control-Allow-Headers"] = "Content-Type"
    response.headers["Access-Control-Max-Age"] = "86400"
    return response


def _for_programs(document: dict[str, object], status: int) -> Response:
    response = jsonify(document)
    response.status_code = status
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    response.headers["Cache-Control"] = "no-store"
    return response


def _examine(here: Runtime, data: bytes | str) -> tuple[Report, Superseded | None]:
    found = examine_given(here, data)
    with here.reading() as session:
        return found, find_superseded(session, data)


def _report(here: Runtime, data: bytes | str) -> str:
    found, superseded = _examine(here, data)
    with here.reading() as session:
        own = key_rows.list_issuer_ids(session)
    places = PublicURLs(here.settings.base_url)
    page = report_page(found, urls=places, own_issuers=own, superseded=superseded)
    return render_template("verify/report.html", page=page)


def _form(text: str, url: str, errors: tuple[FieldError, ...]) -> str:
    page = VerifyPage(
        verify_url="/verify", text=text[:MAXIMUM_BYTES], url=url, maximum_bytes=MAXIMUM_BYTES
    )
    return render_template("verify/form.html", page=page, errors=errors)
