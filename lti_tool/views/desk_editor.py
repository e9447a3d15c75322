"""The editor of a badge: its page, its saves, and the buttons that change its structure."""

from collections.abc import Callable, Mapping
from typing import TypeAlias
from urllib.parse import quote
from uuid import UUID

from flask import Blueprint, jsonify, redirect, render_template, request
from flask.typing import ResponseReturnValue

from badges.errors import DraftError
from lti_tool.errors import (
    ClosedError,
    InvalidInputError,
    NotFoundError,
    StaleRevisionError,
    http_status,
)
from lti_tool.runtime import runtime
from lti_tool.services.desk import coordinating, editing, editor_pages, revisions, structure
from lti_tool.services.desk.editing import Saved
from lti_tool.services.desk.revisions import Page
from lti_tool.services.models import Notice
from lti_tool.services.pages.editor import EditorPage
from lti_tool.services.urls import DeskURLs
from lti_tool.views.bodies import id_of, is_json, revision_of, sent_fields
from lti_tool.views.desk import badge_scope, desk_notices
from lti_tool.views.errors import answer_error, answer_stale
from lti_tool.views.session import PREFIX, current, guard
from lti_tool.views.surroundings import public_urls

bp = Blueprint("desk_editor", __name__, url_prefix=f"{PREFIX}/desk/badges/<uuid:achievement_id>")
guard(bp)

NO_FIELDS = frozenset({"csrf_token", "revision", "outline", "draft", "action"})
CHOICE = "choice:"
"""How fields are named that belong to a button beside them and are not saved."""


@bp.get("/edit")
def show(achievement_id: UUID) -> ResponseReturnValue:
    """Show the editor; before somebody has begun, how to begin."""
    launch, here = current().launch, runtime()
    with here.writing() as session:
        scope = badge_scope(session, achievement_id)
        if not editing.see(session, scope, achievement_id, clock=here.clock):
            start = editor_pages.start_page(
                session, launch, scope, achievement_id, public_urls=public_urls()
            )
            return render_template("desk/start.html", page=start, notices=desk_notices())
    return _page(achievement_id)


@bp.post("/begin")
def begin(achievement_id: UUID) -> ResponseReturnValue:
    """Begin to write, from what there is or in the shape of another badge."""
    launch, here = current().launch, runtime()
    like = request.form.get("like", "")
    with here.writing() as session:
        editing.begin(
            session,
            badge_scope(session, achievement_id),
            achievement_id,
            like=id_of(like) if like else None,
            clock=here.clock,
            new_id=here.new_id,
        )
    return redirect(DeskURLs(launch.ref).badge(achievement_id, "edit"), code=303)


@bp.post("/edit")
def save(achievement_id: UUID) -> ResponseReturnValue:
    """Save what was typed, then do what the button says."""
    if is_json():
        return _answer_script(achievement_id)
    fields = {
        name: text.replace("\r\n", "\n")
        for name, text in request.form.items()
        if name not in NO_FIELDS and not name.startswith(CHOICE)
    }
    page = Page(
        draft_id=id_of(request.form.get("draft", "")),
        revision=revision_of(request.form.get("revision")),
        outline=request.form.get("outline", ""),
    )
    try:
        _save(achievement_id, page, fields)
    except StaleRevisionError as error:
        told = (Notice(kind="warning", code="stale_kept_both"),)
        return _page(achievement_id, fields, error.fields, notices=told), http_status(error)
    except (ClosedError, NotFoundError) as error:
        shown = render_template("desk/lost.html", fields=fields, code=error.code)
        return shown, http_status(error)
    return _act(achievement_id, page)


def _answer_script(achievement_id: UUID) -> ResponseReturnValue:
    sent = sent_fields()
    page = Page(
        draft_id=id_of(request.args.get("draft", "")),
        revision=sent.revision,
        outline=request.args.get("outline", ""),
    )
    try:
        saved = _save(achievement_id, page, sent.fields)
    except StaleRevisionError as error:
        return answer_stale(error, _regions(_load(achievement_id), is_rebuilt=False))
    except NotFoundError:
        return answer_error(ClosedError("somebody else looks after this program now"))
    return jsonify(
        revision=saved.work.revision,
        saved_at=saved.work.saved_at.isoformat(),
        fields=saved.fields,
        regions=_regions(_load(achievement_id), is_rebuilt=saved.is_rebuilt),
    )


def _save(achievement_id: UUID, page: Page, sent: Mapping[str, object]) -> Saved:
    here = runtime()
    with here.writing() as session:
        scope = badge_scope(session, achievement_id)
        editing.see(session, scope, achievement_id, clock=here.clock)
        return editing.save(session, scope, achievement_id, page=page, sent=sent, clock=here.clock)


def _load(
    achievement_id: UUID,
    mine: Mapping[str, str] | None = None,
    theirs: Mapping[str, str] | None = None,
) -> EditorPage:
    here = runtime()
    with here.reading() as session:
        return editor_pages.editor_page(
            session,
            current().launch,
            badge_scope(session, achievement_id),
            achievement_id,
            public_urls=public_urls(),
            is_apart="apart" in request.args,
            mine=mine,
            theirs=theirs,
            clock=here.clock,
        )


def _page(
    achievement_id: UUID,
    mine: Mapping[str, str] | None = None,
    theirs: Mapping[str, str] | None = None,
    notices: tuple[Notice, ...] = (),
) -> str:
    page = _load(achievement_id, mine, theirs)
    return render_template("desk/editor.html", page=page, notices=(*notices, *desk_notices()))


def _regions(page: EditorPage, *, is_rebuilt: bool) -> dict[str, str]:
    """Return what a save may have changed beside the fields."""
    regions = {
        name: render_template(f"desk/_{name}.html", page=page)
        for name in ("problems", "others", "history")
    }
    if is_rebuilt:
        regions["rebuilt"] = render_template("desk/_rebuilt.html", page=page)
    return regions


_Act: TypeAlias = Callable[[UUID, Page, str], str]


def _act(achievement_id: UUID, page: Page) -> ResponseReturnValue:
    """Do what a button of the form says, and go on where it was."""
    launch = current().launch
    verb, _, subject = request.form.get("action", "save").partition(":")
    act = _ACTIONS.get(verb)
    if act is None:
        raise InvalidInputError("no such button", code="unknown_action")
    try:
        where = act(achievement_id, page, subject)
    except DraftError as error:
        where = f"?notice={error.code}"
    url = DeskURLs(launch.ref).badge(achievement_id, "edit")
    if "apart" in request.args and not where.startswith("?"):
        url = f"{url}?apart=1"
    return redirect(f"{url}{where}", code=303)


def _stay(_achievement_id: UUID, _page: Page, subject: str) -> str:
    return _at(subject) if subject else "?notice=saved"


def _change(verb: str) -> _Act:
    """Return the act of a button that changes the structure."""

    def act(achievement_id: UUID, page: Page, subject: str) -> str:
        here = runtime()
        option = request.form.get(f"{CHOICE}{subject}", "")
        with here.writing() as session:
            place = structure.change(
                session,
                coordinating.badge_scope(session, current().launch, achievement_id),
                achievement_id,
                page=page,
                verb=verb,
                place=subject,
                option=option,
                clock=here.clock,
            )
        return _at(place)

    return act


def _step(*, back: bool) -> _Act:
    def act(achievement_id: UUID, page: Page, _subject: str) -> str:
        here = runtime()
        with here.writing() as session:
            scope = badge_scope(session, achievement_id)
            revisions.undo(session, scope, achievement_id, page=page, back=back, clock=here.clock)
        return ""

    return act


def _catch_up(*, takes: bool) -> _Act:
    """Return the act of a button that says what becomes of a version that came meanwhile."""

    def act(achievement_id: UUID, page: Page, _subject: str) -> str:
        here = runtime()
        with here.writing() as session:
            structure.catch_up(
                session,
                badge_scope(session, achievement_id),
                achievement_id,
                page=page,
                takes=takes,
                clock=here.clock,
            )
        return "?notice=saved"

    return act


def _discard(achievement_id: UUID, page: Page, _subject: str) -> str:
    here = runtime()
    with here.writing() as session:
        scope = badge_scope(session, achievement_id)
        structure.discard(
            session, scope, achievement_id, page=page, clock=here.clock, new_id=here.new_id
        )
    return "?notice=discarded"


def _at(place: str) -> str:
    return f"#{quote(place)}" if place else ""


_ACTIONS: Mapping[str, _Act] = {
    "save": _stay,
    "undo": _step(back=True),
    "redo": _step(back=False),
    "take-theirs": _catch_up(takes=True),
    "keep-mine": _catch_up(takes=False),
    "discard": _discard,
    **{verb: _change(verb) for verb in structure.VERBS},
}
"""What a button does after its form was saved; each returns where on the page to go on."""
