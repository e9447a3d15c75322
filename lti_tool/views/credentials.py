"""The world's side: achievements, credentials, issuers, status lists. No launch, no cookie."""

import json
from hashlib import sha256
from uuid import UUID

from flask import Blueprint, Response, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue

from badges.baking import bake
from badges.credential import CONTEXTS, build_achievement
from badges.pathway_publication import MEDIA_TYPES
from lti_tool.errors import NotFoundError
from lti_tool.runtime import Runtime, runtime
from lti_tool.services import (
    achievements,
    evidence_pages,
    keyring,
    pictures,
    public_pages,
    stack_pages,
)
from lti_tool.services.disclosing import Disclosed, disclosed
from lti_tool.services.examining import examine
from lti_tool.services.foreign.resolving import SavedResolver
from lti_tool.services.jwt_forms import token_of
from lti_tool.services.resolving import did_document_of, jwk_of
from lti_tool.services.urls import IMAGE_ENDINGS, PublicURLs
from lti_tool.store import awards, endorsements, foreign, shares
from lti_tool.store import keys as key_rows
from lti_tool.store.rows import (
    AchievementVersionRow,
    CredentialFormRow,
    CredentialRow,
    ForeignCredentialRow,
)
from lti_tool.store.shares import SharedParts
from lti_tool.views.surroundings import file_links

bp = Blueprint("credentials", __name__)

FOR_GOOD = "public, max-age=31536000, immutable"
A_MINUTE = "public, max-age=60"
FIVE_MINUTES = "public, max-age=300"
A_DAY = "public, max-age=86400"
"""For what another version of the tool may draw in another way."""
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
    """Return the badge image. It was drawn or chosen when the version was published, for good.

    A drawn one is an SVG, and here as PNG for whoever shows no SVG.
    """
    media_type = pictures.SVG if ending == "svg" else pictures.PNG
    with runtime().reading() as session:
        row = public_pages.pictured_version(session, version_id)
    is_own = row.image_type == media_type
    response = served(
        pictures.picture_of(row, media_type), media_type, caching=FOR_GOOD if is_own else A_DAY
    )
    response.headers["Content-Security-Policy"] = (
        "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    )
    return response


@bp.get("/achievements/<uuid:version_id>/card.png")
def card(version_id: UUID) -> Response:
    """Return the picture that stands for a badge where a link to it is shared (Open Graph)."""
    with runtime().reading() as session:
        row = public_pages.pictured_version(session, version_id)
        issuer = awards.get_issuer_of_version(session, version_id)
    return served(pictures.card_of(row, issuer), pictures.PNG, caching=A_DAY)


@bp.get("/credentials/<uuid:credential_id>")
def credential(credential_id: UUID) -> ResponseReturnValue:
    """Show a credential once its earner shares it; until then say nothing, not even that it is."""
    with runtime().reading() as session:
        found = shares.find_shared_by_id(session, credential_id)
        record = shares.find_shared_record(session, shares.is_record(credential_id))
    if record is not None:
        return _shown_record(*record)
    return _shown(found, page_url=urls().credential(credential_id))


@bp.get("/s/<token>")
def shared(token: str) -> ResponseReturnValue:
    """Show the credential that a share link opens."""
    with runtime().reading() as session:
        found = shares.find_shared(session, token)
    return _shown(found, page_url=urls().shared(token))


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


@bp.get("/s/<token>.png")
def shared_png(token: str) -> Response:
    """Return the same as PNG, which every program shows."""
    return _shared_form(token, "png")


@bp.get("/s/<token>.record")
def shared_record(token: str) -> Response:
    """Return the learner record of a shared microcredential, once all of it is shared."""
    with runtime().reading() as session:
        found = shares.find_shared(session, token)
        record = (
            shares.find_shared_record(session, shares.is_record_of(found[0].id)) if found else None
        )
    if record is None:
        raise NotFoundError("no learner record is shared")
    return record_file(record[0])


@bp.get("/components/<uuid:foreign_id>")
def component(foreign_id: UUID) -> Response:
    """Return a credential of another issuer, byte for byte as it was handed in.

    As long as a microcredential that rests on it is shared with all that it says.
    """
    with runtime().reading() as session:
        found = foreign.find_shared(session, foreign_id)
    if found is None:
        raise NotFoundError("no shared credential")
    return component_file(found)


@bp.get("/evidence/<uuid:evidence_page_id>")
def evidence(evidence_page_id: UUID) -> Response:
    """Show what the earner lets the world see of the work."""
    with runtime().reading() as session:
        page = evidence_pages.public_page(
            session, evidence_page_id, urls=urls(), links=file_links()
        )
    response = Response(render_template("credentials/evidence.html", page=page))
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response


@bp.get("/endorsements/<uuid:endorsement_id>")
def endorsement(endorsement_id: UUID) -> Response:
    """Return an endorsement by an issuer of ours: with its proof, or as VC-JWT."""
    with runtime().reading() as session:
        row = endorsements.get(session, endorsement_id)
    if row.token is None:
        raise NotFoundError("what others signed is not at an address of ours")
    return _in_asked_form(row.document, row.token)


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
    return _in_asked_form(row.document, row.token)


def _in_asked_form(document: bytes, token: bytes) -> Response:
    """Return what is signed with its proof, or as VC-JWT to who asks for that."""
    wants = request.accept_mimetypes.best_match(["application/vc", VC_JWT])
    if wants == VC_JWT:
        response = served(token, VC_JWT, caching=A_MINUTE)
    else:
        response = served(document, "application/vc", caching=A_MINUTE)
    response.vary.add("Accept")
    return response


def _achievement_page(version_id: UUID) -> str:
    with runtime().reading() as session:
        if stack_pages.is_microcredential(session, version_id):
            pathway = stack_pages.pathway_page(session, version_id, urls=urls())
            return render_template("credentials/pathway.html", page=pathway)
        page = public_pages.achievement_page(session, version_id, urls=urls())
    return render_template("credentials/achievement.html", page=page)


def show(here: Runtime, shared: SharedParts, *, page_url: str) -> str:
    """Return the page of a shared credential, verified just now."""
    credential, award, version, issuer, _, share = shared
    places, now, shown = urls(), here.clock(), disclosed(shared)
    resolver = SavedResolver(here.database, places)
    report = examine(shown.document, resolver=resolver, now=now)
    with here.reading() as session:
        record = shares.find_shared_record(session, shares.is_record_of(credential.id))
        page = public_pages.credential_page(
            session,
            (credential, award, version, issuer),
            shown,
            report,
            urls=places,
            page_url=page_url,
            json_url=places.shared(share.token, ".json"),
            jwt_url=places.shared(share.token, ".jwt"),
            picture_url=places.shared(share.token, ".png"),
            record_url=places.shared(share.token, ".record") if record else None,
            svg_url=places.shared(share.token, ".picture"),
            now=now,
        )
    return render_template("credentials/credential.html", page=page)


def credential_file(shown: Disclosed, version: AchievementVersionRow, form: str) -> Response:
    """Return a credential in one of its forms, as a download.

    JSON and JWT are byte for byte as issued; `picture` is the badge's image with the JSON in
    it, and `png` the same as PNG where the image is drawn.
    """
    match form:
        case "json":
            body, mimetype, end = shown.document, "application/vc", "json"
        case "jwt":
            token = shown.token or token_of(runtime().issuing, shown.id)
            body, mimetype, end = token, "text/plain", "jwt"
        case _:
            mimetype = pictures.PNG if form == "png" else version.image_type
            body = bake(pictures.picture_of(version, mimetype), shown.document)
            end = IMAGE_ENDINGS[mimetype]
    response = served(body, mimetype, caching="private, no-cache")
    response.headers["Content-Disposition"] = f'attachment; filename="badge.{end}"'
    return response


def record_of(credential_id: UUID) -> Response:
    """Return the learner record of a microcredential to its earner.

    Raises:
        NotFoundError: there is none.
    """
    with runtime().reading() as session:
        found = shares.find_form(session, credential_id, shares.LEARNER_RECORD)
    if found is None:
        raise NotFoundError("no learner record")
    return record_file(found)


def record_file(record: CredentialFormRow) -> Response:
    """Return a learner record as a download, byte for byte as issued."""
    response = served(record.document, "application/vc", caching="private, no-cache")
    response.headers["Content-Disposition"] = 'attachment; filename="record.json"'
    return response


def component_file(row: ForeignCredentialRow) -> Response:
    """Return a credential of another issuer as a download."""
    response = served(row.document, MEDIA_TYPES[row.form], caching="private, no-cache")
    response.headers["Content-Disposition"] = f'attachment; filename="credential.{row.form}"'
    return response


def _shown_record(record: CredentialFormRow, whole: CredentialRow) -> ResponseReturnValue:
    """Return a learner record to programs; people see the page of its microcredential."""
    kinds = ["text/html", *DOCUMENT_TYPES]
    if request.accept_mimetypes.best_match(kinds, default=DOCUMENT_TYPES[0]) == "text/html":
        answer = make_response(redirect(urls().credential(whole.id), 302))
    else:
        answer = record_file(record)
    answer.vary.add("Accept")
    return answer


def _shown(shared: SharedParts | None, *, page_url: str) -> ResponseReturnValue:
    """Return the page for people, and the document itself to programs that ask for one."""
    if shared is None:
        return render_template("credentials/private.html"), 404
    kinds = ["text/html", *DOCUMENT_TYPES]
    if request.accept_mimetypes.best_match(kinds, default="text/html") == "text/html":
        response = Response(show(runtime(), shared, page_url=page_url))
    else:
        response = credential_file(disclosed(shared), shared[2], "json")
    response.vary.add("Accept")
    return response


def _shared_form(token: str, form: str) -> Response:
    with runtime().reading() as session:
        found = shares.find_shared(session, token)
    if found is None:
        raise NotFoundError("no such share link")
    return credential_file(disclosed(found), found[2], form)
