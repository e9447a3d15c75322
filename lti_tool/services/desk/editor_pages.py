"""The pages of a badge that is being written."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from urllib.parse import urlencode
from uuid import UUID

from sqlalchemy.orm import Session

from badges.draft import CONFIRM, Draft, text_at
from badges.draft_check import DraftCode, check, text_of_finding
from badges.draft_places import criteria_of, every_place
from lti_tool.services.desk import editing as work_of_badge
from lti_tool.services.desk.editing import Work, list_newest
from lti_tool.services.desk.editor_fields import SHARED, outline, shared_levels, texts_of
from lti_tool.services.desk.editor_forms import (
    alignment_places,
    choices_of,
    condition_forms,
    criterion_forms,
    names_of,
    places_in,
)
from lti_tool.services.desk.pages import desk_head
from lti_tool.services.names import display_name
from lti_tool.services.pages.editor import (
    BadgeHead,
    EditorPage,
    PicturePage,
    Problem,
    StartPage,
)
from lti_tool.services.presenting import MARK
from lti_tool.services.urls import DeskURLs, PublicURLs
from lti_tool.store import editing, organisations
from lti_tool.store.rows import UserRow
from lti_tool.values import Clock, Launch, ProgramScope
from rubrics.findings import Finding

SEEN_LATELY = timedelta(minutes=1)
SECTIONS = ("rubric/criteria", "rubric/tasks", "prompts", "artefact_requirements", "conditions")
_KINDS: Mapping[str, str] = {
    DraftCode.MISSING: "missing",
    DraftCode.TOO_FEW: "missing",
    DraftCode.NOT_CONFIRMED: "unconfirmed",
    DraftCode.NOT_UNDERSTOOD: "mark",
}
_ALIASES = {"licence": "licence/url", "rubric": "rubric/criteria", "attribution": "attribution"}


def badge_head(
    session: Session,
    launch: Launch,
    scope: ProgramScope,
    achievement_id: UUID,
    *,
    public_urls: PublicURLs,
) -> BadgeHead:
    """Return what stands on top of every page of a badge."""
    urls = DeskURLs(launch.ref)
    newest = organisations.get_latest_version(session, achievement_id)
    row = editing.find_draft(session, achievement_id)
    title = newest.title
    if row is not None:
        title = str(work_of_badge.work_of(session, row).draft.document.get("title", title))
    is_next = row is not None and newest.published_at is not None
    has_picture = newest.published_at is not None
    return BadgeHead(
        desk=desk_head(session, launch, scope),
        title=title,
        image_url=public_urls.image(newest.id, newest.image_type)
        if has_picture
        else f"{public_urls.base_url}{MARK}",
        version=newest.number + is_next,
        state=newest.state,
        is_written=row is not None,
        tabs=(
            *((("edit", urls.badge(achievement_id)),) if row or newest.state != "retired" else ()),
            *(
                (one, urls.badge(achievement_id, one))
                for one in ("try", "preview")
                if row or newest.state != "placeholder"
            ),
            *((("publish", urls.badge(achievement_id, "publish")),) if row else ()),
            ("versions", urls.badge(achievement_id, "versions")),
        ),
    )


def start_page(
    session: Session,
    launch: Launch,
    scope: ProgramScope,
    achievement_id: UUID,
    *,
    public_urls: PublicURLs,
) -> StartPage:
    """Return how a badge can be begun."""
    urls = DeskURLs(launch.ref)
    others = tuple(
        (str(one.id), organisations.get_latest_version(session, one.id))
        for one in organisations.list_achievements(session, scope.program_id)
        if one.id != achievement_id
    )
    return StartPage(
        badge=badge_head(session, launch, scope, achievement_id, public_urls=public_urls),
        url=urls.badge(achievement_id, "begin"),
        paste_url=urls.badge(achievement_id, "paste"),
        others=tuple(
            (id_, version.title) for id_, version in others if version.state != "placeholder"
        ),
    )


def editor_page(
    session: Session,
    launch: Launch,
    scope: ProgramScope,
    achievement_id: UUID,
    *,
    public_urls: PublicURLs,
    is_apart: bool = False,
    mine: Mapping[str, str] | None = None,
    theirs: Mapping[str, str] | None = None,
    clock: Clock,
) -> EditorPage:
    """Return the editor; `mine` are texts of a save that was refused, shown in their fields."""
    urls = DeskURLs(launch.ref)
    work = work_of_badge.get_work(session, scope, achievement_id)
    draft, document = work.draft, work.draft.document
    program = list_newest(session, scope.program_id)
    is_apart = is_apart or not _is_uniform(draft)
    anchors = _Anchors(draft, is_apart=is_apart)
    problems = anchors.problems(check(draft, program))
    known = texts_of(draft)
    query = {"draft": str(work.draft_id), "outline": outline(draft)[0]}
    own = _shown(draft, mine or {})
    return EditorPage(
        badge=badge_head(session, launch, scope, achievement_id, public_urls=public_urls),
        url=urls.badge(achievement_id, "edit"),
        autosave_url=f"{urls.badge(achievement_id, 'edit')}?{urlencode(query)}",
        paste_url=urls.badge(achievement_id, "paste"),
        picture_url=urls.badge(achievement_id, "picture"),
        draft_id=str(work.draft_id),
        revision=work.revision,
        outline=outline(draft)[0],
        saved_at=work.saved_at,
        saved_by="" if work.saved_by == launch.user_id else _name(session, work.saved_by),
        others=others(session, scope, work, clock=clock),
        can_undo=work.can_undo,
        can_redo=work.can_redo,
        is_overtaken=work.is_overtaken,
        texts={**known, **own},
        findings=_by_anchor(problems),
        unconfirmed={
            place: _mark(draft, place) for place in known if text_at(draft, CONFIRM + place) == ""
        },
        problems=problems,
        names=names_of(document),
        criteria=criterion_forms(document),
        levels=tuple(shared_levels(document)),
        has_bands=document.get("rubric", {}).get("level_source") == "tasks"
        or any("band" in one for c in criteria_of(document) for one in c.get("levels", ())),
        is_apart=is_apart,
        tasks=places_in(document.get("rubric", {}).get("tasks", ()), "rubric/tasks"),
        has_suggested_tasks=bool(document.get("suggested_tasks")),
        prompts=places_in(document.get("prompts", ()), "prompts"),
        artefacts=places_in(document.get("artefact_requirements", ()), "artefact_requirements"),
        alignments=alignment_places(document, None),
        conditions=condition_forms(document.get("conditions", ()), "conditions", draft),
        choices=choices_of(document, program),
        open_questions=tuple(
            str(one.get("text", ""))
            for one in document.get("provenance", {}).get("open_questions", ())
        ),
        theirs={place: text for place, text in (theirs or {}).items() if place in own},
    )


def picture_page(
    session: Session,
    launch: Launch,
    scope: ProgramScope,
    achievement_id: UUID,
    *,
    public_urls: PublicURLs,
) -> PicturePage:
    """Return the choice of a picture."""
    urls = DeskURLs(launch.ref)
    work = work_of_badge.get_work(session, scope, achievement_id)
    return PicturePage(
        badge=badge_head(session, launch, scope, achievement_id, public_urls=public_urls),
        url=urls.badge(achievement_id, "picture"),
        edit_url=urls.badge(achievement_id, "edit"),
        draft_id=str(work.draft_id),
        revision=work.revision,
        is_own=work.image is not None,
    )


def others(session: Session, scope: ProgramScope, work: Work, *, clock: Clock) -> tuple[str, ...]:
    """Return who else has the draft open."""
    since = clock() - SEEN_LATELY
    found = editing.list_editors(session, work.draft_id, but=scope.user_id, since=since)
    return tuple(map(display_name, found))


def anchor_of(draft: Draft, place: str) -> str:
    """Return where in the editor something is put right."""
    return _Anchors(draft, is_apart=not _is_uniform(draft)).of(place)


class _Anchors:
    """Where on the page a finding is told: at its field, its entry, or its section."""

    def __init__(self, draft: Draft, *, is_apart: bool) -> None:
        self._known = {*texts_of(draft), *names_of(draft.document), *SECTIONS}
        self._is_apart = is_apart

    def problems(self, findings: Iterable[Finding]) -> tuple[Problem, ...]:
        """Return findings as the page tells them; what holds for all competencies once."""
        made = [
            Problem(
                severity=one.severity.value,
                anchor=self.of(one.place),
                text=text_of_finding(one),
                kind=_KINDS.get(str(one.code), "found"),
            )
            for one in findings
        ]
        return tuple(dict.fromkeys(made))

    def of(self, place: str) -> str:
        """Return the anchor of a place."""
        steps = _ALIASES.get(place, place).split("/")
        if not self._is_apart and steps[3:4] == ["levels"] and _is_shared(steps):
            steps = steps[3:]
        if steps[-1] == "band":
            steps.append("minimum")
        while steps and "/".join(steps) not in self._known:
            steps.pop()
        return "/".join(steps) or "title"


def _is_shared(steps: list[str]) -> bool:
    name = "/".join(steps[5:])
    return name == "band" or name in SHARED


def _by_anchor(problems: Iterable[Problem]) -> dict[str, tuple[Problem, ...]]:
    found: dict[str, tuple[Problem, ...]] = {}
    for one in problems:
        if one.kind == "found":
            found[one.anchor] = (*found.get(one.anchor, ()), one)
    return found


def _is_uniform(draft: Draft) -> bool:
    """Whether levels of one id are the same in every competency but for their descriptors."""
    seen: dict[str, dict[str, object]] = {}
    orders = set()
    for criterion in criteria_of(draft.document):
        levels = criterion.get("levels", ())
        if levels:
            orders.add(tuple(level["id"] for level in levels))
        for level in levels:
            said = {key: one for key, one in level.items() if key not in {"descriptor", "aliases"}}
            if seen.setdefault(level["id"], said) != said:
                return False
    return len(orders) <= 1


def _shown(draft: Draft, mine: Mapping[str, str]) -> dict[str, str]:
    """Return texts that were not stored, for fields that are there."""
    return {
        place: text
        for place, text in mine.items()
        if not place.startswith(CONFIRM) and text_at(draft, place) not in (None, text)
    }


def _mark(draft: Draft, place: str) -> str:
    marks = (draft.marks.get(one, "") for one in every_place(draft.document, place))
    return next(filter(None, marks), "")


def _name(session: Session, user_id: UUID) -> str:
    return display_name(session.get_one(UserRow, user_id))
