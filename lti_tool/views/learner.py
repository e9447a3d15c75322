"""Pages for learners: the activity, the draft, what was handed in, the result."""

from collections.abc import Callable, Mapping

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
from lti_tool.services import draft_fields, draft_parts, drafts, learner_pages, sharing, submitting
from lti_tool.services.disclosing import parse_disclosure
from lti_tool.services.draft_parts import slot_field
from lti_tool.services.models import FieldError, Notice
from lti_tool.services.pages.learner import (
    ActivityPage,
    NotSetUpPage,
    ResultPage,
    SubmittedPage,
    WorkPage,
)
from lti_tool.services.urls import CourseURLs
from lti_tool.services.work_page import Refused, with_subjects
from lti_tool.values import Launch
from lti_tool.views.bodies import id_of, is_json, revision_of, sent_fields
from lti_tool.views.errors import answer_error, answer_stale, field_errors
from lti_tool.views.notices import at_field
from lti_tool.views.regions import regions_after
from lti_tool.views.session import PREFIX, current, guard, require_learner
from lti_tool.views.surroundings import surroundings
from lti_tool.views.uploads import file_detail, take_whole_file

bp = Blueprint("learner", __name__, url_prefix=PREFIX)
guard(bp)

TEMPLATES = {
    NotSetUpPage: "learner/not_set_up.html",
    ActivityPage: "learner/activity.html",
    WorkPage: "learner/work.html",
    SubmittedPage: "learner/submitted.html",
    ResultPage: "learner/result.html",
}
NOTICES = frozenset(
    {"submitted", "taken_back", "shared", "unshared", "upload_done", "saved", "put_back"}
)


def home() -> ResponseReturnValue:
    """Show the learner's page of this activity, whatever state their work is in."""
    launch = require_learner()
    with runtime().reading() as session:
        page = learner_pages.load_home(session, launch, around=surroundings())
    return render_template(TEMPLATES[type(page)], page=page, notices=_notices())


@bp.get("/activity")
def activity() -> ResponseReturnValue:
    """Show what the badge is and asks; to assessors too."""
    with runtime().reading() as session:
        page = learner_pages.load_activity(session, current().launch, around=surroundings())
    return render_template(TEMPLATES[type(page)], page=page)


@bp.post("/start")
def start() -> ResponseReturnValue:
    """Open a draft."""
    launch, here = require_learner(), runtime()
    with here.writing() as session:
        drafts.start_draft(session, launch, clock=here.clock, new_id=here.new_id)
    return redirect(CourseURLs(launch.ref).work, code=303)


@bp.get("/work")
def work() -> ResponseReturnValue:
    """Show the draft; without one, whatever page there is."""
    return home()


@bp.post("/work")
def save_work() -> ResponseReturnValue:
    """Save the draft, then do what the button says."""
    launch = require_learner()
    if is_json():
        sent = sent_fields()
        return _saved(launch, _save(launch, sent.revision, sent.fields), sent.fields)
    revision = _save(launch, revision_of(request.form.get("revision")), _form_fields())
    return _act(launch, request.form.get("action", "save"), revision)


@bp.post("/take-back")
def take_back() -> ResponseReturnValue:
    """Make what was handed in a draft again."""
    launch = require_learner()
    with runtime().writing() as session:
        submitting.take_back(session, launch)
    return redirect(CourseURLs(launch.ref).home_with("taken_back"), code=303)


@bp.post("/resubmit")
def resubmit() -> ResponseReturnValue:
    """Open the next attempt."""
    launch, here = require_learner(), runtime()
    with here.writing() as session:
        submitting.resubmit(session, launch, clock=here.clock, new_id=here.new_id)
    return redirect(CourseURLs(launch.ref).work, code=303)


@bp.post("/share")
def share() -> ResponseReturnValue:
    """Make the badge's share link."""
    launch, here = require_learner(), runtime()
    with here.reading() as session:
        credential_id = sharing.held_credential_id(session, launch)
    sharing.share(
        here.issuing,
        launch.earner_id,
        credential_id,
        parse_disclosure(request.form.get("shows", "")),
        random_token=here.random_token,
    )
    return redirect(CourseURLs(launch.ref).home_with("shared"), code=303)


@bp.post("/unshare")
def unshare() -> ResponseReturnValue:
    """End the badge's share link."""
    launch, here = require_learner(), runtime()
    with here.writing() as session:
        credential_id = sharing.held_credential_id(session, launch)
        sharing.unshare(session, launch.earner_id, credential_id, clock=here.clock)
    return redirect(CourseURLs(launch.ref).home_with("unshared"), code=303)


@bp.errorhandler(StaleRevisionError)
def keep_and_answer_stale(error: StaleRevisionError) -> ResponseReturnValue:
    """Keep the texts that came too late, and show both."""
    launch = current().launch
    if is_json():
        _keep_refused(launch, sent_fields().fields)
        return answer_stale(error, regions_after(_work_page(launch), ()))
    return _refused_page(launch, error, errors=(), is_stale=True)


@bp.errorhandler(ClosedError)
def keep_and_answer_closed(error: ClosedError) -> ResponseReturnValue:
    """Keep the texts of a draft that was handed in meanwhile: it may be taken back."""
    if request.endpoint == "learner.save_work":
        _keep_refused(current().launch, sent_fields().fields if is_json() else _form_fields())
    return answer_error(error)


@bp.errorhandler(InvalidInputError)
def answer_invalid(error: InvalidInputError) -> ResponseReturnValue:
    """Show the form again with every word that was sent, and what is wrong at its field."""
    errors: tuple[FieldError, ...] = ()
    if isinstance(error, InvalidFieldsError):
        errors = field_errors(error)
    elif error.field:
        errors = (FieldError(name=error.field, code=error.code, detail=file_detail(error)),)
    if is_json() or not errors or request.endpoint != "learner.save_work":
        return answer_error(error)
    return _refused_page(current().launch, error, errors=errors, is_stale=False)


def _keep_refused(launch: Launch, sent: Mapping[str, object]) -> None:
    here = runtime()
    with here.writing() as session:
        drafts.keep_refused(session, launch, sent=sent, clock=here.clock, new_id=here.new_id)


def _save(launch: Launch, revision: int, sent: Mapping[str, object]) -> int:
    here = runtime()
    with here.writing() as session:
        return drafts.save_draft(
            session, launch, revision=revision, sent=sent, clock=here.clock, new_id=here.new_id
        )


def _saved(launch: Launch, revision: int, sent: Mapping[str, object]) -> Response:
    page = _work_page(launch)
    return jsonify(
        revision=revision,
        saved_at=page.saved_at and page.saved_at.isoformat(),
        regions=regions_after(page, sent),
    )


def _work_page(launch: Launch, refused: Refused | None = None) -> WorkPage:
    with runtime().reading() as session:
        return learner_pages.load_work(session, launch, around=surroundings(), refused=refused)


def _act(launch: Launch, action: str, revision: int) -> ResponseReturnValue:
    """Do what a button of the draft's form says."""
    verb, _, subject = action.partition(":")
    if verb == "submit":
        return _submit(launch, revision)
    act = _ACTIONS.get(verb)
    if act is None:
        raise InvalidInputError("no such button", code="unknown_action")
    return redirect(f"{CourseURLs(launch.ref).work}{act(launch, subject)}", code=303)


def _submit(launch: Launch, revision: int) -> ResponseReturnValue:
    here = runtime()
    with here.writing() as session:
        submitting.submit_draft(
            session, launch, revision=revision, clock=here.clock, new_id=here.new_id
        )
    here.wake()
    return redirect(CourseURLs(launch.ref).home_with("submitted"), code=303)


def _keep(_launch: Launch, _subject: str) -> str:
    return "?notice=saved"


def _upload(launch: Launch, subject: str) -> str:
    return f"#artefact-{take_whole_file(launch, subject)}"


def _add_link(launch: Launch, subject: str) -> str:
    here = runtime()
    with here.writing() as session:
        id_ = draft_parts.add_link(
            session,
            launch,
            url=request.form.get(slot_field("link.url", subject), ""),
            title=request.form.get(slot_field("link.title", subject), ""),
            requirement_id=subject,
            clock=here.clock,
            new_id=here.new_id,
        )
    return f"#artefact-{id_}"


def _remove_artefact(launch: Launch, subject: str) -> str:
    here = runtime()
    with here.writing() as session:
        draft_parts.remove_artefact(session, launch, id_of(subject), clock=here.clock)
    return "#artefacts"


def _add_reference(launch: Launch, subject: str) -> str:
    here = runtime()
    with here.writing() as session:
        id_ = draft_parts.add_reference(session, launch, subject, new_id=here.new_id)
    return f"#reference-{id_}"


def _remove_reference(launch: Launch, subject: str) -> str:
    with runtime().writing() as session:
        criterion_id = draft_parts.remove_reference(session, launch, id_of(subject))
    return f"#references-{criterion_id}" if criterion_id else "#references"


def _add_log_entry(launch: Launch, subject: str) -> str:
    here = runtime()
    with here.writing() as session:
        id_ = draft_parts.add_log_entry(session, launch, subject, new_id=here.new_id)
    return f"#log-entry-{id_}"


def _remove_log_entry(launch: Launch, subject: str) -> str:
    with runtime().writing() as session:
        log_id = draft_parts.remove_log_entry(session, launch, id_of(subject))
    return f"#log-{log_id}" if log_id else ""


def _put_back(launch: Launch, subject: str) -> str:
    here = runtime()
    with here.writing() as session:
        place = drafts.put_back(
            session, launch, id_of(subject), clock=here.clock, new_id=here.new_id
        )
    return f"?notice=put_back{at_field(place)}" if place else ""


def _dismiss(launch: Launch, subject: str) -> str:
    with runtime().writing() as session:
        drafts.dismiss(session, launch, id_of(subject))
    return ""


_ACTIONS: Mapping[str, Callable[[Launch, str], str]] = {
    "save": _keep,
    "upload": _upload,
    "add-link": _add_link,
    "remove-artefact": _remove_artefact,
    "add-reference": _add_reference,
    "remove-reference": _remove_reference,
    "add-log-entry": _add_log_entry,
    "remove-log-entry": _remove_log_entry,
    "put-back": _put_back,
    "dismiss": _dismiss,
}
"""What a button does after its form was saved; each returns where on the page to go on."""


def _refused_page(
    launch: Launch, error: LtiToolError, *, errors: tuple[FieldError, ...], is_stale: bool
) -> ResponseReturnValue:
    sent = _form_fields()
    # A field that was removed elsewhere is not on the page any more, but its text is kept.
    _keep_refused(launch, sent)
    refused = Refused(
        fields=sent,
        is_stale=is_stale,
        links={
            name.removeprefix("link.url").removeprefix("."): (
                url,
                request.form.get(name.replace("link.url", "link.title"), ""),
            )
            for name, url in request.form.items()
            if name.startswith("link.url")
        },
    )
    page = _work_page(launch, refused)
    notices = (Notice(kind="warning", code="stale_kept_both"),) if is_stale else ()
    shown = render_template(
        "learner/work.html", page=page, errors=with_subjects(errors, page), notices=notices
    )
    return shown, http_status(error)


def _form_fields() -> dict[str, str]:
    """Return the draft's fields of a posted form; a box that is not ticked sends nothing."""
    sent = {name: text for name, text in request.form.items() if draft_fields.is_field(name)}
    if "name_on_badge" in sent:
        sent.setdefault("name_confirmed", "")
    for name, boxes in request.form.items():
        if name.startswith("boxes."):
            for box in boxes.split():
                sent.setdefault(f"artefact.{name.removeprefix('boxes.')}.attested.{box}", "")
    return {name: text.replace("\r\n", "\n") for name, text in sent.items()}


def _notices() -> tuple[Notice, ...]:
    code = request.args.get("notice", "")
    return (Notice(kind="success", code=code),) if code in NOTICES else ()
