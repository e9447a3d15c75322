"""An earner's own credentials, inside their launch."""

from uuid import UUID

from flask import Blueprint, Response, redirect, render_template, request
from flask.typing import ResponseReturnValue

from lti_tool.errors import NotAllowedError, NotFoundError
from lti_tool.runtime import runtime
from lti_tool.services import keeping, public_pages, sharing, stack_pages
from lti_tool.services.models import Notice
from lti_tool.services.resolving import OwnResolver
from lti_tool.services.urls import CourseURLs, PublicURLs
from lti_tool.services.verifying import examine
from lti_tool.store import awards
from lti_tool.store.awards import CredentialParts
from lti_tool.views.credentials import credential_file
from lti_tool.views.session import PREFIX, current, guard, require_learner
from lti_tool.views.surroundings import public_urls

bp = Blueprint("own", __name__, url_prefix=PREFIX)
guard(bp)


STACK_NOTICES = frozenset({"shared", "unshared"})


@bp.get("/stack")
def stack() -> str:
    """Show a learner how far they are with the microcredentials behind the activity."""
    launch = require_learner()
    with runtime().reading() as session:
        page = stack_pages.stack_page(session, launch, public_urls=public_urls())
    code = request.args.get("notice", "")
    notices = (Notice(kind="success", code=code),) if code in STACK_NOTICES else ()
    return render_template("learner/stack.html", page=page, notices=notices)


@bp.get("/keep")
def show_keep() -> str:
    """Say what a keep link is, and whether there is one."""
    launch, here = require_learner(), runtime()
    with here.reading() as session:
        page = keeping.keep_page(session, launch, base_url=here.settings.base_url)
    return render_template("learner/keep.html", page=page)


@bp.post("/keep")
def make_keep() -> str:
    """Make a keep link and show it, this once: so not behind a redirect that would hold it."""
    launch, here = require_learner(), runtime()
    if launch.is_test_user:
        raise NotAllowedError("a test user keeps nothing", code="test_user")
    with here.writing() as session:
        token = keeping.make_keep_link(
            session,
            launch.earner_id,
            clock=here.clock,
            new_id=here.new_id,
            random_token=here.random_token,
        )
        page = keeping.keep_page(session, launch, base_url=here.settings.base_url, token=token)
    return render_template("learner/keep.html", page=page)


@bp.get("/credentials/<uuid:credential_id>")
def credential(credential_id: UUID) -> str:
    """Show a credential to its earner, verified just now."""
    here, launch = runtime(), current().launch
    places, own, now = PublicURLs(here.settings.base_url), CourseURLs(launch.ref), here.clock()
    parts = _own(credential_id)
    report = examine(parts[0].document, resolver=OwnResolver(here.database, places), now=now)
    with here.reading() as session:
        page = public_pages.credential_page(
            session,
            parts,
            report,
            urls=places,
            page_url=places.credential(credential_id),
            json_url=own.own_credential(credential_id, ".json"),
            jwt_url=own.own_credential(credential_id, ".jwt"),
            picture_url=own.own_credential(credential_id, ".picture"),
            now=now,
            own_url=own.own_credential,
        )
    return render_template("credentials/credential.html", page=page)


@bp.get("/credentials/<uuid:credential_id>.json")
def credential_json(credential_id: UUID) -> Response:
    """Return the earner's credential, byte for byte as issued."""
    return credential_file(_own(credential_id), "json")


@bp.get("/credentials/<uuid:credential_id>.jwt")
def credential_jwt(credential_id: UUID) -> Response:
    """Return the earner's credential as VC-JWT, byte for byte as issued."""
    return credential_file(_own(credential_id), "jwt")


@bp.get("/credentials/<uuid:credential_id>.picture")
def credential_picture(credential_id: UUID) -> Response:
    """Return the picture of the earner's badge, with the credential in it."""
    return credential_file(_own(credential_id), "picture")


@bp.post("/credentials/<uuid:credential_id>/share")
def share(credential_id: UUID) -> ResponseReturnValue:
    """Make the share link of a credential that its earner reached over their stack."""
    launch, here = current().launch, runtime()
    with here.writing() as session:
        sharing.share_credential(
            session,
            launch,
            credential_id,
            clock=here.clock,
            new_id=here.new_id,
            random_token=here.random_token,
        )
    return redirect(f"{CourseURLs(launch.ref).stack}?notice=shared", code=303)


@bp.post("/credentials/<uuid:credential_id>/unshare")
def unshare(credential_id: UUID) -> ResponseReturnValue:
    """End the share link of a credential."""
    launch, here = current().launch, runtime()
    with here.writing() as session:
        sharing.unshare_credential(session, launch, credential_id, clock=here.clock)
    return redirect(f"{CourseURLs(launch.ref).stack}?notice=unshared", code=303)


def _own(credential_id: UUID) -> CredentialParts:
    with runtime().reading() as session:
        parts = awards.find_own_credential(session, current().launch.earner_id, credential_id)
    if parts is None:
        raise NotFoundError("not this earner's credential")
    return parts
