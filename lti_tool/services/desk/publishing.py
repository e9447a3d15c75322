"""A coordinator publishes what was written, or retires a badge."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from uuid import UUID

from sqlalchemy.orm import Session

from badges.definition import AchievementDefinition
from badges.draft import Draft
from badges.draft_check import check, definition_of
from badges.draft_places import clean_text
from badges.errors import InvalidDraftError, NotPublishableError
from lti_tool.errors import ClosedError, ConflictError
from lti_tool.services import publishing
from lti_tool.services.badge_versions import add_version
from lti_tool.services.desk.editing import list_newest, work_of
from lti_tool.services.desk.revisions import Page, lock_draft
from lti_tool.services.publishing import Published
from lti_tool.services.texts import plain_text
from lti_tool.store import coordination, editing, organisations, versions
from lti_tool.store.rows import AchievementVersionRow, ProgramRow
from lti_tool.values import Clock, NewId, ProgramScope
from rubrics.findings import Finding, Severity

NOTE_CHARACTERS = 2000
REASON_CHARACTERS = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """Whether a draft can be published: what stops it, what needs a reason, what is only said."""

    definition: AchievementDefinition | None
    """None while the draft is no definition."""
    stopping: tuple[Finding, ...]
    asking: tuple[Finding, ...]
    telling: tuple[Finding, ...]


def look_at(session: Session, scope: ProgramScope, draft: Draft) -> Ready:
    """Return whether a draft can be published, and what keeps it from it."""
    found = check(draft, list_newest(session, scope.program_id))
    try:
        definition = definition_of(draft)
    except InvalidDraftError:
        definition = None
    return Ready(
        definition=definition,
        stopping=tuple(one for one in found if one.severity is Severity.ERROR),
        asking=tuple(one for one in found if one.severity is Severity.WARNING),
        telling=tuple(one for one in found if one.severity is Severity.NOTICE),
    )


def reason_field(finding: Finding) -> str:
    """Return the name of the field that asks why a warning is right as it is."""
    return f"reason:{finding.code}:{finding.place}"


def publish_draft(
    session: Session,
    scope: ProgramScope,
    achievement_id: UUID,
    *,
    page: Page,
    reasons: Mapping[str, str],
    note: str,
    clock: Clock,
    new_id: NewId,
) -> Published:
    """Publish the draft as the badge's next version; the draft is gone afterwards.

    `page` is what the coordinator looked at, `reasons` go by `reason_field`.

    Raises:
        ClosedError: somebody else has published it, or thrown it away.
        ConflictError: `changed_meanwhile`: somebody has changed it since the page was shown;
            `overtaken`: a version was imported since it was begun.
        NotPublishableError: something still stops it, or a reason is missing.
        NotAllowedError: `licence`: its licence forbids what was changed.
        TooLargeError: the note or a reason is too long.
    """
    coordination.lock_program(session, scope.program_id)
    row = lock_draft(session, scope, achievement_id, page.draft_id)
    work = work_of(session, row)
    if work.revision != page.revision:
        raise ConflictError("changed since the page was shown", code="changed_meanwhile")
    if work.is_overtaken:
        raise ConflictError("a version was imported meanwhile", code="overtaken")
    ready = look_at(session, scope, work.draft)
    if ready.definition is None or ready.stopping:
        raise NotPublishableError(ready.stopping)
    definition = definition_of(_with_reasons(work.draft, ready, reasons))
    version = _next_version(session, scope, achievement_id, definition, clock=clock, new_id=new_id)
    published = publishing.publish_version(
        session,
        version,
        definition,
        by=scope.user_id,
        note=_text(note, "note", NOTE_CHARACTERS),
        image=row.image,
        clock=clock,
        new_id=new_id,
    )
    editing.drop_draft(session, row.id)
    session.flush()
    return published


def retire(
    session: Session, scope: ProgramScope, achievement_id: UUID, *, clock: Clock, new_id: NewId
) -> None:
    """Let nobody begin the badge any more. What was begun is finished, what was earned stays.

    Raises:
        ConflictError: `not_published`: there is nothing to retire.
        ClosedError: it is retired already.
    """
    coordination.lock_program(session, scope.program_id)
    achievement = editing.get_achievement(session, scope, achievement_id)
    newest = organisations.get_latest_version(session, achievement.id)
    if newest.state == "retired":
        raise ClosedError("retired already")
    if not any(one.published_at for one in editing.list_versions_of(session, achievement.id)):
        raise ConflictError("nothing of it was published", code="not_published")
    versions.retire_versions(session, achievement.id)
    organisations.note(
        session,
        id_=new_id(),
        at=clock(),
        actor_id=scope.user_id,
        program_id=scope.program_id,
        action="achievement.retired",
        subject_id=newest.id,
    )
    session.flush()
    session.expire_all()


def _with_reasons(draft: Draft, ready: Ready, reasons: Mapping[str, str]) -> Draft:
    """Return the draft with a reason for each warning."""
    accepted, missing = [], []
    for one in ready.asking:
        name = reason_field(one)
        reason = _text(reasons.get(name, ""), name, REASON_CHARACTERS)
        if not reason:
            missing.append(one)
        accepted.append({"code": str(one.code), "place": one.place, "reason": reason})
    if missing:
        raise NotPublishableError(tuple(missing))
    document = {key: one for key, one in draft.document.items() if key != "accepted_warnings"}
    if accepted:
        document["accepted_warnings"] = accepted
    return replace(draft, document=document)


def _next_version(
    session: Session,
    scope: ProgramScope,
    achievement_id: UUID,
    definition: AchievementDefinition,
    *,
    clock: Clock,
    new_id: NewId,
) -> AchievementVersionRow:
    """Return the row of the version: one that nobody has published yet, or a new one."""
    newest = organisations.get_latest_version(session, achievement_id)
    if newest.published_at is None:
        return newest
    program = session.get_one(ProgramRow, scope.program_id)
    version = add_version(
        session,
        program,
        achievement_id,
        definition,
        newest.number + 1,
        clock=clock,
        new_id=new_id,
    )
    session.flush()
    return version


def _text(text: str, field: str, most: int) -> str:
    return clean_text(plain_text(text, field=field, most=most), lines=True)
