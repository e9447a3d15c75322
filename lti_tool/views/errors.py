"""Every error becomes a calm page with a reference, and a coded log line without personal data."""

import json
import logging
import secrets
from collections.abc import Mapping
from http import HTTPStatus

from flask import Flask, Response, g, get_template_attribute, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from werkzeug.exceptions import HTTPException

from lti_tool.errors import (
    InvalidFieldsError,
    LaunchRejectedError,
    LtiToolError,
    NotAllowedError,
    NotFoundError,
    SessionEndedError,
    StaleRevisionError,
    http_status,
    places_of,
)
from lti_tool.headers import ANY_ORIGIN, allow_frames
from lti_tool.lti.refusals import ADVICE
from lti_tool.services.models import FieldError
from lti_tool.services.pages.lti import RefusedPage, SessionEndedPage

log = logging.getLogger("quatrefoil")

REASONS = {
    "browser_not_bound": "cookies",
    "state_expired": "expired",
    "token_expired": "expired",
    "token_too_old": "expired",
    "platform_expired": "expired",
    "state_unknown_or_used": "replayed",
    "login_mismatch": "state",
    "nonce_mismatch": "state",
    "platform_unknown": "platform",
    "platform_ambiguous": "platform",
    "algorithm_refused": "signature",
    "audience_invalid": "signature",
    "key_unnamed": "signature",
    "key_unknown": "signature",
    "signature_invalid": "signature",
    "token_from_future": "signature",
    "message_type_unknown": "message",
    "deep_linking_unsupported": "message",
    "data_privacy_unsupported": "message",
    "user_missing": "role",
    "roles_missing": "role",
    "context_missing": "course",
    "platform_denied": "forbidden",
    "review_not_allowed": "forbidden",
    "keys_unavailable": "other",
    "platform_error": "other",
    "platform_setup": "other",
    "platform_sign_in": "other",
}
"""Launch refusals as the page's heading tells them apart; every other code is `malformed`."""


def init_app(app: Flask) -> None:
    """Answer every error of `app`."""
    app.register_error_handler(LtiToolError, answer_error)
    app.register_error_handler(HTTPException, answer_http_error)
    app.register_error_handler(Exception, answer_defect)


def answer_error(error: LtiToolError) -> ResponseReturnValue:
    """Answer an error that the tool raised on purpose."""
    status = http_status(error)
    reference = _note(error.code, status)
    if _wants_json():
        return _json_error(error, status)
    _allow_any_frame()
    return _page(error, status, reference), status


def answer_stale(error: StaleRevisionError, regions: Mapping[str, str]) -> Response:
    """Answer a script whose page is behind with all that it needs to catch up."""
    status = http_status(error)
    _note(error.code, status)
    return _json_error(error, status, regions=dict(regions))


def answer_http_error(error: HTTPException) -> ResponseReturnValue:
    """Answer what Flask and Werkzeug refuse: unknown addresses, methods, large bodies."""
    status = error.code or HTTPStatus.INTERNAL_SERVER_ERROR
    if error.response is not None or status < HTTPStatus.BAD_REQUEST:
        return error
    reference = _note(f"http_{status}", status)
    if _wants_json():
        is_large = status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE
        body = json.dumps({"error": "too_large" if is_large else "refused"})
        return Response(body, status, mimetype="application/json")
    _allow_any_frame()
    # Such as Allow, which a 405 must have.
    kept = {name: value for name, value in error.get_headers() if name != "Content-Type"}
    if status == HTTPStatus.NOT_FOUND:
        return render_template("errors/not_found.html", reference=reference), status, kept
    page = RefusedPage(reason="other", reference=reference)
    return render_template("errors/refused.html", page=page), status, kept


def answer_defect(error: Exception) -> ResponseReturnValue:
    """Answer a mistake of ours. The log has the place, never the values."""
    reference = _note(type(error).__name__, 500)
    log_places(error, reference)
    if _wants_json():
        return Response('{"error": "defect"}', 500, mimetype="application/json")
    _allow_any_frame()
    return render_template("errors/error.html", reference=reference), 500


def log_places(error: BaseException | None, reference: str = "-") -> None:
    """Log where an error arose, for whoever mends it; its words are left out."""
    log.error("defect reference=%s\n%s", reference, places_of(error))


def _page(error: LtiToolError, status: int, reference: str) -> str:
    if isinstance(error, NotFoundError):
        return render_template("errors/not_found.html", reference=reference)
    if isinstance(error, SessionEndedError):
        return render_template(
            "errors/session_ended.html", page=SessionEndedPage(reference=reference)
        )
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return render_template("errors/error.html", reference=reference)
    page = RefusedPage(
        reason=_reason(error),
        reference=reference,
        advice=advice_on(error.code) if isinstance(error, LaunchRejectedError) else "",
    )
    return render_template("errors/refused.html", page=page)


def advice_on(refusal: str) -> str:
    """Return what to do after a refused launch, in the reader's language."""
    return " ".join(gettext(sentence) for sentence in ADVICE.get(refusal, ()))


def _reason(error: LtiToolError) -> str:
    if isinstance(error, LaunchRejectedError):
        return REASONS.get(error.code, "malformed")
    if isinstance(error, NotAllowedError):
        return "role" if error.code == "not_a_member" else "forbidden"
    return "activity" if error.code == "no_resource_link" else "other"


def _json_error(error: LtiToolError, status: int, **more: object) -> Response:
    body: dict[str, object] = {"error": error.code, **more}
    if isinstance(error, StaleRevisionError):
        body |= {
            "revision": error.revision,
            "fields": error.fields,
            "saved_at": error.saved_at and error.saved_at.isoformat(),
        }
    if isinstance(error, InvalidFieldsError):
        words = get_template_attribute("components/errors.html", "message")
        body["fields"] = {
            one.name: {"message": str(words(one)).strip()} for one in field_errors(error)
        }
    return Response(json.dumps(body), status, mimetype="application/json")


def field_errors(error: InvalidFieldsError) -> tuple[FieldError, ...]:
    """Return the refused fields as pages show them."""
    return tuple(
        FieldError(name=name, code=code, detail=detail)
        for name, (code, detail) in error.faults.items()
    )


def _note(code: str, status: int) -> str:
    """Log a coded line and return the reference that the page shows."""
    reference = secrets.token_hex(4).upper()
    endpoint = request.endpoint or "-"
    level = logging.ERROR if status >= HTTPStatus.INTERNAL_SERVER_ERROR else logging.WARNING
    log.log(
        level, "refused code=%s status=%d at=%s reference=%s", code, status, endpoint, reference
    )
    return reference


def _wants_json() -> bool:
    return request.is_json or request.accept_mimetypes.best == "application/json"


def _allow_any_frame() -> None:
    """Let the page stand in a frame of whoever sent its reader here, if no launch says who.

    Before a launch nobody knows which platform that is, and one that is not registered
    needs to show the page most. A list of all platforms would tell strangers who they are.
    """
    if "frame_origins" not in g:
        allow_frames({ANY_ORIGIN})
