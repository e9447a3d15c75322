"""Media types of the services, taken exactly; the answer to a wrong one differs by family."""

from flask import Response, make_response, request

from lti_tool.sandbox.errors import AccessRefusedError
from lti_tool.sandbox.model import Family
from lti_tool.sandbox.platform import current_platform

LINE_ITEM = "application/vnd.ims.lis.v2.lineitem+json"
LINE_ITEMS = "application/vnd.ims.lis.v2.lineitemcontainer+json"
RESULTS = "application/vnd.ims.lis.v2.resultcontainer+json"
SCORE = "application/vnd.ims.lis.v1.score+json"
MEMBERSHIPS = "application/vnd.ims.lti-nrps.v2.membershipcontainer+json"


def require_accept(media_type: str) -> None:
    """Return if the client takes `media_type`; Moodle wants it named, not `*/*`."""
    is_moodle = current_platform().settings.family is Family.MOODLE
    named = {value for value, _quality in request.accept_mimetypes}
    if media_type in named or (not is_moodle and "*/*" in named):
        return
    _refuse(406, f"No handler found for {request.path} {request.headers.get('Accept', '')}")


def require_content(media_type: str) -> None:
    """Return if the body is declared as `media_type`."""
    if request.mimetype != media_type:
        _refuse(415, f"No handler found for {request.path} {request.mimetype}")


def service_answer(document: str | bytes, media_type: str, *, link: str = "") -> Response:
    """Return a document of a service, with its Link header if there is one."""
    answer = make_response(document)
    answer.headers["Content-Type"] = media_type
    if link:
        answer.headers["Link"] = link
    return answer


def _refuse(status: int, message: str) -> None:
    """Refuse a media type: Moodle answers every one with 400."""
    is_moodle = current_platform().settings.family is Family.MOODLE
    raise AccessRefusedError(message, status=400 if is_moodle else status)
