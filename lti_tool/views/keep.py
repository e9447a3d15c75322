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
from lti_tool.services.disclosing import parse_disclosure, whole
from lti_tool.services.kits import find_kit
from lti_tool.services.models import Notice
from lti_tool.services.urls import KeepURLs
from lti_tool.store import awards
from lti_tool.views import earner_pages
from lti_tool.views.credentials import credential_file, record_of, urls
from lti_tool.views.earner_pages import Earner
from lti_tool.views.kits import kit_response

bp = Blueprint("keep", __name__, url_prefix="/keep/<token>")

FORMS = frozenset({"json", "jwt", "picture", "png", "record", "zip"})


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
    """Return one credential in one of its forms; `zip` is the kit that checks it offline."""
    if form not in FORMS:
        raise NotFoundError("no such form")
    with runtime().reading() as session:
        earner_id = keeping.find_keeper(session, token)
        parts = awards.find_own_credential(session, earner_id, credential_id)
    if parts is None:
        raise NotFoundError("not this earner's credential")
    if form == "zip":
        return kit_response(find_kit(runtime().issuing, credential_id))
    if form == "record":
        return record_of(credential_id)
    return credential_file(whole(parts[0]), parts[2], form)


@bp.post("/<uuid:credential_id>/share")
def share(token: str, credential_id: UUID) -> ResponseReturnValue:
    """Make a credential's share link."""
    here = runtime()
    with here.reading() as session:
        earner_id = keeping.find_keeper(session, token)
    sharing.share(
        here.issuing,
        earner_id,
        credential_id,
        parse_disclosure(request.form.get("shows", "")),
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


@bp.get("/<uuid:credential_id>/evidence")
def evidence(token: str, credential_id: UUID) -> str:
    """Show what others see of the work behind a badge, to set it."""
    return earner_pages.show_evidence(_earner(token), credential_id)


@bp.post("/<uuid:credential_id>/evidence")
def save_evidence(token: str, credential_id: UUID) -> ResponseReturnValue:
    """Set what others see."""
    return earner_pages.save_evidence(_earner(token), credential_id)


@bp.get("/<uuid:credential_id>/evidence/preview")
def preview_evidence(token: str, credential_id: UUID) -> str:
    """Show the evidence page as strangers see it."""
    return earner_pages.preview_evidence(_earner(token), credential_id)


@bp.post("/<uuid:credential_id>/evidence/withdraw")
def withdraw_consent(token: str, credential_id: UUID) -> ResponseReturnValue:
    """Note that somebody in a piece no longer agrees."""
    return earner_pages.withdraw_consent(_earner(token), credential_id)


@bp.post("/<uuid:credential_id>/evidence/remove")
def remove_evidence(token: str, credential_id: UUID) -> ResponseReturnValue:
    """Delete a piece for good."""
    return earner_pages.remove_evidence(_earner(token), credential_id)


@bp.get("/name")
def name(token: str) -> str:
    """Show whom the badges name."""
    return earner_pages.show_name(_earner(token))


@bp.post("/name/preview")
def preview_name(token: str) -> ResponseReturnValue:
    """Show what would change."""
    return earner_pages.preview_name(_earner(token))


@bp.post("/name/confirm")
def change_name(token: str) -> ResponseReturnValue:
    """Change it."""
    return earner_pages.change_name(_earner(token))


def _earner(token: str) -> Earner:
    with runtime().reading() as session:
        return Earner(id=keeping.find_keeper(session, token), urls=KeepURLs(token))
