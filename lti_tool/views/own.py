"""An earner's own credentials, inside their launch."""

from dataclasses import replace
from uuid import UUID

from flask import Blueprint, Response, redirect, render_template, request
from flask.typing import ResponseReturnValue

from lti_tool.errors import NotAllowedError, NotFoundError
from lti_tool.runtime import runtime
from lti_tool.services import keeping, own_stacks, public_pages, sharing
from lti_tool.services.disclosing import parse_disclosure, whole
from lti_tool.services.examining import examine
from lti_tool.services.foreign.resolving import SavedResolver
from lti_tool.services.kits import find_kit
from lti_tool.services.models import Notice
from lti_tool.services.urls import CourseURLs, PublicURLs
from lti_tool.store import awards
from lti_tool.store.awards import CredentialParts
from lti_tool.views import earner_pages
from lti_tool.views.credentials import credential_file, record_of
from lti_tool.views.earner_pages import Earner
from lti_tool.views.kits import kit_response
from lti_tool.views.session import PREFIX, current, guard, require_learner
from lti_tool.views.surroundings import public_urls

bp = Blueprint("own", __name__, url_prefix=PREFIX)
guard(bp)


STACK_NOTICES = {
    **dict.fromkeys(("shared", "unshared", "foreign_withdrawn"), "success"),
    **dict.fromkeys(("foreign_accepted", "foreign_waiting"), "success"),
    **dict.fromkeys(("foreign_issued", "foreign_later"), "success"),
    **dict.fromkeys(("foreign_rests_on_it", "foreign_decided_already"), "warning"),
}


@bp.get("/stack")
def stack() -> str:
    """Show a learner how far they are with the microcredentials behind the activity."""
    launch = require_learner()
    with runtime().reading() as session:
        page = own_stacks.stack_page(session, launch, public_urls=public_urls())
    code = request.args.get("notice", "")
    notices = (Notice(kind=STACK_NOTICES[code], code=code),) if code in STACK_NOTICES else ()
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
    report = examine(parts[0].document, resolver=SavedResolver(here.database, places), now=now)
    with here.reading() as session:
        page = public_pages.credential_page(
            session,
            parts,
            whole(parts[0]),
            report,
            urls=places,
            page_url=places.credential(credential_id),
            json_url=own.own_credential(credential_id, ".json"),
            jwt_url=own.own_credential(credential_id, ".jwt"),
            picture_url=own.own_credential(credential_id, ".png"),
            svg_url=own.own_credential(credential_id, ".picture"),
            now=now,
            own_url=own.own_credential,
            kit_url=own.own_credential(credential_id, ".zip"),
            record_url=own.own_credential(credential_id, ".record")
            if parts[1].origin == "pathway"
            else None,
        )
    page = replace(
        page,
        evidence_settings_url=own.own_evidence(credential_id) if parts[1].decision_id else None,
        name_url=None if parts[1].revoked_at else own.own_name(),
    )
    return render_template("credentials/credential.html", page=page)


@bp.get("/credentials/<uuid:credential_id>.json")
def credential_json(credential_id: UUID) -> Response:
    """Return the earner's credential, byte for byte as issued."""
    return _file(credential_id, "json")


@bp.get("/credentials/<uuid:credential_id>.jwt")
def credential_jwt(credential_id: UUID) -> Response:
    """Return the earner's credential as VC-JWT, byte for byte as issued."""
    return _file(credential_id, "jwt")


@bp.get("/credentials/<uuid:credential_id>.png")
def credential_png(credential_id: UUID) -> Response:
    """Return the same as PNG, which every program shows."""
    return _file(credential_id, "png")


@bp.get("/credentials/<uuid:credential_id>.picture")
def credential_picture(credential_id: UUID) -> Response:
    """Return the picture of the earner's badge, with the credential in it."""
    return _file(credential_id, "picture")


@bp.get("/credentials/<uuid:credential_id>.zip")
def credential_kit(credential_id: UUID) -> Response:
    """Return the earner's credential with all that it takes to check it offline."""
    return kit_response(find_kit(runtime().issuing, _own(credential_id)[0].id))


@bp.get("/credentials/<uuid:credential_id>.record")
def credential_record(credential_id: UUID) -> Response:
    """Return the learner record of the earner's microcredential."""
    return record_of(_own(credential_id)[0].id)


@bp.post("/credentials/<uuid:credential_id>/share")
def share(credential_id: UUID) -> ResponseReturnValue:
    """Make the share link of a credential that its earner reached over their stack."""
    launch, here = current().launch, runtime()
    sharing.share(
        here.issuing,
        launch.earner_id,
        credential_id,
        parse_disclosure(request.form.get("shows", "")),
        random_token=here.random_token,
    )
    return redirect(f"{CourseURLs(launch.ref).stack}?notice=shared", code=303)


@bp.post("/credentials/<uuid:credential_id>/unshare")
def unshare(credential_id: UUID) -> ResponseReturnValue:
    """End the share link of a credential."""
    launch, here = current().launch, runtime()
    with here.writing() as session:
        sharing.unshare(session, launch.earner_id, credential_id, clock=here.clock)
    return redirect(f"{CourseURLs(launch.ref).stack}?notice=unshared", code=303)


@bp.get("/credentials/<uuid:credential_id>/evidence")
def evidence(credential_id: UUID) -> str:
    """Show what others see of the work behind a badge, to set it."""
    return earner_pages.show_evidence(_earner(), credential_id)


@bp.post("/credentials/<uuid:credential_id>/evidence")
def save_evidence(credential_id: UUID) -> ResponseReturnValue:
    """Set what others see."""
    return earner_pages.save_evidence(_earner(), credential_id)


@bp.get("/credentials/<uuid:credential_id>/evidence/preview")
def preview_evidence(credential_id: UUID) -> str:
    """Show the evidence page as strangers see it."""
    return earner_pages.preview_evidence(_earner(), credential_id)


@bp.post("/credentials/<uuid:credential_id>/evidence/withdraw")
def withdraw_consent(credential_id: UUID) -> ResponseReturnValue:
    """Note that somebody in a piece no longer agrees."""
    return earner_pages.withdraw_consent(_earner(), credential_id)


@bp.post("/credentials/<uuid:credential_id>/evidence/remove")
def remove_evidence(credential_id: UUID) -> ResponseReturnValue:
    """Delete a piece for good."""
    return earner_pages.remove_evidence(_earner(), credential_id)


@bp.get("/keep/name")
def name() -> str:
    """Show whom the badges name."""
    return earner_pages.show_name(_earner())


@bp.post("/keep/name/preview")
def preview_name() -> ResponseReturnValue:
    """Show what would change."""
    return earner_pages.preview_name(_earner())


@bp.post("/keep/name/confirm")
def change_name() -> ResponseReturnValue:
    """Change it."""
    return earner_pages.change_name(_earner())


def _earner() -> Earner:
    launch = current().launch
    return Earner(id=launch.earner_id, urls=CourseURLs(launch.ref))


def _file(credential_id: UUID, form: str) -> Response:
    parts = _own(credential_id)
    return credential_file(whole(parts[0]), parts[2], form)


def _own(credential_id: UUID) -> CredentialParts:
    with runtime().reading() as session:
        parts = awards.find_own_credential(session, current().launch.earner_id, credential_id)
    if parts is None:
        raise NotFoundError("not this earner's credential")
    return parts
