"""The pages about versions of a badge: publishing the next one, and what there is."""

from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import quote
from uuid import UUID

from sqlalchemy.orm import Session

from badges.definition import AchievementDefinition, parse_definition
from badges.difference import change_text, compare
from badges.draft_check import text_of_finding
from lti_tool.services.desk.editing import get_work
from lti_tool.services.desk.editor_pages import anchor_of, badge_head
from lti_tool.services.desk.pages import course_title
from lti_tool.services.desk.publishing import look_at, reason_field
from lti_tool.services.names import display_name
from lti_tool.services.pages.versions import (
    OpenWork,
    PublishedByPage,
    PublishPage,
    Told,
    VersionsPage,
    VersionView,
)
from lti_tool.services.publishing import lacks_task, link_title
from lti_tool.services.urls import DeskURLs, PublicURLs
from lti_tool.store import editing, versions
from lti_tool.store.rows import AchievementVersionRow, UserRow
from lti_tool.values import Launch, ProgramScope
from rubrics.findings import Finding


def publish_page(
    session: Session,
    launch: Launch,
    scope: ProgramScope,
    achievement_id: UUID,
    *,
    public_urls: PublicURLs,
    sent: Mapping[str, str] | None = None,
) -> PublishPage:
    """Return what publishing the draft would do; `sent` is a form that was refused."""
    urls, sent = DeskURLs(launch.ref), sent or {}
    edit_url = urls.badge(achievement_id, "edit")
    work = get_work(session, scope, achievement_id)
    draft, document = work.draft, work.draft.document
    ready = look_at(session, scope, draft)
    former = _newest_published(session, achievement_id)
    bound = versions.list_bound_links(session, achievement_id)
    accepted = _accepted(former)

    def told(finding: Finding) -> Told:
        name = reason_field(finding)
        known = accepted.get((str(finding.code), finding.place), "")
        return Told(
            text=text_of_finding(finding),
            url=f"{edit_url}#{quote(anchor_of(draft, finding.place))}",
            field=name,
            reason=sent.get(name, known),
        )

    definition = ready.definition
    stays = [definition is not None and lacks_task(parts[0], definition) for parts in bound]
    licence = document.get("licence", {})
    return PublishPage(
        badge=badge_head(session, launch, scope, achievement_id, public_urls=public_urls),
        url=urls.badge(achievement_id, "publish"),
        edit_url=edit_url,
        draft_id=str(work.draft_id),
        revision=work.revision,
        stopping=tuple(dict.fromkeys(replace(told(one), field="") for one in ready.stopping)),
        asking=tuple(map(told, ready.asking)),
        telling=tuple(dict.fromkeys(replace(told(one), field="") for one in ready.telling)),
        licence=str(licence.get("title", "")),
        licence_url=str(licence.get("url", "")),
        attribution=str(document.get("attribution", "")),
        origin=str(document.get("origin", "")),
        changes=_changes(former, definition),
        former=former.number if former else None,
        open_work=_open_work(session, achievement_id),
        moving=tuple(link_title(one) for one, stay in zip(bound, stays, strict=True) if not stay),
        staying=tuple(link_title(one) for one, stay in zip(bound, stays, strict=True) if stay),
        is_overtaken=work.is_overtaken,
        note=sent.get("note", ""),
    )


def published_by_page(
    session: Session,
    launch: Launch,
    scope: ProgramScope,
    achievement_id: UUID,
    *,
    public_urls: PublicURLs,
) -> PublishedByPage | None:
    """Return who published the newest version; None where nobody has."""
    urls, newest = DeskURLs(launch.ref), _newest_published(session, achievement_id)
    if newest is None:
        return None
    return PublishedByPage(
        badge=badge_head(session, launch, scope, achievement_id, public_urls=public_urls),
        version=newest.number,
        by=_publisher(session, newest),
        at=newest.published_at,
        note=newest.publish_note,
        versions_url=urls.badge(achievement_id, "versions"),
        edit_url=urls.badge(achievement_id, "edit"),
    )


def versions_page(
    session: Session,
    launch: Launch,
    scope: ProgramScope,
    achievement_id: UUID,
    *,
    public_urls: PublicURLs,
) -> VersionsPage:
    """Return the versions of a badge, each with what it changed."""
    rows = editing.list_versions_of(session, achievement_id)
    work = _open_work(session, achievement_id)
    return VersionsPage(
        badge=badge_head(session, launch, scope, achievement_id, public_urls=public_urls),
        versions=tuple(
            VersionView(
                number=row.number,
                state=row.state,
                by=_publisher(session, row),
                at=row.published_at,
                note=row.publish_note,
                changes=_changes(before, parse_definition(row.document)),
                open_work=tuple(one for one in work if one.version == row.number),
                public_url=public_urls.achievement(row.id) if row.published_at else "",
            )
            for row, before in zip(rows, [*rows[1:], None], strict=True)
        ),
        can_retire=any(row.state == "published" for row in rows),
        retire_url=DeskURLs(launch.ref).badge(achievement_id, "retire"),
        activities=tuple(map(link_title, versions.list_bound_links(session, achievement_id))),
    )


def _newest_published(session: Session, achievement_id: UUID) -> AchievementVersionRow | None:
    rows = editing.list_versions_of(session, achievement_id)
    return next((row for row in rows if row.published_at), None)


def _changes(
    before: AchievementVersionRow | None, after: AchievementDefinition | None
) -> tuple[str, ...]:
    """Return what changed in sentences, but for the state that publishing itself changes."""
    if before is None or after is None:
        return ()
    former = parse_definition(before.document)
    if former.is_placeholder or after.is_placeholder:
        return ()
    changes = compare(former, after)
    return tuple(change_text(one) for one in changes if one.place not in _OWN)


_OWN = {("state",), ("accepted warnings",)}


def _accepted(former: AchievementVersionRow | None) -> dict[tuple[str, str], str]:
    if former is None:
        return {}
    accepted = parse_definition(former.document).accepted_warnings
    return {(one.code, one.place): one.reason for one in accepted}


def _open_work(session: Session, achievement_id: UUID) -> tuple[OpenWork, ...]:
    return tuple(
        OpenWork(course=course_title(course), version=number, count=count)
        for number, course, count in versions.count_open_by_course(session, achievement_id)
    )


def _publisher(session: Session, row: AchievementVersionRow) -> str:
    if row.published_by is None:
        return ""
    return display_name(session.get_one(UserRow, row.published_by))
