"""What earners do with their badges, the same in a launch and behind their keep link.

The blueprints of both say whose badges these are and where their pages stand.
"""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from flask import redirect, render_template, request
from flask.typing import ResponseReturnValue

from lti_tool.errors import ConflictError, InvalidFieldsError, InvalidInputError, http_status
from lti_tool.runtime import runtime
from lti_tool.services import evidence_pages, evidence_settings, name_pages, renaming
from lti_tool.services.models import FieldError, Notice
from lti_tool.services.urls import EarnerURLs
from lti_tool.views.bodies import id_of
from lti_tool.views.errors import field_errors
from lti_tool.views.surroundings import file_links, public_urls

NOTICES = {
    "evidence_set": "success",
    "evidence_withheld": "success",
    "evidence_removed": "success",
    "changed_meanwhile": "warning",
    "name_changed": "success",
    "name_too_often": "warning",
    "name_changed_meanwhile": "warning",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Earner:
    """Whose badges these are, and where their pages stand."""

    id: UUID
    urls: EarnerURLs


def show_evidence(earner: Earner, credential_id: UUID) -> str:
    """Show what others see of the work behind a badge, to set it."""
    here = runtime()
    with here.reading() as session:
        page = evidence_settings.settings_page(
            session,
            earner.id,
            credential_id,
            own=earner.urls,
            urls=public_urls(),
            clock=here.clock,
        )
    return render_template("keep/evidence.html", page=page, notices=_notices())


def save_evidence(earner: Earner, credential_id: UUID) -> ResponseReturnValue:
    """Let others see what was ticked, and nothing else."""
    here, sources = runtime(), request.form.getlist("shown")
    try:
        with here.writing() as session:
            evidence_settings.choose_evidence(
                session, earner.id, credential_id, sources, clock=here.clock
            )
    except InvalidInputError:
        # Something was removed, or somebody's consent ended, since the page was loaded.
        return _back(earner, credential_id, "changed_meanwhile")
    return _back(earner, credential_id, "evidence_set")


def preview_evidence(earner: Earner, credential_id: UUID) -> str:
    """Show the evidence page as strangers see it while the badge has a link."""
    with runtime().reading() as session:
        page = evidence_pages.previewed_page(
            session,
            earner.id,
            credential_id,
            urls=public_urls(),
            links=file_links(),
            settings_url=earner.urls.own_evidence(credential_id),
        )
    return render_template("credentials/evidence.html", page=page)


def withdraw_consent(earner: Earner, credential_id: UUID) -> ResponseReturnValue:
    """Note that somebody in a piece no longer agrees."""
    _with_piece(earner, credential_id, evidence_settings.withdraw_consent)
    return _back(earner, credential_id, "evidence_withheld")


def remove_evidence(earner: Earner, credential_id: UUID) -> ResponseReturnValue:
    """Delete a piece for good; the worker deletes its bytes."""
    _with_piece(earner, credential_id, evidence_settings.remove_evidence)
    return _back(earner, credential_id, "evidence_removed")


def _with_piece(earner: Earner, credential_id: UUID, act: Callable[..., None]) -> None:
    here, piece = runtime(), id_of(request.form.get("piece", ""))
    with here.writing() as session:
        act(session, earner.id, credential_id, piece, clock=here.clock, new_id=here.new_id)


def _back(earner: Earner, credential_id: UUID, notice: str) -> ResponseReturnValue:
    return redirect(f"{earner.urls.own_evidence(credential_id)}?notice={notice}", code=303)


def _notices() -> tuple[Notice, ...]:
    code = request.args.get("notice", "")
    return (Notice(kind=NOTICES[code], code=code),) if code in NOTICES else ()


def show_name(earner: Earner) -> str:
    """Show whom the badges name."""
    return _name_form(earner, notices=_notices())


def preview_name(earner: Earner) -> ResponseReturnValue:
    """Show what would change, or what the form lacks."""
    here, sent, badges = runtime(), request.form.to_dict(), request.form.getlist("badge")
    try:
        wish = name_pages.wish_of(sent, badges)
        with here.reading() as session:
            page = name_pages.preview_page(session, here.issuing, earner.id, wish, own=earner.urls)
    except InvalidFieldsError as error:
        return _name_form(earner, errors=field_errors(error)), http_status(error)
    except ConflictError as error:
        return redirect(f"{earner.urls.own_name()}?notice=name_{error.code}", code=303)
    return render_template("keep/name_preview.html", page=page)


def change_name(earner: Earner) -> ResponseReturnValue:
    """Issue the badges anew with whom they name from now on."""
    here = runtime()
    try:
        wish = name_pages.wish_of(request.form.to_dict(), request.form.getlist("badge"))
        renaming.change_identity(here.issuing, earner.id, wish)
    except InvalidFieldsError as error:
        return _name_form(earner, errors=field_errors(error)), http_status(error)
    except ConflictError as error:
        return redirect(f"{earner.urls.own_name()}?notice=name_{error.code}", code=303)
    return redirect(f"{earner.urls.own_name()}?notice=name_changed", code=303)


def _name_form(
    earner: Earner,
    *,
    errors: tuple[FieldError, ...] = (),
    notices: tuple[Notice, ...] = (),
) -> str:
    here, was_sent = runtime(), request.method == "POST"
    with here.reading() as session:
        page = name_pages.name_page(
            session,
            here.issuing,
            earner.id,
            own=earner.urls,
            sent=request.form.to_dict() if was_sent else None,
            chosen=request.form.getlist("badge") if was_sent else None,
        )
    return render_template("keep/name.html", page=page, errors=errors, notices=notices)
