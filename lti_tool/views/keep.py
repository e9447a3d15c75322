"""An earner's own page, opened by their keep link: no account, no launch, no cookie.

The link is the authority: whoever knows it may do what its earner may. Nobody else can
make a browser post here, as no page but this one knows the address.
"""

from uuid import UUID

from flask import Blueprint, Response, redirect, render_template, request
from flask.typing import ResponseReturnValue

from lti_tool.errors import NotFoundError
from lti_tool.runtime import runtime
from lti_tool.services import keeping, sharing
from lti_tool.services.models import Notice
from lti_tool.services.urls import KeepURLs
from lti_tool.store import awards
from lti_tool.views.credentials import credential_file, urls

bp = Blueprint("keep", __name__, url_prefix="/keep/<token>")

FORMS = frozenset({"json", "jwt", "picture"})


@bp.after_request
def hide(response: Response) -> Response:
    """Keep the page out of search machines and caches, whoever passes the link on."""
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    response.headers["Cache-Control"] = "no-store"
    return response


@bp.get("/")
def home(token: str) -> ResponseReturnValue:
    """Show all that somebody earned."""
    try:
        with runtime().reading() as session:
            page = keeping.kept_page(session, token, public_urls=urls())
    except NotFoundError:
        return render_template("keep/ended.html"), 404
    code = request.args.get("notice", "")
    notices = (Notice(kind="success", code=code),) if code in keeping.KEPT_NOTICES else ()
    return render_template("keep/home.html", page=page, notices=notices)


@bp.get("/<uuid:credential_id>.<form>")
def download(token: str, credential_id: UUID, form: str) -> Response:
    """Return one credential in one of its forms."""
    if form not in FORMS:
        raise NotFoundError("no such form")
    with runtime().reading() as session:
        earner_id = keeping.find_keeper(session, token)
        parts = awards.find_own_credential(session, earner_id, credential_id)
    if parts is None:
        raise NotFoundError("not this earner's credential")
    return credential_file(parts, form)


@bp.post("/<uuid:credential_id>/share")
def share(token: str, credential_id: UUID) -> ResponseReturnValue:
    """Make a credential's share link."""
    here = runtime()
    with here.writing() as session:
        sharing.share(
            session,
            keeping.find_keeper(session, token),
            credential_id,
            clock=here.clock,
            new_id=here.new_id,
            random_token=here.random_token,
        )
    return redirect(f"{KeepURLs(token).home}?notice=shared", code=303)


@bp.post("/<uuid:credential_id>/unshare")
def unshare(token: str, credential_id: UUID) -> ResponseReturnValue:
    """End a credential's share link."""
    here = runtime()
    with here.writing() as session:
        earner_id = keeping.find_keeper(session, token)
        sharing.unshare(session, earner_id, credential_id, clock=here.clock)
    return redirect(f"{KeepURLs(token).home}?notice=unshared", code=303)
