"""An earner's own credentials, inside their launch."""

from uuid import UUID

from flask import Blueprint, Response, render_template

from lti_tool.errors import NotFoundError
from lti_tool.runtime import runtime
from lti_tool.services import public_pages
from lti_tool.services.resolving import OwnResolver
from lti_tool.services.urls import CourseURLs, PublicURLs
from lti_tool.services.verifying import examine
from lti_tool.store import awards
from lti_tool.store.awards import CredentialParts
from lti_tool.views.credentials import credential_file
from lti_tool.views.session import PREFIX, current, guard

bp = Blueprint("own", __name__, url_prefix=PREFIX)
guard(bp)


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
            is_owner=True,
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


def _own(credential_id: UUID) -> CredentialParts:
    with runtime().reading() as session:
        parts = awards.find_own_credential(session, current().launch.earner_id, credential_id)
    if parts is None:
        raise NotFoundError("not this earner's credential")
    return parts
