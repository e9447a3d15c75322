"""The world's side: achievements, credentials, issuers, status lists. No launch, no cookie."""

import json
from hashlib import sha256
from uuid import UUID

from flask import Blueprint, Response, redirect, render_template, request
from flask.typing import ResponseReturnValue

from badges.baking import bake
from badges.credential import CONTEXTS, build_achievement
from lti_tool.errors import NotFoundError
from lti_tool.runtime import Runtime, runtime
from lti_tool.services import achievements, keyring, public_pages, stack_pages
from lti_tool.services.resolving import OwnResolver, did_document_of, jwk_of
from lti_tool.services.urls import IMAGE_ENDINGS, PublicURLs
from lti_tool.services.verifying import examine
from lti_tool.store import awards, programs
from lti_tool.store import keys as key_rows
from lti_tool.store.awards import CredentialParts

bp = Blueprint("credentials", __name__)

FOR_GOOD = "public, max-age=31536000, immutable"
A_MINUTE = "public, max-age=60"
FIVE_MINUTES = "public, max-age=300"
VC_JWT = "application/vc+jwt"
DOCUMENT_TYPES = (
    "application/vc+ld+json",
    "application/vc",
    "application/ld+json",
    "application/json",
)
"""Names under which programs ask for a credential; the second is its own."""


def urls() -> PublicURLs:
    """Return the addresses of this installation."""
    return PublicURLs(runtime().settings.base_url)


def served(body: bytes | str, mimetype: str, *, caching: str) -> Response:
    """Return a public document that any origin may read, with an ETag."""
    data = body.encode() if isinstance(body, str) else body
    response = Response(data, mimetype=mimetype)
    response.headers["Cache-Control"] = caching
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    response.set_etag(sha256(data).hexdigest()[:32])
    response.make_conditional(request)
    return response


@bp.get("/achievements/<uuid:version_id>")
def achievement(version_id: UUID) -> ResponseReturnValue:
    """Show what a badge is and asks; as JSON to who asks for it."""
    kinds = ["text/html", "application/json"]
    if request.accept_mimetypes.best_match(kinds, default="text/html") == "text/html":
        response = Response(_achievement_page(version_id))
    else:
        response = achievement_json(version_id)
    response.vary.add("Accept")
    return response


@bp.get("/achievements/<uuid:version_id>.json")
def achievement_json(version_id: UUID) -> Response:
    """Return the achievement as it stands in its credentials."""
    with runtime().reading() as session:
        value = achievements.published_achievement(session, version_id, urls=urls())
    document = {"@context": list(CONTEXTS), **build_achievement(value)}
    body = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    return served(body, "application/json", caching=FIVE_MINUTES)


@bp.get("/achievements/<uuid:version_id>/criteria")
def criteria(version_id: UUID) -> ResponseReturnValue:
    """Show the criteria: they are the achievement's page."""
    return redirect(f"{urls().achievement(version_id)}#criteria", 302)


@bp.get("/achievements/<uuid:version_id>/rubric")
def rubric(version_id: UUID) -> str:
    """Show the whole rubric with its notes."""
    with runtime().reading() as session:
        page = public_pages.rubric_page(session, version_id, urls=urls())
    return render_template("credentials/rubric.html", page=page)


@bp.get("/achievements/<uuid:version_id>/image.<any(svg, png):ending>")
def image(version_id: UUID, ending: str) -> Response:
    """Return the badge image. It was drawn or chosen when the version was published, for good."""
    with runtime().reading() as session:
        row = programs.get_version(session, version_id)
        is_there = row.image is not None and IMAGE_ENDINGS[row.image_type] == ending
        if row.image is None or not is_there or row.state not in public_pages.PUBLIC_STATES:
            raise NotFoundError("no image")
        response = served(row.image, row.image_type, caching=FOR_GOOD)
    response.headers["Content-Security-Policy"] = (
        "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    )
    return response


@bp.get("/credentials/<uuid:credential_id>")
def credential(credential_id: UUID) -> ResponseReturnValue:
    """Show a credential once its earner shares it; until then say nothing, not even that it is."""
    here = runtime()
    with here.reading() as session:
        parts = awards.find_credential(session, credential_id)
        share = awards.find_share(session, credential_id) if parts else None
    if parts is None or share is None:
        return render_template("credentials/private.html"), 404
    return _shown(here, parts, page_url=urls().credential(credential_id), token=share.token)


@bp.get("/s/<token>")
def shared(token: str) -> ResponseReturnValue:
    """Show the credential that a share link opens."""
    here = runtime()
    with here.reading() as session:
        parts = awards.find_shared_credential(session, token)
    if parts is None:
        return render_template("credentials/private.html"), 404
    return _shown(here, parts, page_url=urls().shared(token), token=token)


@bp.get("/s/<token>.json")
def shared_json(token: str) -> Response:
    """Return a shared credential, byte for byte as issued."""
    return _shared_form(token, "json")


@bp.get("/s/<token>.jwt")
def shared_jwt(token: str) -> Response:
    """Return a shared credential as VC-JWT, byte for byte as issued."""
    return _shared_form(token, "jwt")


@bp.get("/s/<token>.picture")
def shared_picture(token: str) -> Response:
    """Return the picture of a shared credential, with the credential in it."""
    return _shared_form(token, "picture")


@bp.get("/evidence/<uuid:evidence_page_id>")
def evidence(evidence_page_id: UUID) -> str:
    """Show what the earner lets the world see of the work."""
    with runtime().reading() as session:
        page = public_pages.evidence_page(session, evidence_page_id, urls=urls())
    return render_template("credentials/evidence.html", page=page)


@bp.get("/issuers/<slug>/did.json")
def did_document(slug: str) -> Response:
    """Return an issuer's DID document (did:web)."""
    with runtime().reading() as session:
        body = did_document_of(session, slug, urls=urls())
    return served(body, "application/did+json", caching=A_MINUTE)


@bp.get("/issuers/<slug>/jwks.json")
def issuer_jwks(slug: str) -> Response:
    """Return an issuer's public keys as JWK Set."""
    with runtime().reading() as session:
        body = keyring.issuer_jwks(session, key_rows.get_issuer(session, slug).id)
    return served(body, "application/json", caching=FIVE_MINUTES)


@bp.get("/issuers/<slug>/keys/<key_id>")
def issuer_key(slug: str, key_id: str) -> Response:
    """Return one public key of an issuer as one JWK."""
    with runtime().reading() as session:
        body = jwk_of(session, slug, key_id)
    return served(body, "application/jwk+json", caching=A_MINUTE)


@bp.get("/status/<uuid:status_list_id>")
def status_list(status_list_id: UUID) -> Response:
    """Return a signed status list: with its proof, or as VC-JWT to who asks for that."""
    with runtime().reading() as session:
        row = awards.get_status_list(session, status_list_id)
    wants = request.accept_mimetypes.best_match(["application/vc", VC_JWT])
    if wants == VC_JWT:
        response = served(row.token, VC_JWT, caching=A_MINUTE)
    else:
        response = served(row.document, "application/vc", caching=A_MINUTE)
    response.vary.add("Accept")
    return response


def _achievement_page(version_id: UUID) -> str:
    with runtime().reading() as session:
        if stack_pages.is_microcredential(session, version_id):
            pathway = stack_pages.pathway_page(session, version_id, urls=urls())
            return render_template("credentials/pathway.html", page=pathway)
        page = public_pages.achievement_page(session, version_id, urls=urls())
    return render_template("credentials/achievement.html", page=page)


def show(here: Runtime, parts: CredentialParts, *, page_url: str, token: str) -> str:
    """Return the page of a shared credential, verified just now."""
    places, now = urls(), here.clock()
    resolver = OwnResolver(here.database, places)
    report = examine(parts[0].document, resolver=resolver, now=now)
    with here.reading() as session:
        page = public_pages.credential_page(
            session,
            parts,
            report,
            urls=places,
            page_url=page_url,
            json_url=places.shared(token, ".json"),
            jwt_url=places.shared(token, ".jwt"),
            picture_url=places.shared(token, ".picture"),
            now=now,
        )
    return render_template("credentials/credential.html", page=page)


def credential_file(parts: CredentialParts, form: str) -> Response:
    """Return a credential in one of its forms, as a download.

    JSON and JWT are byte for byte as issued; `picture` is the badge's image with the JSON in it.
    """
    credential, _, version, _ = parts
    match form:
        case "json":
            body, mimetype, end = credential.document, "application/vc", "json"
        case "jwt":
            body, mimetype, end = credential.token, "text/plain", "jwt"
        case _:
            if version.image is None:
                raise NotFoundError("no image")
            body, mimetype = bake(version.image, credential.document), version.image_type
            end = "png" if mimetype == "image/png" else "svg"
    response = served(body, mimetype, caching="private, no-cache")
    response.headers["Content-Disposition"] = f'attachment; filename="badge.{end}"'
    return response


def _shown(here: Runtime, parts: CredentialParts, *, page_url: str, token: str) -> Response:
    """Return the page for people, and the document itself to programs that ask for one."""
    kinds = ["text/html", *DOCUMENT_TYPES]
    if request.accept_mimetypes.best_match(kinds, default="text/html") == "text/html":
        response = Response(show(here, parts, page_url=page_url, token=token))
    else:
        response = credential_file(parts, "json")
    response.vary.add("Accept")
    return response


def _shared_form(token: str, form: str) -> Response:
    with runtime().reading() as session:
        parts = awards.find_shared_credential(session, token)
    if parts is None:
        raise NotFoundError("no such share link")
    return credential_file(parts, form)
