"""Scoring one attempt: the page, its saves, its claim."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from urllib.parse import quote
from uuid import UUID

from flask import Blueprint, Response, jsonify, redirect, render_template, request
from flask.typing import ResponseReturnValue

from lti_tool.errors import (
    ClosedError,
    InvalidFieldsError,
    InvalidInputError,
    LtiToolError,
    StaleRevisionError,
    http_status,
)
from lti_tool.runtime import runtime
from lti_tool.services import assessing, claims, handing_in
from lti_tool.services.assessing import Saved
from lti_tool.services.assessor_pages import Refused, score_page
from lti_tool.services.models import FieldError, Notice
from lti_tool.services.pages.assessor import ScorePage
from lti_tool.services.urls import CourseURLs
from lti_tool.values import Launch
from lti_tool.views.bodies import id_of, is_json, revision_of, sent_fields
from lti_tool.views.errors import answer_stale, field_errors
from lti_tool.views.notices import at_field, notices
from lti_tool.views.session import PREFIX, guard, require_rater
from lti_tool.views.surroundings import file_links, public_urls

bp = Blueprint("scoring", __name__, url_prefix=PREFIX)
guard(bp)

NO_FIELDS = frozenset({"csrf_token", "revision", "action"})


@bp.get("/attempts/<uuid:attempt_id>")
def show_attempt(attempt_id: UUID) -> ResponseReturnValue:
    """Open an attempt to score it."""
    launch, here = require_rater(), runtime()
    with here.writing() as session:
        assessing.open_for_rating(session, launch, attempt_id, clock=here.clock, new_id=here.new_id)
        page = score_page(
            session,
            launch,
            attempt_id,
            links=file_links(),
            public_urls=public_urls(),
            clock=here.clock,
        )
        told = notices(session, launch)
    return render_template("assessor/score.html", page=page, notices=told)


@bp.post("/attempts/<uuid:attempt_id>")
def save_attempt(attempt_id: UUID) -> ResponseReturnValue:
    """Save ratings, then do what the button says."""
    launch = require_rater()
    if is_json():
        sent = sent_fields()
        return _answer_saved(launch, attempt_id, sent.revision, sent.fields)
    fields = {name: text for name, text in request.form.items() if name not in NO_FIELDS}
    verb, _, subject = request.form.get("action", "save").partition(":")
    after = _AFTER.get(verb)
    if after is None:
        raise InvalidInputError("no such button", code="unknown_action")
    if verb in {"dismiss", "reopen"} and not fields:
        # A page that is only read has nothing to save.
        return after(launch, attempt_id, subject)
    try:
        _save(
            launch,
            attempt_id,
            revision_of(request.form.get("revision")),
            fields,
            clears=subject if verb == "clear" else None,
        )
    except StaleRevisionError as error:
        if not _is_stored(fields, error.fields):
            return _refused_page(launch, attempt_id, fields, error)
    except (ClosedError, InvalidFieldsError) as error:
        return _refused_page(launch, attempt_id, fields, error)
    return after(launch, attempt_id, subject)


@bp.post("/attempts/<uuid:attempt_id>/claim")
def claim(attempt_id: UUID) -> ResponseReturnValue:
    """Keep the claim while the page is seen; or take it over, when a person asks for it."""
    launch, here = require_rater(), runtime()
    if is_json():
        with here.writing() as session:
            kept = claims.renew_claim(session, launch, attempt_id, clock=here.clock)
        page = _score_page(launch, attempt_id)
        return jsonify(
            is_mine=kept.is_mine,
            regions={"claim": render_template("assessor/_claim.html", page=page)},
        )
    with here.writing() as session:
        claims.take_claim(session, launch, attempt_id, clock=here.clock)
    url = CourseURLs(launch.ref).attempt_with(attempt_id, "claim_taken", about=attempt_id)
    return redirect(url, code=303)


def _score_page(launch: Launch, attempt_id: UUID, refused: Refused | None = None) -> ScorePage:
    here = runtime()
    with here.reading() as session:
        return score_page(
            session,
            launch,
            attempt_id,
            links=file_links(),
            public_urls=public_urls(),
            clock=here.clock,
            refused=refused,
        )


def _save(
    launch: Launch,
    attempt_id: UUID,
    revision: int,
    fields: Mapping[str, object],
    *,
    clears: str | None = None,
) -> Saved:
    here = runtime()
    try:
        with here.writing() as session:
            return assessing.save_assessment(
                session,
                launch,
                attempt_id,
                revision=revision,
                fields=fields,
                clears=clears,
                seat=_seat_of_page(),
                clock=here.clock,
            )
    except (StaleRevisionError, ClosedError):
        with here.writing() as session:
            assessing.keep_refused(
                session, launch, attempt_id, fields, clock=here.clock, new_id=here.new_id
            )
        raise


def _answer_saved(
    launch: Launch, attempt_id: UUID, revision: int, fields: Mapping[str, object]
) -> Response:
    try:
        saved = _save(launch, attempt_id, revision, fields)
    except StaleRevisionError as error:
        page = _score_page(launch, attempt_id)
        every = frozenset(score.criterion.id for score in page.criteria)
        return answer_stale(error, _regions(page, every))
    return jsonify(
        revision=saved.revision,
        saved_at=saved.saved_at and saved.saved_at.isoformat(),
        regions=_regions(_score_page(launch, attempt_id), saved.criteria),
    )


def _regions(page: ScorePage, criteria: frozenset[str]) -> dict[str, str]:
    """Return what a page shows of ratings beside the fields, for these criteria."""
    regions = {"trace": render_template("assessor/_trace.html", page=page)}
    for score in page.criteria:
        if score.criterion.id in criteria and score.tasks:
            name = f"derived.{score.criterion.id}"
            regions[name] = render_template("assessor/_derived.html", score=score)
    return regions


def _refused_page(
    launch: Launch, attempt_id: UUID, fields: Mapping[str, str], error: LtiToolError
) -> ResponseReturnValue:
    """Show the form again with every word that was sent."""
    refused = Refused(fields=_one_form(fields), is_stale=isinstance(error, StaleRevisionError))
    page = _score_page(launch, attempt_id, refused)
    errors: tuple[FieldError, ...] = ()
    if isinstance(error, InvalidFieldsError):
        titles = {score.criterion.id: score.criterion.title for score in page.criteria}
        errors = tuple(
            replace(one, subject=titles[one.name.split(".")[1]]) if one.code == "unrated" else one
            for one in field_errors(error)
        )
    elif isinstance(error, ClosedError):
        errors = (FieldError(name="", code=error.code),)
    told = (Notice(kind="warning", code="stale_kept_both"),) if refused.is_stale else ()
    shown = render_template("assessor/score.html", page=page, errors=errors, notices=told)
    return shown, http_status(error)


def _is_stored(fields: Mapping[str, str], stored: Mapping[str, str]) -> bool:
    """Whether a late save asks for nothing but what is there."""
    return _one_form(fields).items() <= stored.items()


def _one_form(fields: Mapping[str, str]) -> dict[str, str]:
    return {name: text.replace("\r\n", "\n") for name, text in fields.items()}


def _stay(launch: Launch, attempt_id: UUID, _subject: str) -> ResponseReturnValue:
    url = CourseURLs(launch.ref).attempt_with(attempt_id, "saved", about=attempt_id)
    return redirect(url, code=303)


def _go_to_criterion(launch: Launch, attempt_id: UUID, subject: str) -> ResponseReturnValue:
    return redirect(f"{CourseURLs(launch.ref).attempt(attempt_id)}#rate-{quote(subject)}", code=303)


def _confirm_release(launch: Launch, attempt_id: UUID, _subject: str) -> ResponseReturnValue:
    return _confirm(launch, attempt_id, "release")


def _confirm_return(launch: Launch, attempt_id: UUID, _subject: str) -> ResponseReturnValue:
    return _confirm(launch, attempt_id, "return")


def _confirm(launch: Launch, attempt_id: UUID, action: str) -> ResponseReturnValue:
    """Go on to the confirmation, unless a level still needs its reason."""
    with runtime().reading() as session:
        names = assessing.find_unexplained(session, launch, attempt_id, clock=runtime().clock)
    if names:
        return _refused_page(
            launch,
            attempt_id,
            {},
            InvalidFieldsError(dict.fromkeys(names, ("reason_required", None))),
        )
    return redirect(CourseURLs(launch.ref).release(attempt_id, action=action), code=303)


def _hand_in(launch: Launch, attempt_id: UUID, _subject: str) -> ResponseReturnValue:
    here = runtime()
    try:
        with here.writing() as session:
            handing_in.hand_in(session, launch, attempt_id, seat=_seat_of_page(), clock=here.clock)
    except (ClosedError, InvalidFieldsError) as error:
        return _refused_page(launch, attempt_id, {}, error)
    url = CourseURLs(launch.ref).attempt_with(attempt_id, "handed_in", about=attempt_id)
    return redirect(url, code=303)


def _reopen(launch: Launch, attempt_id: UUID, _subject: str) -> ResponseReturnValue:
    here = runtime()
    with here.writing() as session:
        handing_in.reopen(session, launch, attempt_id, clock=here.clock)
    url = CourseURLs(launch.ref).attempt_with(attempt_id, "reopened", about=attempt_id)
    return redirect(url, code=303)


def _seat_of_page() -> int | None:
    """Return the seat that the sending page was of, where several rate."""
    return request.args.get("seat", type=int)


def _put_back(launch: Launch, attempt_id: UUID, subject: str) -> ResponseReturnValue:
    here = runtime()
    try:
        with here.writing() as session:
            name = assessing.put_back(
                session,
                launch,
                attempt_id,
                id_of(subject),
                clock=here.clock,
                new_id=here.new_id,
            )
    except (ClosedError, InvalidFieldsError) as error:
        return _refused_page(launch, attempt_id, {}, error)
    urls = CourseURLs(launch.ref)
    if name is None:
        return redirect(urls.attempt(attempt_id), code=303)
    url = urls.attempt_with(attempt_id, "put_back", about=attempt_id)
    return redirect(f"{url}{at_field(name)}", code=303)


def _dismiss(launch: Launch, attempt_id: UUID, subject: str) -> ResponseReturnValue:
    with runtime().writing() as session:
        assessing.dismiss(session, launch, attempt_id, id_of(subject))
    return redirect(CourseURLs(launch.ref).attempt(attempt_id), code=303)


_AFTER: Mapping[str, Callable[[Launch, UUID, str], ResponseReturnValue]] = {
    "save": _stay,
    "clear": _go_to_criterion,
    "release": _confirm_release,
    "return": _confirm_return,
    "put-back": _put_back,
    "dismiss": _dismiss,
    "hand-in": _hand_in,
    "reopen": _reopen,
}
"""What a button does after its form was saved."""
