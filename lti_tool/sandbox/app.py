"""The practice LMS as a Flask application."""

from flask import Flask, Response, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException, SecurityError, Unauthorized

from lti_tool.sandbox import ags, control, deep_linking, login, nrps, pages, teaching, tokens
from lti_tool.sandbox.errors import PracticeError
from lti_tool.sandbox.platform import EXTENSION, Platform, current_platform
from lti_tool.sandbox.rendering import add_filters
from lti_tool.sandbox.settings import PlatformSettings, host_of
from lti_tool.sandbox.state import State, fill
from lti_tool.sandbox.tool_keys import ToolKeys

MAXIMUM_REQUEST_BYTES = 2_000_000

_SERVICE_PATHS = ("/services/", "/lti/token", "/lti/jwks.json", "/control")


def create_platform(settings: PlatformSettings) -> Flask:
    """Return a practice LMS; an empty state is filled from the settings."""
    app = Flask(__name__, static_folder="static", template_folder="templates")
    app.config["MAX_CONTENT_LENGTH"] = MAXIMUM_REQUEST_BYTES
    # Another name that leads to this loopback address is another site's trick.
    app.config["TRUSTED_HOSTS"] = [host_of(settings.base_url)]
    app.jinja_options = {"trim_blocks": True, "lstrip_blocks": True}
    state = State(settings.state_path)
    with state.transaction() as db:
        fill(db, settings)
    app.extensions[EXTENSION] = Platform(
        settings=settings, state=state, tool_keys=ToolKeys(settings.tool.jwks_url)
    )
    for module in (pages, teaching, login, tokens, ags, nrps, deep_linking, control):
        app.register_blueprint(module.blueprint)
    add_filters(app)
    app.register_error_handler(PracticeError, _refuse)
    app.register_error_handler(HTTPException, _refuse_http)
    app.after_request(_add_headers)
    return app


def close_platform(app: Flask) -> None:
    """Close the state of a platform that is not served any more."""
    platform: Platform = app.extensions[EXTENSION]
    platform.state.close()


def _refuse(error: PracticeError) -> ResponseReturnValue:
    """Answer an error of our own: JSON to programs, a page to people."""
    if request.path.startswith(_SERVICE_PATHS):
        return jsonify(error=error.code, error_description=str(error)), error.status
    page = render_template("practice/error.html", message=str(error), title="Not possible")
    return page, error.status


def _refuse_http(error: HTTPException) -> ResponseReturnValue:
    """Answer an error of HTTP in the same two ways; who must sign in is sent to do so."""
    if isinstance(error, SecurityError):
        # An untrusted host: there is no address to build a page's links on.
        return "This is not the address of the practice LMS.", 400
    if isinstance(error, Unauthorized):
        return redirect(url_for("pages.home"), code=303)
    if request.path.startswith(_SERVICE_PATHS):
        return jsonify(error=error.name, error_description=error.description), error.code or 500
    page = render_template(
        "practice/error.html", message=error.description or error.name, title=error.name
    )
    return page, error.code or 500


def _add_headers(response: Response) -> Response:
    """Let the pages run their own scripts only, frame the tool only, post to the tool only.

    A page is never kept: after changing the person it would show another's.
    """
    tool = current_platform().settings.tool.origin
    response.headers["Content-Security-Policy"] = "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "img-src 'self' data:",
            f"frame-src 'self' {tool}",
            f"form-action 'self' {tool}",
            "frame-ancestors 'self'",
            "base-uri 'none'",
        )
    )
    if response.mimetype == "text/html":
        response.headers["Cache-Control"] = "no-store"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "strict-origin-when-cross-origin"
    return response
