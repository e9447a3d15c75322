"""`/verify`: any badge, pasted, uploaded or by its URL, checked check by check."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from badges.baking import is_picture, unbake
from badges.errors import BakingError
from badges.png import MAXIMUM_BYTES as PICTURE_BYTES
from badges.untrusted import MAXIMUM_BYTES
from lti_tool.errors import InvalidFieldsError, LtiToolError
from lti_tool.runtime import Runtime, runtime
from lti_tool.services import public_pages
from lti_tool.services.fetching import CREDENTIAL, FetchingResolver
from lti_tool.services.models import FieldError
from lti_tool.services.pages.public import VerifyPage
from lti_tool.services.resolving import ChainedResolver, OwnResolver
from lti_tool.services.stack_pages import find_components
from lti_tool.services.urls import PublicURLs
from lti_tool.services.verifying import examine, find_superseded, report_page
from lti_tool.store import keys as key_rows
from lti_tool.views.errors import field_errors
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
    text, url = request.form.get("credential", ""), request.form.get("url", "").strip()
    upload = request.files.get("file")
    try:
        data: bytes | str = upload.stream.read(PICTURE_BYTES + 1) if upload else b""
        data = data or text or (_fetch(here, url) if url else b"")
        if isinstance(data, bytes) and is_picture(data):
            data = unbake(data)
    except BakingError as error:
        faults = (FieldError(name="file", code=f"picture_{error.reason}"),)
        return _form(text, url, faults), 422
    except InvalidFieldsError as error:
        return _form(text, url, field_errors(error)), 422
    except LtiToolError as error:
        return _form(
            text, url, (FieldError(name="url", code="not_reachable", detail=error.code),)
        ), 422
    if not data:
        return _form(text, url, (FieldError(name="", code="nothing_given"),)), 422
    return _report(here, data)


def _report(here: Runtime, data: bytes | str) -> str:
    places = PublicURLs(here.settings.base_url)
    fetching = FetchingResolver(here.strangers_http)
    resolver = ChainedResolver(OwnResolver(here.database, places), fetching)
    found = examine(data, resolver=resolver, now=here.clock())
    with here.reading() as session:
        own = frozenset(issuer.did for issuer in key_rows.list_issuers(session))
        named = found.summary.id if found.summary else ""
        components = find_components(session, named, urls=places)
        superseded = find_superseded(session, data)
    page = report_page(
        found, urls=places, own_issuers=own, components=components, superseded=superseded
    )
    return render_template("verify/report.html", page=page)


def _fetch(here: Runtime, url: str) -> bytes:
    """Return the credential at a URL; at one of ours it is read from the store."""
    urls = PublicURLs(here.settings.base_url)
    if url.startswith(f"{urls.base_url}/"):
        with here.reading() as session:
            return public_pages.get_shared_at(session, url, urls=urls)[0].document
    answer = here.strangers_http.exchange(
        "GET", url, headers={"Accept": CREDENTIAL}, follows_redirects=True
    )
    if not answer.is_success:
        raise InvalidFieldsError({"url": ("answered_status", str(answer.status))})
    return answer.body


def _form(text: str, url: str, errors: tuple[FieldError, ...]) -> str:
    page = VerifyPage(
        verify_url="/verify", text=text[:MAXIMUM_BYTES], url=url, maximum_bytes=MAXIMUM_BYTES
    )
    return render_template("verify/form.html", page=page, errors=errors)
